"""Marks: moments that move with freshness alone are left open in a page, and put in without rendering it again."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

MARK = re.compile(rb"\x02([a-z]+) ([^\x02\x03]*)\x03")
"""A mark in a page: the filter that writes it, and the name of its moment. No text of a page holds these characters."""


class Mark(datetime):
    """A moment that stands for a newer one; everything but its name is that of an older, coarser moment.

    It cannot be written: a page that formats it without a filter would freeze it.
    """

    name: str = ""

    @classmethod
    def of(cls, name: str, coarse: datetime) -> Mark:
        """The mark of a moment's name; comparing and counting is done with the coarse moment."""
        made = cls.combine(coarse.date(), coarse.timetz())
        made.name = name
        return made

    def __format__(self, how: str) -> str:
        return self._plain().__format__(how)

    def strftime(self, how: str) -> str:
        """The text of an ordinary moment; TypeError for one that moves."""
        return self._plain().strftime(how)

    def isoformat(self, sep: str = "T", timespec: str = "auto") -> str:
        """The text of an ordinary moment; TypeError for one that moves."""
        return self._plain().isoformat(sep, timespec)

    def _plain(self) -> datetime:
        if self.name:
            raise TypeError(f"{self.name!r} moves with freshness: write it with a filter, such as |full or |machine")
        return datetime.combine(self.date(), self.timetz())


def left_open(filter_name: str, at: datetime) -> Markup | None:
    """The mark to put into a page instead of a moment; None for an ordinary one."""
    name = at.name if isinstance(at, Mark) else ""
    return Markup("\x02{} {}\x03").format(filter_name, name) if name else None


@dataclass(frozen=True, slots=True)
class Skeleton:
    """A page's bytes in pieces; between two of them belongs a moment, written by a filter."""

    pieces: tuple[bytes, ...]
    marks: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, body: bytes) -> Skeleton:
        """The skeleton of a page as it was rendered."""
        pieces = MARK.split(body)
        names = zip(pieces[1::3], pieces[2::3], strict=True)
        return cls(tuple(pieces[::3]), tuple((how.decode(), name.decode()) for how, name in names))

    def filled(self, write: Callable[[str, str], str]) -> bytes:
        """The page with every moment written by ``write``, which gets a filter's and a moment's name."""
        made = [self.pieces[0]]
        for (how, name), piece in zip(self.marks, self.pieces[1:], strict=True):
            made += (write(how, name).encode(), piece)
        return b"".join(made)
