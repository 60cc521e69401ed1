"""Moments as people type them at night: "+2h", "04:00", "13 Jun 04:00", or RFC 3339; UTC unless a zone is given."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

_AHEAD = re.compile(r"\+\s*(\d{1,6})\s*(m|min|h|d)")
_UNITS = {"m": timedelta(minutes=1), "min": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")
_DAY = re.compile(r"(\d{1,2})\.?\s+([A-Za-z]{3})[a-z]*\.?(?:\s+(\d{4}))?,?\s+(\d{1,2}):(\d{2})")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_MONTHS = tuple(name[:3].lower() for name in MONTHS)
NEAR = timedelta(hours=12)


def typed(text: str, now: datetime) -> datetime | None:
    """The moment that is meant; None when it cannot be read."""
    text = text.strip().removesuffix("UTC").strip()
    try:
        return _read(text, now)
    except (ValueError, OverflowError):
        return None


def shown(at: datetime | None) -> str:
    """A moment as it can be typed again."""
    return "" if at is None else f"{at:%Y-%m-%d %H:%M}"


def month(at: date) -> str:
    """The name of a month, whatever the language of the machine."""
    return MONTHS[at.month - 1]


def short_month(at: date) -> str:
    """The first three letters of a month's name."""
    return month(at)[:3]


def _read(text: str, now: datetime) -> datetime | None:
    if text.lower() == "now":
        return now
    if ahead := _AHEAD.fullmatch(text):
        return now + int(ahead[1]) * _UNITS[ahead[2]]
    if clock := _CLOCK.fullmatch(text):
        return _nearest(now.replace(hour=int(clock[1]), minute=int(clock[2]), second=0, microsecond=0), now)
    if day := _DAY.fullmatch(text):
        month = _MONTHS.index(day[2].lower()) + 1
        return datetime(int(day[3] or now.year), month, int(day[1]), int(day[4]), int(day[5]), tzinfo=UTC)
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)


def _nearest(at: datetime, now: datetime) -> datetime:
    """The time of day that is nearest to now: shortly after midnight "23:50" is yesterday's."""
    if at - now > NEAR:
        return at - timedelta(days=1)
    return at + timedelta(days=1) if now - at > NEAR else at
