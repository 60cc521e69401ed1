"""Every role against every route, from the guard's own table; and every way to come without being asked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta

import httpx2
import pytest
from starlette.routing import BaseRoute, Mount, Route

from statuspage.core.incident import Kind, ScopeRow
from statuspage.core.staff import LEAST, SCOPES, Action, Role
from statuspage.services.incidents import Continuation, Opening
from statuspage.web.staff.guard import SAFE, Rule, matches
from tests.staff import STAFF
from tests.web.staff.front import BASE, OURS, Browser, Front, field_of, words

REFUSED = {401, 403}
FORGED = {
    "another site": {"sec-fetch-site": "cross-site", "origin": "https://evil.example"},
    "a sibling": {"sec-fetch-site": "same-site", "origin": "https://evil.status.example"},
    "an old browser elsewhere": {"origin": "https://evil.example"},
    "a page in the open, by somebody on the way": {"origin": "http://status.example"},
    "an origin that looks alike": {"origin": "https://status.example.evil.example"},
    "a sandboxed frame": {"origin": "null"},
    "nothing said": {},
    "typed by the reader": {"sec-fetch-site": "none"},
}


OPEN = {"/staff/sign-in", "/api/v1/classify", "/is-it-me"}
"""What takes a form or a body from anybody at all."""


def calls(rules: list[Rule], names: dict[str, str] | None = None) -> Iterator[tuple[Rule, str, str]]:
    """Each rule with each of its methods and a path: of things that there are, or else of nobody's."""
    for rule in rules:
        for method in rule.methods:
            yield rule, method, re.sub(r"\{([^}]*)\}", lambda one: (names or {}).get(one[1], "nobody"), rule.path)


def walked(routes: Iterable[BaseRoute], under: str = "") -> Iterator[tuple[str, frozenset[str]]]:
    """Every route of an application with its methods."""
    for route in routes:
        if isinstance(route, Mount):
            yield from walked(route.routes, under + route.path)
        elif isinstance(route, Route):
            yield under + route.path, frozenset(route.methods or ())


async def stage(front: Front) -> dict[str, str]:
    """A draft, a waiting update and a webhook: what the names in the paths stand for."""
    odd = Opening(Kind.INCIDENT, "Odd", "We look.", (ScopeRow(),))
    public = await front.desk.incidents.open(odd, STAFF)
    waiting = await front.desk.incidents.update(public.id, Continuation("More.", draft=True), STAFF)
    added = await front.subscriptions.add("https://hooks.example.org/a", STAFF)
    ids = {"incident_id": public.id, "incident": public.id, "update_id": waiting.proposals[0].id}
    return ids | {"subscription_id": added.subscription.id}


async def test_every_route_of_staff_is_in_the_table(front: Front) -> None:
    """Whatever the application has under /staff, and whatever it lets anybody change, the guard knows."""
    known = {(rule.path, method) for rule in front.area.page_rules() for method in rule.methods}
    known |= {(f"/api/v1{rule.path}", method) for rule in front.area.api_rules() for method in rule.methods}
    found = {(path, method) for path, methods in walked(front.app.routes) for method in methods - {"HEAD"}}
    staff = {(path, method) for path, method in found if path.startswith(("/staff", "/api/v1/staff"))}
    assert {path for path, _ in staff - known} == {"/staff/sign-in"}
    changing = {(path, method) for path, method in found if method != "GET"}
    assert {path for path, _ in changing - known} == OPEN
    assert known <= found


async def call(browser: Browser, method: str, path: str, **said: str) -> httpx2.Response:
    return await browser.get(path) if method in SAFE else await browser.send(path, **said)


def asks_to_sign_in(answer: httpx2.Response) -> bool:
    return answer.status_code == 401 or answer.headers.get("location", "").startswith("/staff/sign-in")


@pytest.mark.parametrize("role", Role)
async def test_every_role_against_every_page(front: Front, role: Role) -> None:
    browser, names = await front.person(role), await stage(front)
    for rule, method, path in calls(front.area.page_rules(), names):
        if path == "/staff/sign-out":
            continue
        answer = await call(browser, method, path)
        may = rule.action is None or role.reaches(LEAST[rule.action])
        assert (answer.status_code in REFUSED) is not may, f"{role} {method} {path}: {answer.status_code}"
        assert answer.status_code != 500, f"{role} {method} {path}: {answer.text}"
        assert not asks_to_sign_in(answer), f"{role} {method} {path}"
        if not may:
            assert "takes the role" in words(answer)


async def test_a_stranger_against_every_page(front: Front) -> None:
    for _, method, path in calls(front.area.page_rules()):
        answer = await (front.browser().get(path) if method in SAFE else front.browser().post(path))
        assert asks_to_sign_in(answer), f"{method} {path}: {answer.status_code}"


async def test_tokens_open_no_page(front: Front) -> None:
    secret = await front.door.robot(SCOPES)
    client = front.client()
    for _, method, path in calls(front.area.page_rules()):
        answer = await client.request(method, path, headers={"authorization": f"Bearer {secret}", **OURS})
        assert asks_to_sign_in(answer), f"{method} {path}: {answer.status_code}"


