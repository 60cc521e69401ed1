"""Egress through tinyproxy, which nobody here wrote: each credential goes its own way; one that fails is no verdict."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

import pytest

from checks.http import Fetcher, Request
from checks.observation import Cause, Observation
from checks.registry import KINDS
from checks.stopwatch import tls_context
from checks.target import Credential, Level, Vantage
from tests.checks.hostile import saying, serve
from tests.checks.kinds.samples import SAMPLES
from tests.checks.kinds.scripted import NOW, Scripted, target
from tests.checks.test_tls import over_tls
from tests.senders.authority import Authority
from tests.shipped import free_port

PROGRAM = shutil.which("tinyproxy") or "/usr/bin/tinyproxy"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not Path(PROGRAM).exists(), reason="tinyproxy is not installed: make system"),
]


@dataclass
class Proxy:
    """A running tinyproxy and what it has written down."""

    url: str
    log: Path
    process: subprocess.Popen[bytes]

    def carried(self, words: str) -> int:
        """How many requests with these words it has carried."""
        lines = self.log.read_text("utf-8", "replace").splitlines()
        return sum("Request (file" in line and words in line for line in lines)

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait(10)


@contextlib.contextmanager
def running(folder: Path, *rows: str, user: str = "") -> Iterator[Proxy]:
    folder.mkdir()
    port, log = free_port(), folder / "log"
    config = folder / "tinyproxy.conf"
    lines = [f"Port {port}", "Listen 127.0.0.1", f'LogFile "{log}"', "LogLevel Connect", "Timeout 20", *rows]
    config.write_text("\n".join([*lines, ""]))
    process = subprocess.Popen([PROGRAM, "-d", "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    proxy = Proxy(f"http://{user}127.0.0.1:{port}", log, process)
    try:
        wait_for(port)
        yield proxy
    finally:
        proxy.stop()


def wait_for(port: int) -> None:
    until = monotonic() + 30
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        assert monotonic() < until, "tinyproxy does not listen"
        sleep(0.05)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
async def fetcher(authority: Authority) -> AsyncIterator[Fetcher]:
    async with Fetcher(tls=tls_context(authority.file())) as made:
        yield made


def through(proxy: Proxy, name: str = "abroad") -> Credential:
    return Credential(name, f"secret-of-{name}", egress=proxy.url)


async def test_each_credential_goes_its_own_way(fetcher: Fetcher, tmp_path: Path) -> None:
    check = KINDS["anthropic"](fetcher, Vantage(), lambda: NOW)
    sample, script = SAMPLES["anthropic"], Scripted([SAMPLES["anthropic"].whole])
    with running(tmp_path / "a") as first, running(tmp_path / "b") as second:
        async with serve(script) as url:
            for credential in (through(first, "one"), through(second, "two"), Credential("direct", "secret-of-direct")):
                seen = await check.ask(target(url, sample.model, credential=credential), Level.ANSWERS)
                assert (seen.cause, seen.egress) == (Cause.OK, credential.egress)
                assert seen.timings.first_token is not None
        assert [proxy.carried("POST ") for proxy in (first, second)] == [1, 1]
    assert [seen.headers["x-api-key"] for seen in script.seen] == [
        "secret-of-one", "secret-of-two", "secret-of-direct",
    ]  # fmt: skip
    assert ["via" in seen.headers for seen in script.seen] == [True, True, False]


async def test_tls_goes_through_a_tunnel(fetcher: Fetcher, authority: Authority, tmp_path: Path) -> None:
    with running(tmp_path / "a") as proxy:
        async with over_tls(authority.server("localhost"), 0.15) as url:
            first = await fetcher.fetch(Request("GET", url, credential=through(proxy)))
            second = await fetcher.fetch(Request("GET", url, credential=through(proxy)))
        assert proxy.carried("CONNECT localhost:") == 1
    assert (first.answer.status, second.answer.status) == (200, 200)
    assert first.timings.tls is not None
    assert first.timings.tls >= 0.13
    assert second.timings.tls is None


async def refused(fetcher: Fetcher, proxy: Proxy, url: str) -> Observation:
    check = KINDS["openai"](fetcher, Vantage(), lambda: NOW)
    return await check.ask(target(url, "model-5", credential=through(proxy), timeout=8.0), Level.ANSWERS)


NOBODY = "https://localhost:1"


@pytest.mark.parametrize(
    ("rows", "url"),
    [
        ((), NOBODY),
        (("ConnectPort 563",), "https://localhost:8443"),
        (("BasicAuth somebody password",), NOBODY),
        (("Allow 10.9.9.9",), NOBODY),
    ],
    ids=["nobody behind it", "a port it forbids", "a password it wants", "a client it forbids"],
)
async def test_a_way_that_is_refused_is_network_trouble(
    fetcher: Fetcher, tmp_path: Path, rows: tuple[str, ...], url: str
) -> None:
    with running(tmp_path / "a", *rows) as proxy:
        seen = await refused(fetcher, proxy, url)
    assert seen.cause is Cause.NETWORK
    assert "password" not in seen.evidence.excerpt


async def test_a_proxy_with_a_password_is_used(fetcher: Fetcher, authority: Authority, tmp_path: Path) -> None:
    with running(tmp_path / "a", "BasicAuth somebody password", user="somebody:password@") as proxy:
        async with over_tls(authority.server("localhost")) as url:
            fetched = await fetcher.fetch(Request("GET", url, credential=through(proxy)))
    assert fetched.answer.status == 200


async def test_a_proxy_that_dies_is_network_trouble_until_it_is_back(fetcher: Fetcher, tmp_path: Path) -> None:
    with running(tmp_path / "a") as proxy:
        proxy.stop()
        assert (await refused(fetcher, proxy, NOBODY)).cause is Cause.NETWORK


async def test_a_proxy_that_dies_in_a_stream_is_network_trouble(fetcher: Fetcher, tmp_path: Path) -> None:
    check = KINDS["anthropic"](fetcher, Vantage(), lambda: NOW)
    sample = SAMPLES["anthropic"]
    with running(tmp_path / "a") as proxy:

        async def kill(_: asyncio.StreamWriter) -> None:
            await asyncio.sleep(0.3)
            proxy.process.kill()
            await asyncio.sleep(20)

        async with serve(saying(sample.whole[: len(sample.whole) // 2], then=kill)) as url:
            asked = target(url, sample.model, credential=through(proxy), timeout=10.0)
            seen = await check.ask(asked, Level.ANSWERS)
    assert seen.cause in {Cause.NETWORK, Cause.TIMEOUT}
