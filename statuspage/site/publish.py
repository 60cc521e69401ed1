"""Publishing: the pages that are being served, kept in memory and swapped at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from statuspage.core.snapshot import Snapshot
from statuspage.ports import Page
from statuspage.site.leaf import NOT_FOUND, Leaf
from statuspage.site.press import YEAR, Pages, Press


def render_site(snapshot: Snapshot, previous: Mapping[str, Page] | None = None) -> Pages:
    """Every published path of a snapshot, from nothing. A page that did not change is the object of ``previous``."""
    return Press().pages(snapshot, previous or {})


def leaves(snapshot: Snapshot) -> Iterator[Leaf]:
    """Every page, document, feed and asset of a snapshot, not yet compressed."""
    return Press().leaves(snapshot)


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
