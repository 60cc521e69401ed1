"""The bounded fetch against servers that misbehave: whatever they do, an answer comes back in time."""

from __future__ import annotations

import asyncio
import gzip
import random
import socket
import ssl
from collections.abc import AsyncIterator
from time import perf_counter

import pytest

from checks.http import Fetched, Fetcher, Request
from checks.stream import Stream
from checks.target import Credential
from tests.checks.hostile import Handler, hang, head_of, reset, response, saying, serve

WORDS = Stream(is_content=lambda data: data == b"word", is_end=lambda data: data == b"end")


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    async with Fetcher() as fetcher:
        yield fetcher


async def ask(fetcher: Fetcher, handler: Handler, *, seconds: float = 3.0, cap: int = 65_536) -> Fetched:
    async with serve(handler) as url:
        return await fetcher.fetch(Request("GET", url + "/v1/models", timeout=seconds, cap=cap))


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


async def test_an_answer_comes_back_whole_with_lower_case_headers(fetcher: Fetcher) -> None:
    raw = response(b'{"ok": true}', "X-Request-ID: abc", "Link: <a>; rel=x", "Link: <b>; rel=y")
    fetched = await ask(fetcher, saying(raw))
    assert fetched.answer.status == 200
    assert fetched.answer.body == b'{"ok": true}'
    assert fetched.answer.failure is None
    assert fetched.answer.headers["x-request-id"] == "abc"
    assert fetched.answer.headers["link"] == "<a>; rel=x, <b>; rel=y"


async def test_phases_are_timed_and_add_up(fetcher: Fetcher) -> None:
    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head_of(reader)
        await asyncio.sleep(0.1)
        writer.write(response(b"x" * 10)[:-5])
        await asyncio.sleep(0.1)
        writer.write(b"xxxxx")
        await reader.read()

    timings = (await ask(fetcher, slow)).timings
    assert timings.connect is not None
    assert timings.first_byte is not None
    assert 0 <= timings.connect < timings.first_byte < timings.total
    assert timings.first_byte >= 0.09
    assert timings.total >= 0.19
    assert timings.tls is None
    assert timings.first_token is None


async def test_a_name_is_resolved_and_timed(fetcher: Fetcher) -> None:
    async with serve(saying(response(b"{}"))) as url:
        fetched = await fetcher.fetch(Request("GET", url.replace("127.0.0.1", "localhost")))
    assert fetched.answer.status == 200
    assert fetched.timings.dns is not None
    assert fetched.timings.connect is not None
    assert fetched.timings.connect >= 0


async def test_a_refused_connection_is_network_trouble(fetcher: Fetcher) -> None:
    fetched = await fetcher.fetch(Request("GET", f"http://127.0.0.1:{unused_port()}/"))
    assert fetched.answer.status is None
    assert fetched.answer.failure == "network"
    assert fetched.answer.failure_detail == "ClientConnectorError: ConnectionRefusedError"


async def test_an_unknown_name_is_network_trouble(fetcher: Fetcher) -> None:
    fetched = await fetcher.fetch(Request("GET", "http://nowhere.invalid/secret-path"))
    assert fetched.answer.failure == "network"
    assert "secret-path" not in fetched.answer.failure_detail
    assert "ClientConnectorDNSError" in fetched.answer.failure_detail


async def test_a_failed_handshake_is_network_trouble(fetcher: Fetcher) -> None:
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"not tls at all\r\n")
        await reader.read()

    async with serve(plain) as url:
        fetched = await fetcher.fetch(Request("GET", url.replace("http:", "https:"), timeout=3))
    assert fetched.answer.failure == "network"
    assert ssl.SSLError.__name__ in fetched.answer.failure_detail


HEAD = b"HTTP/1.1 200 OK\r\n"

NETWORK_FAULTS: dict[str, Handler] = {
    "silence": saying(b""),
    "garbage": saying(b"\x00\xff\xfe garbage \r\n\r\n" * 50),
    "wrong protocol": saying(b"SSH-2.0-OpenSSH_9.2\r\n"),
    "bad status line": saying(b"HTTP/1.1 abc Nope\r\n\r\n"),
    "bad length": saying(HEAD + b"content-length: -5\r\n\r\nhello"),
    "two lengths": saying(HEAD + b"content-length: 3\r\ncontent-length: 5\r\n\r\nhello"),
    "length and chunks": saying(HEAD + b"content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"),
    "bad chunk size": saying(HEAD + b"transfer-encoding: chunked\r\n\r\nzz\r\nhello\r\n"),
    "cut chunks": saying(HEAD + b"transfer-encoding: chunked\r\n\r\n5\r\nhel"),
    "cut body": saying(HEAD + b"content-length: 500\r\n\r\nhello"),
    "reset in the headers": saying(HEAD + b"content-le", then=reset),
    "reset in the body": saying(HEAD + b"content-length: 500\r\n\r\nhello", then=reset),
    "huge header": saying(HEAD + b"x-a: " + b"a" * 200_000 + b"\r\n\r\n"),
    "endless headers": saying(HEAD + b"".join(b"x-%d: y\r\n" % n for n in range(5_000)) + b"\r\n"),
    "header without colon": saying(HEAD + b"nonsense\r\n\r\n"),
    "control characters": saying(HEAD + b"x-a: a\x00b\r\n\r\n"),
}


