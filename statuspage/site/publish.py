"""Publishing: every page, document and feed of a snapshot as bytes, kept in memory and swapped at once."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from hashlib import sha256

import brotli

from statuspage.core.snapshot import Snapshot
from statuspage.ports import Page
from statuspage.site import assets, compat, compat_feeds, docs_api, documents, feeds, pages, tools
from statuspage.site.assets import Asset
from statuspage.site.leaf import HTML, JSON, Leaf, Rhythm
from statuspage.site.openapi import document

YEAR = 31_536_000
NOT_FOUND = "/404"
EVENT_PAGES = 50
"""How many of the newest events have a published page; the web server renders older ones when they are asked for."""

SMALL = 800
"""Bodies under this size travel in one packet anyhow and are not compressed."""

KEEP = {Rhythm.CONTENT: 30, Rhythm.FRESHNESS: 5, Rhythm.NEVER: YEAR}
"""Seconds for which a cache may answer without asking again."""

Pages = dict[str, Page]


def render_site(snapshot: Snapshot, previous: Mapping[str, Page] | None = None) -> Pages:
    """Every published path of a snapshot. A page whose bytes did not change is the very object of ``previous``."""
    before = previous or {}
    return {leaf.path: _page(leaf, before.get(leaf.path), snapshot.generated_at) for leaf in leaves(snapshot)}


def leaves(snapshot: Snapshot) -> Iterator[Leaf]:
    """Every page, document, feed and asset of a snapshot, not yet compressed."""
    yield from _present(snapshot)
    yield from _past(snapshot)
    yield from tools.leaves(snapshot)
    yield from _documents(snapshot)
    yield from _feeds(snapshot)
    yield from _compatible(snapshot)
    yield from _described(snapshot)
    for asset in assets.every():
        yield Leaf(asset.path, asset.content_type, asset.body, Rhythm.NEVER)


class PublishedSite:
    """The site that is being served; a new one replaces it at once, between two requests."""

    def __init__(self, pages: Mapping[str, Page] | None = None) -> None:
        self._pages: Mapping[str, Page] = pages or {}
        self._assets: dict[str, Page] = {}
        self.replace(self._pages)

    @property
    def pages(self) -> Mapping[str, Page]:
        """What is published now."""
        return self._pages

    def replace(self, pages: Mapping[str, Page]) -> None:
        """Publish these pages instead. Old assets stay, for readers who still hold an older page."""
        self._assets |= {path: page for path, page in pages.items() if page.cache_seconds == YEAR}
        self._pages = pages

    def page(self, path: str) -> Page | None:
        """The page at a path, None where there is none; documents also answer under ``.json``."""
        found = self._pages.get(path) or self._assets.get(path)
        if found is None and path.startswith("/api/v1/") and path.endswith(".json"):
            found = self._pages.get(path.removesuffix(".json"))
        return found if found is None or found.status == 200 else None

    @property
    def not_found(self) -> Page | None:
        """What to answer where there is no page; its status is 404."""
        return self._pages.get(NOT_FOUND)


def packed(leaf: Leaf, modified_at: datetime, status: int = 200) -> Page:
    """A page with its compressed forms and the strong tag of its content."""
    asset = leaf.rhythm is Rhythm.NEVER
    small, smaller = _pressed(Asset(leaf.path, leaf.content_type, leaf.body)) if asset else _press(leaf.body)
    worth = len(small) < len(leaf.body)
    return Page(
        path=leaf.path,
        content_type=leaf.content_type,
        body=leaf.body,
        etag=etag(leaf.body),
        gzip=small if worth else None,
        brotli=smaller if worth else None,
        modified_at=modified_at.replace(microsecond=0),
        cache_seconds=KEEP[leaf.rhythm],
        status=status,
    )


def etag(body: bytes) -> str:
    """The strong tag of these bytes, quoted."""
    return f'"{sha256(body).hexdigest()[:32]}"'


def _page(leaf: Leaf, before: Page | None, at: datetime) -> Page:
    if before is not None and before.body == leaf.body and before.content_type == leaf.content_type:
        return before
    return packed(leaf, at, 404 if leaf.path == NOT_FOUND else 200)


def _press(body: bytes) -> tuple[bytes, bytes]:
    if len(body) < SMALL:
        return body, body
    return gzip.compress(body, 6, mtime=0), brotli.compress(body, quality=5)


@lru_cache(maxsize=32)
def _pressed(asset: Asset) -> tuple[bytes, bytes]:
    return gzip.compress(asset.body, 9, mtime=0), brotli.compress(asset.body, quality=11)


def _present(snapshot: Snapshot) -> Iterator[Leaf]:
    yield Leaf("/", HTML, pages.home(snapshot), Rhythm.FRESHNESS)
    for model in snapshot.models:
        yield Leaf(f"/models/{model.id}", HTML, pages.model(snapshot, model), Rhythm.FRESHNESS)
    for user_class in snapshot.user_classes:
        yield Leaf(f"/user-classes/{user_class.id}", HTML, pages.user_class(snapshot, user_class), Rhythm.FRESHNESS)
    for provider in snapshot.providers:
        yield Leaf(f"/providers/{provider.id}", HTML, pages.provider(snapshot, provider), Rhythm.FRESHNESS)


def _past(snapshot: Snapshot) -> Iterator[Leaf]:
    yield Leaf("/history", HTML, pages.history(snapshot), Rhythm.CONTENT)
    for month in pages.months(snapshot):
        yield Leaf(f"/history/{month:%Y-%m}", HTML, pages.history(snapshot, month), Rhythm.CONTENT)
    for incident in snapshot.incidents:
        yield Leaf(f"/incidents/{incident.id}", HTML, pages.incident(snapshot, incident), Rhythm.CONTENT)
    for event in snapshot.recent_events[:EVENT_PAGES]:
        yield Leaf(f"/events/{event.id}", HTML, pages.event(snapshot, event), Rhythm.CONTENT)
    yield Leaf("/methodology", HTML, pages.methodology(snapshot), Rhythm.CONTENT)
    yield Leaf(NOT_FOUND, HTML, pages.not_found(snapshot), Rhythm.CONTENT)


def _documents(snapshot: Snapshot) -> Iterator[Leaf]:
    api = "/api/v1"
    yield Leaf("/freshness.json", JSON, documents.freshness(snapshot), Rhythm.FRESHNESS)
    yield Leaf(f"{api}/snapshot", JSON, documents.whole(snapshot), Rhythm.FRESHNESS)
    yield Leaf(f"{api}/models", JSON, documents.models(snapshot), Rhythm.FRESHNESS)
    for model in snapshot.models:
        yield Leaf(f"{api}/models/{model.id}", JSON, documents.model(snapshot, model.id), Rhythm.FRESHNESS)
    for one in snapshot.user_classes:
        yield Leaf(f"{api}/user-classes/{one.id}", JSON, documents.user_class(snapshot, one.id), Rhythm.FRESHNESS)
    for provider in snapshot.providers:
        body = documents.provider(snapshot, provider.id)
        yield Leaf(f"{api}/providers/{provider.id}", JSON, body, Rhythm.FRESHNESS)
    yield Leaf(f"{api}/incidents", JSON, documents.incidents(snapshot), Rhythm.CONTENT)
    for incident in snapshot.incidents:
        yield Leaf(f"{api}/incidents/{incident.id}", JSON, documents.incident(snapshot, incident.id), Rhythm.CONTENT)


def _feeds(snapshot: Snapshot) -> Iterator[Leaf]:
    for one in every_feed(snapshot):
        for suffix, write in feeds.FORMATS.items():
            kind = feeds.TYPES[suffix]
            content_type = kind if suffix == "json" else f"{kind}; charset=utf-8"
            yield Leaf(f"{one.path}.{suffix}", content_type, write(one), Rhythm.CONTENT)


def _compatible(snapshot: Snapshot) -> Iterator[Leaf]:
    """What programs know that were written for another status page."""
    for path, body in compat.documents(snapshot):
        yield Leaf(path, JSON, body, Rhythm.CONTENT)
    for path, content_type, body in compat_feeds.feeds(snapshot):
        yield Leaf(path, content_type, body, Rhythm.CONTENT)


def _described(snapshot: Snapshot) -> Iterator[Leaf]:
    """What the API says of itself, to programs and to people."""
    yield Leaf(document.PATH, JSON, document.body(snapshot.site), Rhythm.CONTENT)
    yield Leaf("/docs/api", HTML, docs_api.docs_api(snapshot), Rhythm.CONTENT)


def every_feed(snapshot: Snapshot) -> Iterator[feeds.Feed]:
    """The feed of everything, of each model, class and provider, and of incidents."""
    site, events = snapshot.site, snapshot.recent_events
    written = feeds.written_of(snapshot.incidents, events)
    yield feeds.feed(site, "/feeds/all", "/", "Every event", events, written)
    for model in snapshot.models:
        mine = [event for event in events if model.id in feeds.models_of(event)]
        yield feeds.feed(site, f"/feeds/models/{model.id}", f"/models/{model.id}", model.name, mine, written)
    for one in snapshot.user_classes:
        mine = [event for event in events if one.id in feeds.classes_of(event)]
        yield feeds.feed(site, f"/feeds/user-classes/{one.id}", f"/user-classes/{one.id}", one.name, mine, written)
    for provider in snapshot.providers:
        mine = [event for event in events if provider.id in feeds.providers_of(event)]
        yield feeds.feed(
            site, f"/feeds/providers/{provider.id}", f"/providers/{provider.id}", provider.name, mine, written
        )
    told = [event for event in events if event.draft.incident]
    yield feeds.feed(site, "/feeds/incidents", "/history", "Incidents", told, written)
