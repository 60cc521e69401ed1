"""Staff at the running service: no text is lost when a session ends, and no secret is in its log at any level."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette

from statuspage.core.session import hash_of, proof
from statuspage.core.staff import Role
from statuspage.core.token import PREFIX
from tests.e2e.test_service import FABLE, HOME, SOON, Inbox, Running, config, eventually, inbox, running
from tests.passwords import PASSWORD
from tests.staff import STAFF
from tests.web.staff.front import Front
from tests.web.staff.test_guard import walked

__all__ = ["config", "inbox"]
pytestmark = pytest.mark.timeout(300)

NEW = "/staff/incidents/new"
SECRET = "zqxdraft"
BODY = f"{SECRET} body, **typed** for an hour"
TYPED = {"kind": "incident", "title": f"{SECRET} title", "body": BODY, "next_in": "+2h"}
NO_TOKEN = f"{PREFIX}zqxwrong"
CLIENTS = ("httpx", "httpcore")
"""What the test itself asks with; they log what they are given."""

WRONG = "not the password of anybody"


@dataclass
class Person:
    """A browser of one person, on loopback without TLS."""

    client: httpx2.AsyncClient

    async def sign_in(self, name: str, **more: str) -> httpx2.Response:
        """Fill in the form."""
        return await self.post("/staff/sign-in", name=name, **{"password": PASSWORD, **more})

    async def post(self, path: str, **fields: str) -> httpx2.Response:
        """Send a form of our own page."""
        headers = {"sec-fetch-site": "same-origin", "accept": "text/html"}
        return await self.client.post(path, data={"csrf": self.csrf, **fields}, headers=headers)

    @property
    def secret(self) -> str:
        """What the session's cookie holds."""
        return self.client.cookies.get("statuspage-staff") or ""

    @property
    def csrf(self) -> str:
        """What its forms carry."""
        return proof(self.secret)


def browser(at: httpx2.URL) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(base_url=at, timeout=SOON)


def hidden(page: str, name: str) -> str:
    return unescape(page.partition(f'name="{name}" value="')[2].partition('"')[0])


def staff_paths(app: Starlette) -> set[str]:
    return {path for path, _ in walked(app.routes) if path.startswith(("/staff", "/api/v1/staff"))}


async def people(here: Running) -> None:
    await here.service.verbs.people.add("ada", Role.ADMIN, STAFF, PASSWORD)


async def no_text_is_lost(here: Running, ada: Person, phone: Person) -> str:
    """Typed for an hour; meanwhile the session is ended from a phone; signing in again brings the text back."""
    assert (await ada.sign_in("ada")).status_code == 303
    first, page = ada.secret, (await ada.client.get(NEW)).text
    typed = {**TYPED, "incident_id": hidden(page, "incident_id"), "base_rev": "", "update_id": ""}
    assert (await phone.sign_in("ada")).status_code == 303
    account = (await phone.client.get("/staff/account")).text
    [other] = set(re.findall(r'name="session" value="([0-9a-f]+)"', account)) - {hash_of(phone.secret)[:16]}
    assert (await phone.post("/staff/account/sessions/end", session=other)).status_code == 303
    lost = await ada.post(NEW, **typed, do="save")
    assert (lost.status_code, "What you wrote is kept" in lost.text) == (401, True)
    kept = {"next": hidden(lost.text, "next"), "kept": hidden(lost.text, "kept")}
    back = await ada.sign_in("ada", **kept)
    assert (back.status_code, back.headers["location"]) == (303, NEW)
    again = (await ada.client.get(NEW)).text
    assert "and not saved" in again
    assert BODY in unescape(again)
    assert (await ada.post(NEW, **typed, do="save")).status_code == 303
    assert TYPED["title"] in [one.title for one in await here.service.verbs.incidents.all()]
    return first


async def secrets_are_used(here: Running, ada: Person, inbox: Inbox, url: str) -> list[str]:
    """A webhook is made and told; a token reads; wrong passwords and tokens are tried."""
    added = await here.service.verbs.subscriptions.add(url, STAFF)
    inbox.secret = added.secret
    await here.command("demo", "restrict", FABLE, "--user-class", HOME)
    await eventually(lambda: _told(inbox))
    made = await ada.post("/staff/tokens", name="robot", scope="view", days="7")
    token = re.search(rf"{PREFIX}[0-9a-f]+", made.text)
    assert token
    bearer = {"authorization": f"Bearer {token[0]}"}
    async with httpx2.AsyncClient(base_url=here.client.base_url) as program:
        assert (await program.get("/api/v1/staff/incidents", headers=bearer)).status_code == 200
        unknown = {"authorization": f"Bearer {NO_TOKEN}"}
        assert (await program.get("/api/v1/staff/incidents", headers=unknown)).status_code == 401
    assert (await ada.post("/staff/people", name="bob", role="editor")).status_code == 200
    assert (await Person(ada.client).sign_in("ada", password=WRONG)).status_code == 401
    return [added.secret, token[0], NO_TOKEN]


async def _told(inbox: Inbox) -> bool:
    return bool(inbox.events)


async def test_no_text_is_lost_and_no_secret_is_in_the_log(
    config: Path, inbox: tuple[Inbox, str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    box, url = inbox
    async with running(config) as here:
        assert staff_paths(here.service.asgi) == staff_paths(Front(here.service.verbs.store).app), "all of it is tried"
        await people(here)
        at = here.client.base_url
        async with (
            httpx2.AsyncClient(base_url=at, timeout=SOON) as desktop,
            httpx2.AsyncClient(base_url=at, timeout=SOON) as phone,
        ):
            ada, pocket = Person(desktop), Person(phone)
            first = await no_text_is_lost(here, ada, pocket)
            known = await secrets_are_used(here, ada, box, url)
            sessions = [first, ada.secret, pocket.secret]
        keys = [one.credential.secret for p in here.service.verbs.settings.providers for one in p.credentials.values()]
    devices = [value for client in (desktop, phone) for value in client.cookies.values()]
    hidden_ = [PASSWORD, WRONG, SECRET, *known, *sessions, *map(proof, sessions), *keys, *devices]
    assert all(len(one) >= 8 for one in hidden_)
    ours = [one for one in caplog.records if not one.name.startswith(CLIENTS)]
    assert "aiosqlite" not in {one.name for one in ours}
    assert "DEBUG" in {one.levelname for one in ours}, "it is a run at DEBUG"
    told = [(one.name, f"{one.getMessage()} {one.args} {one.exc_text or ''}") for one in ours]
    assert {(name, secret) for name, text in told for secret in hidden_ if secret in text} == set()
