"""Feeds: the newest events as RSS 2.0, Atom and JSON Feed, byte-identical for identical content."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import orjson
from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseEntryExtension, BaseExtension
from feedgen.feed import FeedGenerator

from statuspage.core.event import ON_REQUEST, Event, EventType, rfc3339
from statuspage.core.incident import Incident, Update
from statuspage.core.settings import Site
from statuspage.site.prose import opening, printable

LIMIT = 50
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
"""When an empty feed was last updated: a constant, so that its bytes never change, and one that validators believe."""

APART = 1000
"""Microseconds within which events of one moment are told apart: validators want each entry to have its own update."""

Words = Callable[[str], str]
_TURNS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_ENTITY = re.compile(r"&(?=#?\w+;)")

PRIVATE = ON_REQUEST | {EventType.WEBHOOK_VERIFY, EventType.WEBHOOK_TEST}
TYPES = {"atom": "application/atom+xml", "rss": "application/rss+xml", "json": "application/feed+json"}


@dataclass(frozen=True, slots=True)
class Item:
    """One event as every format tells it. ``updated`` moves when staff correct what they wrote; nothing else does."""

    tag: str
    url: str
    title: str
    text: str
    at: datetime
    updated: datetime
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Feed:
    """A window of the newest events, newest first; ``path`` has no suffix, ``page`` is the page that it belongs to."""

    path: str
    page: str
    title: str
    site: Site
    items: tuple[Item, ...]

    @property
    def updated(self) -> datetime:
        """When the newest item was published."""
        return max((item.updated for item in self.items), default=EPOCH)

    @property
    def id(self) -> str:
        """The feed's own id, the same for ever."""
        return f"tag:{host(self.site)},2026:{self.path.strip('/')}"


Written = Mapping[str, Update]
"""What staff wrote, by the id of the event that told it."""


def feed(
    site: Site, path: str, page: str, title: str, events: Iterable[Event], written: Written = MappingProxyType({})
) -> Feed:
    """The feed of these events, whatever their order."""
    public = [event for event in events if is_public(event)]
    newest = sorted(public, key=lambda event: event.seq, reverse=True)[:LIMIT]
    return Feed(
        path,
        page,
        readable(f"{title} · {site.label}"),
        site,
        tuple(item(site, event, written.get(event.id)) for event in newest),
    )


def written_of(incidents: Iterable[Incident], events: Iterable[Event]) -> Written:
    """The updates that events told: those of the same incident that were published at the same moment."""
    known = {(one.id, each.recorded_at or each.at): each for one in incidents for each in one.updates}
    found = {event.id: known.get((event.draft.incident or "", event.draft.timestamp)) for event in events}
    return {event_id: update for event_id, update in found.items() if update}


def item(site: Site, event: Event, update: Update | None = None) -> Item:
    """One event as an item: the same id and address in every feed in which it appears."""
    corrected = max((edit.at for edit in update.edits), default=None) if update else None
    title = readable(event.draft.summary) or event.draft.type.value
    body = readable(opening(update.body)) if update else ""
    tag = f"tag:{host(site)},{event.draft.timestamp.year}:events/{event.id}"
    return Item(
        tag,
        f"{site.url}/events/{event.id}",
        f"{title} (corrected)" if corrected else title,
        f"{title}\n\n{body}" if body else title,
        event.draft.timestamp,
        (corrected or event.draft.timestamp) + timedelta(microseconds=event.seq % APART),
        tuple(readable(name) for name in _categories(event)),
    )


def readable(text: str) -> str:
    """The text without what hides or turns round what stands beside it."""
    return printable(_TURNS.sub("", text)).strip()


def is_public(event: Event) -> bool:
    """Whether an event belongs into feeds: those for one subscriber, and those on request, do not."""
    return event.draft.type not in PRIVATE and not event.draft.test


def models_of(event: Event) -> set[str]:
    """The models that an event speaks of."""
    draft = event.draft
    named = {draft.model} if draft.model else set()
    return {change.key.model for change in draft.changes} | set(draft.models) | named


def providers_of(event: Event) -> set[str]:
    """The providers that an event speaks of."""
    draft = event.draft
    named = {draft.provider} if draft.provider else set()
    return {change.key.provider for change in draft.changes} | set(draft.providers) | named


def classes_of(event: Event) -> set[str]:
    """The user classes that an event speaks of."""
    return {change.key.user_class for change in event.draft.changes} | set(event.draft.user_classes)


def host(site: Site) -> str:
    """The name under which ids are minted."""
    return urlsplit(site.url).hostname or "localhost"


def atom(one: Feed) -> bytes:
    """The feed as Atom."""
    made = _generator(one, "atom", str, str)
    made.register_extension("typed_links", BaseExtension, _TypedLinks, atom=True, rss=False)
    return bytes(made.atom_str(pretty=True))


