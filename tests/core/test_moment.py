"""Moments as people type them: nearest, in UTC, and never an error."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statuspage.core.moment import month, short_month, shown, typed

NOW = datetime(2026, 6, 13, 2, 30, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("now", NOW),
        ("+2h", NOW + timedelta(hours=2)),
        (" + 30 min ", NOW + timedelta(minutes=30)),
        ("+3d", NOW + timedelta(days=3)),
        ("04:00", datetime(2026, 6, 13, 4, tzinfo=UTC)),
        ("21:21", datetime(2026, 6, 12, 21, 21, tzinfo=UTC)),
        ("12 Jun 21:21", datetime(2026, 6, 12, 21, 21, tzinfo=UTC)),
        ("12 June 2025, 21:21 UTC", datetime(2025, 6, 12, 21, 21, tzinfo=UTC)),
        ("2026-06-12 21:21", datetime(2026, 6, 12, 21, 21, tzinfo=UTC)),
        ("2026-06-12T21:21Z", datetime(2026, 6, 12, 21, 21, tzinfo=UTC)),
        ("2026-06-12T23:21+02:00", datetime(2026, 6, 12, 21, 21, tzinfo=UTC)),
    ],
)
def test_what_is_typed_is_meant(text: str, wanted: datetime) -> None:
    assert typed(text, NOW) == wanted


@pytest.mark.parametrize("text", ["", "soon", "25:00", "31 Feb 10:00", "12 Foo 10:00", "0001-01-01T00:00+14"])
def test_what_cannot_be_read_is_nothing(text: str) -> None:
    assert typed(text, NOW) is None


def test_shortly_before_midnight_the_next_hour_is_tomorrows() -> None:
    late = NOW.replace(hour=23, minute=50)
    assert typed("00:30", late) == datetime(2026, 6, 14, 0, 30, tzinfo=UTC)


@given(st.text(max_size=40))
def test_nothing_makes_it_raise(text: str) -> None:
    typed(text, NOW)


def test_what_is_shown_can_be_typed_again() -> None:
    assert typed(shown(NOW), NOW) == NOW.replace(second=0)
    assert shown(None) == ""


def test_months_have_their_english_names() -> None:
    days = [datetime(2026, number, 28, tzinfo=UTC) for number in range(1, 13)]
    assert [month(one) for one in days][::11] == ["January", "December"]
    assert [short_month(one) for one in days][4:9] == ["May", "Jun", "Jul", "Aug", "Sep"]
    assert [typed(f"{one.day} {month(one)} {one.year} 00:00", NOW) for one in days] == days