async def test_a_temporary_password_against_every_page(front: Front) -> None:
    password = (await front.door.people.add("eve", Role.ADMIN, STAFF)).password
    eve = front.browser()
    await eve.sign_in("eve", password or "")
    for rule, method, path in calls(front.area.page_rules()):
        if not rule.early:
            answer = await call(eve, method, path)
            assert answer.headers.get("location") == "/staff/account", f"{method} {path}: {answer.status_code}"


@pytest.mark.parametrize("how", FORGED)
async def test_no_page_takes_a_form_of_another_site(front: Front, how: str) -> None:
    browser = await front.person(Role.ADMIN)
    for _, method, path in calls(front.area.page_rules()):
        if method not in SAFE:
            answer = await browser.client.request(method, path, headers=FORGED[how], data={"csrf": browser.csrf})
            assert answer.status_code == 403, f"{how}: {method} {path}: {answer.status_code}"
    sign_in = {"name": "admin", "password": "a long sentence of mine"}
    answer = await front.browser().client.post("/staff/sign-in", headers=FORGED[how], data=sign_in)
    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)
    assert await front.door.sign_in.authenticated(browser.secret)


@pytest.mark.parametrize("csrf", ["", "x", "0" * 64, "another session's"])
async def test_no_page_takes_a_form_without_its_proof(front: Front, csrf: str) -> None:
    browser, other = await front.person(Role.ADMIN), await front.person(Role.ADMIN, "other")
    proof = other.csrf if csrf == "another session's" else csrf
    for _, method, path in calls(front.area.page_rules()):
        if method not in SAFE:
            answer = await browser.post(path, {"csrf": proof, "name": "x", "role": "admin", "do": "disable"})
            assert answer.status_code == 403, f"{method} {path}: {answer.status_code}"
    assert await front.door.sign_in.authenticated(browser.secret)


async def test_the_proof_is_of_no_use_without_the_session(front: Front) -> None:
    browser = await front.person(Role.ADMIN)
    answer = await front.browser().post("/staff/people", {"csrf": browser.csrf, "name": "x", "role": "admin"})
    assert answer.status_code == 401


async def test_the_way_back_from_signing_in_is_a_page(front: Front) -> None:
    """Whatever was sent when the session had ended, going on leads to a page, and to the one that holds the form."""
    for _, method, path in calls(front.area.page_rules()):
        if method not in SAFE:
            answer = await front.browser().post(path, {"name": "x"})
            back = field_of(answer.text, "next")
            assert matches(front.area.guard.read, back.partition("?")[0]), f"{path}: {back}"
            assert back == "/staff" or path.startswith(back), f"{path}: {back}"


@pytest.mark.parametrize(
    ("sent", "from_page", "back"),
    [
        ("/staff/people/ada", "", "/staff/people"),
        ("/staff/account/sessions/end", "", "/staff/account"),
        ("/staff/people/ada", f"{BASE}/staff/account?done=x", "/staff/account"),
        ("/staff/people/ada", "https://evil.example/staff/account", "/staff/people"),
        ("/staff/people/ada", f"{BASE}/staff/sign-out", "/staff/people"),
        ("/staff/people/ada", f"{BASE}/staff/nothing", "/staff/people"),
        ("/staff/sign-out", "", "/staff"),
    ],
)
async def test_the_way_back_is_where_the_form_was(front: Front, sent: str, from_page: str, back: str) -> None:
    answer = await front.browser().post(sent, referer=from_page)
    assert (answer.status_code, field_of(answer.text, "next")) == (401, back)


async def test_a_way_back_that_somebody_made_up_is_a_page_too(front: Front) -> None:
    await front.door.welcome("ada", Role.ADMIN)
    entered = await front.browser().sign_in("ada", next="/staff/people/ada")
    assert entered.headers["location"] == "/staff/people"


@pytest.mark.parametrize("scope", SCOPES)
async def test_every_scope_against_every_route_of_the_api(front: Front, scope: Action) -> None:
    secret = await front.door.robot([scope])
    for rule, method, path in calls(front.area.api_rules()):
        answer = await _bearing(front, method, path, secret)
        may = rule.action is None or rule.action is scope
        assert (answer.status_code in REFUSED) is not may, f"{scope} {method} {path}: {answer.status_code}"
        assert answer.status_code != 500, f"{scope} {method} {path}: {answer.text}"


@pytest.mark.parametrize("role", Role)
async def test_every_role_behind_a_token_against_every_route_of_the_api(front: Front, role: Role) -> None:
    names = await stage(front)
    await front.door.welcome("owner", Role.ADMIN)
    owner = (await front.door.enter("owner")).actor
    until = front.clock() + timedelta(days=1)
    made = await front.door.tokens.create("robot", [one.value for one in SCOPES], until, owner)
    await front.door.people.give_role("owner", role, STAFF)
    for rule, method, path in calls(front.area.api_rules(), names):
        answer = await _bearing(front, method, path, made.secret)
        may = rule.action is None or role.reaches(LEAST[rule.action])
        assert (answer.status_code in REFUSED) is not may, f"{role} {method} {path}: {answer.status_code}"


