"""Watch a stream of server-sent events for its first real content, while it arrives."""

from __future__ import annotations

from collections.abc import Callable

IsContent = Callable[[bytes], bool]
"""A dialect's word on one ``data:`` line: does it carry non-empty content?"""


class ContentWatch:
    """Feed it chunks as they come, cut anywhere; it says when the first content has been seen."""

    def __init__(self, is_content: IsContent) -> None:
        self._is_content = is_content
        self._rest = bytearray()
        self.seen = False

    def feed(self, chunk: bytes) -> bool:
        """Take the next chunk; true from the first content on."""
        if not self.seen:
            self._rest += chunk
            if b"\n" in chunk or b"\r" in chunk:
                self.seen = any(self._carries(line) for line in self._take_lines())
        return self.seen

    def _take_lines(self) -> list[bytes]:
        *lines, rest = bytes(self._rest).replace(b"\r", b"\n").split(b"\n")
        self._rest = bytearray(rest)
        return lines

    def _carries(self, line: bytes) -> bool:
        return line.startswith(b"data:") and self._is_content(line[5:].strip())
