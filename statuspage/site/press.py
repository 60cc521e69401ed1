"""The press: prints one snapshot after the other, and of each only what moved; the rest are the pages of before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from statuspage.core.snapshot import Snapshot
from statuspage.ports import Page
from statuspage.site.forms import forms
from statuspage.site.leaf import NOT_FOUND, Leaf, Rhythm
from statuspage.site.marks import Skeleton
from statuspage.site.papers import Pile
from statuspage.site.sheets import Desk, Sheet
from statuspage.site.still import Stills, writer

YEAR = 31_536_000
KEEP = {Rhythm.CONTENT: 30, Rhythm.FRESHNESS: 5, Rhythm.NEVER: YEAR}
"""Seconds for which a cache may answer without asking again."""

Pages = dict[str, Page]


@dataclass(frozen=True, slots=True)
class _Printed:
    """A sheet as it was laid out last, its page still without moments, and the bytes with them."""

    sheet: Sheet
    skeleton: Skeleton
    body: bytes


@dataclass
class Press:
    """Prints snapshots in order; it remembers what the pages of the last one were made of.

    ``moved`` is whether the last one told anything new, besides how fresh it is.
    """

    moved: bool = False
    _stills: Stills = field(default_factory=Stills)
    _desk: Desk = field(default_factory=Desk)
    _pile: Pile = field(default_factory=Pile)
    _printed: dict[str, _Printed] = field(default_factory=dict)

    def pages(self, snapshot: Snapshot, before: Mapping[str, Page], *, refresh: bool = True) -> Pages:
        """Every published path. A page whose bytes did not change is the very object of ``before``.

        Without ``refresh`` only content moves: a page that would differ in its freshness alone stays as it is.
        """
        at = snapshot.generated_at
        return {leaf.path: _page(leaf, before.get(leaf.path), at) for leaf in self.leaves(snapshot, refresh=refresh)}

    def leaves(self, snapshot: Snapshot, *, refresh: bool = True) -> Iterator[Leaf]:
        """Every page, document, feed and asset, not yet compressed."""
        still = self._stills.of(snapshot)
        write = writer(snapshot)
        before, self._printed = self._printed, {}
        self.moved = False
        for sheet in self._desk.sheets(snapshot, still):
            seen = before.get(sheet.path)
            same = seen is not None and seen.sheet.inputs == sheet.inputs
            skeleton = seen.skeleton if seen and same else Skeleton.of(sheet.make(*sheet.inputs))
            self.moved |= not same
            stays = seen is not None and same and not (refresh and skeleton.marks)
            body = seen.body if seen and stays else skeleton.filled(write)
            self._printed[sheet.path] = _Printed(sheet, skeleton, body)
            yield Leaf(sheet.path, sheet.content_type, body, sheet.rhythm)
        yield from self._pile.leaves(snapshot, still, refresh)


def packed(leaf: Leaf, modified_at: datetime, status: int = 200) -> Page:
    """A page with the strong tag of its content; it is compressed when a reader first asks for that."""
    return Page(
        path=leaf.path,
        content_type=leaf.content_type,
        body=leaf.body,
        etag=etag(leaf.body),
        forms=forms(leaf.content_type, leaf.body, kept=leaf.rhythm is Rhythm.NEVER),
        modified_at=modified_at.replace(microsecond=0),
        cache_seconds=KEEP[leaf.rhythm],
        status=status,
    )


def etag(body: bytes) -> str:
    """The strong tag of these bytes, quoted."""
    return f'"{sha256(body).hexdigest()[:32]}"'


def _page(leaf: Leaf, before: Page | None, at: datetime) -> Page:
    if before is not None and before.body == leaf.body and before.content_type == leaf.content_type and not before.age:
        return before
    return packed(leaf, at, 404 if leaf.path == NOT_FOUND else 200)