@pytest.mark.parametrize("name", NETWORK_FAULTS)
async def test_a_broken_answer_is_network_trouble(fetcher: Fetcher, name: str) -> None:
    answer = (await ask(fetcher, NETWORK_FAULTS[name])).answer
    assert (answer.status, answer.failure) == (None, "network")
    assert answer.failure_detail.replace(": ", "").isidentifier()


HANGS: dict[str, Handler] = {
    "before the headers": saying(b"", then=hang),
    "in the headers": saying(HEAD + b"content-le", then=hang),
    "in the body": saying(HEAD + b"content-length: 500\r\n\r\nhello", then=hang),
    "in a chunk": saying(HEAD + b"transfer-encoding: chunked\r\n\r\n5\r\nhel", then=hang),
}


@pytest.mark.parametrize("name", HANGS)
async def test_a_hanging_answer_ends_at_the_timeout(fetcher: Fetcher, name: str) -> None:
    started = perf_counter()
    fetched = await ask(fetcher, HANGS[name], seconds=0.3)
    assert (fetched.answer.status, fetched.answer.failure) == (None, "timeout")
    assert fetched.answer.failure_detail == "Timeout"
    assert 0.29 <= fetched.timings.total <= perf_counter() - started < 10


async def test_a_dripping_body_ends_at_the_timeout(fetcher: Fetcher) -> None:
    async def drip(writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b"1\r\nx\r\n")
            await asyncio.sleep(0.02)

    fetched = await ask(fetcher, saying(HEAD + b"transfer-encoding: chunked\r\n\r\n", then=drip), seconds=0.4)
    assert fetched.answer.failure == "timeout"


async def test_an_endless_body_is_read_up_to_the_cap_and_no_further(fetcher: Fetcher) -> None:
    sent = 0

    async def flood(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        while True:
            writer.write(b"x" * 65_536)
            sent += 65_536
            await writer.drain()

    answer = (await ask(fetcher, saying(HEAD + b"\r\n", then=flood), cap=1000)).answer
    assert (answer.status, len(answer.body)) == (200, 1000)
    assert sent < 20_000_000


async def test_compression_that_nobody_asked_for_is_undone(fetcher: Fetcher) -> None:
    packed = gzip.compress(b'{"a": 1}')
    answer = (await ask(fetcher, saying(response(packed, "content-encoding: gzip")))).answer
    assert answer.body == b'{"a": 1}'


async def test_a_gzip_bomb_stays_inside_the_cap(fetcher: Fetcher) -> None:
    bomb = gzip.compress(b"\x00" * 30_000_000)
    answer = (await ask(fetcher, saying(response(bomb, "content-encoding: gzip")))).answer
    assert len(answer.body) <= 65_536


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "nonsense"])
async def test_false_compression_is_kept_as_it_came(fetcher: Fetcher, encoding: str) -> None:
    answer = (await ask(fetcher, saying(response(b"plain", f"content-encoding: {encoding}")))).answer
    assert answer.body == b"plain"


async def test_text_that_is_not_utf8_survives(fetcher: Fetcher) -> None:
    raw = response(b"\xff\xfe\xe4").replace(b"200 OK\r\n", b"200 OK\r\nx-name: M\xfcnchen\r\n")
    answer = (await ask(fetcher, saying(raw))).answer
    assert answer.body == b"\xff\xfe\xe4"
    answer.headers["x-name"].encode("utf-8")


async def test_a_large_but_honest_header_is_read(fetcher: Fetcher) -> None:
    answer = (await ask(fetcher, saying(response(b"{}", "content-security-policy: " + "a" * 20_000)))).answer
    assert answer.status == 200


async def test_a_redirect_is_an_answer_and_is_not_followed(fetcher: Fetcher) -> None:
    async with serve(saying(response(b"elsewhere"))) as other:
        raw = response(b"", f"location: {other}", status="302 Found")
        assert (await ask(fetcher, saying(raw))).answer.status == 302


