"""Papers: the documents, feeds, badges and files of a snapshot, each with what it is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any

from statuspage.core.event import Event
from statuspage.core.settings import Site
from statuspage.core.snapshot import CellView, Snapshot
from statuspage.site import assets, badges, calendar, compat, compat_feeds, documents, feeds
from statuspage.site.excerpts import by_name
from statuspage.site.leaf import CALENDAR, JSON, Leaf, Rhythm
from statuspage.site.openapi import document

API = "/api/v1"


@dataclass(frozen=True, slots=True)
class Paper:
    """Some leaves that belong together. ``content`` is what they tell besides how fresh it is."""

    name: str
    content: tuple[Any, ...]
    make: Callable[[], Iterator[Leaf]]
    fresh: bool = False


@dataclass
class Pile:
    """The papers of one snapshot after the other."""

    _made: dict[str, tuple[tuple[Any, ...], list[Leaf]]] = field(default_factory=dict)

    def leaves(self, snapshot: Snapshot, still: Snapshot, refresh: bool) -> Iterator[Leaf]:
        """Every leaf: as before where the content is as before, unless it tells freshness and that is due."""
        before, self._made = self._made, {}
        for paper in papers(snapshot, still):
            kept = before.get(paper.name)
            if kept is None or kept[0] != paper.content or (paper.fresh and refresh):
                kept = (paper.content, list(paper.make()))
            self._made[paper.name] = kept
            yield from kept[1]


def papers(snapshot: Snapshot, still: Snapshot) -> Iterator[Paper]:
    """Every paper of a snapshot."""
    yield from _documents(snapshot, still)
    yield from _feeds(snapshot)
    yield from _compatible(snapshot, still)
    names = {one.id: one.name for one in still.user_classes}
    for model, looks in badges.looks(still):
        yield Paper(f"badges {model.id}", (model, looks, names), partial(badges.of_model, model, looks, names))
    yield Paper("calendar", (snapshot.site, snapshot.incidents), partial(_calendar, snapshot))
    yield Paper("openapi", (snapshot.site,), partial(_described, snapshot.site))
    yield Paper("assets", (snapshot.site.logo,), partial(_assets, snapshot.site))


def _documents(snapshot: Snapshot, still: Snapshot) -> Iterator[Paper]:
    def one(path: str, make: Callable[[], bytes], *content: Any) -> Paper:
        return Paper(path, (snapshot.site, *content), partial(_live, path, make), fresh=True)

    stands = snapshot.as_of_seq
    open_ = (still.summary, still.incidents, snapshot.policy, snapshot.schedule, len(snapshot.seen))
    catalogue = (snapshot.models, snapshot.providers, snapshot.user_classes)
    yield one("/freshness.json", partial(documents.freshness, snapshot), stands)
    yield one(f"{API}/snapshot", partial(documents.whole, snapshot), stands, still.cells, *open_, *catalogue)
    yield one(f"{API}/models", partial(documents.models, snapshot), still.cells, snapshot.models)
    for model in snapshot.models:
        make = partial(documents.model, snapshot, model.id)
        yield one(f"{API}/models/{model.id}", make, model, still.of_model(model.id))
    classes, places = _by_class(still), _by_provider(still)
    for known in snapshot.user_classes:
        make = partial(documents.user_class, snapshot, known.id)
        yield one(f"{API}/user-classes/{known.id}", make, known, classes.get(known.id))
    for provider in snapshot.providers:
        make = partial(documents.provider, snapshot, provider.id)
        yield one(f"{API}/providers/{provider.id}", make, provider, places.get(provider.id))
    yield from _stories(snapshot, still)


def _stories(snapshot: Snapshot, still: Snapshot) -> Iterator[Paper]:
    told = (snapshot.site, still.incidents, snapshot.models, tuple(cell.key for cell in still.cells))
    moved = tuple(one for one in snapshot.seen if one.published.incident)
    yield Paper("incidents", (*told, moved), partial(_incidents, snapshot))


def every_feed(snapshot: Snapshot) -> Iterator[feeds.Feed]:
    """The feed of everything, of each model, class and provider, and of incidents."""
    written = feeds.written_of(snapshot.incidents, snapshot.recent_events)
    for path, page, title, events in _listed(snapshot):
        yield feeds.feed(snapshot.site, path, page, title, events, written)


def _listed(snapshot: Snapshot) -> Iterator[tuple[str, str, str, tuple[Event, ...]]]:
    events = snapshot.recent_events
    yield "/feeds/all", "/", "Every event", events
    for kind, things, names in (
        ("models", snapshot.models, feeds.models_of),
        ("user-classes", snapshot.user_classes, feeds.classes_of),
        ("providers", snapshot.providers, feeds.providers_of),
    ):
        mine = by_name(events, names)
        for one in things:
            yield f"/feeds/{kind}/{one.id}", f"/{kind}/{one.id}", one.name, mine.get(one.id, ())
    yield "/feeds/incidents", "/history", "Incidents", tuple(event for event in events if event.draft.incident)


def _feeds(snapshot: Snapshot) -> Iterator[Paper]:
    written = feeds.written_of(snapshot.incidents, snapshot.recent_events)
    for path, page, title, events in _listed(snapshot):
        public = tuple(islice(filter(feeds.is_public, events), feeds.LIMIT))
        said = {event.id: written[event.id] for event in public if event.id in written}
        make = partial(_feed, snapshot.site, path, page, title, public, said)
        yield Paper(path, (snapshot.site, title, public, said), make)


def _feed(
    site: Site, path: str, page: str, title: str, events: tuple[Event, ...], written: feeds.Written
) -> Iterator[Leaf]:
    made = feeds.feed(site, path, page, title, events, written)
    for suffix, write in feeds.FORMATS.items():
        kind = feeds.TYPES[suffix]
        content_type = kind if suffix == "json" else f"{kind}; charset=utf-8"
        yield Leaf(f"{path}.{suffix}", content_type, write(made), Rhythm.CONTENT)


def _compatible(snapshot: Snapshot, still: Snapshot) -> Iterator[Paper]:
    """What programs know that were written for another status page."""
    catalogue = (snapshot.site, snapshot.models, snapshot.providers, snapshot.user_classes)
    content = (*catalogue, still.summary, still.cells, still.incidents, len(snapshot.transitions))
    yield Paper("compatible", content, partial(_compat_documents, still))
    yield Paper("compatible feeds", (snapshot.site, still.incidents), partial(_compat_feeds, still))


def _compat_documents(snapshot: Snapshot) -> Iterator[Leaf]:
    for path, body in compat.documents(snapshot):
        yield Leaf(path, JSON, body, Rhythm.CONTENT)


def _compat_feeds(snapshot: Snapshot) -> Iterator[Leaf]:
    for path, content_type, body in compat_feeds.feeds(snapshot):
        yield Leaf(path, content_type, body, Rhythm.CONTENT)


def _live(path: str, make: Callable[[], bytes]) -> Iterator[Leaf]:
    yield Leaf(path, JSON, make(), Rhythm.FRESHNESS)


def _incidents(snapshot: Snapshot) -> Iterator[Leaf]:
    yield Leaf(f"{API}/incidents", JSON, documents.incidents(snapshot), Rhythm.CONTENT)
    for one in snapshot.incidents:
        yield Leaf(f"{API}/incidents/{one.id}", JSON, documents.incident(snapshot, one.id), Rhythm.CONTENT)


def _calendar(snapshot: Snapshot) -> Iterator[Leaf]:
    yield Leaf("/maintenance.ics", CALENDAR, calendar.maintenance(snapshot), Rhythm.CONTENT)


def _described(site: Site) -> Iterator[Leaf]:
    yield Leaf(document.PATH, JSON, document.body(site), Rhythm.CONTENT)


def _assets(site: Site) -> Iterator[Leaf]:
    for asset in assets.every(site):
        yield Leaf(asset.path, asset.content_type, asset.body, Rhythm.NEVER)


def _by_class(snapshot: Snapshot) -> dict[str, list[CellView]]:
    found: dict[str, list[CellView]] = {}
    for cell in snapshot.cells:
        found.setdefault(cell.key.user_class, []).append(cell)
    return found


def _by_provider(snapshot: Snapshot) -> dict[str, list[CellView]]:
    found: dict[str, list[CellView]] = {}
    for cell in snapshot.cells:
        found.setdefault(cell.key.provider, []).append(cell)
    return found
