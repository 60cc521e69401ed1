"""Names and sockets: a name is asked for once, in time, and refused with any of its addresses; the socket decides."""

from __future__ import annotations

import asyncio
import errno
import socket
import threading
from typing import Any

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from statuspage.senders import addresses
from statuspage.senders.addresses import Blocked, GuardedResolver, GuardedSockets, SystemResolver, is_own, resolved
from statuspage.senders.guard import Door, networks


class Says(AbstractResolver):
    """Answers with these addresses after so many seconds."""

    def __init__(self, *found: str, after: float = 0) -> None:
        self.found, self.after = found, after

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        await asyncio.sleep(self.after)
        return [resolved(host, one, port) for one in self.found]

    async def close(self) -> None:
        pass


async def test_a_name_that_takes_too_long_is_given_up() -> None:
    with pytest.raises(OSError, match="in time") as caught:
        await GuardedResolver(Says("1.1.1.1", after=60), Door(True), 0.01).resolve("a.example.com", 443)
    assert caught.value.errno == errno.ETIMEDOUT
    assert not isinstance(caught.value, Blocked)


async def test_a_name_is_refused_with_its_first_and_its_last_address() -> None:
    for found in (("10.0.0.1", "1.1.1.1"), ("1.1.1.1", "2606:4700::1", "10.0.0.1")):
        with pytest.raises(Blocked, match=r"10\.0\.0\.1: 10\.0\.0\.0/8 is not public"):
            await GuardedResolver(Says(*found), Door(True), 1).resolve("a.example.com", 443)
    with pytest.raises(Blocked, match="port 80"):
        await GuardedResolver(Says("1.1.1.1"), Door(True), 1).resolve("a.example.com", 80)
    [one] = await GuardedResolver(Says("1.1.1.1"), Door(True), 1).resolve("a.example.com", 443)
    assert (one["host"], one["port"], one["hostname"]) == ("1.1.1.1", 443, "a.example.com")
    assert (one["family"], one["flags"], one["proto"]) == (socket.AF_INET, socket.AI_NUMERICHOST, 0)
    assert resolved("a.example.com", "2606:4700::1", 443)["family"] == socket.AF_INET6


async def test_who_asks_for_a_name_meanwhile_shares_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    answer = threading.Event()

    def lookup(host: str, port: int, *_: object) -> list[Any]:
        asked.append(host)
        answer.wait(10)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("1.1.1.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    resolver = SystemResolver(threads=4)
    both = [asyncio.create_task(resolver.resolve("a.example.com", 443)) for _ in range(2)]
    gone = asyncio.create_task(resolver.resolve("a.example.com", 443))
    await asyncio.sleep(0.02)
    gone.cancel()
    answer.set()
    found = await asyncio.gather(*both)
    assert [one["host"] for answers in found for one in answers] == ["1.1.1.1", "1.1.1.1"]
    assert asked == ["a.example.com"]
    await resolver.resolve("a.example.com", 443)
    assert len(asked) == 2, "an answer is not kept: a name may lead elsewhere the next time"
    await resolver.close()


async def test_a_name_that_failed_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> list[Any]:
        raise socket.gaierror(socket.EAI_NONAME, "there is no such name")

    monkeypatch.setattr(socket, "getaddrinfo", fails)
    resolver = SystemResolver(threads=1)
    for _ in range(2):
        with pytest.raises(socket.gaierror):
            await resolver.resolve("a.example.com", 443)
    await resolver.close()


def test_exactly_what_can_be_bound_here_is_own(monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_own("127.0.0.1", socket.AF_INET)
    for other in ("192.0.2.1", "93.184.216.34"):
        assert not is_own(other, socket.AF_INET)
    if socket.has_dualstack_ipv6():
        assert is_own("::1", socket.AF_INET6)
        assert not is_own("2606:4700::1111", socket.AF_INET6)
    monkeypatch.setattr(addresses, "_can_bind", lambda *_: True)
    assert not is_own("127.0.0.1", socket.AF_INET), "where everything can be bound, that says nothing"


def test_a_public_address_of_others_gets_a_socket() -> None:
    made = GuardedSockets(Door(True))((socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("1.1.1.1", 443)))
    made.close()
    assert made.family == socket.AF_INET


def test_an_own_address_is_refused_unless_the_operator_allows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "is_own", lambda *_: True)
    info = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("1.1.1.1", 443))
    with pytest.raises(Blocked, match="of this machine"):
        GuardedSockets(Door(True))(info)
    for door in (Door(True, networks("1.1.1.0/24")), Door(False, networks("1.1.1.0/24"))):
        made = GuardedSockets(door)(info)
        assert (made.family, made.type) == (socket.AF_INET, socket.SOCK_STREAM)
        made.close()