@pytest.mark.parametrize("sent", ["", "Bearer", "Bearer x", "Bearer sta_" + "0" * 48, "Basic YTpi", "bearer \x7f"])
async def test_a_stranger_against_every_route_of_the_api(front: Front, sent: str) -> None:
    for _, method, path in calls(front.area.api_rules()):
        answer = await front.client().request(method, f"/api/v1{path}", headers={"authorization": sent} if sent else {})
        assert answer.status_code == 401, f"{method} {path}: {answer.status_code}"
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("how", FORGED)
async def test_a_session_opens_the_api_only_to_our_own_pages(front: Front, how: str) -> None:
    browser = await front.person(Role.ADMIN)
    for _, method, path in calls(front.area.api_rules()):
        for headers in (FORGED[how] | {"x-csrf-token": browser.csrf}, OURS, OURS | {"x-csrf-token": "0" * 64}):
            answer = await browser.client.request(method, f"/api/v1{path}", headers=headers)
            assert answer.status_code == 403, f"{how}: {method} {path}: {answer.status_code}"
        answer = await browser.client.request(method, f"/api/v1{path}", headers=OURS | {"x-csrf-token": browser.csrf})
        assert answer.status_code not in REFUSED, f"{method} {path}: {answer.status_code}"
        assert "access-control-allow-origin" not in answer.headers or answer.status_code >= 400


async def test_a_session_is_never_one_that_the_visitor_brought(front: Front) -> None:
    """Fixation: whatever the browser holds before, another secret is given at signing in."""
    await front.door.welcome("ada", Role.ADMIN)
    mallory = await front.person(Role.VIEWER, "mallory")
    for planted in (mallory.secret, "0" * 64, "x"):
        browser = front.browser()
        browser.client.cookies.set("__Host-statuspage-staff", planted, domain="status.example")
        browser.client.cookies.set("statuspage-staff", planted, domain="status.example")
        await browser.sign_in("ada")
        [mine] = {value for value in browser.client.cookies.jar if value.name == "__Host-statuspage-staff"}
        assert mine.value != planted
        assert await front.door.sign_in.authenticated(planted) is None


async def test_a_plain_cookie_is_worth_nothing_over_tls(front: Front) -> None:
    """A cookie that somebody on the way could have set is not looked at where a bound one is due."""
    ada = await front.person(Role.ADMIN)
    other = front.browser()
    other.client.cookies.set("statuspage-staff", ada.secret, domain="status.example")
    assert asks_to_sign_in(await other.get("/staff/people"))


async def test_another_method_opens_nothing(front: Front) -> None:
    browser = await front.person(Role.VIEWER)
    for method in ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "POST"):
        answer = await browser.client.request(method, "/staff/audit", headers={**OURS, "x-http-method-override": "GET"})
        assert answer.status_code == 405, method


async def test_more_fields_than_anybody_writes_are_refused(front: Front) -> None:
    browser = await front.person(Role.ADMIN)
    many = "&".join(f"a{number}=" for number in range(3000))
    content = {**OURS, "content-type": "application/x-www-form-urlencoded"}
    for path in ("/staff/people", "/staff/sign-in"):
        assert (await browser.client.post(path, content=many, headers=content)).status_code == 400
        assert (await browser.client.post(path, content="x" * 300_000, headers=content)).status_code == 413


async def test_the_api_is_limited_for_each_address(front: Front) -> None:
    answers = {(await front.client().get("/api/v1/audit")).status_code for _ in range(601)}
    assert answers == {401, 429}
    assert (await front.client("192.0.2.8").get("/api/v1/audit")).status_code == 401


async def _bearing(front: Front, method: str, path: str, secret: str) -> httpx2.Response:
    """A draft, or the beginning of one: what is to be public at once takes more than the route itself."""
    said = None if method in SAFE else {"draft": True}
    headers = {"authorization": f"Bearer {secret}"}
    return await front.client(base=BASE).request(method, f"/api/v1{path}", headers=headers, json=said)


TRICKS = (
    *(
        "//staff/people",
        "/staff//people",
        "/staff/./people",
        "/staff/%2e%2e/staff/people",
        "/STAFF/people",
        "/staff/people/",
    ),
    *("/staff/people%2f", "/staff/people;x", "/staff/people%00", "/%73taff/people", "/staff/sign-in/../people"),
    *("/api/v1/../v1/audit", "/api/v1//audit", "/api/v1/audit/", "/api/v1/%61udit", "/api/v2/../v1/staff/incidents"),
)


@pytest.mark.parametrize("path", TRICKS)
async def test_no_other_way_to_write_a_path_leads_in(front: Front, path: str) -> None:
    viewer = await front.person(Role.VIEWER)
    for client in (front.browser().client, viewer.client):
        answer = await client.get(path, headers={"accept": "text/html"})
        assert answer.status_code in (303, 401, 403, 404), answer.status_code
        assert answer.status_code != 303 or answer.headers["location"].startswith("/staff/sign-in")
