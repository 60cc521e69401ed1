"""Several real processes over one PostgreSQL: one asks and sends, one serves, and a place that is free is taken."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from asyncio.subprocess import PIPE, Process
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from click.testing import CliRunner
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from statuspage import clock
from statuspage.cli import main
from statuspage.demo.control import Panel
from statuspage.demo.loopback import LoopbackServer
from statuspage.demo.sandbox import make_app
from statuspage.demo.state import State
from tests import postgres
from tests.e2e.test_service import eventually
from tests.shipped import free_port

pytestmark = [pytest.mark.postgresql, pytest.mark.timeout(300)]

MODEL = "claude-fable-5"
CONFIG = """\
site: {{name: Two machines, url: "http://127.0.0.1:{port}", refresh: 5s}}
store: {{url: "{store}"}}
user_classes:
  us-persons: {{name: US persons, reference: true}}
providers:
  claude-api:
    name: Claude API
    kind: anthropic
    base_url: {sandbox}/anthropic
    controls: [claude-haiku-4-5]
    neutral_host: {sandbox}/neutral
    credentials:
      us-persons: {{key: sandbox-key-us-persons}}
models:
  claude-fable-5:
    name: Claude Fable 5
    offered: [{{provider: claude-api, id: claude-fable-5, primary: true}}]
schedule: {{accepts_every: 5s, answers_every: 5s}}
policy: {{name: quick, restricted_strong: {{count: 2, apart: 1s}}, reprobe_after: [1s, 1s, 2s]}}
notifications:
  webhooks: {{allow_networks: [127.0.0.0/8], allow_http: true}}
"""


@dataclass
class Place:
    """A sandbox, a receiver, a database and the configuration of all processes."""

    config: Path
    panel: Panel
    receiver: str
    told: list[str]
    open: asyncio.Event
    """Whether the receiver answers; until then it holds what comes in."""

    async def start(self, role: str, port: int) -> Process:
        """One process of the service."""
        words = ("serve", "--config", str(self.config), "--role", role, "--port", str(port))
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "statuspage", *words, cwd=self.config.parent, stdout=PIPE, stderr=PIPE
        )

    @asynccontextmanager
    async def running(self, role: str) -> AsyncIterator[tuple[Process, httpx2.AsyncClient]]:
        """A process that answers, as long as the block lasts."""
        port = free_port()
        process = await self.start(role, port)
        try:
            async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
                await eventually(lambda: _answers(client, process), 60)
                yield process, client
        finally:
            if process.returncode is None:
                process.terminate()
            await process.communicate()


@pytest.fixture
async def place(
    tmp_path: Path, postgres_server: postgres.Server, postgres_template: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Place]:
    monkeypatch.setenv("STATUSPAGE_KEY", b64encode(bytes(32)).decode())
    panel, told = Panel(State(first_token=0.0, between_tokens=0.0)), list[str]()

    gate = asyncio.Event()
    gate.set()

    async def take(request: Request) -> Response:
        told.append((await request.json())["type"])
        await gate.wait()
        return Response(status_code=204)

    async with AsyncExitStack() as stack:
        servers = [
            LoopbackServer(make_app(panel, clock.now)),
            LoopbackServer(Starlette(routes=[Route("/", take, methods=["POST"])])),
        ]
        for server in servers:
            await server.start()
            stack.push_async_callback(server.stop)
        sandbox, receiver = servers
        file = tmp_path / "config.yaml"
        store = postgres_server.create(postgres_template)
        file.write_text(CONFIG.format(port=free_port(), store=store, sandbox=sandbox.url), "utf-8")
        yield Place(file, panel, receiver.url, told, gate)


async def _answers(client: httpx2.AsyncClient, process: Process) -> bool:
    assert process.returncode is None, (await process.communicate())[1].decode()
    try:
        return (await client.get("/healthz")).status_code == 200
    except httpx2.TransportError:
        return False


async def _is(client: httpx2.AsyncClient, availability: str) -> bool:
    said = await client.get("/api/v1/availability", params={"model": MODEL})
    return said.status_code == 200 and [one["availability"] for one in said.json()["cells"]] == [availability]


async def _command(place: Place, *words: str) -> str:
    """A command at a terminal."""
    done = await asyncio.to_thread(CliRunner().invoke, main, [*words, "--config", str(place.config)])
    assert done.exit_code == 0, done.output
    return done.stdout


async def test_one_watches_another_shows_and_a_place_is_taken(place: Place) -> None:
    async with place.running("web") as (_, readers), place.running("worker") as (worker, figures):
        await eventually(lambda: _is(readers, "available"), 60)
        assert (await figures.get("/")).status_code == 404, "who watches serves no readers"
        assert "statuspage_cells" in (await figures.get("/metrics")).text
        await _command(place, "subscription", "add", place.receiver)
        place.panel.follow({"do": "restrict", "model": MODEL})
        await eventually(lambda: _is(readers, "restricted"), 60)
        await eventually(lambda: _told(place, "model.restricted"))
        await eventually(lambda: _settled(place, 1))
        worker.send_signal(signal.SIGKILL)
        await worker.wait()
        place.panel.follow({"do": "restore", "model": MODEL})
        await _command(place, "incident", "open", "--kind", "notice", "We look into it")
        await eventually(lambda: _shows(readers, "We look into it"))
        assert "incident.opened" not in place.told
        place.open.clear()
        async with place.running("worker") as (next_, _):
            await eventually(lambda: _told(place, "incident.opened"))
            await eventually(lambda: _answering(readers), 60)
            next_.terminate()
            await asyncio.sleep(1)
            assert next_.returncode is None, "what is being sent is waited for"
            place.open.set()
            assert await next_.wait() == 0
        assert await _settled(place, 2)
    assert place.told.count("model.restricted") == 1


async def _settled(place: Place, count: int) -> bool:
    """Whether so many deliveries are owed to the only subscription, and all are done."""
    [subscription] = json.loads(await _command(place, "subscription", "list", "--json"))
    shown = json.loads(await _command(place, "subscription", "show", subscription["id"], "--json"))
    return [one["state"] for one in shown["deliveries"]] == ["delivered"] * count


async def _told(place: Place, event: str) -> bool:
    return event in place.told


async def _shows(client: httpx2.AsyncClient, text: str) -> bool:
    return text in (await client.get("/")).text


async def _answering(client: httpx2.AsyncClient) -> bool:
    """The restriction's end is being confirmed by the process that took the place."""
    return "answering again" in (await client.get(f"/models/{MODEL}")).text.lower()
