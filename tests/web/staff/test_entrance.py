"""Signing in and out: what opens the door, what does not, and nothing that is typed is lost."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest

from statuspage.core.person import TEMPORARY_FOR
from statuspage.core.session import IDLE
from statuspage.core.staff import Role
from tests.passwords import PASSWORD
from tests.staff import STAFF
from tests.web.staff.front import Front, field_of, words

WRONG = "The name or the password is wrong."


async def test_a_stranger_is_asked_to_sign_in_and_led_back(front: Front) -> None:
    await front.door.welcome("ada", Role.ADMIN)
    browser = front.browser()
    asked = await browser.get("/staff/people?x=1")
    assert (asked.status_code, asked.headers["location"]) == (303, "/staff/sign-in?next=/staff/people%3Fx%3D1")
    form = await browser.get(asked.headers["location"])
    assert 'name="next" value="/staff/people?x=1"' in form.text
    entered = await browser.sign_in("ada", next="/staff/people")
    assert (entered.status_code, entered.headers["location"]) == (303, "/staff/people")
    assert (await browser.get("/staff/people")).status_code == 200
    assert (await browser.get("/staff/sign-in")).headers["location"] == "/staff"


async def test_the_cookies_are_bound_to_this_host_and_out_of_reach(front: Front) -> None:
    await front.door.welcome("ada", Role.ADMIN)
    answer = await front.browser().sign_in("ada")
    session, device = answer.headers.get_list("set-cookie")
    assert session.startswith("__Host-statuspage-staff=")
    assert session.endswith("; Max-Age=86400; Path=/; HttpOnly; SameSite=lax; Secure")
    assert device.startswith("__Host-statuspage-device=")
    assert device.endswith("Path=/; HttpOnly; SameSite=strict; Secure")


async def test_on_loopback_without_tls_the_cookie_is_a_plain_one(front: Front) -> None:
    await front.door.welcome("ada", Role.ADMIN)
    for host in ("http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080"):
        answer = await front.browser(base=host).sign_in("ada")
        assert answer.headers.get_list("set-cookie")[0].startswith("statuspage-staff=")
        assert "Secure" not in answer.headers["set-cookie"]


async def test_a_password_does_not_travel_in_the_open(front: Front) -> None:
    await front.door.welcome("ada", Role.ADMIN)
    for host in ("http://status.other", "http://127.0.0.1.other", "http://localhost.other"):
        answer = await front.browser(base=host).sign_in("ada")
        assert answer.status_code == 403
        assert "over TLS alone" in words(answer)
        assert "set-cookie" not in answer.headers


async def test_signing_out_ends_the_session_and_takes_the_cookie(front: Front) -> None:
    ada = await front.person(Role.ADMIN)
    secret = ada.secret
    answer = await ada.send("/staff/sign-out")
    assert (answer.status_code, answer.headers["location"]) == (303, "/staff/sign-in")
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert await front.door.sign_in.authenticated(secret) is None


@pytest.mark.parametrize(
    ("name", "password"), [("ada", "not this one"), ("nobody", PASSWORD), ("", ""), ("<b>", "</b>!")]
)
async def test_whatever_is_wrong_is_said_alike(front: Front, name: str, password: str) -> None:
    await front.door.welcome("ada", Role.ADMIN)
    answer = await front.browser().sign_in(name, password)
    assert (answer.status_code, WRONG in words(answer)) == (401, True)
    assert "set-cookie" not in answer.headers
    assert not password or password not in answer.text
    assert "<b>" not in answer.text.partition("<form")[2]


async def test_with_a_temporary_password_only_the_account_is_open(front: Front) -> None:
    password = (await front.door.people.add("eve", Role.ADMIN, STAFF)).password
    assert password
    eve = front.browser()
    assert (await eve.sign_in("eve", password, next="/staff/people")).headers["location"] == "/staff/account"
    for path in ("/staff/people", "/staff/audit", "/staff/tokens"):
        assert (await eve.get(path)).headers["location"] == "/staff/account"
    page = await eve.get("/staff/account")
    assert "Choose a password of your own" in words(page)
    assert "People" not in words(page)
    csrf = {"x-csrf-token": eve.csrf, "sec-fetch-site": "same-origin"}
    assert (await eve.client.get("/api/v1/audit", headers=csrf)).status_code == 403
    wrong = await eve.send("/staff/account/password", old=password, password="short", again="short")
    assert (wrong.status_code, "12 to 256" in words(wrong)) == (422, True)
    differ = await eve.send("/staff/account/password", old=password, password=PASSWORD, again=PASSWORD + "x")
    assert "the two differ" in words(differ)
    done = await eve.send("/staff/account/password", old=password, password=PASSWORD, again=PASSWORD)
    assert (done.status_code, done.headers["location"]) == (303, "/staff")
    assert (await eve.get("/staff/people")).status_code == 200


async def test_a_temporary_password_that_has_ended_says_so(front: Front) -> None:
    password = (await front.door.people.add("eve", Role.VIEWER, STAFF)).password
    front.later(seconds=TEMPORARY_FOR.total_seconds())
    assert "has ended" in words(await front.browser().sign_in("eve", password or ""))


async def test_what_was_typed_survives_the_end_of_the_session(front: Front) -> None:
    ada = await front.person(Role.ADMIN)
    csrf = ada.csrf
    front.later(seconds=IDLE.total_seconds())
    typed = 'A "long" text\n& more <b>'
    asked = await ada.post("/staff/incidents/new", {"csrf": csrf, "title": typed, "models": ["editor", "x"]})
    assert asked.status_code == 401
    assert "What you wrote is kept" in words(asked)
    kept = field_of(asked.text, "kept")
    assert parse_qs(kept) == {"title": [typed], "models": ["editor", "x"]}
    again = await ada.sign_in("admin", "wrong", kept=kept, next="/staff/incidents/new")
    assert field_of(again.text, "kept") == kept
    entered = await ada.sign_in("admin", kept=kept, next="/staff/incidents/new?x")
    assert entered.headers["location"] == "/staff/incidents/new?x"
    assert front.kept == [("person:admin", "/staff/incidents/new", kept)]


async def test_a_text_that_is_too_long_to_be_kept_is_not_lost_in_silence(front: Front) -> None:
    answer = await front.browser().post("/staff/incidents/new", {"body": "x" * 70_000})
    assert answer.status_code == 401
    assert "too long to be kept" in words(answer)
    assert "xxxx" not in answer.text


@pytest.mark.parametrize("path", ["/staff/account/password", "/staff/people", "/staff/incidents/inc_1/review"])
async def test_of_a_form_that_is_not_kept_nothing_is_kept_anywhere(front: Front, path: str) -> None:
    ada = await front.person(Role.ADMIN)
    csrf, typed = ada.csrf, "what nobody may read"
    front.later(seconds=IDLE.total_seconds())
    asked = await ada.post(path, {"csrf": csrf, "old": typed, "password": typed, "again": typed})
    assert (asked.status_code, field_of(asked.text, "kept")) == (401, "")
    assert "what you sent was not done" in words(asked)
    again = await ada.sign_in("admin", "wrong", kept=f"old={typed}", next=path)
    assert typed not in asked.text + again.text
    assert (await ada.sign_in("admin", kept=f"old={typed}", next=path)).status_code == 303
    assert front.kept == []


@pytest.mark.parametrize(
    "wanted",
    [
        *("//evil.example", "https://evil.example", "/\\evil.example", "/staff\\@evil", "/staff/\n/x", "/staffx", "/"),
        *("javascript:1", "/staff/sign-out", "/staff/ä", "/staff/ /evil"),
    ],
)
async def test_nobody_is_led_away(front: Front, wanted: str) -> None:
    await front.door.welcome("ada", Role.ADMIN)
    assert (await front.browser().sign_in("ada", next=wanted)).headers["location"] == "/staff"


async def test_the_record_says_who_came_and_went_without_their_secrets(front: Front) -> None:
    ada = await front.person(Role.ADMIN)
    secret = ada.secret
    await ada.send("/staff/sign-out")
    ada = front.browser()
    await ada.sign_in("admin")
    page = await ada.get("/staff/audit")
    assert "session.begin" in words(page)
    assert "session.end" in words(page)
    assert secret not in page.text
    assert ada.secret not in page.text


async def test_pages_are_for_one_person_and_for_no_cache(front: Front) -> None:
    ada = await front.person(Role.ADMIN)
    for path in ("/staff/sign-in", "/staff/account", "/staff/people", "/staff/audit", "/staff/tokens"):
        answer = await ada.get(path)
        assert answer.headers["cache-control"] == "no-store", path
        assert answer.headers["x-robots-tag"] == "noindex", path
        assert answer.headers["referrer-policy"] == "same-origin", path
        assert "access-control-allow-origin" not in answer.headers, path
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"] or answer.status_code == 303
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert "style=" not in answer.text, path
        assert "onclick" not in answer.text, path
