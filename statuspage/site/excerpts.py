"""Excerpts: the part of a still snapshot that one page may see; two that are equal make the same page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cached_property

from statuspage.core.availability import Availability
from statuspage.core.cell import Transition
from statuspage.core.event import Event
from statuspage.core.incident import Incident
from statuspage.core.settings import Model
from statuspage.core.snapshot import CellView, Fold, Snapshot, Summary
from statuspage.site import days, feeds
from statuspage.site.pages import EVENTS, month_of

NOTHING = Summary(Availability.UNKNOWN, "")


@dataclass(frozen=True)
class Excerpts:
    """The excerpts of one still snapshot. What is left out of all of them can move no page."""

    still: Snapshot

    @cached_property
    def today(self) -> Snapshot:
        """Who publishes, the catalogue and the day; every page sees these."""
        summary = replace(NOTHING, availability=self.still.summary.availability)
        return replace(
            self.still,
            as_of_seq=0,
            summary=summary,
            cells=(),
            folds=(),
            incidents=(),
            recent_events=(),
            transitions=(),
            earlier=(),
        )

    @cached_property
    def timeless(self) -> Snapshot:
        """The same without the day: for pages that tell of the past."""
        first = datetime(self.still.generated_at.year, 1, 1, tzinfo=UTC)
        return replace(self.today, generated_at=first, valid_until=first, newest_observation_at=None)

    @cached_property
    def quiet(self) -> Snapshot:
        """The day without the site's state: for pages that show a state of their own."""
        return replace(self.today, summary=NOTHING)

    @cached_property
    def windowed(self) -> tuple[Incident, ...]:
        """The stories that are open, or were in the window of the strips."""
        first = days.window(self.still)[0]
        return tuple(
            one for one in self.still.incidents if one.open or not one.resolved_at or one.resolved_at.date() >= first
        )

    @cached_property
    def events_of_models(self) -> dict[str, tuple[Event, ...]]:
        """The events that name a model, newest first."""
        return by_name(self.still.recent_events, feeds.models_of)

    @cached_property
    def moved(self) -> dict[str | None, tuple[Transition, ...]]:
        """The transitions of each incident."""
        found: dict[str | None, list[Transition]] = {}
        for one in self.still.seen:
            found.setdefault(one.published.incident, []).append(one)
        return {name: tuple(many) for name, many in found.items()}

    @cached_property
    def reopened(self) -> tuple[Transition, ...]:
        """The transitions by which somebody is answered again."""
        return tuple(one for one in self.still.seen if one.reopens)

    def _of(self, incident: Incident) -> tuple[Transition, ...]:
        """What was seen of a story: what it is linked to, and when its cells were answered again."""
        again = (one for one in self.reopened if incident.covers(one.key) and one.published.incident != incident.id)
        return (*self.moved.get(incident.id, ()), *again)

    def with_named(self, incidents: tuple[Incident, ...], events: Iterable[Event]) -> tuple[Incident, ...]:
        """These stories, and those whose events are listed beside them; newest first."""
        named = {event.draft.incident for event in events} - {None}
        if not named:
            return incidents
        known = {one.id for one in incidents}
        return tuple(one for one in self.still.incidents if one.id in known or one.id in named)

    def home(self) -> Snapshot:
        """What the first page sees."""
        still = self.still
        opened = [one for one in still.incidents if one.open]
        return replace(
            self.today,
            summary=still.summary,
            cells=still.cells,
            folds=still.folds,
            incidents=self.with_named(self.windowed, still.recent_events[:8]),
            recent_events=still.recent_events[:8],
            transitions=tuple(each for one in opened for each in self._of(one)),
        )

    def model(self, model: Model, folds: dict[str, tuple[Fold, ...]], incidents: tuple[Incident, ...]) -> Snapshot:
        """What a model's page sees: itself, how its alternatives stand, and the stories that concern it."""
        cells = self.still.of_model(model.id)
        names = (model.id, *model.alternatives)
        events = self.events_of_models.get(model.id, ())[:EVENTS]
        return replace(
            self.quiet,
            cells=cells,
            folds=tuple(fold for name in names for fold in folds.get(name, ())),
            incidents=self.with_named(incidents, events),
            recent_events=events,
        )

    def listing(self) -> Snapshot:
        """What a list of models sees besides its rows: the stories that its strips name."""
        return replace(self.quiet, incidents=self.windowed)

    def story(self, one: Incident) -> Snapshot:
        """What an incident's page sees: the cells that it covers, and all of them while it is open."""
        touched = {cell.key.model for cell in self.still.cells if one.covers(cell.key)}
        cells = self.still.cells if one.open else _of_models(self.still, touched)
        linked = tuple(event for event in self.still.recent_events if event.draft.incident == one.id)
        return replace(self.timeless, cells=cells, incidents=(one,), recent_events=linked, transitions=self._of(one))

    def event(self, event: Event, known: dict[str, Event], incidents: dict[str, Incident]) -> Snapshot:
        """What an event's page sees: itself, and what it links to."""
        ended = dict.fromkeys(one.restores for one in event.draft.changes if one.restores in known)
        story = incidents.get(event.draft.incident or "")
        restored = tuple(known[name] for name in ended if name)
        return replace(self.timeless, recent_events=(event, *restored), incidents=(story,) if story else ())

    def month(self, shown: date | None) -> Snapshot:
        """What a page of the history sees."""
        inside = (one for one in self.still.recent_events if shown in (None, month_of(one.draft.timestamp)))
        return replace(self.timeless, incidents=self.still.incidents, recent_events=tuple(inside))

    def day(self, shown: date) -> Snapshot:
        """What the page of a day sees."""
        return replace(self.today, incidents=days.open_on(self.still.incidents, shown))

    def replay(self) -> Snapshot:
        """What the replay sees."""
        still = self.still
        return replace(
            self.today,
            cells=still.cells,
            incidents=still.incidents,
            recent_events=still.recent_events,
            transitions=still.transitions,
        )


def by_name(events: Iterable[Event], names: Callable[[Event], set[str]]) -> dict[str, tuple[Event, ...]]:
    """The events that name a thing, by its id."""
    found: dict[str, list[Event]] = {}
    for event in events:
        for name in names(event):
            found.setdefault(name, []).append(event)
    return {name: tuple(many) for name, many in found.items()}


def _of_models(snapshot: Snapshot, names: set[str]) -> tuple[CellView, ...]:
    return tuple(cell for model in snapshot.models if model.id in names for cell in snapshot.of_model(model.id))
