"""What every benchmark returns, and how it is shown: tables on the terminal and in ``benchmarks/results.md``."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table as Grid

RESULTS = Path(__file__).parent / "results.md"
HEADING = "# Measured claims"

Progress = Callable[[str, float], None]
"""Is told what is being done and how far it is, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a benchmark is run. ``quick`` makes everything small: to see that it works, not to measure."""

    progress: Progress = lambda _what, _share: None
    quick: bool = False
    seed: int = 2026


@dataclass(frozen=True, slots=True)
class Table:
    """One table of figures; ``notes`` say what was measured and what was not."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """Everything that one benchmark found."""

    name: str
    claim: str
    tables: tuple[Table, ...] = field(default_factory=tuple)


def show(section: Section, console: Console) -> None:
    """Print a section as tables."""
    console.rule(section.name)
    console.print(section.claim, markup=False)
    for table in section.tables:
        grid = Grid(*table.columns, title=table.title, title_justify="left")
        for number in range(1, len(table.columns)):
            grid.columns[number].justify = "right"
        for row in table.rows:
            grid.add_row(*row)
        console.print(grid)
        for note in table.notes:
            console.print(f"  {note}", style="dim", markup=False)


def keep(sections: Sequence[Section], order: Sequence[str], facts: str, file: Path = RESULTS) -> None:
    """Write sections into the results, in place of those of the same name; the others stay."""
    known = dict(_kept(file)) | {one.name: _markdown(one, facts) for one in sections}
    text = "\n\n".join([HEADING, _INTRODUCTION, *(known[name] for name in order if name in known)])
    file.write_text(text + "\n", "utf-8")


def machine() -> str:
    """The facts of this machine that figures depend on."""
    return f"{_processor()}, {os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}"


def figure(value: float, digits: int = 0) -> str:
    """A number as people read it."""
    return f"{value:,.{digits}f}"


def small(value: float) -> str:
    """A number that may be far below one."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.2g}"


def seconds(value: float) -> str:
    """A duration in the unit that fits."""
    if value < 1e-3:
        return f"{value * 1e6:.0f} µs"
    if value < 1:
        return f"{value * 1e3:.1f} ms"
    return f"{value:.1f} s" if value < 600 else f"{value / 60:.1f} min"


def quantile(values: Sequence[float], part: float) -> float:
    """The value below which a part of the values lies."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * part), len(ordered) - 1)]


_INTRODUCTION = (
    "Written by `make bench`; one benchmark alone: `python -m benchmarks NAME`. Figures are of one machine, named in "
    "each section; the columns of one table were measured in the same run. Everything ran on loopback."
)


def _kept(file: Path) -> Mapping[str, str]:
    if not file.exists():
        return {}
    parts = re.split(r"^## ", file.read_text("utf-8"), flags=re.MULTILINE)[1:]
    return {part.split("\n", 1)[0].strip(): "## " + part.strip() for part in parts}


def _markdown(section: Section, facts: str) -> str:
    lines = [f"## {section.name}", "", section.claim, "", f"`python -m benchmarks {section.name}` on {facts}"]
    for table in section.tables:
        lines += ["", f"**{table.title}**", "", _row(table.columns), _row(_rulers(table.columns))]
        lines += [_row(row) for row in table.rows]
        lines += ["", *(f"* {note}" for note in table.notes)]
    return "\n".join(lines).rstrip()


def _rulers(columns: Sequence[str]) -> list[str]:
    return ["---", *("---:" for _ in columns[1:])]


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines() if Path("/proc/cpuinfo").exists() else ():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
