"""What one snapshot takes over from the one before it: whatever cannot have changed is made once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from operator import attrgetter

from statuspage.core.announcement import usable_instead
from statuspage.core.assembly import Surroundings, fold, grouped, spans, view, window
from statuspage.core.availability import CellKey
from statuspage.core.cell import CellState, Transition
from statuspage.core.event import Event
from statuspage.core.incident import Incident, Kind
from statuspage.core.settings import Settings
from statuspage.core.snapshot import CellView, Fold
from statuspage.core.uptime import Day, Figures, Span, by_day, measure

Days = tuple[Day, ...]
Over = tuple[Days, Figures]
"""The days that are over, and their sum."""


OF_A_ROUND = frozenset({"last_observed_at", "last_answer_at", "last_valid_at", "recent_usable"})
LASTING = attrgetter(*(one.name for one in fields(CellState) if one.name not in OF_A_ROUND))
"""What a round does not change of a cell that is asked again and answers as before."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """A cell's view, and what it was made of; ``base`` is that view as it was before it was only asked again."""

    state: CellState
    settings: Settings
    view: CellView
    base: CellView


@dataclass(frozen=True, slots=True)
class _Past:
    """What a cell was until the newest midnight, span by span and day by day; ``rest`` reaches beyond it."""

    history: Sequence[Transition]
    windows: tuple[Incident, ...]
    midnight: datetime
    before: tuple[Span, ...]
    over: Over
    rest: tuple[Span, ...]

    def holds(self, history: Sequence[Transition], windows: tuple[Incident, ...], midnight: datetime) -> bool:
        """Whether it would be measured anew just as it is."""
        return self.midnight == midnight and self.history == history and self.windows == windows


@dataclass
class Recollection:
    """Views, days that are over, and events that were read, kept from one snapshot to the next.

    ``stories`` is what was seen of each incident before a moment.
    A fresh one gives the same answers, only later.
    """

    events: tuple[Event, ...] = ()
    stories: dict[str, tuple[Incident, datetime, tuple[Transition, ...]]] = field(default_factory=dict)
    _events_since: datetime | None = None
    _folds: dict[tuple[str, str], tuple[list[CellView], Fold]] = field(default_factory=dict)
    _views: dict[CellKey, _Seen] = field(default_factory=dict)
    _past: dict[CellKey, _Past] = field(default_factory=dict)

    def view_all(self, around: Surroundings) -> tuple[CellView, ...]:
        """Every cell as the public sees it."""
        declared = [one for one in around.incidents if one.kind is Kind.RESTRICTION and one.open]
        before, self._views = self._views, {}
        settled = before.keys() == around.states.keys() and all(
            seen.state.published == around.states[key].published for key, seen in before.items()
        )
        made = []
        for key, state in around.states.items():
            timeless = not any(one.covers(key) for one in declared)
            seen = before.get(key) if timeless else None
            if seen is None or not _still(seen, state, around, settled):
                fresh = view(state, around)
                seen = _Seen(state, around.settings, fresh, fresh)
            elif seen.state is not state:
                seen = replace(seen, state=state, view=_asked_again(seen.view, state))
            self._views[key] = seen
            made.append(seen.view)
        return tuple(made)

    def fold_all(self, cells: Sequence[CellView], settings: Settings) -> tuple[Fold, ...]:
        """Every model for every class over its providers."""
        before, self._folds = self._folds, {}
        made = []
        for pair, group in grouped(cells, settings).items():
            seen, bases = before.get(pair), [self._base(cell) for cell in group]
            one = seen[1] if seen and seen[0] == bases else fold(*pair, group)
            self._folds[pair] = (bases, one)
            made.append(one)
        return tuple(made)

    def _base(self, cell: CellView) -> CellView:
        seen = self._views.get(cell.key)
        return seen.base if seen and seen.view is cell else cell

    def events_since(self, since: datetime) -> tuple[Event, ...]:
        """The known end of the log, newest first; none where the window has moved back with the clock."""
        return self.events if self._events_since and self._events_since <= since else ()

    def keep_events(self, events: tuple[Event, ...], since: datetime) -> None:
        """Remember the end of the log."""
        self.events, self._events_since = events, since

    def days_all(
        self, history: Mapping[CellKey, Sequence[Transition]], incidents: Iterable[Incident], at: datetime
    ) -> tuple[dict[CellKey, Days], dict[CellKey, Figures]]:
        """The days of every cell in the window of a moment, and their sum; cells that were alike share one object."""
        windows = tuple(one for one in incidents if one.kind is Kind.MAINTENANCE)
        midnight = _midnight(at)
        before, self._past = self._past, {}
        known = {past.before: past.over for past in before.values() if past.midnight == midnight}
        days: dict[CellKey, Days] = {}
        figures: dict[CellKey, Figures] = {}
        alike: dict[tuple[int, Figures], tuple[Days, Figures]] = {}
        steady: dict[Span, Figures] = {}
        for key, found in history.items():
            past = before.get(key)
            if past is None or not past.holds(found, windows, midnight):
                past = _past(found, windows, at, known)
            self._past[key] = past
            today = _today(past, at, steady)
            kind = (id(past.over), today)
            if kind not in alike:
                over, summed = past.over
                alike[kind] = ((*over, Day(midnight.date(), today)), summed + today)
            days[key], figures[key] = alike[kind]
        return days, figures


def _still(seen: _Seen, state: CellState, around: Surroundings, settled: bool) -> bool:
    """Whether a view would be made anew just as it is, but for when it was asked; what is attested or declared also
    depends on the time. ``settled`` is whether no cell at all is published otherwise than before."""
    shown, key = seen.view, state.key
    if seen.settings is not around.settings or shown.declared or shown.attested:
        return False
    if not (seen.state is state or LASTING(state) == LASTING(seen.state)):
        return False
    if shown.possible_misfire is not (key in around.misfires):
        return False
    return settled or shown.alternatives == usable_instead(key.model, key.user_class, around.settings, around.states)


def _asked_again(shown: CellView, state: CellState) -> CellView:
    """The view of a cell of which nothing is new but when it was asked."""
    if shown.measured is None:
        return shown
    measured = replace(shown.measured, last_observed_at=state.last_observed_at, last_answer_at=state.last_answer_at)
    return replace(shown, measured=measured)


def _midnight(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _past(
    found: Sequence[Transition], windows: tuple[Incident, ...], at: datetime, known: dict[tuple[Span, ...], Over]
) -> _Past:
    midnight = _midnight(at)
    lived = spans(found, at, windows)
    until = tuple(
        span if span.end <= midnight else replace(span, end=midnight) for span in lived if span.start < midnight
    )
    if until not in known:
        known[until] = by_day(until, window(at), midnight), measure(until, window(at), midnight)
    rest = tuple(span for span in lived if span.end >= midnight)
    return _Past(found, windows, midnight, until, known[until], rest)


def _today(past: _Past, at: datetime, steady: dict[Span, Figures]) -> Figures:
    """The figures of the day that is not over; measured once for all cells that have not changed since midnight."""
    if past.windows or not past.rest:
        return measure(spans(past.history, at, past.windows), past.midnight, at)
    *over, last = past.rest
    last = replace(last, start=max(last.start, past.midnight), end=at)
    if over or last.start > past.midnight:
        return measure([*over, last], past.midnight, at)
    if last not in steady:
        steady[last] = measure([last], past.midnight, at)
    return steady[last]
