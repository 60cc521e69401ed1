"""Differences of two texts, word by word: what stayed, what went, what came; pure, and quick on hostile texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

MOST_WORDS = 2_000
"""A longer stretch of changed text is shown whole, as one that went and one that came."""

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")


class Fate(StrEnum):
    """What became of a piece of text."""

    KEPT = "kept"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text and its fate."""

    fate: Fate
    text: str


def difference(before: str, after: str) -> tuple[Piece, ...]:
    """The pieces of both texts in reading order: lines are compared first, then the words of lines that changed."""
    return tuple(_joined(_by_line(before.splitlines(keepends=True), after.splitlines(keepends=True))))


def _by_line(before: list[str], after: list[str]) -> Iterator[Piece]:
    return _compared(before, after, lambda old, new: _by_word(_WORDS.findall(old), _WORDS.findall(new)))


def _by_word(before: list[str], after: list[str]) -> Iterator[Piece]:
    return _compared(before, after, _whole)


def _compared(before: list[str], after: list[str], changed: Callable[[str, str], Iterator[Piece]]) -> Iterator[Piece]:
    """What both share is kept, what differs is ``changed``; too much to compare is replaced whole."""
    if len(before) + len(after) > MOST_WORDS:
        yield from _whole("".join(before), "".join(after))
        return
    for tag, i, j, k, m in SequenceMatcher(None, before, after).get_opcodes():
        old, new = "".join(before[i:j]), "".join(after[k:m])
        if tag == "equal":
            yield Piece(Fate.KEPT, old)
        else:
            yield from changed(old, new)


def _whole(old: str, new: str) -> Iterator[Piece]:
    if old:
        yield Piece(Fate.GONE, old)
    if new:
        yield Piece(Fate.NEW, new)


def _joined(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Neighbours of one fate as one piece."""
    held: Piece | None = None
    for piece in pieces:
        if held and held.fate is piece.fate:
            held = Piece(held.fate, held.text + piece.text)
            continue
        if held:
            yield held
        held = piece
    if held:
        yield held
