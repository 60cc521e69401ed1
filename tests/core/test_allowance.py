"""How much somebody may ask for in a period."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from statuspage.core.allowance import Allowance

AT = datetime(2026, 6, 12, 14, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_the_whole_share_at_once_and_then_one_by_one() -> None:
    allowance, promised = Allowance(3, MINUTE), None
    for _ in range(3):
        promised, wait = allowance.take(promised, AT)
        assert wait is None
    promised, wait = allowance.take(promised, AT)
    assert wait == timedelta(seconds=20)
    promised, wait = allowance.take(promised, AT + timedelta(seconds=20))
    assert wait is None


def test_a_clock_that_is_set_back_holds_nobody_up_for_long() -> None:
    allowance = Allowance(3, MINUTE)
    promised, _ = allowance.take(None, AT + timedelta(days=400))
    _, wait = allowance.take(promised, AT)
    assert wait is not None
    assert wait <= MINUTE


@given(st.integers(1, 20), st.lists(st.integers(0, 30), max_size=80))
def test_no_period_holds_more_than_twice_the_share_and_waiting_helps(count: int, gaps: list[int]) -> None:
    allowance, now, promised = Allowance(count, MINUTE), AT, None
    passed: list[datetime] = []
    for gap in gaps:
        now += timedelta(seconds=gap)
        promised, wait = allowance.take(promised, now)
        if wait is None:
            passed.append(now)
        else:
            assert timedelta(0) < wait <= MINUTE
            assert allowance.take(promised, now + wait)[1] is None
    for start in passed:
        assert sum(start <= one < start + MINUTE for one in passed) <= 2 * count
