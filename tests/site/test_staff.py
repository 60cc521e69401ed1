"""The staff pages in a real browser: axe finds nothing, nothing is too wide, no script and no mouse are needed."""

from __future__ import annotations

import asyncio
import shutil
import socket
import threading
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect

from statuspage.core.alert import AlertKind
from statuspage.core.availability import Disagreement
from statuspage.core.incident import Kind, Says, ScopeRow
from statuspage.core.staff import Role
from statuspage.ports import Store
from statuspage.services.incidents import Continuation, Opening, Statement
from statuspage.site.publish import render_site
from statuspage.store.database import open_store
from statuspage.store.secrets import KeyRing
from tests.house import FABLE, OPUS, VENDOR, house_over
from tests.passwords import PASSWORD
from tests.site import axe
from tests.site.browsing import opened
from tests.staff import STAFF
from tests.web.serving import listener
from tests.web.staff.front import Front

pytestmark = pytest.mark.browser

PAGES = (
    *("/staff", "/staff/subscriptions", "/staff/subscriptions/{webhook}", "/staff/checks", "/staff/configuration"),
    *("/staff/audit", "/staff/people", "/staff/tokens", "/staff/account", "/staff/audit?nonsense=1"),
)
DESK = (
    *("/staff", "/staff/incidents", "/staff/incidents/new?kind=restriction", "/staff/incidents/new?kind=maintenance"),
    *("/staff/incidents/{incident}", "/staff/incidents/{incident}/history", "/staff/incidents/{draft}/edit"),
    *("/staff/incidents/{draft}/review", "/staff/incidents/{incident}/updates/{update}/review"),
    *("/staff/incidents/{incident}/updates/new?as=lift", "/staff/incidents/{incident}/updates/new?as=end"),
    *("/staff/incidents/{incident}/updates/{update}/edit", "/staff/incidents/{incident}/updates/{said}/edit"),
    *("/staff/attestations/new", "/staff/user-classes/new", "/staff/fingerprints", "/staff/fingerprints/{answer}"),
)
HOW = (axe.LIGHT, axe.DARK_PHONE)

SUSPENDED = """The model is suspended by an order. **Do not retry**: requests are refused until it is lifted.

* What works instead: Claude Opus 4.8
* Next update at 04:00 UTC"""
Furnish = Callable[[Store], Awaitable[tuple[dict[str, str], Front]]]
"""Puts something into a store, and the application in front of it; with the ids of what is there."""


@dataclass
class Area:
    """The staff area behind a server in a thread of its own."""

    file: Path
    furnish: Furnish
    ids: dict[str, str] = field(default_factory=dict)
    ready: threading.Event = field(default_factory=threading.Event)

    async def serve(self, port: socket.socket) -> None:
        """Serve until the end is asked for; whatever happens, nobody waits for it in vain."""
        store = await open_store(f"sqlite:///{self.file}", key=KeyRing.of(bytes(range(32))))
        try:
            self.ids, front = await self.furnish(store)
            config = uvicorn.Config(front.app, loop="none", ws="none", lifespan="off", log_config=None)
            self.server = uvicorn.Server(config)
            self.ready.set()
            await self.server.serve([port])
            front.door.passwords.close()
        finally:
            self.ready.set()
            await store.close()


@contextmanager
def area(folder: Path, template: Path, furnish: Furnish | None = None) -> Iterator[tuple[str, dict[str, str]]]:
    """The address of a staff area, and the ids of what is there."""
    made = Area(folder / "statuspage.db", furnish or furnished)
    shutil.copy(template, made.file)
    with listener() as port:
        thread = threading.Thread(target=lambda: asyncio.run(made.serve(port)))
        thread.start()
        try:
            assert made.ready.wait(30)
            yield f"http://127.0.0.1:{port.getsockname()[1]}", made.ids
        finally:
            made.server.should_exit = True
            thread.join(30)


