"""A service of any size for benchmarks: a real store and real rounds, with providers that answer in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from benchmarks.simulating.answers import KINDS
from checks.observation import Lifecycle, Observation
from checks.target import Credential, Level, Target
from statuspage import clock
from statuspage.core.availability import CellKey
from statuspage.core.settings import ClassCredential, Model, Offering, Provider, Settings, Site, UserClass
from statuspage.core.snapshot import Snapshot
from statuspage.demo.story import MovedClock
from statuspage.ports import Store
from statuspage.runtime.publisher import Publisher
from statuspage.services.monitoring import Monitor
from statuspage.services.queries import Queries
from statuspage.services.snapshots import record_catalogue
from statuspage.site.press import Press
from statuspage.site.publish import PublishedSite
from statuspage.store.database import Database, open_store
from statuspage.store.secrets import KeyRing

PROVIDER = "provider"
CONTROL = "control-model"
KEY = KeyRing.of(bytes(range(32)))


@dataclass
class Memory:
    """Providers that answer everything in memory, but for the cells that are refused."""

    now: MovedClock
    refused: set[CellKey] = field(default_factory=set)

    def levels(self, provider: str) -> frozenset[Level]:  # noqa: ARG002 - the protocol's name
        """Every level."""
        return frozenset(Level)

    async def ask(self, target: Target, level: Level) -> Observation:
        """An answer, or a refusal that names the model."""
        key = CellKey(target.model, target.provider, target.user_class)
        kind = KINDS["404_strong" if key in self.refused and level is not Level.LISTED else "ok"]
        seen = kind.observed(self.now(), target.provider, target.provider_model_id, target.user_class, "direct")
        return replace(seen, level=level, lifecycle=Lifecycle.LISTED if level is Level.LISTED else None)

    async def neutral(self, provider: str, egress: str) -> Observation | None:  # noqa: ARG002 - likewise
        """There is no neutral host."""
        return None


@dataclass
class House:
    """A service of which every cell is known to answer; ``rendering`` holds the CPU seconds of each publication."""

    settings: Settings
    store: Store
    now: MovedClock
    memory: Memory
    monitor: Monitor
    queries: Queries
    publisher: Publisher
    site: PublishedSite
    rendering: list[float]

    async def turn(self, key: CellKey) -> None:
        """Let one cell be refused from now on, until that is committed."""
        self.memory.refused.add(key)
        for _ in range(2):
            self.now.at += timedelta(seconds=10)
            result = await self.monitor.round(PROVIDER, Level.ANSWERS, (key.model,))
        if not result.events:
            raise RuntimeError("nothing was told")


@asynccontextmanager
async def house(models: int, classes: int) -> AsyncIterator[House]:
    """A house of so many models and user classes, at one provider; published once."""
    with TemporaryDirectory(prefix="house") as folder:
        store = await open_store(f"sqlite:///{Path(folder) / 'house.db'}", key=KEY)
        try:
            yield await _built(store, settings_of(models, classes))
        finally:
            await store.close()


async def _built(store: Database, settings: Settings) -> House:
    now, numbers = MovedClock(clock.now() - timedelta(days=1)), count(1)
    memory = Memory(now)
    monitor = Monitor(store, memory, settings, now, lambda prefix: f"{prefix}_{next(numbers):012d}")
    await record_catalogue(store, settings, now(), monitor.ids)
    for _ in range(2):
        await monitor.round(PROVIDER, Level.ANSWERS)
        now.at += timedelta(seconds=60)
    queries, site, rendering = Queries(store, settings, now), PublishedSite(), list[float]()
    press = Press()

    def render(snapshot: Snapshot, refresh: bool) -> None:
        began = process_time()
        site.replace(press.pages(snapshot, site.pages, refresh=refresh))
        rendering.append(process_time() - began)

    publisher = Publisher(store, queries, now, timedelta(minutes=10), render)
    return House(settings, store, now, memory, monitor, queries, publisher, site, rendering)


def settings_of(models: int, classes: int) -> Settings:
    """A catalogue of that size; each model names two alternatives."""
    groups = tuple(f"class-{number}" for number in range(classes))
    held = {one: ClassCredential(Credential(one, "secret")) for one in groups}
    return Settings(
        site=Site(name="Availability", url="https://status.example"),
        user_classes=tuple(UserClass(one, one.capitalize(), reference=one == groups[0]) for one in groups),
        providers=(Provider(PROVIDER, "Provider", "openai", "https://provider.example", held, (CONTROL,)),),
        models=tuple(_model(number, models) for number in range(models)),
    )


def _model(number: int, of: int) -> Model:
    name = f"model-{number}"
    others = tuple(f"model-{(number + step) % of}" for step in (1, 2))
    return Model(name, name.capitalize(), (Offering(PROVIDER, name, primary=True),), "Family", alternatives=others)
