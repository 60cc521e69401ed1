"""The service's own pieces, watching one proxy: a configuration file, a store, rounds until all is confirmed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from checks.observation import Cause, Observation
from checks.target import Level
from statuspage import app, clock
from statuspage.config import load
from statuspage.core.availability import Availability, CellKey, Reason
from statuspage.core.cell import CellState
from statuspage.core.event import Event
from statuspage.ports import EventQuery
from statuspage.services.inquiry import target_of

PROVIDER = "proxy"
KEYS = {"staff": "sk-of-staff", "partners": "sk-of-partners"}
MODELS = ("steady", "gated", "fragile")
MOST_ROUNDS = 20

CONFIG = """\
site: {{url: http://127.0.0.1}}
store: {{url: "sqlite:///{folder}/statuspage.db"}}
user_classes:
  staff: {{reference: true}}
  partners: {{}}
providers:
  proxy:
    name: LiteLLM proxy
    kind: openai
    base_url: {url}
    controls: [steady, gated]
    neutral_host: {neutral}
    credentials: {{staff: {{key: sk-of-staff}}, partners: {{key: sk-of-partners}}}}
models:
  steady: {{offered: [{{provider: proxy, id: steady}}]}}
  gated: {{offered: [{{provider: proxy, id: gated}}]}}
  fragile: {{offered: [{{provider: proxy, id: fragile}}]}}
policy:
  name: quick
  restricted_strong: {{count: 2, apart: 50ms}}
  restricted_weak: {{count: 3, apart: 50ms}}
  down_model: {{count: 3, over: 200ms}}
  down_provider: {{count: 3, over: 200ms}}
  available_from_restricted: {{count: 3, over: 200ms}}
  available_from_failure: {{count: 2, over: 50ms}}
  reprobe_after: [100ms, 100ms, 200ms]
"""


@dataclass
class Watch:
    """The watching service. ``rounds`` counts how often it asked at ``answers`` since the last ``settle``."""

    verbs: app.Verbs
    rounds: int = 0

    async def settle(self, level: Level = Level.ANSWERS) -> None:
        """One round, and then, as the runtime would, one whenever something is still being confirmed."""
        result = await self.verbs.monitor.round(PROVIDER, level)
        for self.rounds in range(1, MOST_ROUNDS):
            if not result.again:
                return
            await asyncio.sleep(min(result.again.values()).total_seconds())
            result = await self.verbs.monitor.round(PROVIDER, Level.ANSWERS, result.again)
        raise AssertionError(f"not settled after {MOST_ROUNDS} rounds: {result}")

    async def ask(self, model_id: str, user_class: str, level: Level) -> Observation:
        """One question beside all rounds, as a class."""
        target = target_of(self.verbs.settings, CellKey("steady", PROVIDER, user_class))
        assert target is not None
        return await self.verbs.monitor.asker.ask(replace(target, provider_model_id=model_id), level)

    async def until_answered(self, model_id: str) -> None:
        """Wait for the end of a cooldown that an earlier story may have left at the proxy."""
        for _ in range(100):
            if (await self.ask(model_id, "staff", Level.ANSWERS)).cause is Cause.OK:
                return
            await asyncio.sleep(0.2)

    async def cell(self, model: str, user_class: str) -> CellState:
        """What is remembered of a cell."""
        async with self.verbs.store.reading() as view:
            return (await view.cells())[CellKey(model, PROVIDER, user_class)]

    async def says(self, model: str, user_class: str) -> tuple[Availability, Reason]:
        """What is published of a cell."""
        published = (await self.cell(model, user_class)).published
        return published.availability, published.reason

    async def all_say(self) -> set[tuple[Availability, Reason]]:
        """Everything that is published of any cell."""
        async with self.verbs.store.reading() as view:
            states = (await view.cells()).values()
            return {(one.published.availability, one.published.reason) for one in states}

    async def events(self) -> list[Event]:
        """Every public event so far."""
        async with self.verbs.store.reading() as view:
            return await view.events(EventQuery())


@asynccontextmanager
async def watching(folder: Path, url: str, neutral: str) -> AsyncIterator[Watch]:
    """A service with an empty store that watches the proxy at ``url``."""
    file = folder / "config.yaml"
    file.write_text(CONFIG.format(folder=folder, url=url, neutral=neutral))
    async with app.verbs(load(file, {}), environ={}, now=clock.now) as verbs:
        yield Watch(verbs)
