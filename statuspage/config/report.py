"""Where a mistake is, and the list that collects all of them before anybody is told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from statuspage.errors import ConfigurationError, Mistake

MANY = 200
LISTED = 20


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in the file: line and column count from 1, ``place`` is the dotted path of keys."""

    line: int = 1
    column: int = 1
    place: str = "the file"

    def key(self, name: str) -> str:
        """The path of a key below this place."""
        return shown(name) if self.place == "the file" else f"{self.place}.{shown(name)}"


def shown(text: str) -> str:
    """A short form of what the file says, safe for a terminal."""
    safe = "".join(char if char.isprintable() else "\ufffd" for char in " ".join(text.split()))
    return f"{safe[:60]}…" if len(safe) > 60 else safe


class Report:
    """Collects the mistakes of one file."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._mistakes: dict[Mistake, None] = {}

    def add(self, spot: Spot, problem: str, remedy: str) -> None:
        """Write down one mistake; the same mistake at the same place (an alias) is kept once."""
        self._mistakes[Mistake(self.file, spot.line, spot.column, spot.place, problem, remedy)] = None

    def raise_any(self) -> None:
        """Raise ConfigurationError with everything collected, in the order of the file; nothing if all is well."""
        if self._mistakes:
            ordered = sorted(self._mistakes, key=lambda mistake: (mistake.line, mistake.column))
            raise ConfigurationError(tuple(ordered))


def suggestion(word: str, known: Iterable[str], *, otherwise: str = "There is none so far") -> str:
    """The remedy for a word that nobody knows: the closest known one, else all of them."""
    words = list(known)
    likely = words if len(words) <= MANY else [other for other in words if other[:2] == word[:2]][:MANY]
    close = get_close_matches(word, likely, n=1)
    if close:
        return f"Did you mean {close[0]}?"
    listed = ", ".join(words[:LISTED]) + (", …" if len(words) > LISTED else "")
    return f"Known here: {listed}" if words else otherwise
