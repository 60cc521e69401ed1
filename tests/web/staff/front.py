"""The staff area for tests: the real application over a real store, people who come with browsers and programs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import unescape
from itertools import count
from typing import Any

import httpx2
from starlette.applications import Starlette

from checks.observation import Observation
from checks.target import Level, Target
from statuspage.core.alert import AlertKind, alert
from statuspage.core.delivery import Delivery
from statuspage.core.event import EventDraft, EventType, Severity
from statuspage.core.session import proof
from statuspage.core.settings import Settings
from statuspage.core.snapshot import Snapshot
from statuspage.core.staff import Role
from statuspage.core.subscription import Subscription
from statuspage.demo.story import MovedClock
from statuspage.ports import Fingerprint, Store
from statuspage.services.alerts import StaffAlerts
from statuspage.services.deliveries import owe
from statuspage.services.diagnosis import Diagnosis
from statuspage.services.overview import Overview
from statuspage.services.queries import Queries
from statuspage.services.subscriptions import Subscriptions
from statuspage.site.publish import PublishedSite
from statuspage.web.routes import make_app
from statuspage.web.staff.area import StaffArea
from statuspage.web.staff.overview import Views
from tests.passwords import PASSWORD, Door
from tests.services.outbox import Telling
from tests.site import snapshots
from tests.web.desks import answers_over, desk_over

BASE = "https://status.example"
OURS = {"sec-fetch-site": "same-origin", "origin": BASE}


@dataclass
class Browser:
    """One browser: its cookies, and what it says of where a form was sent from."""

    client: httpx2.AsyncClient

    async def get(self, path: str) -> httpx2.Response:
        """Look at a page; redirects are not followed."""
        return await self.client.get(path, headers={"accept": "text/html"})

    async def post(self, path: str, said: dict[str, Any] | None = None, **headers: str) -> httpx2.Response:
        """Send a form of our own page."""
        sent = {"accept": "text/html", **OURS, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return await self.client.post(path, data=said or {}, headers=sent)

    async def send(self, path: str, **said: Any) -> httpx2.Response:
        """Send a form with the proof that it carries."""
        return await self.post(path, {"csrf": self.csrf, **said})

    async def sign_in(self, name: str, password: str = PASSWORD, **more: str) -> httpx2.Response:
        """Fill in the form."""
        return await self.post("/staff/sign-in", {"name": name, "password": password, **more})

    @property
    def secret(self) -> str:
        """The session's secret, as the browser keeps it."""
        return self.client.cookies.get("__Host-statuspage-staff") or ""

    @property
    def csrf(self) -> str:
        """What every form of this session carries."""
        return proof(self.secret)


class Unasked:
    """Asks nobody: whoever looks at a page makes no request of ours."""

    def levels(self, provider: str) -> frozenset[Level]:
        """Nothing can be asked."""
        raise AssertionError(provider)

    async def ask(self, target: Target, level: Level) -> Observation:
        """Nothing is asked."""
        raise AssertionError(target)

    async def neutral(self, provider: str, egress: str) -> Observation | None:
        """Nobody is asked."""
        raise AssertionError(provider)


@dataclass
class Front:
    """The application; ``browser`` makes browsers at an address."""

    store: Store
    snapshot: Snapshot = field(default_factory=snapshots.a_calm_day)
    settings: Settings | None = None
    kept: list[tuple[str, str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock = MovedClock(snapshots.NOW)
        self.door = door = Door(self.store, self.clock)
        self.sender = Telling()
        numbers = count(1)
        self.subscriptions = Subscriptions(
            self.store,
            self.sender,
            self.clock,
            lambda prefix: f"{prefix}_front{next(numbers):05d}",
            check_url=lambda url, origin: None,
            random=bytes,
            site_url=BASE,
        )
        settings = self.settings or Settings(site=self.snapshot.site)
        diagnosis = Diagnosis(self.store, Unasked(), settings, self.clock)
        self.overview = Overview(self.store, settings, self.clock, diagnosis, self.subscriptions)
        views = Views(self.overview, self.subscriptions, self.clock)
        self.desk = desk_over(
            self.store, settings, self.clock, lambda prefix: f"{prefix}_front{next(numbers):05d}", lambda: self.snapshot
        )
        self.area = StaffArea(
            door.people,
            door.sign_in,
            door.tokens,
            door.audit,
            lambda: self.snapshot,
            self.clock,
            (views, self.desk, answers_over(self.desk, self.store, self.clock, lambda: self.snapshot)),
            self._keep,
        )
        queries = Queries(self.store, settings, self.clock)
        self.published = PublishedSite()
        self.app: Starlette = make_app(queries, self.published, lambda: self.snapshot, self.clock, staff=self.area)

    def browser(self, address: str = "192.0.2.7", base: str = BASE) -> Browser:
        """A new browser at an address."""
        return Browser(self.client(address, base))

    def client(self, address: str = "192.0.2.7", base: str = BASE) -> httpx2.AsyncClient:
        """A program at an address."""
        transport = httpx2.ASGITransport(self.app, raise_app_exceptions=False, client=(address, 40_000))
        return httpx2.AsyncClient(transport=transport, base_url=base)

    async def person(self, role: Role, name: str = "") -> Browser:
        """A browser in which somebody of that role has signed in."""
        await self.door.welcome(name or role.value, role)
        browser = self.browser()
        answer = await browser.sign_in(name or role.value)
        assert answer.status_code == 303, answer.text
        return browser

    def later(self, **time: float) -> datetime:
        """Let time pass."""
        self.clock.at += timedelta(**time)
        return self.clock.at

    async def fingerprint(self, provider: str, text: str) -> None:
        """An error text that no rule knows was seen an hour ago."""
        at = self.clock() - timedelta(hours=1)
        async with self.store.writing() as tx:
            await tx.see_fingerprint(Fingerprint("f" * 16, provider, at, at, 1, text, 500))

    async def alert(self, kind: AlertKind, subject: str, text: str) -> None:
        """Something was raised just now."""
        async with self.store.writing() as tx:
            await StaffAlerts().tell(tx, [alert(kind, subject, text, self.clock())], (), self.clock())

    async def owe(self, subscription: Subscription) -> list[Delivery]:
        """An event was committed, and is owed to a subscription."""
        draft = EventDraft(
            "evt_front", EventType.MODEL_DOWN, self.clock(), "m", "p", "It is down.", Severity.MAJOR, self.clock()
        )
        async with self.store.writing() as tx:
            await owe(tx, await tx.append_events([draft], BASE), self.clock(), lambda prefix: f"{prefix}_owed")
        async with self.store.reading() as view:
            return await view.deliveries(subscription.id)

    async def _keep(self, actor: Any, path: str, text: str) -> None:
        self.kept.append((actor.label, path, text))


def words(answer: httpx2.Response) -> str:
    """What a page says, without its markup."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)))


def field_of(answer: httpx2.Response | str, name: str) -> str:
    """The value of a hidden field."""
    page = answer if isinstance(answer, str) else answer.text
    return unescape(page.partition(f'name="{name}" value="')[2].partition('"')[0])
