"""The benchmarks of notifications run, and see what they should see."""

from __future__ import annotations

import pytest

from benchmarks import reaction, streams
from benchmarks.report import Options

pytestmark = pytest.mark.timeout(200)


def test_reactions_are_measured_for_one_cell_and_for_many() -> None:
    [table] = reaction.run(Options(quick=True)).tables
    assert [row[:2] for row in table.rows] == [("1 (3 times)", "3"), ("40 at once", "10")]


def test_every_stream_hears_of_every_commit() -> None:
    [table] = streams.run(Options(quick=True)).tables
    assert "commit to the last client: worst" in dict(table.rows)  # type: ignore[arg-type]
