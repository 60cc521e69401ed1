"""The audit log: entries that are chained by their hashes, so that none can be changed or taken out unseen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from statuspage.core.staff import Actor

GENESIS = "0" * 64
"""What the first entry follows."""


@dataclass(frozen=True, slots=True)
class Deed:
    """Who did what to what, and when. ``detail`` is plain JSON data; it holds no secret and no unpublished text."""

    at: datetime
    kind: str
    actor_id: str
    actor: str
    role: str
    maker: str | None
    action: str
    subject: str
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """A deed in its place: the ``number``-th, with the hash of the entry before it and its own."""

    number: int
    deed: Deed
    text: str
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """The newest entry by number and hash: written down elsewhere, it proves that nothing before it was changed."""

    number: int = 0
    hash: str = GENESIS

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"


@dataclass(frozen=True, slots=True)
class Link:
    """What is stored of an entry, as far as the chain is concerned."""

    number: int
    text: str
    hash: str


def deed(actor: Actor, action: str, subject: str, detail: Mapping[str, Any], at: datetime) -> Deed:
    """What an actor does."""
    return Deed(at, actor.kind.value, actor.id, actor.label, actor.role.value, actor.maker, action, subject, detail)


def entry(done: Deed, head: Head) -> Entry:
    """The entry that follows ``head``."""
    text, number = canonical(done), head.number + 1
    return Entry(number, done, text, head.hash, sealed(head.hash, number, text))


def canonical(done: Deed) -> str:
    """The one spelling of a deed, of which the hash is made."""
    plain = asdict(done) | {"at": done.at.isoformat()}
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", "replace").decode()


def sealed(previous: str, number: int, text: str) -> str:
    """The hash of an entry: of the one before it, its number and its text."""
    return hashlib.sha256(f"{previous}\n{number}\n{text}".encode()).hexdigest()


def faults(links: Iterable[Link], counted: int, known: Head | None = None) -> Iterator[str]:
    """What is wrong with a chain that should have ``counted`` entries and, if given, hold ``known``."""
    head = Head()
    for link in links:
        if link.number != head.number + 1:
            yield f"the audit log lacks what stood between entries {head.number} and {link.number}"
        elif link.hash != sealed(head.hash, link.number, link.text):
            yield f"audit entry {link.number} was changed, or one before it"
        if known is not None and link.number == known.number and link.hash != known.hash:
            yield f"audit entry {link.number} is not the one that was written down"
        head = Head(link.number, link.hash)
    if head.number != counted:
        yield f"the audit log ends at entry {head.number}, but {counted} were written"
    if known is not None and known.number > head.number:
        yield f"the audit log has no entry {known.number}, which was written down"
