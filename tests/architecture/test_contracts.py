"""The rules under the layout: who imports whom, how things are named, how long they may be, who reads the clock."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

from tests.architecture.source import EVERYTHING, PACKAGES, ROOT, Function, files, functions, promised, public, tree

FORBIDDEN_NAMES = {"utils", "util", "common", "helpers", "helper", "manager", "managers", "misc"}
LONGEST_FUNCTION = 60
CLOCK = Path("statuspage/clock.py")
OF_THE_LOCALE = re.compile(r"""(?:\{[^{}"'\n]*:|strftime\(['"])[^{}"'\n]*%[aAbBcpxX]""")
WALL_TIME = re.compile(r"\b(?:datetime\.(?:now|utcnow|today)|date\.today|time\.time)\(")


def test_the_import_contracts_are_kept() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_no_name_of_a_month_or_day_comes_from_the_locale_of_the_machine() -> None:
    texts = [ROOT / file for file in files(*PACKAGES)] + [
        one for one in (ROOT / "templates").rglob("*") if one.is_file()
    ]
    assert [one for one in texts if OF_THE_LOCALE.search(one.read_text("utf-8", "replace"))] == []


def test_no_module_is_named_after_nothing() -> None:
    assert [file for file in files(*EVERYTHING) if FORBIDDEN_NAMES & {file.stem, *file.parts[:-1]}] == []


def test_every_module_opens_with_what_lives_there() -> None:
    assert [file for file in files(*EVERYTHING) if not opens_well(file)] == []


def opens_well(file: Path) -> bool:
    """Whether the first line is a sentence, or the beginning of a longer text."""
    said = ast.get_docstring(tree(file)) or ""
    return bool(said and (re.search(r"[.?;:]", said.splitlines()[0]) or len(said.splitlines()) > 1))


def test_everything_public_says_what_it_is() -> None:
    named = [(file, node) for file in files(*PACKAGES) for node in public(tree(file))]
    silent = [(file, node.name) for file, node in named if not ast.get_docstring(node)]
    assert [(file, name) for file, name in silent if name not in promised()] == []


def test_no_function_is_too_long() -> None:
    found = [(file, one) for file in files(*EVERYTHING) for one in functions(file)]
    assert [(file, one.name) for file, one in found if lines(one) > LONGEST_FUNCTION] == []


def lines(one: Function) -> int:
    """How many lines a function has, its signature included."""
    return (one.end_lineno or 0) - one.lineno + 1


def test_the_clock_alone_reads_wall_time() -> None:
    assert [file for file in files(*PACKAGES) if WALL_TIME.search((ROOT / file).read_text("utf-8"))] == [CLOCK]
