"""Watch a stream while it arrives, as events, lines or frames: its first real content, and its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from checks.body import aws_frames

Says = Callable[[bytes], bool]
"""A dialect's word on one part of a stream: does it carry non-empty content, is it the last?"""


class Cutter(Protocol):
    """Takes chunks that are cut anywhere and gives back the parts that are complete."""

    def feed(self, chunk: bytes) -> list[bytes]:
        """The parts that this chunk completes."""
        ...


class Lines:
    """The lines of a stream: JSON lines."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, chunk: bytes) -> list[bytes]:
        """The lines that this chunk completes."""
        self._rest += chunk
        if b"\n" not in chunk and b"\r" not in chunk:
            return []
        *lines, rest = bytes(self._rest).replace(b"\r", b"\n").split(b"\n")
        self._rest = bytearray(rest)
        return lines


class Events(Lines):
    """What stands after ``data:`` in server-sent events."""

    def feed(self, chunk: bytes) -> list[bytes]:
        """The data lines that this chunk completes."""
        return [line[5:].strip() for line in super().feed(chunk) if line.startswith(b"data:")]


class Frames:
    """The frames of an ``application/vnd.amazon.eventstream``, each as a JSON object under its event's name."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, chunk: bytes) -> list[bytes]:
        """The frames that this chunk completes."""
        self._rest += chunk
        end = 0
        while 16 <= (size := int.from_bytes(self._rest[end : end + 4], "big")) <= len(self._rest) - end:
            end += size
        whole = bytes(self._rest[:end])
        del self._rest[:end]
        return [_named(headers, payload) for headers, payload in aws_frames(whole)]


def _named(headers: dict[str, str], payload: bytes) -> bytes:
    name = headers.get("event-type") or "error"
    return b'{"%s": %s}' % (name.encode("ascii", "replace"), payload or b"{}")


@dataclass(frozen=True, slots=True)
class Stream:
    """How a dialect streams: which part carries output of the model, and after which one nothing comes."""

    is_content: Says
    is_end: Says
    cutter: Callable[[], Cutter] = Events


class StreamWatch:
    """Feed it chunks as they come; it says whether anything, content, and the end have been seen."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._cutter = stream.cutter()
        self.seen = False
        self.begun = False
        self.ended = False

    @property
    def is_hollow(self) -> bool:
        """Has something come, but neither content nor an end?"""
        return self.seen and not self.begun and not self.ended

    def feed(self, chunk: bytes) -> None:
        """Take the next chunk."""
        for part in filter(None, self._cutter.feed(chunk)):
            self.seen = True
            self.begun = self.begun or self._stream.is_content(part)
            self.ended = self.ended or self._stream.is_end(part)
