"""The simulation runs, knows the truth, finds no false restriction, and skips only what changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from benchmarks.report import Options
from benchmarks.simulating.answers import BEGIN, KINDS
from benchmarks.simulating.expected import turns_unstable
from benchmarks.simulating.world import Cell
from benchmarks.simulation import Outcome, play
from statuspage.core.availability import Availability, CellKey
from statuspage.core.cell import CellState, Confirmation, Proof
from statuspage.core.confirmation import Round, advance
from statuspage.core.memory import remember
from statuspage.core.settings import Policy
from statuspage.core.verdict import Controls, Finding, History, judge

pytestmark = pytest.mark.timeout(400)

KEY = CellKey("model", "provider", "everyone")


@pytest.fixture(scope="module")
def nine_days() -> Outcome:
    """Fifty cells, nine days."""
    return play(Options(quick=True))


def test_nothing_false_is_restricted_or_restored(nine_days: Outcome) -> None:
    assert nine_days.false("model.restricted") == 0
    assert nine_days.false("model.restored") == 0
    assert nine_days.false("model.down") == nine_days.false("provider.down") == 0
    assert nine_days.false("model.retired") == nine_days.false("model.degraded (slow)") == 0


def test_nothing_that_lasts_is_missed(nine_days: Outcome) -> None:
    assert {one.kind for one in nine_days.found} == {
        "restricted", "restored", "retired", "down", "recovered", "unknown", "degraded",
    }  # fmt: skip
    assert [one.missed for one in nine_days.found if one.missed] == []


def test_independent_errors_come_as_often_as_they_should(nine_days: Outcome) -> None:
    engine = nine_days.engine
    assert engine.court.met == pytest.approx(engine.asked * engine.errors, rel=0.05)
    assert engine.asked > 50 * 9 * 1440


def played(state: CellState, second: int) -> CellState:
    """The state after one more answered round, judged."""
    at = BEGIN + timedelta(seconds=second)
    seen = KINDS["ok"].observed(at, KEY.provider, KEY.model, KEY.user_class, "direct")
    state = remember(state, seen, Policy())
    ruling = judge(Finding(seen.cause), Controls(), History())
    counted = Confirmation(at, seen.cause, "ok", 200, "local")
    return advance(state, Round(at, ruling, counted, Proof(None, ruling.row.value)), Policy()).state


def test_rounds_that_are_skipped_leave_what_judging_them_would_have_left() -> None:
    cell, minute = Cell(KEY, "direct"), 60
    for second in range(0, 30 * minute, minute):
        cell.state = played(cell.state, second)
    assert cell.state.measured.availability is Availability.AVAILABLE
    cell.state = replace(cell.state, recent_usable=(*(True,) * 18, False, True, True))
    judged = cell.state
    cell.rests = cell.may_rest(Policy(), [])
    assert cell.rests is KINDS["ok"]
    for second in range(30 * minute, 45 * minute, minute):
        judged = played(judged, second)
    cell.count(44 * minute, 15)
    assert cell.caught_up(Policy()) == judged


def test_the_arithmetic_of_flapping_counts_patterns() -> None:
    never = replace(Policy(), flapping_on=1.1)
    assert turns_unstable(0.02, never) == 0
    assert 0 < turns_unstable(0.02, Policy()) < 0.001
