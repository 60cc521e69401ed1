"""Uptime and access: seconds in each availability, and the two shares that are made of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from statuspage.core.availability import Availability

DAY = timedelta(days=1)
UPTIME_FORMULA = "(available + degraded) / (available + degraded + down)"
ACCESS_FORMULA = "(available + degraded - substituted) / (available + degraded + down + restricted)"


@dataclass(frozen=True, slots=True)
class Span:
    """One availability of a cell from ``start`` to ``end``; special sorts of it are told apart."""

    start: datetime
    end: datetime
    availability: Availability
    maintenance: bool = False
    expected: bool = False
    substituted: bool = False


@dataclass(frozen=True, slots=True)
class Figures:
    """Seconds in each availability over a window.

    Down time inside maintenance counts as maintenance alone. ``substituted`` is the part of degraded in which another
    model answered: it worked technically, but it was no access.
    """

    available: float = 0.0
    degraded: float = 0.0
    restricted: float = 0.0
    expected: float = 0.0
    down: float = 0.0
    unknown: float = 0.0
    maintenance: float = 0.0
    substituted: float = 0.0

    @property
    def uptime(self) -> float | None:
        """Share of known time in which it worked technically; restricted and unknown time are no part of it."""
        worked = self.available + self.degraded
        return _share(worked, worked + self.down)

    @property
    def access(self) -> float | None:
        """Share of known time in which this class could use it; None where a restriction is by design alone."""
        reached = self.available + self.degraded - self.substituted
        return _share(reached, self.available + self.degraded + self.down + self.restricted)

    @property
    def worst(self) -> Availability | None:
        """The availability that a strip shows for the window: the most harmful that occurred; None for no data."""
        for seconds, availability in (
            (self.down, Availability.DOWN),
            (self.restricted, Availability.RESTRICTED),
            (self.degraded, Availability.DEGRADED),
            (self.available, Availability.AVAILABLE),
            (self.expected, Availability.RESTRICTED),
            (self.unknown, Availability.UNKNOWN),
        ):
            if seconds > 0:
                return availability
        return None

    def __add__(self, other: Figures) -> Figures:
        return Figures(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class Day:
    """The figures of one UTC day."""

    day: date
    figures: Figures


def measure(spans: Iterable[Span], start: datetime, end: datetime) -> Figures:
    """The seconds in each availability between ``start`` and ``end``; time that no span covers is in no figure."""
    seconds: dict[str, float] = {}
    for span in spans:
        inside = (min(span.end, end) - max(span.start, start)).total_seconds()
        if inside > 0:
            bucket = _bucket(span)
            seconds[bucket] = seconds.get(bucket, 0.0) + inside
            if span.substituted and bucket == "degraded":
                seconds["substituted"] = seconds.get("substituted", 0.0) + inside
    return Figures(**seconds)


def by_day(spans: Sequence[Span], start: datetime, end: datetime) -> tuple[Day, ...]:
    """The figures of every UTC day that the window touches, oldest first; ``spans`` are in order.

    A day on which nothing changed is the very object that every other cell has for such a day.
    """
    days = []
    first = start.replace(hour=0, minute=0, second=0, microsecond=0)
    at = 0
    while first < end:
        following = first + DAY
        while at < len(spans) and spans[at].end <= first:
            at += 1
        what = _all_day(spans, at, first, following) if start <= first and following <= end else None
        if what is None:
            days.append(
                Day(first.date(), measure(_until(spans, at, following), max(first, start), min(following, end)))
            )
        else:
            days.append(_alike(first.date(), *what))
        first = following
    return tuple(days)


def _all_day(spans: Sequence[Span], at: int, start: datetime, end: datetime) -> tuple[str, bool] | None:
    """What it was all day, and whether another model answered; an empty word where nothing is known, None where that
    changed. ``at`` is the first span that ends after the day began."""
    if at == len(spans) or spans[at].start >= end:
        return "", False
    only = spans[at]
    whole = only.start <= start and end <= only.end
    return (_bucket(only), only.substituted) if whole else None


def _until(spans: Sequence[Span], at: int, end: datetime) -> Iterable[Span]:
    for number in range(at, len(spans)):
        if spans[number].start >= end:
            return
        yield spans[number]


@lru_cache(maxsize=4096)
def _alike(day: date, bucket: str, substituted: bool) -> Day:
    return Day(day, _whole(bucket, substituted))


@lru_cache(maxsize=64)
def _whole(bucket: str, substituted: bool) -> Figures:
    seconds = DAY.total_seconds()
    worked = {"substituted": seconds} if substituted and bucket == "degraded" else {}
    return Figures(**{bucket: seconds}, **worked) if bucket else Figures()


def _bucket(span: Span) -> str:
    if span.maintenance and span.availability is Availability.DOWN:
        return "maintenance"
    if span.expected and span.availability is Availability.RESTRICTED:
        return "expected"
    return span.availability.value


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None
