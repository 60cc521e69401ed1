"""Sheets: every page of a snapshot with the very things that it is made of; one made of the same is the same page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from statuspage.core.availability import CellKey
from statuspage.core.incident import Incident
from statuspage.core.settings import Model, Offering
from statuspage.core.snapshot import Fold, Snapshot
from statuspage.site import days, docs_api, drawn, matrix, pages, strips, tools
from statuspage.site import replay as story
from statuspage.site.excerpts import Excerpts
from statuspage.site.leaf import HTML, JSON, NOT_FOUND, TEXT, Rhythm
from statuspage.site.matrix import Row
from statuspage.site.render import page

EVENT_PAGES = 50
"""How many of the newest events have a published page; the web server renders older ones when they are asked for."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page: ``make`` gets nothing but ``inputs``, so that a page cannot depend on anything else."""

    path: str
    make: Callable[..., bytes]
    inputs: tuple[Any, ...]
    rhythm: Rhythm = Rhythm.CONTENT
    content_type: str = HTML


@dataclass
class Desk:
    """Lays out the sheets of one snapshot after the other; rows and scopes that did not change are kept."""

    _rows: dict[str, tuple[tuple[object, ...], Row]] = field(default_factory=dict)
    _places: dict[tuple[str, str], tuple[tuple[object, ...], Row]] = field(default_factory=dict)
    _scopes: Scopes | None = None

    def sheets(self, snapshot: Snapshot, still: Snapshot) -> Iterator[Sheet]:
        """Every page of a snapshot; ``still`` is the same without its freshness."""
        excerpts = Excerpts(still)
        yield from self._present(snapshot, excerpts)
        yield from _past(excerpts)
        yield from _days(snapshot, excerpts)
        yield from _tools(excerpts)

    def _present(self, snapshot: Snapshot, excerpts: Excerpts) -> Iterator[Sheet]:
        still = excerpts.still
        folds = matrix.folds_of(still)
        rows = self._home(still, folds)
        scopes = self._scoped(excerpts.windowed, still)
        named = strips.incidents(excerpts.listing())
        told = scopes.told(named)
        fresh = Rhythm.FRESHNESS
        yield Sheet("/", _home, (excerpts.home(), drawn.of_home(snapshot, rows, told)), fresh)
        for model in still.models:
            mine = scopes.of_model(model.id)
            excerpt = excerpts.model(model, folds, mine)
            shown = drawn.of_model(snapshot, model, scopes.told(strips.incidents(excerpt)))
            yield Sheet(f"/models/{model.id}", pages.model, (excerpt, model, shown), fresh)
        listing, usable = excerpts.listing(), drawn.usable(snapshot)
        for one in still.user_classes:
            listed = drawn.of_class(snapshot, one, rows, told, usable)
            yield Sheet(f"/user-classes/{one.id}", pages.user_class, (listing, one, listed), fresh)
        for provider in still.providers:
            here = tuple(self._at(still, model, offering) for model, offering in _offered(still, provider.id))
            trouble = [row.id for row in here if any(square and square.loud for square in row.squares)]
            cells = tuple(cell for name in dict.fromkeys(trouble) for cell in still.of_model(name))
            seen = replace(excerpts.quiet, cells=cells)
            yield Sheet(f"/providers/{provider.id}", pages.provider, (seen, provider, here), fresh)
        classes = (replace(excerpts.today, folds=still.folds),)
        yield Sheet("/user-classes", tools.user_classes, classes, fresh)

    def _home(self, still: Snapshot, folds: dict[str, tuple[Fold, ...]]) -> tuple[Row, ...]:
        before, self._rows = self._rows, {}
        for model in still.models:
            mine = folds.get(model.id, ())
            key = (model, mine, still.of_model(model.id), still.user_classes, still.providers)
            seen = before.get(model.id)
            row = seen[1] if seen and seen[0] == key else matrix.folded(still, model, mine)
            self._rows[model.id] = (key, row)
        return tuple(row for _, row in self._rows.values())

    def _at(self, still: Snapshot, model: Model, offering: Offering) -> Row:
        place = (model.id, offering.provider)
        key = (model, still.of_model(model.id), still.user_classes)
        seen = self._places.get(place)
        row = seen[1] if seen and seen[0] == key else matrix.at_provider(still, model, offering)
        self._places[place] = (key, row)
        return row

    def _scoped(self, incidents: tuple[Incident, ...], still: Snapshot) -> Scopes:
        keys = tuple(cell.key for cell in still.cells)
        if self._scopes is None or self._scopes.incidents != incidents or self._scopes.keys != keys:
            self._scopes = Scopes(incidents, keys)
        return self._scopes


