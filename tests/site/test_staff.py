"""The staff pages in a real browser: axe finds nothing, nothing is too wide, no script and no mouse are needed."""

from __future__ import annotations

import asyncio
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect

from statuspage.core.alert import AlertKind
from statuspage.core.availability import Disagreement
from statuspage.core.staff import Role
from statuspage.ports import Store
from statuspage.site.publish import render_site
from statuspage.store.database import open_store
from statuspage.store.secrets import KeyRing
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
HOW = (
    axe.LIGHT,
    replace(axe.NARROW, name="dark on a phone", scheme="dark"),
    axe.Look("forced colours", axe.COLOURS, forced="active"),
)


@dataclass
class Area:
    """The staff area behind a server in a thread of its own."""

    file: Path
    webhook: str = ""
    ready: threading.Event = field(default_factory=threading.Event)

    async def serve(self, port: socket.socket) -> None:
        """Serve until the end is asked for; whatever happens, nobody waits for it in vain."""
        store = await open_store(f"sqlite:///{self.file}", key=KeyRing.of(bytes(range(32))))
        try:
            self.webhook, front = await _furnished(store)
            config = uvicorn.Config(front.app, loop="none", ws="none", lifespan="off", log_config=None)
            self.server = uvicorn.Server(config)
            self.ready.set()
            await self.server.serve([port])
            front.door.passwords.close()
        finally:
            self.ready.set()
            await store.close()


@contextmanager
def area(folder: Path, template: Path) -> Iterator[tuple[str, str]]:
    """The address of a staff area, and the id of a webhook there."""
    made = Area(folder / "statuspage.db")
    shutil.copy(template, made.file)
    with listener() as port:
        thread = threading.Thread(target=lambda: asyncio.run(made.serve(port)))
        thread.start()
        try:
            assert made.ready.wait(30)
            yield f"http://127.0.0.1:{port.getsockname()[1]}", made.webhook
        finally:
            made.server.should_exit = True
            thread.join(30)


async def _furnished(store: Store) -> tuple[str, Front]:
    """Something to see on every page."""
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
    return webhook.id, front


def sign_in(page: Page, address: str) -> None:
    page.goto(f"{address}/staff")
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("need a person")


def complaints(page: Page) -> list[str]:
    found = []
    for how in HOW:
        found += axe.complaints(page, how)
        wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        found += [f"{page.url} {how.name}: wider than the window"] if wide else []
    return found


def test_axe_finds_nothing_on_the_staff_pages(browser: Browser, tmp_path: Path, sqlite_template: Path) -> None:
    with area(tmp_path, sqlite_template) as (address, webhook), opened(browser) as (page, said):
        page.goto(f"{address}/staff/sign-in")
        found = complaints(page)
        sign_in(page, address)
        for path in PAGES:
            page.goto(address + path.replace("{webhook}", webhook))
            found += complaints(page)
        assert found == []
        assert [one for one in said if "422" not in one] == []


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
