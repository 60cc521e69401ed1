"""Connections of readers: never more than there is room for, and none that keeps silent instead of asking."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_WITHIN = 20.0
"""Seconds within which the head of a request must be there."""


class Bounded(HttpToolsProtocol):
    """A connection that is refused when there are ``most``, and ended when the head of a request does not come."""

    most = 1024
    head_within = HEAD_WITHIN
    _due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection, or end it where there is no room."""
        if len(self.connections) >= self.most:
            self.transport = transport
            transport.abort()
            return
        super().connection_made(transport)
        self._expect()

    def on_message_begin(self) -> None:
        """Wait for the rest of the head, for a while."""
        super().on_message_begin()
        self._expect()

    def on_headers_complete(self) -> None:
        """The head is there."""
        self._forget()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._forget()
        super().connection_lost(exc)

    def _expect(self) -> None:
        if self._due is None:
            self._due = self.loop.call_later(self.head_within, self.transport.abort)

    def _forget(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None


def bounded(most: int, head_within: float = HEAD_WITHIN) -> type[Bounded]:
    """The protocol for at most so many connections."""
    names: dict[str, Any] = {"most": most, "head_within": head_within}
    return type("BoundedConnection", (Bounded,), names)
