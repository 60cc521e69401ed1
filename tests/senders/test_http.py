"""The bounds of one attempt, against receivers that misbehave over real sockets."""

from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from threading import Event
from typing import TypeVar

import pytest
import uvloop
from aiohttp.abc import AbstractResolver

from statuspage.core.delivery import Failure
from statuspage.senders.addresses import SystemResolver, is_own
from statuspage.senders.guard import Door, networks
from statuspage.senders.http import Answer, Client, Fault, Limits, Warm
from tests.senders.authority import Authority
from tests.senders.receivers import Hangs, Receiver, Request, Says, answering, receive, status

T = TypeVar("T")
LOOPBACK = Door(False, networks("127.0.0.0/8"))
QUICK = Limits(dns=0.2, connect=0.3, total=0.6)
CALM = Limits(total=30)


@asynccontextmanager
async def client_of(limits: Limits = CALM, resolver: AbstractResolver | None = None) -> AsyncIterator[Client]:
    client = Client(limits, resolver=resolver)
    try:
        yield client
    finally:
        await client.close()


@contextmanager
def refused(failure: Failure) -> Iterator[None]:
    """The attempt must end in this failure."""
    with pytest.raises(Fault) as caught:
        yield
    assert caught.value.failure is failure


async def post(receiver: Receiver, limits: Limits = CALM) -> Answer:
    async with client_of(limits) as client:
        return await client.post(receiver.url, LOOPBACK, {}, b"{}")


async def test_an_answer_is_kept_to_its_beginning() -> None:
    async with receive(status(200, body=b"x" * 10_000)) as receiver:
        answer = await post(receiver)
    assert answer == Answer(200, None, b"x" * 2048)


async def test_redirects_are_never_followed() -> None:
    async with receive() as inside, receive(status(302, f"location: {inside.url}")) as receiver:
        answer = await post(receiver)
    assert answer.status == 302
    assert inside.connections == 0


async def test_cookies_are_not_kept_and_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async with receive(status(200, "set-cookie: a=b; Path=/")) as receiver, receive() as proxy, client_of() as client:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        for _ in range(2):
            await client.post(receiver.url, LOOPBACK, {}, b"{}")
    assert [request.headers.get("cookie") for request in receiver.requests] == [None, None]
    assert receiver.connections == 1
    assert proxy.connections == 0


async def test_a_gzip_bomb_is_not_unpacked() -> None:
    bomb = gzip.compress(bytes(50_000_000))
    async with receive(status(200, "content-encoding: gzip", body=bomb)) as receiver:
        answer = await post(receiver)
    assert answer.body == bomb[:2048]


async def test_an_endless_body_is_cut_at_the_limit() -> None:
    sent = 0

    async def endless(_: Request, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"400\r\n" + b"x" * 1024 + b"\r\n")
            await writer.drain()
            sent += 1024

    async with receive(endless) as receiver:
        answer = await post(receiver)
        await asyncio.sleep(0.05)
    assert answer.status == 200
    assert len(answer.body) == 2048
    assert sent < 8_000_000


