"""People of staff: their names, their roles, and what a password must be like."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from statuspage.core.staff import Action, Actor, ActorKind, Role, allowed
from statuspage.errors import Conflict, FieldMistake, Invalid

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}", re.ASCII)
SHORTEST, LONGEST = 12, 256
FEWEST_DIFFERENT = 6
TEMPORARY_FOR = timedelta(days=3)
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters of a temporary password: none that are taken for one another."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of staff; the password is kept apart. ``temporary_until`` is when a password that they have to change
    ends, None when it is their own. A name stays with one person for ever."""

    id: str
    name: str
    role: Role
    created_at: datetime
    password_at: datetime
    temporary_until: datetime | None = None
    disabled_at: datetime | None = None

    @property
    def active(self) -> bool:
        """Whether this person may sign in."""
        return self.disabled_at is None

    @property
    def actor(self) -> Actor:
        """The person as one who acts."""
        return Actor(ActorKind.PERSON, self.id, self.name, self.role)

    @property
    def label(self) -> str:
        """The person in one word, for the record."""
        return self.actor.label

    def may(self, action: Action) -> bool:
        """Whether the person may do something at present."""
        return self.active and allowed(self.actor, action)


def name_of(text: str) -> str:
    """A name as it is kept, from how people type it; Invalid when it cannot be one."""
    name = text.strip().lower()
    if not NAME.fullmatch(name):
        wanted = "must have 1 to 40 letters, digits, dots, dashes or underscores, and begin with a letter or digit"
        raise Invalid((FieldMistake("name", wanted),))
    return name


def normal(password: str) -> str:
    """A password in the one spelling that is hashed, however the keyboard composed it."""
    return unicodedata.normalize("NFKC", password.encode("utf-8", "replace").decode())


def require_good(password: str, name: str) -> None:
    """Raise Invalid, with what would be right, for a password that is too easily guessed."""
    said = normal(password)
    if not SHORTEST <= len(said) <= LONGEST:
        wrong = f"must have {SHORTEST} to {LONGEST} characters; a sentence of your own is a good one"
    elif name in said.lower() and len(said) < len(name) + SHORTEST:
        wrong = "must not be made of the name"
    elif len(set(said.lower())) < FEWEST_DIFFERENT:
        wrong = f"must have at least {FEWEST_DIFFERENT} different characters"
    else:
        return
    raise Invalid((FieldMistake("password", wrong),))


def temporary(random: bytes) -> str:
    """A temporary password of five groups, from at least 20 random bytes: over 96 bits, easily read out loud."""
    letters = [_LETTERS[byte % len(_LETTERS)] for byte in random[:20]]
    return "-".join("".join(letters[start : start + 4]) for start in range(0, 20, 4))


def require_another_admin(people: Iterable[Person], without: Person) -> None:
    """Raise Conflict when nobody but ``without`` could look after people."""
    if not any(one.may(Action.PEOPLE) for one in people if one.id != without.id):
        raise Conflict(f"{without.name} is the last active admin: make another one first")
