"""SIGHUP on a real process: a wrong file changes nothing, a right one changes everything but the history."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from statuspage import clock
from statuspage.demo.control import Panel
from statuspage.demo.loopback import LoopbackServer
from statuspage.demo.sandbox import make_app
from statuspage.demo.state import State
from tests.shipped import free_port

OPUS, HAIKU, SONNET = "claude-opus-4-8", "claude-haiku-4-5", "claude-sonnet-4-6"
PATIENCE = 100.0
HARMLESS = {"config.changed", "cell.unknown", "cell.known"}

HEAD = """\
site: {{name: Ours, refresh: 1s}}
store: {{url: "sqlite:///{store}"}}
providers:
  claude-api:
    name: Claude API
    kind: anthropic
    base_url: {vendor}
    controls: [claude-sonnet-4-5]
    neutral_host: {neutral}
    credentials: {{us-persons: {{key: sandbox-key-us-persons}}}}
schedule: {{accepts_every: 1s, answers_every: 1s, timeout: 5s}}
policy:
  available_from_failure: {{count: 2, over: 1s}}
  available_from_restricted: {{count: 2, over: 1s}}
  reprobe_after: [500ms]
models:
"""


@dataclass
class Running:
    """A service in a process of its own, with its configuration and what it said."""

    process: asyncio.subprocess.Process
    config: Path
    head: str
    base: str
    session: aiohttp.ClientSession
    said: list[str] = field(default_factory=list)

    def write(self, *models: tuple[str, str], head: str = "") -> None:
        """The configuration, with these models under these ids of the provider."""
        lines = [f"  {name}: {{offered: [{{provider: claude-api, id: {known_as}}}]}}" for name, known_as in models]
        self.config.write_text((head or self.head) + "\n".join(lines) + "\n")

    def hang_up(self) -> None:
        """Send SIGHUP."""
        self.process.send_signal(signal.SIGHUP)

    async def get(self, path: str) -> Any:
        """A document of the API."""
        async with self.session.get(self.base + path) as answer:
            return await answer.json()

    async def cells(self) -> dict[str, dict[str, Any]]:
        """The published cells by model."""
        return {cell["model"]: cell for cell in (await self.get("/api/v1/snapshot"))["cells"]}

    async def types(self) -> list[str]:
        """The types of all events so far."""
        return [event["type"] for event in (await self.get("/api/v1/events"))["events"]]

    async def until(self, reached: Callable[[dict[str, dict[str, Any]]], bool]) -> dict[str, dict[str, Any]]:
        """Wait until the published cells are as they should be."""
        async with asyncio.timeout(PATIENCE):
            while not reached(cells := await self.cells()):  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.2)
        return cells

    async def until_said(self, text: str) -> None:
        """Wait until the log holds a text."""
        async with asyncio.timeout(PATIENCE):
            while text not in "".join(self.said):
                assert self.process.returncode is None, self.said
                await asyncio.sleep(0.1)

    async def listen(self) -> None:
        """Keep what the process says."""
        assert self.process.stdout
        async for line in self.process.stdout:
            self.said.append(line.decode())


def all_available(*models: str) -> Callable[[dict[str, dict[str, Any]]], bool]:
    return lambda cells: set(cells) == set(models) and all(one["availability"] == "available" for one in cells.values())


@asynccontextmanager
async def serving(folder: Path, sandbox: str) -> AsyncIterator[Running]:
    """The service over two models, up and running."""
    head = HEAD.format(store=folder / "s.db", vendor=f"{sandbox}/anthropic", neutral=f"{sandbox}/neutral")
    port = free_port()
    config = folder / "config.yaml"
    arguments = ("-m", "statuspage", "serve", "--config", str(config), "--port", str(port))
    async with aiohttp.ClientSession() as session:
        config.write_text(f"{head}  {OPUS}: {{offered: [{{provider: claude-api, id: {OPUS}}}]}}\n")
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *arguments,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={**os.environ, "COLUMNS": "200"},
        )
        running = Running(process, config, head, f"http://127.0.0.1:{port}", session)
        listening = asyncio.create_task(running.listen())
        try:
            await running.until_said("http://127.0.0.1")
            await _answers(running)
            yield running
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()
            await listening


async def _answers(running: Running) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                await running.cells()
            except aiohttp.ClientError:
                await asyncio.sleep(0.1)
            else:
                return


@pytest.fixture
async def sandbox() -> AsyncIterator[str]:
    panel = Panel(State(first_token=0.0, between_tokens=0.0))
    server = LoopbackServer(make_app(panel, clock.now))
    await server.start()
    yield server.url
    await server.stop()


async def test_the_catalogue_changes_and_the_history_stays(sandbox: str, tmp_path: Path) -> None:
    async with serving(tmp_path, sandbox) as running:
        await running.until(all_available(OPUS))
        before = clock.now()
        running.write((OPUS, OPUS), (HAIKU, HAIKU))
        running.hang_up()
        await running.until(all_available(OPUS, HAIKU))

        running.write((HAIKU, "no-such-id"), (SONNET, SONNET))
        running.hang_up()
        cells = await running.until(
            lambda cells: set(cells) == {HAIKU, SONNET} and cells[SONNET]["availability"] == "available"
        )
        assert cells[HAIKU]["provider_model_id"] in (HAIKU, "no-such-id")
        cells = await running.until(lambda cells: cells[HAIKU]["reason"] == "check_id")
        assert (cells[HAIKU]["availability"], cells[HAIKU]["provider_model_id"]) == ("unknown", "no-such-id")

        running.write((OPUS, OPUS), (HAIKU, HAIKU), (SONNET, SONNET))
        running.hang_up()
        await running.until(all_available(OPUS, HAIKU, SONNET))

        assert set(await running.types()) <= HARMLESS
        assert (await running.types()).count("config.changed") == 3
        past = await running.get(f"/api/v1/at?time={before:%Y-%m-%dT%H:%M:%SZ}")
        assert [cell["model"] for cell in past["cells"]] == [OPUS]
        assert "work failed" not in "".join(running.said)


async def test_a_wrong_file_is_refused_whole_with_every_mistake(sandbox: str, tmp_path: Path) -> None:
    async with serving(tmp_path, sandbox) as running:
        await running.until(all_available(OPUS))
        running.write((HAIKU, HAIKU), head=running.head.replace("kind: anthropic", "kind: antropic") + "  x: {}\n")
        running.hang_up()
        await running.until_said("the old one stays in force")
        mistakes = [line for line in running.said if "configuration mistake" in line]
        assert len(mistakes) == 2
        assert any("Did you mean anthropic" in line for line in mistakes)

        running.write((HAIKU, HAIKU), head=running.head.replace("s.db", "other.db"))
        running.hang_up()
        await running.until_said("store.url cannot change while the service runs")
        assert not (tmp_path / "other.db").exists()

        assert set(await running.cells()) == {OPUS}
        running.write((OPUS, OPUS), (HAIKU, HAIKU))
        running.hang_up()
        await running.until(all_available(OPUS, HAIKU))
        assert await running.types() == ["config.changed"]


TWO = """\
  gateway:
    name: Gateway
    kind: openai
    base_url: {gateway}
    neutral_host: {neutral}
    credentials: {{us-persons: {{key: sandbox-key-us-persons}}}}
