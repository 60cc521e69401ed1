"""Wishes: what somebody asks of a subscription, read strictly from plain JSON data; every mistake is named at once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from difflib import get_close_matches
from typing import Any

from statuspage.core.channel import MAIL, is_address
from statuspage.core.event import EventType
from statuspage.core.subscription import BODIES, Filters, Format
from statuspage.errors import FieldMistake, Invalid, UsageError

FIELDS = ("url", "filters", "format", "email")
MOST_NAMES = 200
"""Names in one list of a filter."""

MOST_MISTAKES = 50
MOST_SUGGESTIONS = 10
"""So many mistakes are told with what may have been meant: to look for that takes time, which is everybody's."""

SHOWN = 80
"""Characters of a wrong word that are repeated."""

TYPES = tuple(one.value for one in EventType if not one.value.startswith("webhook."))
"""Types that a filter can name; a subscriber's own verifications and tests always come."""


@dataclass(frozen=True, slots=True)
class Known:
    """The ids that a filter may name."""

    models: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    user_classes: tuple[str, ...] = ()
    types: tuple[str, ...] = TYPES


@dataclass(frozen=True, slots=True)
class Wish:
    """Where to send, what, in which shape, and who is told when it ends."""

    url: str
    filters: Filters = Filters()
    format: Format = Format.STANDARD
    owner: str | None = None

    @property
    def fingerprint(self) -> str:
        """The same for the same wish."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


@dataclass
class _Reader:
    known: Known
    check_url: Callable[[str], None]
    mistakes: list[FieldMistake] = field(default_factory=list)

    @property
    def full(self) -> bool:
        """Whether no more mistakes are told."""
        return len(self.mistakes) >= MOST_MISTAKES

    def wrong(self, place: str, detail: str) -> None:
        if not self.full:
            self.mistakes.append(FieldMistake(place, detail))

    def url(self, said: Any) -> str:
        if not isinstance(said, str):
            self.wrong("url", "must be a text such as https://hooks.example.com/status")
            return ""
        try:
            self.check_url(said)
        except UsageError as error:
            self.wrong("url", str(error))
        return said

    def format(self, said: Any) -> Format:
        known = [one.value for one in BODIES]
        if isinstance(said, str) and said in known:
            return Format(said)
        self.wrong("format", self.instead(said, known))
        return Format.STANDARD

    def owner(self, said: Any) -> str | None:
        if said is None or (isinstance(said, str) and is_address(said)):
            return said
        self.wrong("email", "must be an e-mail address such as me@example.org, or null")
        return None

    def filters(self, said: Any, base: Filters) -> Filters:
        if not isinstance(said, dict):
            self.wrong("filters", "must be an object of lists: models, providers, user_classes, types")
            return base
        dimensions = ("models", "providers", "user_classes", "types")
        self.only(said, dimensions, "filters.")
        found = {one: self.names(said[one], one) for one in dimensions if one in said}
        return replace(base, **found)

    def names(self, said: Any, dimension: str) -> tuple[str, ...]:
        place = f"filters.{dimension}"
        if not isinstance(said, list):
            self.wrong(place, "must be a list; an empty one lets everything pass")
            return ()
        if len(said) > MOST_NAMES:
            self.wrong(place, f"must have at most {MOST_NAMES} entries")
            return ()
        known: tuple[str, ...] = getattr(self.known, dimension)
        wrong = ((number, one) for number, one in enumerate(said) if not isinstance(one, str) or one not in known)
        for number, one in wrong:
            if self.full:
                break
            self.wrong(f"{place}[{number}]", self.instead(one, known))
        return tuple(sorted({one for one in said if isinstance(one, str)}))

    def only(self, said: dict[str, Any], allowed: Sequence[str], place: str = "") -> None:
        for name in said:
            if self.full:
                break
            if name not in allowed:
                self.wrong(place + name[:SHOWN], f"there is no such field{self.close(name, allowed)}")

    def instead(self, word: Any, known: Sequence[str]) -> str:
        """What is wrong with a word that is none of the known ones, and which may have been meant."""
        if not isinstance(word, str):
            return f"must be a text; {_some(known)}"
        return f"{word[:SHOWN]!r} is unknown{self.close(word, known) or f'; {_some(known)}'}"

    def close(self, word: str, known: Sequence[str]) -> str:
        """The known word that may have been meant, as long as not too much is wrong."""
        few = len(self.mistakes) < MOST_SUGGESTIONS
        found = get_close_matches(word[:SHOWN].lower(), known, n=1) if few else []
        return f"; did you mean {found[0]!r}?" if found else ""


def read(said: Any, known: Known, check_url: Callable[[str], None], base: Wish | None = None) -> Wish:
    """The wish in a document, or with ``base`` a change of that one; Invalid names every wrong field.

    In a change what is not named stays; ``check_url`` raises UsageError for a URL that cannot be.
    """
    if not isinstance(said, dict):
        raise Invalid((FieldMistake("", 'must be a JSON object such as {"url": "https://…", "filters": {}}'),))
    reader = _Reader(known, check_url)
    reader.only(said, FIELDS)
    old = base or Wish("")
    wish = Wish(
        reader.url(said.get("url")) if "url" in said or base is None else old.url,
        reader.filters(said["filters"], old.filters) if "filters" in said else old.filters,
        reader.format(said["format"]) if "format" in said else old.format,
        reader.owner(said["email"]) if "email" in said else old.owner,
    )
    if reader.mistakes:
        raise Invalid(tuple(reader.mistakes))
    return replace(wish, format=_fitting(wish))


def _fitting(wish: Wish) -> Format:
    """The shape for where it goes: a mailbox gets a text, a webhook one of its bodies."""
    if wish.url.startswith(MAIL):
        return Format.EMAIL
    return wish.format if wish.format in BODIES else Format.STANDARD


def _some(known: Sequence[str]) -> str:
    more = ", …" if len(known) > 10 else ""
    return f"there are: {', '.join(known[:10])}{more}" if known else "there is none so far"
