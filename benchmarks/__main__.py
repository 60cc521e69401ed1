"""``make bench``: run every benchmark, or those that are named, and keep what they find."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from importlib import import_module

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from benchmarks.report import RESULTS, Options, Section, keep, machine, show

NAMES = ("simulation", "story", "checks", "serving", "publishing", "store", "fanout", "reaction", "streams", "kills")


def main(arguments: list[str]) -> None:
    """Parse, run, show, keep."""
    parser = ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"some of: {', '.join(NAMES)} (default: all)")
    parser.add_argument("--quick", action="store_true", help="make everything small, and keep no results")
    parser.add_argument("--seed", type=int, default=2026, help="the seed of what is simulated")
    given = parser.parse_args(arguments)
    unknown = sorted(set(given.names) - set(NAMES))
    if unknown:
        parser.error(f"there is no {', '.join(unknown)}; there are: {', '.join(NAMES)}")
    found = [_run(name, quick=given.quick, seed=given.seed) for name in given.names or NAMES]
    console = Console(width=None if sys.stdout.isatty() else 140)
    for section in found:
        show(section, console)
    console.print(machine(), markup=False)
    if not given.quick:
        keep(found, NAMES, machine())
        console.print(f"kept in {RESULTS.relative_to(RESULTS.parents[1])}", markup=False)


def _run(name: str, *, quick: bool, seed: int) -> Section:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(name, total=1.0)

        def move(what: str, share: float) -> None:
            bar.update(task, description=f"{name}: {what}", completed=share)

        section: Section = import_module(f"benchmarks.{name}").run(Options(move, quick, seed))
        move("done", 1.0)
    return section


if __name__ == "__main__":
    main(sys.argv[1:])
