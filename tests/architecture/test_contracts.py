"""The rules under the layout: who imports whom, how things are named, how long they may be, who reads the clock."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import EVERYTHING, PACKAGES, ROOT, files, functions, promised, public, tree

FORBIDDEN_NAMES = {"utils", "util", "common", "helpers", "helper", "manager", "managers", "misc"}
LONGEST_FUNCTION = 60
CLOCK = Path("statuspage/clock.py")
WALL_TIME = re.compile(r"\b(?:datetime\.(?:now|utcnow|today)|date\.today|time\.time)\(")


def test_the_import_contracts_are_kept() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("file", files(*EVERYTHING), ids=str)
def test_no_module_is_named_after_nothing(file: Path) -> None:
    assert not FORBIDDEN_NAMES & {file.stem, *file.parts[:-1]}


@pytest.mark.parametrize("file", files(*EVERYTHING), ids=str)
def test_every_module_opens_with_what_lives_there(file: Path) -> None:
    said = ast.get_docstring(tree(file))
    assert said
    assert re.search(r"[.?;:]", said.splitlines()[0]) or len(said.splitlines()) > 1


@pytest.mark.parametrize("file", files(*PACKAGES), ids=str)
def test_everything_public_says_what_it_is(file: Path) -> None:
    silent = [node.name for node in public(tree(file)) if not ast.get_docstring(node)]
    assert set(silent) <= promised()


@pytest.mark.parametrize("file", files(*EVERYTHING), ids=str)
def test_no_function_is_too_long(file: Path) -> None:
    long = [one.name for one in functions(file) if (one.end_lineno or 0) - one.lineno + 1 > LONGEST_FUNCTION]
    assert long == []


@pytest.mark.parametrize("file", files(*PACKAGES), ids=str)
def test_the_clock_alone_reads_wall_time(file: Path) -> None:
    found = WALL_TIME.findall((ROOT / file).read_text("utf-8"))
    assert bool(found) is (file == CLOCK)
