"""Questions over TLS: whom a check trusts, and how long the handshake took."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from checks.http import Fetched, Fetcher, Request
from checks.stopwatch import tls_context
from tests.checks.hostile import head_of, response, serve
from tests.senders.authority import Authority

SLOW = 0.15


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@contextlib.asynccontextmanager
async def over_tls(context: ssl.SSLContext, shake_after: float = 0.0) -> AsyncIterator[str]:
    """A server whose handshake begins late: the connection stands before anybody speaks TLS on it."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await head_of(reader)
            writer.write(response(b"{}"))

    async with serve(answer, context) as behind:

        async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await asyncio.sleep(shake_after)
            there, back = await asyncio.open_connection("127.0.0.1", port_of(behind))
            try:
                await asyncio.gather(pump(reader, back), pump(there, writer))
            finally:
                back.transport.abort()

        async with serve(relay) as front:
            yield f"https://localhost:{port_of(front)}"


def port_of(url: str) -> int:
    return int(url.rpartition(":")[2])


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while some := await reader.read(65_536):
        writer.write(some)
    writer.close()


async def asked(url: str, tls: ssl.SSLContext | None) -> tuple[Fetched, Fetched]:
    async with Fetcher(tls=tls) as fetcher:
        return await fetcher.fetch(Request("GET", url)), await fetcher.fetch(Request("GET", url))


async def test_the_handshake_is_timed_apart_from_the_connection(authority: Authority) -> None:
    async with over_tls(authority.server("localhost"), SLOW) as url:
        first, second = await asked(url, tls_context(authority.file()))
    assert (first.answer.status, second.answer.status) == (200, 200)
    timings = first.timings
    assert timings.dns is not None
    assert timings.connect is not None
    assert timings.tls is not None
    assert timings.first_byte is not None
    assert timings.tls >= SLOW * 0.9
    assert timings.connect >= 0
    assert timings.dns + timings.connect + timings.tls <= timings.first_byte <= timings.total
    assert (second.timings.connect, second.timings.tls) == (None, None)


async def test_an_authority_that_nobody_knows_is_network_trouble(authority: Authority) -> None:
    async with over_tls(authority.server("localhost")) as url:
        fetched, _ = await asked(url, None)
    assert (fetched.answer.status, fetched.answer.failure) == (None, "network")
    assert "Certificate" in fetched.answer.failure_detail


async def test_a_certificate_of_another_name_is_network_trouble(authority: Authority) -> None:
    async with over_tls(authority.server("elsewhere.example")) as url:
        fetched, _ = await asked(url, tls_context(authority.file()))
    assert (fetched.answer.status, fetched.answer.failure) == (None, "network")


def test_it_is_as_strict_as_the_default() -> None:
    ours, usual = tls_context(), ssl.create_default_context()
    for name in ("verify_mode", "check_hostname", "verify_flags", "minimum_version", "options"):
        assert getattr(ours, name) == getattr(usual, name), name
    assert ours.cert_store_stats() == usual.cert_store_stats()