def rss(one: Feed) -> bytes:
    """The feed as RSS 2.0. Descriptions are HTML to readers: markup in them is escaped once more; titles have none."""
    made = _generator(one, "rss", unmarked, lambda text: escape(text, quote=False))
    made.lastBuildDate(EPOCH)
    setattr(made, "_FeedGenerator__rss_lastBuildDate", None)  # noqa: B010
    made.register_extension("dates", _Built.of(one.updated if one.items else None), _Published, atom=False, rss=True)
    for entry, item in zip(made.entry(), one.items, strict=True):
        entry.dates.at = item.at
    return bytes(made.rss_str(pretty=True))


def json(one: Feed) -> bytes:
    """The feed as JSON Feed 1.1."""
    shape = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": one.title,
        "home_page_url": one.site.url + one.page,
        "feed_url": f"{one.site.url}{one.path}.json",
        "description": readable(one.site.description) or one.title,
        "language": "en",
        "authors": [{"name": readable(one.site.name), "url": f"{one.site.url}/"}],
        "items": [_json_item(item) for item in one.items],
    }
    return orjson.dumps(shape)


FORMATS: dict[str, Callable[[Feed], bytes]] = {"atom": atom, "rss": rss, "json": json}


class _TypedLinks(BaseEntryExtension):  # type: ignore[misc]
    """Gives Atom entry links the ``rel`` and ``type`` that feedgen leaves out."""

    def extend_atom(self, entry: Any) -> Any:
        for link in entry.iter("link", "{http://www.w3.org/2005/Atom}link"):
            link.set("rel", "alternate")
            link.set("type", "text/html")
        return entry


class _Published(BaseEntryExtension):  # type: ignore[misc]
    """Writes an item's date without touching the process's locale, as feedgen's own writer does."""

    at: datetime | None = None

    def extend_rss(self, entry: Any) -> Any:
        if self.at:
            _append(entry, "pubDate", format_datetime(self.at))
        return entry


class _Built(BaseExtension):  # type: ignore[misc]
    """The same for the channel."""

    at: datetime | None = None

    @classmethod
    def of(cls, at: datetime | None) -> type[_Built]:
        return type("_BuiltAt", (cls,), {"at": at})

    def extend_rss(self, feed: Any) -> Any:
        if self.at:
            _append(feed[0], "lastBuildDate", format_datetime(self.at))
        return feed


def _append(parent: Any, name: str, text: str) -> None:
    child = parent.makeelement(name)
    child.text = text
    parent.append(child)


def unmarked(text: str) -> str:
    """Text in which nobody sees markup: readers of RSS differ in what they take a title for."""
    return _ENTITY.sub("＆", text.translate({ord("<"): "‹", ord(">"): "›"}))


def _generator(one: Feed, suffix: str, heading: Words, text: Words) -> FeedGenerator:
    made = FeedGenerator()
    made.id(one.id)
    made.title(heading(one.title))
    made.description(text(readable(one.site.description) or one.title))
    made.author({"name": readable(one.site.name), "uri": f"{one.site.url}/"})
    made.language("en")
    made.generator("statuspage")
    made.docs("https://www.rssboard.org/rss-specification")
    made.link(href=f"{one.site.url}{one.path}.{suffix}", rel="self", type=TYPES[suffix])
    made.link(href=one.site.url + one.page, rel="alternate", type="text/html")
    made.updated(one.updated)
    for item in one.items:
        made.add_entry(_entry(item, heading, text), order="append")
    return made


def _entry(item: Item, heading: Words, text: Words) -> FeedEntry:
    entry = FeedEntry()
    entry.id(item.tag)
    entry.title(heading(item.title))
    entry.link(href=item.url, rel="alternate")
    entry.description(text(item.text), isSummary=True)
    entry.updated(item.updated)
    entry.published(item.at)
    setattr(entry, "_FeedEntry__rss_pubDate", None)  # noqa: B010
    entry.category([{"term": name} for name in item.categories])
    return entry


def _json_item(item: Item) -> dict[str, Any]:
    return {
        "id": item.tag,
        "url": item.url,
        "title": item.title,
        "content_text": item.text,
        "date_published": rfc3339(item.at),
        "date_modified": rfc3339(item.updated),
        "tags": list(item.categories),
    }


def _categories(event: Event) -> tuple[str, ...]:
    changes = event.draft.changes
    states = {change.to_availability.value for change in changes}
    reasons = {change.reason.value for change in changes if change.reason.value}
    named = [sorted(models_of(event)), sorted(providers_of(event)), sorted(classes_of(event))]
    ordered = [name for names in [[event.draft.type.value], *named, sorted(states), sorted(reasons)] for name in names]
    return tuple(dict.fromkeys(ordered))
