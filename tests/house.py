"""A whole house for tests: a real store, the sandbox over real HTTP its requests counted, a clock that is moved."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from checks.http import Fetcher
from checks.target import Credential, Level, Vantage
from statuspage.core.availability import Availability, CellKey, Reason
from statuspage.core.cell import CellState
from statuspage.core.delivery import Outcome
from statuspage.core.event import Event
from statuspage.core.settings import (
    ClassCredential,
    Expectation,
    Model,
    Offering,
    Provider,
    Schedule,
    Settings,
    Site,
    UserClass,
)
from statuspage.core.subscription import Filters, Subscription
from statuspage.demo.catalogue import PROVIDER_BY_ID
from statuspage.demo.control import Panel
from statuspage.demo.loopback import LoopbackServer
from statuspage.demo.sandbox import make_app
from statuspage.demo.state import State
from statuspage.demo.story import MovedClock
from statuspage.ports import EventQuery, Parcel, Store
from statuspage.runtime.asker import CheckAsker
from statuspage.services.attestations import Attestations
from statuspage.services.incidents import Incidents
from statuspage.services.judging import Recall
from statuspage.services.monitoring import Monitor, Result
from statuspage.services.queries import Queries
from statuspage.services.snapshots import record_catalogue
from statuspage.services.subscriptions import Subscriptions
from tests.staff import STAFF

START = datetime(2026, 6, 12, 14, tzinfo=UTC)
SITE = Site(name="Availability", url="https://status.example", sandbox=True, refresh=timedelta(seconds=5))
VENDOR, GATEWAY = "claude-api", "gateway"
HOME, ABROAD, ZERO, PARTNERS = "us-persons", "foreign-nationals-abroad", "zero-retention", "programme-partners"
FABLE, OPUS, HAIKU, SONNET = "claude-fable-5", "claude-opus-4-8", "claude-haiku-4-5", "claude-sonnet-4-5"
MOST_ROUNDS = 60
"""A change that is not confirmed after so many rounds will not be."""

FABLE_HOME = CellKey(FABLE, VENDOR, HOME)
FABLE_ABROAD = CellKey(FABLE, VENDOR, ABROAD)
FABLE_ZERO = CellKey(FABLE, VENDOR, ZERO)
FABLE_PARTNERS = CellKey(FABLE, VENDOR, PARTNERS)
OPUS_HOME = CellKey(OPUS, VENDOR, HOME)


def key_of(user_class: str) -> str:
    """The secret that the sandbox takes for a class."""
    return f"sandbox-key-{user_class}"


def held(user_class: str, provider: str = VENDOR, **changes: object) -> ClassCredential:
    """The credential of a class at a provider."""
    credential = Credential(f"{provider}/{user_class}", key_of(user_class))
    return ClassCredential(replace(credential, **changes))  # type: ignore[arg-type]


def settings_for(url: str) -> Settings:
    """Two providers of the sandbox at ``url``, three models, four user classes; everything else by default."""
    neutral = f"{url}/neutral"
    return Settings(
        site=SITE,
        store_url="",
        user_classes=(
            UserClass(HOME, "US persons", reference=True),
            UserClass(ABROAD, "Foreign nationals abroad"),
            UserClass(ZERO, "Zero data retention"),
            UserClass(PARTNERS, "Programme partners", attested=True),
        ),
        providers=(
            Provider(
                VENDOR, "Claude API", "anthropic", url + PROVIDER_BY_ID[VENDOR].path,
                {one: held(one) for one in (HOME, ABROAD, ZERO)}, (HAIKU, SONNET), neutral,
            ),
            Provider(
                GATEWAY, "Example Gateway", "openai", url + PROVIDER_BY_ID[GATEWAY].path,
                {one: held(one, GATEWAY) for one in (HOME, ABROAD)}, (f"anthropic/{HAIKU}",), neutral,
            ),
        ),
        models=(
            Model(
                FABLE, "Claude Fable 5", (Offering(VENDOR, FABLE, primary=True), _at_gateway(FABLE)),
                alternatives=(OPUS, HAIKU), expect=(Expectation((ZERO,)),),
            ),
            Model(OPUS, "Claude Opus 4.8", (_at_vendor(OPUS), _at_gateway(OPUS))),
            Model(HAIKU, "Claude Haiku 4.5", (_at_vendor(HAIKU),)),
        ),
        schedule=Schedule(timeout=timedelta(seconds=5)),
    )  # fmt: skip


def _at_vendor(model: str) -> Offering:
    return Offering(VENDOR, model, user_classes=(HOME, ABROAD))


def _at_gateway(model: str) -> Offering:
    return Offering(GATEWAY, f"anthropic/{model}", user_classes=(HOME, ABROAD))


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that the sandbox was asked: which path, with which key, about which model."""

    path: str
    key: str
    model: str


