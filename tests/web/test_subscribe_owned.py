"""What the owner of a subscription does over HTTP: test, read the log, rotate, recover; and the people behind links."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from statuspage.core.delivery import Failure, Outcome
from statuspage.ports import Store
from statuspage.web.subscribe import RECOVERING
from tests.house import FABLE
from tests.services.enrolling import CHATS, REFUSES, Desk
from tests.web.conftest import Told
from tests.web.subscribing import Front, problem


@pytest.fixture
async def front(store: Store, told: Told) -> AsyncIterator[Front]:
    made = Front(Desk(store), told)
    async with made.client:
        yield made


async def test_verifying_again_tells_what_came_but_not_the_answer(front: Front) -> None:
    made = await front.make()
    front.desk.receivers.answer = lambda event: Outcome(200, None, 0.25, excerpt=json.dumps(event).encode())
    answer = await front.ask(made, "POST", "/verify")
    assert "confirm?" not in answer.text
    assert answer.json() == {
        "succeeded": True, "status": 200, "failure": None, "duration_ms": 250, "state": "pending",
        "next": answer.json()["next"],
    }  # fmt: skip
    again = await front.ask(made, "POST", "/verify")
    problem(again, 429)
    assert again.headers["retry-after"] == "60"
    assert "token=" not in (await front.ask(made)).text + (await front.ask(made, path="/deliveries")).text


async def test_a_test_is_answered_with_what_the_receiver_said(front: Front) -> None:
    made = await front.live()
    front.desk.receivers.answer = lambda _: Outcome(
        500, Failure.STATUS, 0.1, excerpt=b"boom at 10.1.2.3 sk-live-abcdefghijkl0123456789 \x1b[31m" + b"x" * 2000
    )
    said = (await front.ask(made, "POST", "/test")).json()
    assert (said["succeeded"], said["status"], said["failure"]) == (False, 500, "status")
    assert said["answer"].startswith("boom at [ip] [key]")
    assert len(said["answer"]) <= 200
    front.desk.receivers.answer = lambda _: Outcome(None, Failure.BLOCKED, 0.1, detail="10.0.0.7: not public")
    said = (await front.ask(made, "POST", "/test")).json()
    assert (said["status"], said["failure"], said["answer"]) == (None, "dns", "")
    assert "10.0.0.7" not in json.dumps(said)


async def test_the_log_shows_every_attempt(front: Front) -> None:
    made = await front.live()
    answers = iter([REFUSES, Outcome(None, Failure.CONNECT, 3.0, detail="10.9.8.7 said no"), CHATS])
    front.desk.receivers.answer = lambda _: next(answers)
    [event] = await front.desk.box.publish(FABLE)
    for _ in range(2):
        await front.desk.box.courier.run_once()
        front.desk.clock.move(timedelta(minutes=1))
    answer = await front.ask(made, path="/deliveries?limit=1")
    assert "10.9.8.7" not in answer.text
    [delivery] = answer.json()["deliveries"]
    assert (delivery["event"], delivery["seq"], delivery["state"]) == (event.id, event.seq, "pending")
    assert delivery["next_attempt_at"]
    assert [(one["status"], one["failure"]) for one in delivery["attempts"]] == [(401, "status"), (None, "connect")]
    assert delivery["attempts"][0]["next_attempt_at"]
    sent = await front.ask(made, "POST", f"/deliveries/{delivery['id']}/resend")
    assert sent.json()["succeeded"] is True
    [delivery] = (await front.ask(made, path="/deliveries")).json()["deliveries"]
    assert (delivery["state"], delivery["next_attempt_at"]) == ("delivered", None)
    problem(await front.ask(made, "POST", "/deliveries/dlv_unknown/resend"), 404)
    for wrong in ("limit=0", "limit=101", "limit=x", "page=2"):
        problem(await front.ask(made, path=f"/deliveries?{wrong}"), 422)


async def test_naming_one_mailbox_is_counted_in_changes_too(front: Front) -> None:
    made = await front.live(email="a@example.org")
    for number in range(4):
        named = await front.ask(made, "PATCH", said={"email": f"A+{number}@example.org"})
        assert named.status_code == 200
    problem(await front.ask(made, "PATCH", said={"email": "a@example.org"}), 429)
    assert (await front.ask(made, "PATCH", said={"email": None})).status_code == 200


async def test_rotating(front: Front) -> None:
    made = await front.live()
    first = (await front.ask(made, "POST", "/secret/rotate")).json()
    assert first["old_valid_until"] == "2026-06-13T14:01:00.000Z"
    second = (await front.ask(made, "POST", "/secret/rotate", {"old_valid_for": 0})).json()
    assert len({made["secret"], first["secret"], second["secret"]}) == 3
    wrongs: list[Any] = [-1, 604_801, "24h", None, True, 1e300, [], {}]
    for wrong in wrongs:
        said = problem(await front.ask(made, "POST", "/secret/rotate", {"old_valid_for": wrong}), 422)
        assert said["errors"][0]["field"] == "old_valid_for"
    problem(await front.ask(made, "POST", "/secret/rotate", {"hours": 1}), 422)


async def test_recovering(front: Front) -> None:
    made = await front.live()
    await front.desk.box.publish(FABLE, "opus")
    answer = await front.ask(made, "POST", "/recover", {"since": "2026-06-12T14:00:00Z"})
    assert (answer.status_code, answer.json()) == (202, {"owed": 2})
    for wrong in ({}, {"since": 7}, {"since": "yesterday"}, {"since": "2999-01-01"}, {"since": "x", "until": "y"}):
        problem(await front.ask(made, "POST", "/recover", wrong), 422)


async def test_recovering_has_an_allowance_of_its_own(front: Front) -> None:
    made = await front.live()
    since = {"since": "2026-06-12T14:00:00Z"}
    for _ in range(RECOVERING.count):
        assert (await front.ask(made, "POST", "/recover", since)).status_code == 202
    refused = await front.ask(made, "POST", "/recover", since)
    assert "recoveries" in problem(refused, 429)["detail"]
    assert 0 < int(refused.headers["retry-after"]) <= 900
    form = {"id": made["id"], "token": made["token"], "do": "recover", **since}
    assert "4 recoveries an hour" in (await front.client.post("/subscriptions", data=form)).text
    assert (await front.ask(made, "POST", "/test")).status_code == 200


async def test_a_disabled_one_says_what_to_do(front: Front) -> None:
    made = await front.live()
    await front.desk.box.publish(FABLE)
    front.desk.receivers.answer = lambda _: Outcome(410, Failure.STATUS)
    await front.desk.box.courier.run_once()
    shown = (await front.ask(made)).json()
    assert shown["state"] == "disabled"
    assert shown["disabled"]["reason"] == "410: the receiver wants no more"
    assert shown["disabled"]["missed_since"]
    for path in ("/test", "/recover"):
        said = problem(await front.ask(made, "POST", path, {"since": "2026-06-12T14:00:00Z"}), 409)
        assert "POST …/verify" in said["detail"]
    front.desk.receivers.answer = Desk(front.desk.store).receivers.answer
    front.desk.clock.move(timedelta(minutes=1))
    assert (await front.ask(made, "POST", "/verify")).json()["state"] == "live"
    since = {"since": shown["disabled"]["missed_since"]}
    assert (await front.ask(made, "POST", "/recover", since)).json() == {"owed": 1}


async def test_a_person_confirms_and_unsubscribes(front: Front) -> None:
    front.desk.receivers.answer = lambda _: CHATS
    made = await front.live(filters={"models": [FABLE]})
    links = front.desk.receivers.events[0]["data"]["links"]
    shown = await front.client.get(links["confirm"])
    assert shown.headers["cache-control"] == "no-store"
    assert shown.headers["x-robots-tag"] == "noindex"
    assert "form-action 'self'" in shown.headers["content-security-policy"]
    assert "Send events to <bdi>hooks.example.com</bdi>?" in shown.text
    assert FABLE in shown.text
    assert made["token"] not in shown.text
    assert (await front.ask(made)).json()["state"] == "pending"
    assert "Confirmed" in (await front.client.post(links["confirm"])).text
    assert (await front.ask(made)).json()["state"] == "live"
    assert "Confirmed" in (await front.client.get(links["confirm"])).text
    assert "Send nothing more" in (await front.client.get(links["unsubscribe"])).text
    assert (await front.ask(made)).json()["state"] == "live"
    assert "Unsubscribed" in (await front.client.post(links["unsubscribe"])).text
    for method, link in (("GET", "confirm"), ("POST", "confirm"), ("GET", "unsubscribe"), ("POST", "unsubscribe")):
        problem_or_page = await front.client.request(method, links[link], headers={"accept": "text/html"})
        assert problem_or_page.status_code == 404
        assert "There is no page" in problem_or_page.text
    assert await front.desk.box.subscriptions.list() == []
