"""Uptime and access: where the seconds go, and what the two shares may never do."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statuspage.core.availability import Availability
from statuspage.core.uptime import Figures, Span, by_day, measure
from tests.core.builders import T0, after

AVAILABLE, DEGRADED, DOWN = Availability.AVAILABLE, Availability.DEGRADED, Availability.DOWN
RESTRICTED, UNKNOWN = Availability.RESTRICTED, Availability.UNKNOWN
HOUR = 3600


def spans(*parts: tuple[Availability, float]) -> list[Span]:
    """Unbroken spans of so many hours each."""
    found, at = [], T0
    for availability, hours in parts:
        end = at + timedelta(hours=hours)
        found.append(Span(at, end, availability))
        at = end
    return found


def total(figures: Figures) -> float:
    return float(sum(getattr(figures, one.name) for one in fields(figures)))


def test_seconds_are_counted_inside_the_window_only() -> None:
    figures = measure(spans((AVAILABLE, 2), (DOWN, 2)), after(hours=1), after(hours=3))
    assert figures == Figures(available=HOUR, down=HOUR)


def test_uptime_is_the_working_share_of_technically_known_time() -> None:
    figures = measure(spans((AVAILABLE, 2), (DEGRADED, 1), (DOWN, 1), (UNKNOWN, 4), (RESTRICTED, 4)), T0, after(days=1))
    assert figures.uptime == 0.75
    assert figures.access == 3 / 8


def test_what_nobody_knows_has_no_share() -> None:
    figures = measure(spans((UNKNOWN, 4)), T0, after(days=1))
    assert (figures.uptime, figures.access) == (None, None)
    assert Figures(restricted=1).uptime is None
    assert Figures(restricted=1).access == 0


def test_down_in_maintenance_is_maintenance_and_anything_else_is_not() -> None:
    down = Span(T0, after(hours=1), DOWN, maintenance=True)
    restricted = Span(T0, after(hours=1), RESTRICTED, maintenance=True)
    assert measure([down], T0, after(days=1)) == Figures(maintenance=HOUR)
    assert measure([restricted], T0, after(days=1)) == Figures(restricted=HOUR)


def test_a_restriction_by_design_lowers_no_share() -> None:
    expected = Span(T0, after(hours=1), RESTRICTED, expected=True)
    figures = measure([expected], T0, after(days=1))
    assert figures == Figures(expected=HOUR)
    assert (figures.uptime, figures.access) == (None, None)
    opened = Span(T0, after(hours=1), AVAILABLE, expected=True)
    assert measure([opened], T0, after(days=1)) == Figures(available=HOUR)


@pytest.mark.parametrize(
    ("figures", "worst"),
    [
        (Figures(1, 1, 1, 1, 1, 1), DOWN),
        (Figures(1, 1, 1, 1, 0, 1), RESTRICTED),
        (Figures(1, 1, 0, 1, 0, 1), DEGRADED),
        (Figures(1, 0, 0, 1, 0, 1), AVAILABLE),
        (Figures(0, 0, 0, 1, 0, 1), RESTRICTED),
        (Figures(0, 0, 0, 0, 0, 1), UNKNOWN),
        (Figures(), None),
    ],
)
def test_a_strip_shows_the_most_harmful_that_occurred(figures: Figures, worst: Availability | None) -> None:
    assert figures.worst is worst


def test_days_are_those_of_the_calendar_in_utc() -> None:
    days = by_day(spans((AVAILABLE, 60)), after(hours=12), after(hours=60))
    assert [(one.day.day, one.figures.available) for one in days] == [(12, 12 * HOUR), (13, 24 * HOUR), (14, 12 * HOUR)]


PARTS = st.lists(st.tuples(st.sampled_from(Availability), st.integers(1, 90)), min_size=1, max_size=12)
WINDOWS = st.tuples(st.integers(-50, 200), st.integers(1, 400))


@given(PARTS, WINDOWS)
def test_the_seconds_add_up_to_the_time_that_is_covered(
    parts: list[tuple[Availability, float]], window: tuple[int, int]
) -> None:
    start, end = after(hours=window[0]), after(hours=window[0] + window[1])
    cells = spans(*parts)
    covered = (min(end, cells[-1].end) - max(start, T0)).total_seconds()
    assert total(measure(cells, start, end)) == max(0, covered)


@given(PARTS, WINDOWS)
def test_the_days_add_up_to_the_whole(parts: list[tuple[Availability, float]], window: tuple[int, int]) -> None:
    start, end = after(hours=window[0]), after(hours=window[0] + window[1])
    cells = spans(*parts)
    together = Figures()
    for day in by_day(cells, start, end):
        together += day.figures
    assert together == measure(cells, start, end)


@given(PARTS)
def test_shares_are_shares_and_restrictions_never_lower_uptime(parts: list[tuple[Availability, float]]) -> None:
    figures = measure(spans(*parts), T0, after(days=99))
    for share in (figures.uptime, figures.access):
        assert share is None or 0 <= share <= 1
    free = [part for part in parts if part[0] is not RESTRICTED]
    assert figures.uptime == measure(spans(*free), T0, after(days=99)).uptime
    if figures.uptime is not None:
        assert figures.access is not None
        assert figures.access <= figures.uptime


def test_another_models_answers_are_uptime_and_no_access() -> None:
    span = Span(T0, T0 + timedelta(hours=1), Availability.DEGRADED, substituted=True)
    figures = measure([span], T0, T0 + timedelta(hours=2))
    assert (figures.uptime, figures.access) == (1.0, 0.0)
