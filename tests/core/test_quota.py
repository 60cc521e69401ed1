"""The rate limit: no minute holds more than allowed, however the questions come."""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statuspage.core.quota import MINUTE, Quota

LIMITS = st.integers(1, 1200)
GAPS = st.lists(st.floats(0, 5) | st.just(0.0), max_size=200)


def sent(limit: int, asked: list[float]) -> list[float]:
    """When each question goes out."""
    found, promised = [], 0.0
    for now in asked:
        at, promised = Quota(limit).reserve(promised, now)
        found.append(at)
    return found


@given(LIMITS, GAPS)
def test_no_minute_holds_more_than_the_limit(limit: int, gaps: list[float]) -> None:
    times = sent(limit, list(accumulate(gaps)))
    for index, start in enumerate(times):
        assert bisect_left(times, start + MINUTE - 1e-6) - index <= limit


@given(LIMITS, GAPS)
def test_a_question_goes_out_in_its_turn_and_never_before_it_is_asked(limit: int, gaps: list[float]) -> None:
    asked = list(accumulate(gaps))
    times = sent(limit, asked)
    assert times == sorted(times)
    assert all(at >= now for at, now in zip(times, asked, strict=True))


@given(LIMITS)
def test_who_asks_slowly_never_waits(limit: int) -> None:
    asked = [index * Quota(limit).spacing * 1.001 for index in range(100)]
    assert sent(limit, asked) == pytest.approx(asked)


@pytest.mark.parametrize(("limit", "burst"), [(1, 1), (9, 1), (60, 6), (600, 60)])
def test_after_a_quiet_minute_a_tenth_may_go_out_at_once(limit: int, burst: int) -> None:
    times = sent(limit, [1000.0] * (burst + 1))
    assert times[:burst] == pytest.approx([1000.0] * burst, abs=1e-9)
    assert times[-1] > 1000.01


def test_what_is_allowed_is_really_used() -> None:
    times = sent(60, [0.0] * 600)
    assert times[-1] <= 600 / 60 * MINUTE * 1.1


@given(st.integers(1, 300), st.lists(st.tuples(st.floats(0, 40), st.booleans()), max_size=120))
def test_processes_that_follow_one_another_never_exceed_it_together(
    limit: int, steps: list[tuple[float, bool]]
) -> None:
    quota, now, promised, sent = Quota(limit), 0.0, None, []
    for wait, restarts in steps:
        now += wait
        promised = None if restarts else promised
        at, promised = quota.reserve(quota.used_up(now) if promised is None else promised, now)
        sent.append(at)
        now = max(now, at)
    assert all(sum(start <= at < start + MINUTE - 1e-6 for at in sent) <= limit for start in sent)
