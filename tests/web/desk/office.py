"""The desk of incidents for tests: the real application over a store in which something has happened."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser
from itertools import count

import httpx2
from starlette.applications import Starlette

from statuspage.core.snapshot import Snapshot
from statuspage.core.staff import SCOPES, Action, Actor, ActorKind, Role
from statuspage.demo.story import MovedClock
from statuspage.ports import Store
from statuspage.services.queries import Queries
from statuspage.site.publish import PublishedSite, render_site
from statuspage.web.routes import make_app
from statuspage.web.staff.area import StaffArea
from tests.passwords import Door
from tests.staff import STAFF
from tests.web.conftest import Told
from tests.web.desks import answers_over, desk_over
from tests.web.staff.front import BASE, Browser


class Controls(HTMLParser):
    """The controls of a page's forms, as a browser without script would send them."""

    def __init__(self, page: str, action: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._action, self._inside = action, False
        self._select = self._area = ""
        self._chosen: str | None = None
        self._text: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A control, or what belongs to one."""
        said = dict(attrs)
        if tag == "form":
            self._inside = (said.get("action") or "").endswith(self._action)
        if not self._inside:
            return
        name, value = said.get("name") or "", said.get("value") or ""
        if tag == "input" and name and (said.get("type") not in ("checkbox", "radio") or "checked" in said):
            self.found.append((name, value))
        elif tag == "select":
            self._select, self._chosen = name, None
        elif tag == "option" and self._select and (self._chosen is None or "selected" in said):
            self._chosen = value
        elif tag == "textarea":
            self._area, self._text = name, []

    def handle_endtag(self, tag: str) -> None:
        """The end of a control."""
        if tag == "select" and self._select:
            self.found.append((self._select, self._chosen or ""))
            self._select = ""
        elif tag == "textarea" and self._area:
            self.found.append((self._area, "".join(self._text)))
            self._area = ""
        elif tag == "form":
            self._inside = False

    def handle_data(self, data: str) -> None:
        """The text of a text area."""
        if self._area:
            self._text.append(data)


@dataclass
class Office:
    """The application with its desk; ``snapshot`` is what is published, until it is taken anew."""

    store: Store
    told: Told
    snapshot: Snapshot = field(init=False)

    def __post_init__(self) -> None:
        self.snapshot = self.told.snapshot
        self.clock = MovedClock(self.told.at)
        numbers = self._numbers = count(1)
        self.door = Door(self.store, self.clock)

        def ids(prefix: str) -> str:
            return f"{prefix}_desk{next(numbers):05d}"

        settings = self.told.settings
        self.queries = Queries(self.store, settings, self.clock)
        self.desk = desk_over(self.store, settings, self.clock, ids, lambda: self.snapshot)
        self.incidents = self.desk.incidents
        door = self.door
        self.area = StaffArea(
            door.people, door.sign_in, door.tokens, door.audit, lambda: self.snapshot, self.clock,
            [self.desk, answers_over(self.desk, self.store, self.clock, lambda: self.snapshot)], self.desk.typed,
        )  # fmt: skip
        self.site = PublishedSite(self.told.pages)
        self.app: Starlette = make_app(self.queries, self.site, lambda: self.snapshot, self.clock, staff=self.area)

    async def publish(self) -> None:
        """Publish what is so now, as the service does."""
        self.snapshot = await self.queries.snapshot()
        self.site.replace(render_site(self.snapshot))

    def client(self, **headers: str) -> httpx2.AsyncClient:
        """A program."""
        transport = httpx2.ASGITransport(self.app, raise_app_exceptions=False, client=("192.0.2.9", 40_000))
        return httpx2.AsyncClient(transport=transport, base_url=BASE, headers=headers)

    async def program(self, *scopes: Action) -> httpx2.AsyncClient:
        """A program with a token of these scopes; none means all."""
        name = f"maker{next(self._numbers)}"
        await self.door.welcome(name, Role.ADMIN)
        maker = next(one for one in await self.door.people.all(STAFF) if one.name == name)
        actor = Actor(ActorKind.PERSON, maker.id, maker.name, Role.ADMIN)
        until = self.clock() + timedelta(days=30)
        made = await self.door.tokens.create(f"token{next(self._numbers)}", scopes or SCOPES, until, actor)
        return self.client(authorization=f"Bearer {made.secret}")

    async def person(self, role: Role, name: str = "") -> Browser:
        """A browser in which somebody has signed in."""
        await self.door.welcome(name or role.value, role)
        browser = Browser(self.client())
        answer = await browser.sign_in(name or role.value)
        assert answer.status_code == 303, answer.text
        return browser

    async def enough_approvers(self) -> None:
        """Two people could approve from now on."""
        for name in ("grace", "edsger"):
            await self.door.welcome(name, Role.APPROVER)


def controls(answer: httpx2.Response, action: str) -> list[tuple[str, str]]:
    """What a form on a page would send, but for its buttons."""
    return Controls(answer.text, action).found


async def submit(
    browser: Browser, page: httpx2.Response, action: str, do: str, **changed: str | list[str]
) -> httpx2.Response:
    """Change some fields of a form and press one of its buttons."""
    plain = [(name, value) for name, value in controls(page, action) if name not in changed]
    for name, value in changed.items():
        plain += [(name, one) for one in ([value] if isinstance(value, str) else value)]
    fields: dict[str, list[str]] = {}
    for name, value in [*plain, ("do", do)]:
        fields.setdefault(name, []).append(value)
    return await browser.post(action, fields)


def id_in(text: str) -> str:
    """The first incident's id in an address or a page."""
    found = re.search(r"inc_[0-9a-z]+", text)
    assert found, text
    return found[0]
