"""Feeds: the newest events as RSS 2.0, Atom and JSON Feed, byte-identical for identical content."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from typing import Any
from urllib.parse import urlsplit

import orjson
from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseEntryExtension, BaseExtension
from feedgen.feed import FeedGenerator

from statuspage.core.event import ON_REQUEST, Event, EventType, rfc3339
from statuspage.core.settings import Site
from statuspage.site.prose import printable

LIMIT = 50
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""When an empty feed was last updated: a constant, so that its bytes never change."""

PRIVATE = ON_REQUEST | {EventType.WEBHOOK_VERIFY, EventType.WEBHOOK_TEST}
TYPES = {"atom": "application/atom+xml", "rss": "application/rss+xml", "json": "application/feed+json"}


@dataclass(frozen=True, slots=True)
class Item:
    """One event as every format tells it."""

    tag: str
    url: str
    title: str
    at: datetime
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
        return max((item.at for item in self.items), default=EPOCH)

    @property
    def id(self) -> str:
        """The feed's own id, the same for ever."""
        return f"tag:{host(self.site)},2026:{self.path.strip('/')}"


def feed(site: Site, path: str, page: str, title: str, events: Iterable[Event]) -> Feed:
    """The feed of these events, whatever their order."""
    public = [event for event in events if is_public(event)]
    newest = sorted(public, key=lambda event: event.seq, reverse=True)[:LIMIT]
    label = f"{title} · {site.name}" + (" (sandbox)" if site.sandbox else "")
    return Feed(path, page, printable(label), site, tuple(item(site, event) for event in newest))


def item(site: Site, event: Event) -> Item:
    """One event as an item: the same id and address in every feed in which it appears."""
    tag = f"tag:{host(site)},{event.draft.timestamp.year}:events/{event.id}"
    return Item(
        tag,
        f"{site.url}/events/{event.id}",
        printable(event.draft.summary).strip() or event.draft.type.value,
        event.draft.timestamp,
        tuple(printable(name) for name in _categories(event)),
    )


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
    made = _generator(one, "atom", str)
    made.register_extension("typed_links", BaseExtension, _TypedLinks, atom=True, rss=False)
    return bytes(made.atom_str(pretty=True))


def rss(one: Feed) -> bytes:
    """The feed as RSS 2.0. Its texts are HTML to readers, so markup in them is escaped once more."""
    made = _generator(one, "rss", lambda text: escape(text, quote=False))
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
        "description": printable(one.site.description) or one.title,
        "language": "en",
        "authors": [{"name": printable(one.site.name), "url": f"{one.site.url}/"}],
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


def _generator(one: Feed, suffix: str, text: Callable[[str], str]) -> FeedGenerator:
    made = FeedGenerator()
    made.id(one.id)
    made.title(text(one.title))
    made.description(text(printable(one.site.description) or one.title))
    made.author({"name": printable(one.site.name), "uri": f"{one.site.url}/"})
    made.language("en")
    made.generator("statuspage")
    made.docs("https://www.rssboard.org/rss-specification")
    made.link(href=f"{one.site.url}{one.path}.{suffix}", rel="self", type=TYPES[suffix])
    made.link(href=one.site.url + one.page, rel="alternate", type="text/html")
    made.updated(one.updated)
    for item in one.items:
        made.add_entry(_entry(item, text), order="append")
    return made


def _entry(item: Item, text: Callable[[str], str]) -> FeedEntry:
    entry = FeedEntry()
    entry.id(item.tag)
    entry.title(text(item.title))
    entry.link(href=item.url, rel="alternate")
    entry.description(text(item.title), isSummary=True)
    entry.updated(item.at)
    entry.published(item.at)
    setattr(entry, "_FeedEntry__rss_pubDate", None)  # noqa: B010
    entry.category([{"term": name} for name in item.categories])
    return entry


def _json_item(item: Item) -> dict[str, Any]:
    return {
        "id": item.tag,
        "url": item.url,
        "title": item.title,
        "content_text": item.title,
        "date_published": rfc3339(item.at),
        "tags": list(item.categories),
    }


def _categories(event: Event) -> tuple[str, ...]:
    changes = event.draft.changes
    states = {change.to_availability.value for change in changes}
    reasons = {change.reason.value for change in changes if change.reason.value}
    named = [sorted(models_of(event)), sorted(providers_of(event)), sorted(classes_of(event))]
    ordered = [name for names in [[event.draft.type.value], *named, sorted(states), sorted(reasons)] for name in names]
    return tuple(dict.fromkeys(ordered))