@pytest.mark.parametrize(
    "raw",
    [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc"],
    ids=["nothing", "headers", "body"],
)
async def test_hanging_ends_at_the_deadline(raw: bytes) -> None:
    started = time.perf_counter()
    async with receive(answering(raw)) as receiver:
        with refused(Failure.TIMEOUT):
            await post(receiver, QUICK)
    assert 0.5 < time.perf_counter() - started < 10


async def test_a_trickling_body_ends_at_the_deadline_too() -> None:
    async def trickle(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
        while True:
            writer.write(b"x")
            await asyncio.sleep(0.05)

    async with receive(trickle) as receiver:
        with refused(Failure.TIMEOUT):
            await post(receiver, QUICK)


async def test_a_reset_inside_the_body_is_no_success() -> None:
    async def cut(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nabc")
        await writer.drain()
        await asyncio.sleep(0.02)
        writer.transport.abort()

    async with receive(cut) as receiver:
        with refused(Failure.PROTOCOL):
            await post(receiver)
    assert receiver.connections == 1


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nx: " + b"a" * 1_000_000 + b"\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"x: a\r\n" * 200_000 + b"content-length: 0\r\n\r\n",
        b"HTTP/1.1 200 " + b"O" * 1_000_000 + b"\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 999999 Huge\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
    ],
    ids=["long header", "many headers", "long reason", "not http", "status", "length", "chunk"],
)
async def test_broken_answers_are_errors(raw: bytes) -> None:
    async with receive(answering(raw)) as receiver:
        with refused(Failure.PROTOCOL):
            await post(receiver)


async def test_one_instant_retry_when_a_reused_connection_was_dead() -> None:
    async def once_per_connection(_: Request, writer: asyncio.StreamWriter) -> None:
        if len(receiver.requests) == 2:
            writer.transport.abort()
        else:
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")

    async with receive(once_per_connection) as receiver, client_of() as client:
        for _ in range(2):
            answer = await client.post(receiver.url, LOOPBACK, {}, b"{}")
            assert answer.status == 200
    assert len(receiver.requests) == 3
    assert receiver.connections == 2


async def test_no_retry_on_a_new_connection_or_after_a_byte() -> None:
    async def die(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    async def begin(_: Request, writer: asyncio.StreamWriter) -> None:
        whole = len(receiver.requests) == 1
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n" if whole else b"HTTP/1.1 200 OK\r\ncon")
        await writer.drain()
        if not whole:
            writer.close()

    async with receive(die) as receiver:
        with refused(Failure.PROTOCOL):
            await post(receiver)
    assert len(receiver.requests) == 1
    async with receive(begin) as receiver, client_of() as client:
        await client.post(receiver.url, LOOPBACK, {}, b"{}")
        with refused(Failure.PROTOCOL):
            await client.post(receiver.url, LOOPBACK, {}, b"{}")
    assert len(receiver.requests) == 2


async def test_at_most_ten_connections_a_host() -> None:
    busy = most = 0

    async def slow(_: Request, writer: asyncio.StreamWriter) -> None:
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        await asyncio.sleep(0.02)
        busy -= 1
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")

    async with receive(slow) as receiver, client_of(Limits()) as client:
        await asyncio.gather(*(client.post(receiver.url, LOOPBACK, {}, b"{}") for _ in range(50)))
    assert most == 10
    assert len(receiver.requests) == 50


async def test_names_that_do_not_resolve_in_time() -> None:
    async with client_of(QUICK, Hangs({})) as client:
        started = time.perf_counter()
        with refused(Failure.DNS):
            await client.post("http://slow.example.com/", LOOPBACK, {}, b"{}")
    assert 0.15 < time.perf_counter() - started < 10


async def test_a_full_backlog_ends_the_attempt_at_the_connect_limit() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        url = f"http://127.0.0.1:{full.getsockname()[1]}/"
        fillers = [socket.socket() for _ in range(4)]
        for one in fillers:
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        async with client_of(QUICK) as client:
            with refused(Failure.TIMEOUT):
                await client.post(url, LOOPBACK, {}, b"{}")
        for one in fillers:
            one.close()


async def test_the_systems_resolver_answers_in_its_own_threads() -> None:
    resolver = SystemResolver(threads=1)
    found = await resolver.resolve("localhost", 80)
    await resolver.close()
    assert {one["host"] for one in found} <= {"127.0.0.1", "::1"}


async def test_a_name_that_hangs_holds_one_thread_and_no_other_name(monkeypatch: pytest.MonkeyPatch) -> None:
    hung, asked = Event(), list[str]()

    def getaddrinfo(host: str, port: int, *_: object) -> list[tuple[int, int, int, str, tuple[str, int]]]:
        asked.append(host)
        if host == "slow.example.com":
            hung.wait(20)
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    async with receive() as receiver, client_of(Limits(dns=0.05), SystemResolver(threads=2)) as client:
        for _ in range(5):
            with refused(Failure.DNS):
                await client.post("http://slow.example.com/", LOOPBACK, {}, b"{}")
        answer = await client.post(f"http://well.example.com:{receiver.port}/", LOOPBACK, {}, b"{}")
        hung.set()
    assert answer.status == 200
    assert asked == ["slow.example.com", "well.example.com"]


async def test_a_fan_out_leaves_few_connections_open() -> None:
    closed = 0

    async def until_left(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.readuntil(b"{}"):
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal closed
        with suppress(asyncio.IncompleteReadError, OSError):
            await until_left(reader, writer)
        closed += 1
        writer.close()

    server = await asyncio.start_server(connected, "0.0.0.0", 0)
    port = server.sockets[0].getsockname()[1]
    async with client_of(Limits(warm=3)) as client:
        urls = [f"http://127.0.0.{number}:{port}/" for number in range(1, 13)]
        for url in (*urls, *urls[:3]):
            await client.post(url, LOOPBACK, {}, b"{}")
        while closed < 9:  # noqa: ASYNC110 - the server tells it in no other way
            await asyncio.sleep(0.005)
        await asyncio.sleep(0.05)
        assert closed == 9
    server.close()


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run])
def test_a_connection_that_is_not_kept_ends_without_a_farewell(
    tmp_path: Path, run: Callable[[Coroutine[None, None, list[object]]], list[object]]
) -> None:
    """After the answer the next thing on the wire is its end: no record of TLS, whose answer we would wait for."""
    assert run(_ended(Authority(tmp_path))) == []


async def _ended(authority: Authority) -> list[object]:
    """Be answered and end; what the loop complained of."""
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"https://hooks.example.com:{listener.getsockname()[1]}/"
    rest = asyncio.create_task(asyncio.to_thread(_answered, listener, authority.server("hooks.example.com")))
    resolver = Says({"hooks.example.com": [["127.0.0.1"]]})
    client = Client(Limits(warm=0), resolver=resolver, tls=authority.client())
    assert (await client.post(url, LOOPBACK, {}, b"{}")).status == 200
    assert await rest == b""
    await client.close()
    listener.close()
    await asyncio.sleep(0)
    return complaints


def _answered(listener: socket.socket, context: ssl.SSLContext) -> bytes:
    """Answer one request; what comes on the wire afterwards."""
    raw, _ = listener.accept()
    into, out = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(into, out, server_side=True)

    def step(act: Callable[[], T]) -> T:
        while True:
            try:
                done = act()
            except ssl.SSLWantReadError:
                raw.sendall(out.read())
                into.write(raw.recv(65536))
            else:
                raw.sendall(out.read())
                return done

    with raw:
        step(tls.do_handshake)
        request = b""
        while not request.endswith(b"{}"):
            request += step(lambda: tls.read(65536))
        step(lambda: tls.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"))
        return raw.recv(65536)


def test_hosts_are_warm_while_they_are_called_and_few_at_a_time() -> None:
    warm = Warm(2, 15)
    assert [warm.keeps(host, 0) for host in ("a", "b", "c", "a")] == [True, True, False, True]
    assert warm.keeps("a", 10)
    assert [warm.keeps(host, 16) for host in ("c", "b", "a")] == [True, False, True]
    assert [warm.keeps(host, 40) for host in ("b", "d", "a")] == [True, True, False]


def test_the_addresses_of_this_machine_are_known() -> None:
    assert is_own("127.0.0.1", socket.AF_INET)
    assert not is_own("192.0.2.1", socket.AF_INET)
    assert not is_own("93.184.216.34", socket.AF_INET)
