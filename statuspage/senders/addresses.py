"""Names and sockets of the way out: resolved in threads, and judged by a door before anything is connected."""

from __future__ import annotations

import asyncio
import errno
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

from statuspage.senders.guard import Door

AddressInfo = tuple[Any, ...]


class Blocked(OSError):
    """A door refused an address; nothing was sent."""


class SystemResolver(AbstractResolver):
    """The system's name resolution in threads of its own, so that slow names hold up nothing else.

    A thread that waits for a name cannot be stopped, so a name never has more than one.
    """

    def __init__(self, threads: int = 64) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="webhook-dns")
        self._asking: dict[tuple[str, int, int], asyncio.Future[list[AddressInfo]]] = {}

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Every address of a name; who asks while the answer is awaited shares it."""
        question = (host, port, family)
        if question not in self._asking:
            self._asking[question] = asking = asyncio.get_running_loop().run_in_executor(
                self._threads, lambda: socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)
            )
            asking.add_done_callback(lambda _: self._asking.pop(question).cancelled() or asking.exception())
        found = await asyncio.shield(self._asking[question])
        return [resolved(host, str(address[0]), port) for _, _, _, _, address in found]

    async def close(self) -> None:
        """Wait for no name any more."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def resolved(host: str, address: str, port: int) -> ResolveResult:
    """One answer of a resolver."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=socket.AI_NUMERICHOST)


class GuardedResolver(AbstractResolver):
    """Refuses a name if any of its addresses is refused."""

    def __init__(self, inner: AbstractResolver, door: Door, seconds: float) -> None:
        self._inner = inner
        self._door = door
        self._seconds = seconds

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Every address of a name; OSError when it takes too long, Blocked when one is refused."""
        try:
            async with asyncio.timeout(self._seconds):
                answers = await self._inner.resolve(host, port, family)
        except TimeoutError:
            raise OSError(errno.ETIMEDOUT, "the name did not resolve in time") from None
        for answer in answers:
            _pass(self._door, answer["host"], port)
        return answers

    async def close(self) -> None:
        """The inner resolver belongs to the client."""


class GuardedSockets:
    """Makes the sockets: the last point at which the address is known, also for URLs that no resolver sees."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def __call__(self, info: AddressInfo) -> socket.socket:
        family, kind, protocol, _, address = info
        _pass(self._door, address[0], address[1])
        if self._door.public and not self._door.lets_inside(address[0]) and is_own(address[0], family):
            raise Blocked(f"{address[0]}: an address of this machine")
        return socket.socket(family, kind, protocol)


def is_own(address: str, family: int) -> bool:
    """Whether an address is this machine's: exactly those can be bound."""
    return _can_bind(address, family) and not _can_bind("2001:db8::1" if ":" in address else "192.0.2.1", family)


def _can_bind(address: str, family: int) -> bool:
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True


def _pass(door: Door, address: str, port: int) -> None:
    reason = door.refusal(address, port)
    if reason is not None:
        raise Blocked(f"{address}: {reason}")