async def test_the_request_is_plain_and_carries_no_cookie() -> None:
    heads: list[str] = []

    async def remember(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            heads.append((await head_of(reader)).decode())
            writer.write(response(b"{}", "set-cookie: who=me; path=/"))

    async with serve(remember) as url, Fetcher(user_agent="probe/1") as fetcher:
        for _ in range(2):
            await fetcher.fetch(Request("GET", url + "/v1/models/a%2Fb", headers={"x-api-key": "k"}))
    first, second = (head.lower() for head in heads)
    assert first.startswith("get /v1/models/a%2fb http/1.1")
    assert "x-api-key: k" in first
    assert "accept-encoding: identity" in first
    assert "user-agent: probe/1" in first
    assert "cookie" not in second


async def test_credentials_never_share_a_connection(fetcher: Fetcher) -> None:
    connections = 0

    async def count(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        while True:
            await head_of(reader)
            writer.write(response(b"{}"))

    async with serve(count) as url:
        for name in ("a", "b", "a", "b"):
            await fetcher.fetch(Request("GET", url, credential=Credential(name, "secret")))
        await fetcher.fetch(Request("GET", url))
    assert connections == 3


async def test_the_egress_proxy_is_used_and_the_environment_is_not(
    fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{unused_port()}")
    async with serve(saying(response(b"from the proxy"))) as proxy:
        credential = Credential("abroad", "secret", egress=proxy)
        answer = (await fetcher.fetch(Request("GET", "http://nowhere.invalid/", credential=credential))).answer
        assert answer.body == b"from the proxy"
        direct = (await fetcher.fetch(Request("GET", proxy))).answer
        assert direct.body == b"from the proxy"


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_proxy_that_wants_a_password_is_network_trouble(fetcher: Fetcher, scheme: str) -> None:
    denial = response(b"", status="407 Proxy Authentication Required")
    async with serve(saying(denial)) as proxy:
        credential = Credential("abroad", "secret", egress=proxy)
        answer = (await fetcher.fetch(Request("GET", f"{scheme}://nowhere.invalid/", credential=credential))).answer
    assert (answer.status, answer.failure) == (None, "network")


async def test_the_first_content_of_a_stream_is_timed(fetcher: Fetcher) -> None:
    async def stream(writer: asyncio.StreamWriter) -> None:
        for piece in (b": hello\n\ndata: {}\n\nda", b"ta: empty\r\n\r\ndata: wo", b"rd\n\n", b"data: word\n\n"):
            await asyncio.sleep(0.05)
            writer.write(piece)
            await writer.drain()

    handler = saying(HEAD + b"content-type: text/event-stream\r\n\r\n", then=stream)
    async with serve(handler) as url:
        request = Request("GET", url, stream=WORDS)
        fetched = await fetcher.fetch(request)
    assert fetched.timings.first_token is not None
    assert 0.14 < fetched.timings.first_token < fetched.timings.total
    assert fetched.answer.body.count(b"word") == 2


async def test_a_stream_without_content_has_no_first_token(fetcher: Fetcher) -> None:
    async with serve(saying(response(b"data: [DONE]\n\n"))) as url:
        fetched = await fetcher.fetch(Request("GET", url, stream=WORDS))
    assert fetched.timings.first_token is None


async def test_many_at_once_do_not_wait_for_each_other(fetcher: Fetcher) -> None:
    async def later(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head_of(reader)
        await asyncio.sleep(0.3)
        writer.write(response(b"{}"))

    async with serve(later) as url:
        asked = [fetcher.fetch(Request("GET", url, timeout=30)) for _ in range(150)]
        fetched = await asyncio.gather(*asked)
    assert {each.answer.status for each in fetched} == {200}
    assert max(each.timings.total for each in fetched) < 150 * 0.3 / 4


HONEST = (
    response(b'{"a": 1}', "set-cookie: a=b; path=/; expires=Thu", "link: <a>; rel=x", "connection: close"),
    HEAD + b"transfer-encoding: chunked\r\ntrailer: x\r\n\r\n5\r\nhello\r\n0\r\nx: y\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
    b"HTTP/1.0 302 Found\r\nlocation: http://[::1/\r\n\r\nx",
    b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\nfoo",
    HEAD + b'content-encoding: gzip\r\ncontent-type: text/html; charset="x\r\n\r\nabc',
    b'HTTP/1.1 401 No\r\nwww-authenticate: Digest realm="x", nonce=\r\ncontent-length: 0\r\n\r\n',
)


def damaged(raw: bytes, chance: random.Random) -> bytes:
    """The answer with a few bytes changed, added, taken away or said twice."""
    data = bytearray(raw)
    for _ in range(chance.randint(0, 4)):
        at = chance.randrange(len(data))
        some = bytes(chance.choices((0, 10, 13, 32, 58, 128, 255), k=chance.randint(1, 4)))
        data[at : at + chance.randint(0, 8)] = chance.choice((some, b"", data[max(0, at - 20) : at]))
    return bytes(data) or b"\n"


async def test_no_damage_to_an_answer_ever_raises(fetcher: Fetcher) -> None:
    chance = random.Random(7)

    async def any_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head_of(reader)
        writer.write(damaged(chance.choice(HONEST), chance))
        writer.write_eof()
        await reader.read()

    async with serve(any_answer) as url:
        answers = [(await fetcher.fetch(Request("GET", url, timeout=2))).answer for _ in range(400)]
    assert {answer.failure for answer in answers} <= {None, "network", "timeout"}
    assert {200, 302, 401} <= {answer.status for answer in answers}
    assert all((answer.status is None) == bool(answer.failure) for answer in answers)


async def test_a_cancelled_fetch_is_cancelled(fetcher: Fetcher) -> None:
    async with serve(saying(b"", then=hang)) as url:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await fetcher.fetch(Request("GET", url))


async def test_a_mistake_of_the_caller_is_raised(fetcher: Fetcher) -> None:
    async with serve(saying(response(b"{}"))) as url:
        with pytest.raises(ValueError, match=r"[Nn]ewline|control"):
            await fetcher.fetch(Request("GET", url, headers={"x-api-key": "a\r\nb"}))