async def furnished(store: Store) -> tuple[dict[str, str], Front]:
    """Something to see on every page but the desk's."""
    front = Front(store)
    first = front.snapshot.cells[0]
    cells = (replace(first, disagreement=Disagreement.UNEXPLAINED, incident=None), *front.snapshot.cells[1:])
    front.snapshot = replace(front.snapshot, cells=cells)
    front.published.replace(render_site(front.snapshot))
    await front.door.welcome("ada", Role.ADMIN)
    await front.door.people.add("bob", Role.EDITOR, STAFF)
    await front.door.tokens.create("robot", ["view", "audit"], front.clock() + timedelta(days=1), STAFF)
    await front.fingerprint("claude-api", "It is <b>not</b> available to you.")
    await front.alert(AlertKind.CREDENTIAL, "claude-api/us-persons", "The key is refused.")
    webhook = (await front.subscriptions.add("https://hooks.example/", STAFF)).subscription
    await front.owe(webhook)
    return {"webhook": webhook.id}, front


async def busy(store: Store) -> tuple[dict[str, str], Front]:
    """A night in the middle: a restriction is public, an update and a draft wait, an answer is new."""
    async with house_over(store) as house:
        await house.calm()
        house.do("restrict", model=FABLE)
        house.do("answer", model=OPUS, provider=VENDOR, signal="lit-dead")
        await house.settle()
        ordered = Statement(Says.ORDERED, authority="the export-control authority", source="https://example.org/order")
        applied = Opening(
            Kind.RESTRICTION, "Claude Fable 5 suspended", SUSPENDED, (ScopeRow(models=(FABLE,)),), (ordered,),
            next_update_by=house.clock() - timedelta(minutes=5),
        )  # fmt: skip
        public = await house.incidents.open(applied, STAFF)
        await house.incidents.note(public.id, "Legal has the order; they call back at 04:00.", STAFF)
        more = await house.incidents.update(public.id, Continuation("Still no date. Do not retry.", draft=True), STAFF)
        draft = await house.incidents.open(replace(applied, scope=(ScopeRow(models=(OPUS,)),), draft=True), STAFF)
        front = Front(store, await house.queries.snapshot(), settings=house.settings)
        front.clock.at = house.clock()
        front.published.replace(render_site(front.snapshot))
        for name, role in (("ada", Role.ADMIN), ("grace", Role.APPROVER)):
            await front.door.welcome(name, role)
        await front.fingerprint(VENDOR, '{"error":"It is not available to you."}')
        ids = {"incident": public.id, "draft": draft.id, "update": more.proposals[0].id, "said": public.updates[0].id}
        return ids | {"answer": f"{VENDOR}/{'f' * 16}"}, front


def sign_in(page: Page, address: str) -> None:
    page.goto(f"{address}/staff")
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("need a person")


def complaints(page: Page, *more: axe.Look) -> list[str]:
    found = []
    for how in (*HOW, *more):
        found += axe.complaints(page, how)
        wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        found += [f"{page.url} {how.name}: wider than the window"] if wide else []
    return found


def on_each(page: Page, address: str, paths: Iterable[str], ids: dict[str, str]) -> list[str]:
    found = []
    for path in paths:
        answer = page.goto(address + path.format_map(ids))
        assert answer
        assert answer.url == address + path.format_map(ids), "it leads nowhere else"
        found += complaints(page)
    return found


def test_axe_finds_nothing_on_the_staff_pages(browser: Browser, tmp_path: Path, sqlite_template: Path) -> None:
    with area(tmp_path, sqlite_template) as (address, ids), opened(browser) as (page, said):
        page.goto(f"{address}/staff/sign-in")
        found = complaints(page, axe.FORCED)
        sign_in(page, address)
        found += complaints(page, axe.FORCED)
        found += on_each(page, address, PAGES, ids)
        assert found == []
        assert [one for one in said if "422" not in one] == []


def test_axe_finds_nothing_on_the_desk(browser: Browser, tmp_path: Path, sqlite_template: Path) -> None:
    with area(tmp_path, sqlite_template, busy) as (address, ids), opened(browser) as (page, said):
        sign_in(page, address)
        assert complaints(page, axe.FORCED) == []
        assert (on_each(page, address, DESK, ids), said) == ([], [])


def test_staff_need_no_script_and_no_mouse(browser: Browser, tmp_path: Path, sqlite_template: Path) -> None:
    with area(tmp_path, sqlite_template) as (address, _), opened(browser, java_script_enabled=False) as (page, _):
        page.goto(f"{address}/staff/people")
        page.get_by_label("Name").focus()
        page.keyboard.type("ada")
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("People")
        page.get_by_label("Name, for ever").focus()
        page.keyboard.type("eve")
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("Temporary password, shown this once")
        page.get_by_role("button", name="Sign out").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
        page.goto(f"{address}/staff/people")
        expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
