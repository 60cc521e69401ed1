"""Connections of readers: never more than there is room for, and none that keeps silent or does not take its answer."""

from __future__ import annotations

import asyncio
from collections import Counter
from ipaddress import ip_address
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from statuspage.web.limits import network_of

HEAD_WITHIN = 20.0
"""Seconds within which the head of a request must be there."""

LOOK_EVERY = 60.0
"""Seconds between two looks at what a reader has taken of an answer."""

LEAST_TAKEN = 60 * 1024
"""Bytes that a reader must take from one look to the next where an answer waits for it: 1 KiB a second."""

MOST_OF_ONE = 200
"""Connections that one address may have; a proxy may stand for everybody and has no limit of its own."""


class Bounded(HttpToolsProtocol):
    """A connection that is refused when there are ``most``, or ``most_of_one`` from its address, and ended when the
    head of a request does not come or an answer is not taken."""

    most = 1024
    most_of_one = MOST_OF_ONE
    head_within = HEAD_WITHIN
    look_every = LOOK_EVERY
    addresses: Counter[str]
    _due: asyncio.TimerHandle | None = None
    _looking: asyncio.TimerHandle | None = None
    _left: int | None = None
    _address: str | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection, or end it where there is no room."""
        address = self._counted(transport)
        if len(self.connections) >= self.most or (address and self.addresses[address] >= self.most_of_one):
            self.transport = transport
            transport.abort()
            return
        if address:
            self._address = address
            self.addresses[address] += 1
        super().connection_made(transport)
        self._expect()
        self._looking = self.loop.call_later(self.look_every, self._look)

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
        if self._looking is not None:
            self._looking.cancel()
        if self._address is not None:
            self.addresses.subtract([self._address])
            if not self.addresses[self._address]:
                del self.addresses[self._address]
            self._address = None
        super().connection_lost(exc)

    def resume_writing(self) -> None:
        """The reader has taken what was written."""
        self._left = None
        super().resume_writing()

    def _look(self) -> None:
        """End the connection where an answer waits since the last look, and hardly anything of it was taken."""
        waits = self.flow.write_paused or self.transport.is_closing()
        left = self.transport.get_write_buffer_size() if waits else None
        if left is not None and self._left is not None and self._left - left < LEAST_TAKEN:
            self.transport.abort()
            return
        self._left = left
        self._looking = self.loop.call_later(self.look_every, self._look)

    def _counted(self, transport: asyncio.Transport) -> str | None:
        """By what the connections of a reader are counted; None for what may be a proxy."""
        host = str((transport.get_extra_info("peername") or ("",))[0])
        return network_of(host) if is_public(host) and not self.trusts(host) else None

    def trusts(self, host: str) -> bool:
        """Whether a host is believed when it says for whom it asks."""
        return host in getattr(self.app, "trusted_hosts", ())

    def _expect(self) -> None:
        if self._due is None:
            self._due = self.loop.call_later(self.head_within, self.transport.abort)

    def _forget(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None


def is_public(host: str) -> bool:
    """Whether a host is somewhere in the Internet: one of a private network is a proxy, or the gate of a container."""
    try:
        return ip_address(host.partition("%")[0]).is_global
    except ValueError:
        return False


def bounded(
    most: int, head_within: float = HEAD_WITHIN, look_every: float = LOOK_EVERY, most_of_one: int = MOST_OF_ONE
) -> type[Bounded]:
    """The protocol for at most so many connections."""
    names: dict[str, Any] = {
        "most": most,
        "most_of_one": most_of_one,
        "head_within": head_within,
        "look_every": look_every,
        "addresses": Counter(),
    }
    return type("BoundedConnection", (Bounded,), names)
