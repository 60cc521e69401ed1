"""API tokens: what a program may do in the name of whoever made them, and until when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from statuspage.core.person import Person
from statuspage.core.staff import PERSONAL, SCOPES, Action, Actor, ActorKind, Role
from statuspage.errors import FieldMistake, Invalid

PREFIX = "sta_"
LONGEST = timedelta(days=366)
USED_EVERY = timedelta(hours=1)
"""The record of when a token was last used is at most so old."""


@dataclass(frozen=True, slots=True)
class Token:
    """A program's key, kept as its hash. ``owner`` is the id of the person who made it or for whom it was made at a
    terminal, and ``maker`` the label of that one; a terminal's own has no owner, and cannot approve."""

    id: str
    name: str
    scopes: tuple[Action, ...]
    maker: str
    owner: str | None
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    used_at: datetime | None = None

    def lives(self, now: datetime) -> bool:
        """Whether it opens anything at present."""
        return self.revoked_at is None and self.created_at - USED_EVERY <= now < self.expires_at

    def used_lately(self, now: datetime) -> bool:
        """Whether its use is on record already."""
        return self.used_at is not None and abs(now - self.used_at) < USED_EVERY


def actor(token: Token, owner: Person | None) -> Actor:
    """A token as one who acts, with the role that its maker has at present."""
    role = owner.role if owner else Role.ADMIN
    return Actor(ActorKind.TOKEN, token.id, token.name, role, frozenset(token.scopes), token.maker)


def scopes_of(words: Iterable[str]) -> tuple[Action, ...]:
    """Scopes from words, in the order of the table; Invalid names each that cannot be."""
    known, asked = {one.value for one in SCOPES}, set(words)
    wrong = [FieldMistake("scopes", _instead(word)) for word in sorted(asked - known)]
    if not asked:
        wrong = [FieldMistake("scopes", f"name at least one of {_all()}")]
    if wrong:
        raise Invalid(tuple(wrong))
    return tuple(one for one in SCOPES if one.value in asked)


def require_time(expires_at: datetime, now: datetime) -> None:
    """Raise Invalid unless a token would end within a year from now."""
    if not now < expires_at <= now + LONGEST:
        raise Invalid((FieldMistake("expires_at", "must lie in the future, and within a year"),))


def _instead(word: str) -> str:
    if word in {one.value for one in PERSONAL}:
        return f"{word} is for people alone"
    return f"there is no scope {word[:40]!r}; there are {_all()}"


def _all() -> str:
    return ", ".join(one.value for one in SCOPES)
