"""Subscribing on a page without script: made, verified, tested, changed, recovered, given a new secret, ended."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import httpx2
import pytest

from statuspage.core.channel import Outlets, Smtp
from statuspage.core.delivery import Failure, Outcome
from statuspage.ports import Store
from tests.house import FABLE
from tests.services.enrolling import CHATS, Desk
from tests.services.outbox import OK
from tests.staff import STAFF
from tests.web.conftest import Told
from tests.web.subscribing import HOST, Front

BROWSER = {"accept": "text/html,*/*;q=0.8", "sec-fetch-site": "same-origin"}
WISH = {"url": f"https://{HOST}/status", "models": FABLE, "format": "standard", "email": "me@example.org"}
BAD = Outcome(500, Failure.STATUS, 0.01, excerpt=b"<script>alert(1)</script>")


@pytest.fixture
async def front(store: Store, told: Told) -> Front:
    """The application in front of a desk."""
    return Front(Desk(store), told)


async def post(front: Front, path: str, **fields: object) -> httpx2.Response:
    """Send a form as a browser does."""
    return await front.client.post(path, data=fields, headers=BROWSER)


async def subscribe(front: Front, **fields: object) -> dict[str, str]:
    """Subscribe by the form; what is shown this once."""
    page = await post(front, "/subscribe", **(fields or WISH))
    assert page.status_code == 201, page.text
    assert page.headers["cache-control"] == "no-store"
    return found(page.text)


def found(text: str) -> dict[str, str]:
    """What a page shows this once."""
    shown = {name: re.search(pattern, text) for name, pattern in SHOWN.items()}
    return {name: match[1] for name, match in shown.items() if match}


SHOWN = {
    "secret": r"<code>(whsec_[A-Za-z0-9+/=]+)</code>",
    "token": r"<code>(spt_[0-9a-f]{64})</code>",
    "id": r"<code>(sub_[0-9a-f]{24})</code>",
}


async def act(front: Front, made: dict[str, str], what: str = "show", **fields: object) -> str:
    """One act on the page of a subscription."""
    page = await post(front, "/subscriptions", id=made["id"], token=made["token"], do=what, **fields)
    assert page.status_code == 200, page.text
    return page.text


async def test_from_the_form_to_the_end(front: Front) -> None:
    made = await subscribe(front)
    assert set(made) == {"secret", "token", "id"}
    shown = await act(front, made)
    assert f"<bdi>{HOST}</bdi> has not agreed yet" in shown
    assert "secret" not in found(shown), "it is shown once"
    assert "taken with 200" in await act(front, made, "verify")
    assert f"Events are sent to <bdi>{HOST}</bdi>" in await act(front, made)
    assert "The test: taken with 200" in await act(front, made, "test")
    [event] = await front.desk.box.publish(FABLE)
    await front.desk.box.courier.run_once()
    log = await act(front, made)
    assert f"/events/{event.id}" in log
    [delivery] = re.findall(r'name="delivery" value="(dlv_\w+)"', log)
    assert "Sent again: taken" in await act(front, made, "resend", delivery=delivery)
    assert "1 events since" in await act(front, made, "recover", since="2026-06-01")
    fresh = found(await act(front, made, "rotate", old_valid_for="3600"))["secret"]
    assert fresh != made["secret"]
    changed = await act(front, made, "change", types=["model.restricted", "model.restored"])
    assert changed.count(" selected") == 2
    assert "deleted at once" in await act(front, made, "leave")
    assert "Unsubscribed" in await act(front, made, "remove")
    again = await post(front, "/subscriptions", id=made["id"], token=made["token"])
    assert again.status_code == 401


async def test_a_chat_tool_is_confirmed_by_the_link(front: Front) -> None:
    front.desk.receivers.answer = lambda _: CHATS
    made = await subscribe(front)
    await act(front, made, "verify")
    assert "without the challenge" in await act(front, made)
    subscription_id, token = front.desk.link("confirm")
    link = f"/subscriptions/{subscription_id}/confirm?token={token}"
    assert "Confirm" in (await front.client.get(link)).text
    assert "has not agreed yet" in await act(front, made), "GET only shows"
    await front.client.post(link)
    assert "Events are sent" in await act(front, made)


async def test_what_an_answer_holds_is_text(front: Front) -> None:
    made = await subscribe(front)
    await act(front, made, "verify")
    front.desk.receivers.answer = lambda _: BAD
    await front.desk.box.publish(FABLE)
    await front.desk.box.courier.run_once()
    page = await act(front, made)
    assert "it answered 500" in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


async def test_a_disabled_one_says_how_it_lives_again(front: Front) -> None:
    made = await subscribe(front)
    await act(front, made, "verify")
    await front.desk.box.subscriptions.disable(made["id"], STAFF, "5 days without a success")
    page = await act(front, made)
    assert "5 days without a success" in page
    front.desk.clock.move(timedelta(minutes=2))
    await act(front, made, "verify")
    assert "Take what was missed" in await act(front, made)
    await front.desk.box.subscriptions.disable(made["id"], STAFF)
    assert "An operator of this site did that" in await act(front, made)


async def test_what_cannot_be_now_is_said_on_the_page(front: Front) -> None:
    made = await subscribe(front)
    assert "Answer the webhook.verify event" in await act(front, made, "test")
    await act(front, made, "verify")
    assert "The subscription is live" in await act(front, made, "verify")


async def test_mistakes_are_a_page_that_names_them(front: Front) -> None:
    page = await post(front, "/subscribe", **(WISH | {"url": "http://127.0.0.1/", "email": "x"}))
    assert (page.status_code, page.headers["content-type"]) == (422, "text/html; charset=utf-8")
    assert "<b>url</b>" in page.text
    assert "<b>email</b>" in page.text


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
    ],
)
async def test_another_site_makes_nothing(front: Front, headers: dict[str, str]) -> None:
    for path in ("/subscribe", "/subscriptions"):
        answer = await front.client.post(path, data=WISH, headers=headers)
        assert answer.status_code == 400, answer.text
    assert await front.desk.box.subscriptions.list() == []


async def test_a_form_that_is_none(front: Front) -> None:
    assert (await front.client.post("/subscribe", json=WISH)).status_code == 415
    many = "&".join(f"a{number}=1" for number in range(1001))
    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert (await front.client.post("/subscribe", content=many, headers=kind)).status_code == 413


@pytest.mark.parametrize("fields", [{"id": "sub_x", "token": "spt_x"}, {"id": "'", "token": ""}, {"do": "show"}])
async def test_nobody_enters_without_the_token(front: Front, fields: dict[str, str]) -> None:
    assert (await post(front, "/subscriptions", **fields)).status_code == 401


async def test_the_entrance(front: Front) -> None:
    page = await front.client.get("/subscriptions/sub_1%22%3E%3Cscript%3E")
    assert page.status_code == 200
    assert "<script>" not in page.text.replace("<script defer", "")
    assert page.headers["cache-control"] == "no-store"
    assert "set-cookie" not in page.headers


async def test_a_mailbox_subscribes_by_its_form(store: Store, told: Told) -> None:
    desk = Desk(store, lambda _: replace(OK, status=250), outlets=Outlets(smtp=Smtp("m.example", "s@status.example")))
    front = Front(desk, told)
    made = await subscribe(front, mailbox="me@example.org", only=FABLE)
    assert "secret" not in made
    assert "A mail with a link is on its way" in await act(front, made)
    await front.desk.later(minutes=1)
    subscription_id, token = desk.link("confirm")
    await front.client.post(f"/subscriptions/{subscription_id}/confirm?token={token}")
    assert "Events are sent to <bdi>me@example.org</bdi>" in await act(front, made)
    for _ in range(4):
        await post(front, "/subscribe", mailbox="Me+x@example.org")
    assert (await post(front, "/subscribe", mailbox="me@example.org")).status_code == 429