schedule:"""


@pytest.mark.timeout(300)
async def test_moved_renamed_and_retired_models_fire_nothing_and_lose_nothing(tmp_path: Path) -> None:
    """Each while it is restricted and while it is not: what the configuration does is no event about a model."""
    panel = Panel(State(first_token=0.0, between_tokens=0.0))
    server = LoopbackServer(make_app(panel, clock.now))
    await server.start()
    try:
        async with serving(tmp_path, server.url) as running:
            second = TWO.format(gateway=f"{server.url}/gateway/v1", neutral=f"{server.url}/neutral")
            both = running.head.replace("schedule:", second, 1)
            await running.until(all_available(OPUS))

            running.write((OPUS, OPUS), (HAIKU, HAIKU), head=both)
            running.hang_up()
            await running.until(all_available(OPUS, HAIKU))
            panel.follow({"do": "restrict", "model": OPUS})
            await running.until(lambda cells: cells[OPUS]["availability"] == "restricted")
            assert [one for one in await running.types() if one not in HARMLESS] == ["model.restricted"]

            # Renamed while it is restricted: unknown until answered, and its episode stays open.
            running.write((OPUS, "claude-opus-4-5"), (HAIKU, HAIKU), head=both)
            panel.follow({"do": "restrict", "model": "claude-opus-4-5"})
            running.hang_up()
            await running.until(lambda cells: cells[OPUS]["reason"] == "check_id")

            # Retired from the configuration while it is restricted, and another moved to the gateway.
            moved = f"  {HAIKU}: {{offered: [{{provider: gateway, id: anthropic/{HAIKU}}}]}}\n"
            running.config.write_text(both + moved)
            running.hang_up()
            cells = await running.until(
                lambda cells: set(cells) == {HAIKU} and cells[HAIKU]["availability"] == "available"
            )
            assert cells[HAIKU]["provider"] == "gateway"
            assert [one for one in await running.types() if one not in HARMLESS] == ["model.restricted"]

            # Brought back under its first id: its history is there, and its return ends the episode of old.
            panel.follow({"do": "restore", "model": OPUS})
            running.write((OPUS, OPUS), (HAIKU, HAIKU), head=both)
            running.hang_up()
            await running.until(all_available(OPUS, HAIKU))
            events = [one for one in (await running.get("/api/v1/events"))["events"] if one["type"] not in HARMLESS]
            assert [one["type"] for one in events] == ["model.restricted", "model.restored"]
            assert {change["restores"] for change in events[1]["data"]["changes"]} == {events[0]["id"]}
            history = await running.get(f"/api/v1/history?model={OPUS}")
            ids = {one["provider_model_id"] for one in history["transitions"]}
            assert ids == {OPUS, "claude-opus-4-5"}
            assert "work failed" not in "".join(running.said)
    finally:
        await server.stop()