@dataclass
class Counted:
    """ASGI middleware that writes down every request before the sandbox answers it."""

    app: ASGIApp
    asked: list[Asked] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the request, note it, and hand it on."""
        message = await receive()
        body = message.get("body", b"")
        while message.get("more_body"):
            message = await receive()
            body += message.get("body", b"")
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        key = headers.get("x-api-key") or headers.get("authorization", "").removeprefix("Bearer ")
        path = scope["path"]
        model = orjson.loads(body)["model"] if body else path.rpartition("/models/")[2] if "/models/" in path else ""
        self.asked.append(Asked(path.rpartition("/v1")[2] or path, key, model))

        whole: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def again() -> Message:
            return whole.pop() if whole else await receive()

        await self.app(scope, again, send)


@dataclass
class Letters:
    """A sender for verbs that never send in these tests."""

    async def send(self, parcel: Parcel, at: datetime) -> Outcome:
        """Nothing is sent here."""
        raise AssertionError(parcel)


@dataclass(frozen=True)
class Past:
    """What a house has gone through, beside what its store holds."""

    at: datetime
    number: int
    recall: Recall


@dataclass
class House:
    """Every service over one store, in front of one sandbox."""

    store: Store
    settings: Settings
    panel: Panel
    asked: list[Asked]
    clock: MovedClock
    fetcher: Fetcher
    numbers: Iterable[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.configure(self.settings)

    def configure(self, settings: Settings) -> None:
        """Start over with other settings, as after a restart: what is only remembered is lost."""
        self.settings = settings
        common = (self.store, settings, self.clock)
        self.asker = CheckAsker(settings, self.fetcher, Vantage(), self.clock)
        self.monitor = Monitor(self.store, self.asker, settings, self.clock, self.ids)
        self.incidents = Incidents(*common, self.ids)
        self.attestations = Attestations(*common, self.ids)
        self.queries = Queries(*common)
        self.subscriptions = Subscriptions(
            self.store,
            Letters(),
            self.clock,
            self.ids,
            check_url=lambda url, origin: None,
            random=bytes,
            site_url=settings.site.url,
        )

    def ids(self, prefix: str) -> str:
        """Ids that count."""
        return f"{prefix}_{next(iter(self.numbers)):05d}"

    def do(self, command: str, **arguments: str) -> None:
        """Steer the sandbox."""
        self.panel.follow({"do": command, **arguments})

    def pass_time(self, **time: float) -> None:
        """Let time pass."""
        self.clock.at += timedelta(**time)

    async def round(
        self, provider: str = VENDOR, models: tuple[str, ...] | None = None, level: Level = Level.ANSWERS
    ) -> Result:
        """One round."""
        return await self.monitor.round(provider, level, models)

    async def settle(self, provider: str = VENDOR, models: tuple[str, ...] | None = None) -> list[Event]:
        """Ask until nothing is being confirmed any more, as the agenda would; the events that this made."""
        result = await self.round(provider, models)
        events = list(result.events)
        for _ in range(MOST_ROUNDS):
            if not result.again:
                break
            self.clock.at += max(min(result.again.values()), timedelta(seconds=1))
            result = await self.round(provider, tuple(result.again))
            events += result.events
        return events

    async def calm(self) -> None:
        """The catalogue on record and every cell known: the state in which most stories begin."""
        await record_catalogue(self.store, self.settings, self.clock(), self.ids)
        for provider in self.settings.providers:
            await self.settle(provider.id)
        await self.monitor.sweep()
        self.pass_time(minutes=5)
        self.asked.clear()

    def resume(self, past: Past) -> None:
        """Go on from what a copied store was left by."""
        self.clock.at, self.numbers = past.at, count(past.number)
        self.monitor.recall = deepcopy(past.recall)

    async def subscribe(self, **filters: tuple[str, ...]) -> Subscription:
        """A live subscription."""
        return (await self.subscriptions.add("https://hooks.example/", STAFF, Filters(**filters))).subscription

    async def owed(self, subscription: Subscription) -> list[str]:
        """The ids of the events that a subscription was owed, oldest first."""
        async with self.store.reading() as view:
            return [one.event_id for one in (await view.deliveries(subscription.id, 1000))[::-1]]

    async def cells(self) -> dict[CellKey, CellState]:
        """What is stored of every cell."""
        async with self.store.reading() as view:
            return await view.cells()

    async def said(self, key: CellKey = FABLE_HOME) -> tuple[Availability, Reason]:
        """What is published of a cell."""
        published = (await self.cells())[key].published
        return published.availability, published.reason

    async def events(self) -> list[Event]:
        """The whole log."""
        return await self.queries.events(EventQuery(limit=500))

    async def types(self) -> list[str]:
        """The types of the whole log, in order."""
        return [event.draft.type.value for event in await self.events()]


@asynccontextmanager
async def house_over(store: Store, start_at: datetime = START, port: int = 0) -> AsyncIterator[House]:
    """A house over an open store; its sandbox, at a port of loopback (0: any), ends with the block."""
    async with AsyncExitStack() as stack:
        clock = MovedClock(start_at)
        panel = Panel(State(first_token=0.0, between_tokens=0.0))
        counted = Counted(make_app(panel, clock))
        server = LoopbackServer(counted, port)
        await server.start()
        stack.push_async_callback(server.stop)
        fetcher = Fetcher()
        stack.push_async_callback(fetcher.close)
        yield House(store, settings_for(server.url), panel, counted.asked, clock, fetcher)


async def calm_past(store: Store, port: int) -> Past:
    """Calm a house over an empty store, and what it has gone through then."""
    async with house_over(store, port=port) as house:
        await house.calm()
        return Past(house.clock(), next(iter(house.numbers)), house.monitor.recall)
