"""The staff area for tests: the real application over a real store, people who come with browsers and programs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import httpx2
from starlette.applications import Starlette

from statuspage.core.session import proof
from statuspage.core.settings import Settings
from statuspage.core.snapshot import Snapshot
from statuspage.core.staff import Role
from statuspage.demo.story import MovedClock
from statuspage.ports import Store
from statuspage.services.queries import Queries
from statuspage.site.publish import PublishedSite
from statuspage.web.routes import make_app
from statuspage.web.staff.area import Part, StaffArea
from tests.passwords import PASSWORD, Door
from tests.site import snapshots

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


@dataclass
class Front:
    """The application; ``browser`` makes browsers at an address."""

    store: Store
    snapshot: Snapshot = field(default_factory=snapshots.a_calm_day)
    parts: tuple[Part, ...] = ()
    kept: list[tuple[str, str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock = MovedClock(snapshots.NOW)
        self.door = Door(self.store, self.clock)
        door = self.door
        self.area = StaffArea(
            door.people,
            door.sign_in,
            door.tokens,
            door.audit,
            lambda: self.snapshot,
            self.clock,
            self.parts,
            self._keep,
        )
        queries = Queries(self.store, Settings(site=self.snapshot.site), self.clock)
        self.app: Starlette = make_app(queries, PublishedSite(), lambda: self.snapshot, self.clock, staff=self.area)

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

    async def _keep(self, actor: Any, path: str, text: str) -> None:
        self.kept.append((actor.label, path, text))


def words(answer: httpx2.Response) -> str:
    """What a page says, without its markup."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)))


def field_of(answer: httpx2.Response | str, name: str) -> str:
    """The value of a hidden field."""
    page = answer if isinstance(answer, str) else answer.text
    return unescape(page.partition(f'name="{name}" value="')[2].partition('"')[0])
