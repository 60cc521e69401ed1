"""The subscriber API of Atlassian Statuspage: its documents and forms, its ids, and nothing without them."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from statuspage.core import compat as words
from statuspage.core.channel import Outlets, Smtp
from statuspage.core.delivery import Outcome
from statuspage.core.subscription import Filters, Format
from statuspage.ports import Store
from tests.services.enrolling import Desk, Receivers
from tests.web.conftest import Told
from tests.web.subscribing import HOST, Front, problem

PATH = "/api/v2/subscribers.json"
URL = f"https://{HOST}/status"


def taken(event: dict[str, Any]) -> Outcome:
    """What a mail server answers."""
    return Outcome(250)


@pytest.fixture
async def front(store: Store, told: Told) -> Front:
    """The application in front of a desk that sends mail."""
    return Front(Desk(store, outlets=Outlets(smtp=Smtp("m.example", "s@status.example"))), told)


async def make(front: Front, **said: Any) -> dict[str, Any]:
    """A subscriber."""
    answer = await front.client.post(PATH, json={"subscriber": said})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def filters(front: Front, made: dict[str, Any]) -> Filters:
    """What a subscriber hears of."""
    shown = await front.desk.box.subscriptions.show(made["x_subscription"])
    return shown.subscription.filters


async def test_a_webhook_from_made_to_removed(front: Front) -> None:
    made = await make(front, endpoint=URL, email="me@example.org")
    assert (made["mode"], made["webhook"], made["email"]) == ("webhook", URL, "me@example.org")
    assert made["page"]["id"] == (await front.client.get("/api/v2/status.json")).json()["page"]["id"]
    await front.desk.later(minutes=1)
    shown = await front.client.get(PATH, params={"subscriber[id]": made["id"]})
    assert (shown.status_code, shown.json()["x_state"]) == (200, "live")
    assert "x_secret" not in shown.json()
    subscription = (await front.desk.box.subscriptions.show(made["x_subscription"])).subscription
    assert subscription.format is Format.STATUSPAGE
    removed = await front.client.delete(f"/api/v2/subscribers/{made['id']}.json")
    assert (removed.status_code, removed.json()) == (200, True)
    problem(await front.client.get(PATH, params={"subscriber[id]": made["id"]}), 404)


async def test_a_mailbox_by_the_form_that_curl_sends(front: Front) -> None:
    front.desk.receivers.answer = taken
    answer = await front.client.post(PATH, data={"subscriber[email]": "me@example.org"})
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["mode"], made["email"]) == ("email_sms", "me@example.org")
    assert "webhook" not in made
    receivers: Receivers = front.desk.receivers
    await front.desk.later(minutes=1)
    assert receivers.parcels[0].subscription.url == "mailto:me@example.org"


async def test_components_and_incidents_become_filters(front: Front, told: Told) -> None:
    cell = told.snapshot.cells[0].key
    leaf, group = words.leaf_id(cell), words.group_id(cell.model)
    one = await filters(front, await make(front, endpoint=URL, component_id=leaf))
    assert one == Filters((cell.model,), (cell.provider,), (cell.user_class,))
    assert await filters(front, await make(front, endpoint=URL, component_ids=[group])) == Filters((cell.model,))
    [incident] = [each for each in told.snapshot.incidents if each.open]
    bound = await make(front, endpoint=URL, incident_id=words.incident_id(incident.id))
    assert (await filters(front, bound)).incidents == (incident.id,)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"phone_number": "+1", "email": "a@example.org"}, "subscriber.phone_number"),
        ({"email": "a@example.org", "component_id": "nope"}, "subscriber.component_id"),
        ({"email": "a@example.org", "component_ids": [["x"]]}, "subscriber.component_id"),
        ({"email": "a@example.org", "incident_id": "nope"}, "subscriber.incident_id"),
        ({"email": "nobody"}, "url"),
        ({"endpoint": "http://127.0.0.1/", "email": "a@example.org"}, "url"),
        ({"endpoint": URL, "email": 7}, "email"),
        ({"endpoint": URL, "email": {"a": 1}}, "email"),
        ({"endpoint": {"a": 1}, "email": "a@example.org"}, "url"),
        ({"email": {"a": 1}}, "url"),
        ({"endpoint": URL, "shape": 1}, "subscriber.shape"),
        ({}, "subscriber"),
    ],
)
async def test_every_wrong_field_is_named(front: Front, said: dict[str, Any], field: str) -> None:
    answer = await front.client.post(PATH, json={"subscriber": said})
    assert field in [one["field"] for one in problem(answer, 422)["errors"]]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"subscriber=1", b'{"subscriber": []}'])
@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded"])
async def test_hostile_bodies_are_refused(front: Front, body: bytes, kind: str) -> None:
    problem(await front.client.post(PATH, content=body, headers={"content-type": kind}), 422)


@pytest.mark.parametrize("wrong", ["", "x", "sub_1", "0" * 88, "é" * 88])
async def test_without_its_id_nobody_has_a_subscriber(front: Front, wrong: str) -> None:
    made = await make(front, endpoint=URL)
    for guess in (wrong, made["x_subscription"], made["id"][:-1], made["x_subscription"].removeprefix("sub_")):
        problem(await front.client.get(PATH, params={"subscriber[id]": guess}), 404)
        answer: httpx2.Response = await front.client.delete(f"/api/v2/subscribers/{guess}.json")
        assert answer.status_code == 404
