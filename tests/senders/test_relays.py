"""Relays: real processes that call out, without our secrets, killed and hung at will."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from pathlib import Path

import pytest
import pytest_asyncio

from statuspage.core.delivery import Failure
from statuspage.errors import NotSent
from statuspage.senders.guard import Door, networks
from statuspage.senders.http import Answer, Client, Fault
from statuspage.senders.relay import relay
from statuspage.senders.relays import Relays
from statuspage.senders.wire import Job, told
from tests.senders.receivers import Handler, Request, receive, status

LOOPBACK = Door(True, networks("127.0.0.0/8"))
HEADERS = {"webhook-id": "evt_1"}


@pytest_asyncio.fixture
async def relays() -> AsyncIterator[Relays]:
    many = Relays(1)
    yield many
    await many.close()


def children() -> list[int]:
    """The relays of this process."""
    found = list[int]()
    for task in Path("/proc/self/task").iterdir():
        with suppress(FileNotFoundError):  # a thread has ended meanwhile
            found += map(int, (task / "children").read_text("ascii").split())
    return [one for one in found if b"senders.relay" in Path(f"/proc/{one}/cmdline").read_bytes()]


def secrets_seen(child: int) -> tuple[bytes, set[str]]:
    """What of our secrets a relay could see: its environment, and the files that it holds."""
    held = {os.path.realpath(one) for one in Path(f"/proc/{child}/fd").iterdir()}
    return Path(f"/proc/{child}/environ").read_bytes(), {
        one for one in held if one.startswith("/") and "/dev/" not in one
    }


async def test_a_relay_posts_and_tells_what_came(relays: Relays) -> None:
    answer = status(503, "retry-after: 7", body=bytes(range(256)))
    async with receive(answer) as receiver:
        came = await relays.post(receiver.url, LOOPBACK, HEADERS, b'{"text":"caf\xc3\xa9"}')
    assert came == Answer(503, "7", bytes(range(256)))
    [request] = receiver.requests
    assert (request.body, request.headers["webhook-id"]) == (b'{"text":"caf\xc3\xa9"}', "evt_1")


async def test_a_door_is_held_inside_the_relay(relays: Relays) -> None:
    async with receive() as receiver:
        with pytest.raises(Fault, match="not public") as caught:
            await relays.post(receiver.url, Door(True, ports=(receiver.port,)), HEADERS, b"{}")
    assert (caught.value.failure, receiver.connections) == (Failure.BLOCKED, 0)


async def test_a_header_that_is_no_text_is_still_told(relays: Relays) -> None:
    async with receive(
        status(429, "retry-after: \udcff".encode("utf-8", "surrogateescape").decode("latin-1"))
    ) as receiver:
        came = await relays.post(receiver.url, LOOPBACK, HEADERS, b"{}")
    assert came.status == 429


async def test_a_relay_knows_no_secret(relays: Relays, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VENDOR_KEY", "canary-in-the-environment")
    async with receive() as receiver:
        await relays.post(receiver.url, LOOPBACK, HEADERS, b"{}")
        [child] = children()
        environment, files = secrets_seen(child)
    assert b"PATH=" in environment
    assert b"canary" not in environment
    assert not [one for one in files if one.endswith((".db", ".key", "-wal", ".yaml"))]


def once(send: signal.Signals, to: list[int]) -> Handler:
    """A handler that sends a signal to the relay at the first request, keeps whom it met, and answers afterwards."""

    async def handler(_: Request, writer: asyncio.StreamWriter) -> None:
        if not to:
            to.extend(children())
            os.kill(to[0], send)
            return
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")

    return handler


async def test_what_was_with_a_killed_relay_is_sent_again_by_the_next(relays: Relays) -> None:
    async with receive(once(signal.SIGKILL, [])) as receiver:
        came = await relays.post(receiver.url, LOOPBACK, HEADERS, b"{}")
    assert (came.status, len(receiver.requests)) == (204, 2)
    assert receiver.requests[0].body == receiver.requests[1].body


async def test_a_job_that_ends_two_relays_is_a_failed_attempt(relays: Relays) -> None:
    async def kills(_: Request, __: asyncio.StreamWriter) -> None:
        for child in children():
            os.kill(child, signal.SIGKILL)

    async with receive(kills) as receiver, receive() as other:
        with pytest.raises(Fault, match="ended 2 times") as caught:
            await relays.post(receiver.url, LOOPBACK, HEADERS, b"{}")
        assert (await relays.post(other.url, LOOPBACK, HEADERS, b"{}")).status == 200
    assert (caught.value.failure, len(receiver.requests)) == (Failure.PROTOCOL, 2)


async def test_a_relay_that_hangs_is_ended_and_replaced() -> None:
    relays, stopped = Relays(1, patience=4.0), list[int]()
    async with receive(once(signal.SIGSTOP, stopped)) as receiver:
        assert (await relays.post(receiver.url, LOOPBACK, HEADERS, b"{}")).status == 204
        assert stopped[0] not in children()
    await relays.close()


async def test_a_relay_that_cannot_start_is_nobodys_failure() -> None:
    relays = Relays(1, ("/nowhere/python",))
    with pytest.raises(NotSent, match="no sending process could be started"):
        await relays.post("https://hooks.example.com/", LOOPBACK, HEADERS, b"{}")
    await relays.close()


async def test_a_relay_that_talks_nonsense_is_not_believed() -> None:
    script = "import socket; s = socket.socket(fileno=0); s.recv(9); s.sendall(b'[1, 204]\\n'); s.recv(99999)"
    relays = Relays(1, (sys.executable, "-c", script))
    with pytest.raises(Fault, match="ended 2 times"):
        await relays.post("https://hooks.example.com/", LOOPBACK, HEADERS, b"{}")
    await relays.close()


async def test_a_relay_that_is_slow_and_talks_is_left_alone() -> None:
    script = (
        "import socket, time; s = socket.socket(fileno=0); s.recv(99999)\n"
        "for _ in range(12): s.sendall(b'[99, 204, null, \"\"]\\n'); time.sleep(0.2)\n"
        "s.sendall(b'[1, 204, null, \"late\"]\\n'); s.recv(9)"
    )
    relays = Relays(1, (sys.executable, "-c", script), patience=1.0)
    assert await relays.post("https://hooks.example.com/", LOOPBACK, HEADERS, b"{}") == Answer(204, None, b"late")
    await relays.close()


async def test_relays_hear_no_signal_of_the_terminal_and_end_with_the_line(relays: Relays) -> None:
    async with receive() as receiver:
        await relays.post(receiver.url, LOOPBACK, HEADERS, b"{}")
        [child] = children()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            os.kill(child, number)
        assert (await relays.post(receiver.url, LOOPBACK, HEADERS, b"{}")).status == 200
        assert children() == [child]
        await relays.close()
    assert children() == []


async def test_a_host_keeps_its_relay_and_its_connection() -> None:
    relays = Relays(2)
    async with receive() as receiver:
        for _ in range(5):
            await relays.post(receiver.url, LOOPBACK, HEADERS, b"{}")
        assert (len(children()), receiver.connections) == (1, 1)
    await relays.close()


async def test_a_relay_begins_one_job_in_a_turn_of_its_loop() -> None:
    class Counting(Client):
        async def post(self, url: str, door: Door, headers: Mapping[str, str], body: bytes) -> Answer:
            begun.append(turns[0])
            return Answer(204, None, b"")

    def turn() -> None:
        turns[0] += 1
        loop.call_soon(turn)

    loop, turns, begun = asyncio.get_running_loop(), [0], list[int]()
    ours, theirs = socket.socketpair()
    _, writer = await asyncio.open_unix_connection(sock=ours)
    reader = asyncio.StreamReader()
    for number in range(5):
        reader.feed_data(told(Job(number, "https://hooks.example.com/", LOOPBACK, HEADERS, b"{}")))
    reader.feed_eof()
    turn()
    await relay(Counting(), reader, writer)
    assert len(set(begun)) == len(begun) >= 4
    writer.close()
    theirs.close()


async def test_a_cancelled_post_leaves_the_others_alone(relays: Relays) -> None:
    async def never(_: Request, __: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    async with receive(never) as silent, receive() as receiver:
        post = asyncio.create_task(relays.post(silent.url, LOOPBACK, HEADERS, b"{}"))
        assert (await relays.post(receiver.url, LOOPBACK, HEADERS, b"{}")).status == 200
        post.cancel()
        await asyncio.gather(post, return_exceptions=True)
        assert (await relays.post(receiver.url, LOOPBACK, HEADERS, b"{}")).status == 200
