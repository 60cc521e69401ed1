"""What no browser of ours sends, at every route of staff, on each store: refused or taken, never a fault of ours."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import quote, urlencode

import pytest

from statuspage.core.staff import SCOPES, Role
from statuspage.store.database import Database
from tests.web.staff.front import OURS, Front
from tests.web.staff.test_guard import calls, stage

NASTY = {"no text": "\x00\ud800\u202e", "no end": "9" * 5000}
FIELDS = (
    *("name", "role", "scope", "days", "session", "since", "path", "fields", "kind", "title", "body", "base_rev"),
    *("incident_id", "update_id", "started_at", "next_in", "next_at", "publish_at", "override", "provider", "why"),
    *("fingerprint", "as", "stage", "impact", "wording", "until", "source", "availability", "id", "description", "old"),
    *("password", "again", "scope-0-models", "scope-99999-models", "fact-0-says", "fact-0-until", "scope--1-models"),
)
SAID = ("publish", "save", "link", "recover", "explode")
LATER = ("/staff/sign-out", "/staff/account/password")


@pytest.fixture
async def front(store: Database) -> AsyncIterator[Front]:
    """The application over each store."""
    made = Front(store)
    yield made
    made.door.passwords.close()


def in_path(text: str) -> str:
    return quote(text[:3000], "", errors="surrogatepass")


def form(fields: dict[str, str]) -> bytes:
    return urlencode(fields, errors="surrogatepass").encode()


@pytest.mark.parametrize("what", NASTY)
async def test_no_page_fails(front: Front, what: str) -> None:
    ada, names, nasty = await front.person(Role.ADMIN), await stage(front), NASTY[what]
    strange = dict.fromkeys((*names, "name", "delivery_id", "provider", "fingerprint"), in_path(nasty))
    query = "&".join(f"{one}={in_path(nasty)}" for one in ("as", "cell", "kind", "actor", "before", "kept"))
    sent, failed = {**OURS, "content-type": "application/x-www-form-urlencoded"}, []
    rules = [one for one in front.area.page_rules() if one.path not in LATER]
    for rule, method, path in [*calls(rules, names), *calls(rules, strange)]:
        if method == "GET":
            tries = [await ada.get(path), await ada.get(f"{path}?{query}")]
        else:
            said = {**dict.fromkeys(FIELDS, nasty), "csrf": ada.csrf}
            bodies = [form({**said, "do": do}) for do in (SAID if in_path(nasty) not in path else SAID[:1])]
            tries = [await ada.client.post(path, content=body, headers=sent) for body in bodies]
        failed += [f"{method} {rule.path}: {one.status_code}" for one in tries if one.status_code >= 500]
    assert failed == []


@pytest.mark.parametrize("what", NASTY)
async def test_no_part_of_the_api_fails(front: Front, what: str) -> None:
    nasty = NASTY[what]
    secret = await front.door.robot(SCOPES)
    names, client = await stage(front), front.client()
    headers = {"authorization": f"Bearer {secret}", "content-type": "application/json"}
    text = '"' + "".join(f"\\u{ord(one):04x}" for one in nasty) + '"'
    said = ",".join(f'"{name}":{text}' for name in (*FIELDS, "update", "quiet", "models", "scope"))
    bodies = [f"{{{said}}}", f'{{"title":{text},"draft":true}}', f'{{"why":{text}}}', "[" * 2000, '{"base_rev":1e999}']
    bodies += [f'{{"base_rev":{"9" * 5000}}}', f'{{"provider":{text},"fingerprint":{text}}}']
    failed = []
    for known in (names, dict.fromkeys((*names, "provider", "fingerprint"), in_path(nasty))):
        for rule, method, path in calls(front.area.api_rules(), known):
            for body in bodies if method != "GET" else [""]:
                answer = await client.request(method, f"/api/v1{path}", headers=headers, content=body)
                failed += [f"{method} {rule.path} {body[:40]}"] if answer.status_code >= 500 else []
    assert failed == []


async def test_no_token_cookie_or_sign_in_fails(front: Front) -> None:
    for nasty in NASTY.values():
        text = in_path(nasty)
        for headers in ({"authorization": f"Bearer sta_{text}"}, {"cookie": f"__Host-statuspage-staff={text}"}):
            for path in ("/api/v1/audit", "/staff/people"):
                assert (await front.client().get(path, headers=headers)).status_code in (401, 303), path
        sign_in = {"name": nasty[:3000], "password": nasty, "next": nasty, "kept": nasty}
        answer = await front.browser().client.post("/staff/sign-in", content=form(sign_in), headers=OURS)
        assert answer.status_code in (401, 429)