class Scopes:
    """Which stories cover which cells."""

    def __init__(self, incidents: tuple[Incident, ...], keys: tuple[CellKey, ...]) -> None:
        self.incidents, self.keys = incidents, keys
        self._covering: dict[CellKey, tuple[Incident, ...]] = {}
        self._numbers: dict[str, set[int]] = {}
        for key in keys if incidents else ():
            numbers = [at for at, one in enumerate(incidents) if one.covers(key)]
            self._covering[key] = tuple(incidents[at] for at in numbers)
            self._numbers.setdefault(key.model, set()).update(numbers)

    def of_model(self, model: str) -> tuple[Incident, ...]:
        """The stories that concern any cell of a model, newest first."""
        return tuple(self.incidents[at] for at in sorted(self._numbers.get(model, ())))

    def told(self, named: tuple[Incident, ...]) -> drawn.Told:
        """The numbers, among those that a page names, of the stories that cover a cell."""
        numbers = {one.id: at for at, one in enumerate(named)}

        def of(key: CellKey) -> tuple[int, ...]:
            many = self._covering.get(key, ())
            return tuple(sorted(numbers[one.id] for one in many if one.id in numbers)) if many else ()

        return of


def _home(seen: Snapshot, shown: drawn.Home) -> bytes:
    return pages.home(seen, None, shown)


def _past(excerpts: Excerpts) -> Iterator[Sheet]:
    still = excerpts.still
    listed = pages.months(still)
    yield Sheet("/history", pages.history, (excerpts.month(None), None, listed))
    for month in listed:
        yield Sheet(f"/history/{month:%Y-%m}", pages.history, (excerpts.month(month), month, listed))
    for incident in still.incidents:
        yield Sheet(f"/incidents/{incident.id}", pages.incident, (excerpts.story(incident), incident))
    known = {event.id: event for event in still.recent_events}
    stories = {incident.id: incident for incident in still.incidents}
    for event in still.recent_events[:EVENT_PAGES]:
        yield Sheet(f"/events/{event.id}", pages.event, (excerpts.event(event, known, stories), event))


def _days(snapshot: Snapshot, excerpts: Excerpts) -> Iterator[Sheet]:
    found = days.troubles(snapshot)
    window = days.window(snapshot)
    for one in window:
        rhythm = Rhythm.FRESHNESS if one == window[-1] else Rhythm.CONTENT
        yield Sheet(f"/history/{one}", tools.day, (excerpts.day(one), one, found.get(one, ())), rhythm)


def _tools(excerpts: Excerpts) -> Iterator[Sheet]:
    seen = excerpts.timeless
    yield Sheet("/methodology", pages.methodology, (seen,))
    yield Sheet(NOT_FOUND, pages.not_found, (seen,))
    yield Sheet("/my", tools.my, (seen,))
    yield Sheet("/is-it-me", tools.is_it_me, (seen,))
    yield Sheet("/subscribe", tools.subscribe, (seen,))
    yield Sheet("/docs/api", docs_api.docs_api, (seen,))
    yield Sheet("/replay", tools.replay, (excerpts.replay(),))
    yield Sheet("/replay.json", story.document, (excerpts.replay(),), content_type=JSON)
    for path in ("/llms.txt", "/robots.txt"):
        yield Sheet(path, _plain, (path, seen), content_type=TEXT)


def _plain(path: str, seen: Snapshot) -> bytes:
    return page(path.strip("/"), seen, path)


def _offered(snapshot: Snapshot, provider_id: str) -> Iterator[tuple[Model, Offering]]:
    for model in snapshot.models:
        for offering in model.offered:
            if offering.provider == provider_id:
                yield model, offering
