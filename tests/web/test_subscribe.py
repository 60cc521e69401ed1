"""Self-serve subscriptions over HTTP: everything in the documentation, and everything that must not work."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from statuspage.core.subscription import SubscriptionState
from statuspage.ports import Store
from statuspage.web.subscribe import SENDING
from tests.house import FABLE
from tests.services.enrolling import Desk
from tests.web.conftest import Told
from tests.web.subscribing import API, HOST, Front, problem

KEY = "5f0c2f7d-9a1e-4b44-8c21-000000000001"
URL = "https://hooks.example.com/status"


@pytest.fixture
async def front(store: Store, told: Told) -> AsyncIterator[Front]:
    made = Front(Desk(store), told)
    async with made.client:
        yield made


async def test_creating_shows_secret_and_token_once(front: Front) -> None:
    answer = await front.client.post(API, json={"url": URL, "filters": {"models": [FABLE]}, "format": "standard"})
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    made = answer.json()
    assert answer.headers["location"] == f"{API}/{made['id']}"
    assert made["secret"].startswith("whsec_")
    assert made["state"] == "pending"
    assert "webhook.verify" in made["next"]
    assert made["verification"]["expires_at"] == "2026-06-13T14:00:00.000Z"
    shown = (await front.ask(made)).json()
    assert shown["filters"] == {"models": [FABLE], "providers": [], "user_classes": [], "types": []}
    assert {"secret", "token"}.isdisjoint(shown)
    assert made["secret"] not in json.dumps(shown)
    await front.desk.later(seconds=2)
    shown = (await front.ask(made)).json()
    assert (shown["state"], shown["next"], shown["disabled"]) == ("live", None, None)
    assert shown["verification"]["verified_at"]
    assert shown["verification"]["last"]["status"] == 200


async def test_every_wrong_field_is_named(front: Front) -> None:
    filters = {"models": ["claude-fabel-5"], "user_classes": ["us-person"], "types": ["model.dwn"]}
    answer = await front.client.post(API, json={"url": "http://127.0.0.1:8092/hook", "filters": filters, "x": 1})
    said = problem(answer, 422)
    assert said["type"] == "/docs/api#invalid"
    assert {one["field"] for one in said["errors"]} == {
        "x", "url", "filters.models[0]", "filters.user_classes[0]", "filters.types[0]",
    }  # fmt: skip
    assert f"did you mean '{FABLE}'?" in str(said["errors"])
    assert await front.desk.box.subscriptions.list() == []


@pytest.mark.parametrize("wrong", [{"email": {}}, {"email": [1]}, {"url": {}}, {"url": ["mailto:a@example.org"]}])
async def test_values_of_another_kind_are_named(front: Front, wrong: dict[str, Any]) -> None:
    said = {"url": f"https://{HOST}/status"} | wrong
    assert problem(await front.client.post(API, json=said), 422)["errors"]


async def test_the_sandboxs_own_receiver_is_refused_because_it_is_inside(front: Front) -> None:
    for url in ("http://127.0.0.1:8092/hook", "https://127.0.0.1:8092/hook", "https://localhost/hook"):
        front.desk.clock.move(timedelta(hours=1))
        [wrong] = problem(await front.client.post(API, json={"url": url}), 422)["errors"]
        assert wrong["field"] == "url"
    await front.desk.later(minutes=5)
    assert front.desk.receivers.parcels == []


BODIES: list[tuple[bytes, int]] = [
    (b"", 422),
    (b"{", 422),
    (b"null", 422),
    (b"[]", 422),
    (b'"x"', 422),
    (b"{}", 422),
    (b'{"url": 7}', 422),
    (b'{"url": "https://hooks.example.com/", "filters": []}', 422),
    (b'{"url": "https://hooks.example.com/", "format": ["standard"]}', 422),
    (b'{"url": "https://hooks.example.com/\\ud800"}', 422),
    (b'{"url": "https://hooks.example.com/\\u0000"}', 422),
    (b"\xff\xfe", 422),
    (b"[" * 50_000, 422),
    (b'{"filters": ' * 5_000, 422),
    (b'{"url": "https://' + b"a" * 60_000 + b'.example.com/"}', 422),
    (b"x" * 70_000, 413),
]


@pytest.mark.parametrize(("body", "status"), BODIES, ids=lambda value: str(value)[:40])
async def test_hostile_bodies_are_refused(front: Front, body: bytes, status: int) -> None:
    answer = await front.client.post(API, content=body, headers={"content-type": "application/json"})
    problem(answer, status)
    assert await front.desk.box.subscriptions.list() == []


async def test_an_endless_body_is_cut(front: Front) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 100:
            sent += 1
            yield b" " * 8192

    answer = await front.client.post(API, content=endless(), headers={"content-type": "application/json"})
    problem(answer, 413)


async def test_a_form_of_another_site_makes_nothing(front: Front) -> None:
    body = json.dumps({"url": URL})
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        problem(await front.client.post(API, content=body, headers={"content-type": kind}), 415)


async def test_the_same_key_is_answered_alike(front: Front) -> None:
    headers = {"idempotency-key": KEY}
    first, second = [await front.client.post(API, json={"url": URL}, headers=headers) for _ in range(2)]
    assert first.json() == second.json()
    problem(await front.client.post(API, json={"url": URL + "2"}, headers=headers), 422)
    [wrong] = problem(await front.client.post(API, json={"url": URL}, headers={"idempotency-key": "1"}), 422)["errors"]
    assert wrong["field"] == "Idempotency-Key"
    await front.desk.later(seconds=2)
    problem(await front.client.post(API, json={"url": URL}, headers=headers), 409)


async def test_who_has_seen_a_key_is_not_told_the_secret(front: Front) -> None:
    headers = {"idempotency-key": KEY}
    made = (await front.client.post(API, json={"url": URL}, headers=headers)).json()
    async with front.from_("198.51.100.9") as other:
        answer = await other.post(API, json={"url": URL}, headers=headers)
    assert "another address" in problem(answer, 422)["detail"]
    assert not {made["secret"], made["token"], made["id"]} & set(answer.text.split('"'))
    again = await front.client.post(API, json={"url": URL}, headers=headers)
    assert again.json() == made


async def test_another_address_is_counted_as_what_makes_us_send(front: Front) -> None:
    made = await front.make()
    statuses = []
    for number in range(SENDING.count + 1):
        url = f"https://hooks{number}.example.net/status"
        statuses.append((await front.ask(made, "PATCH", said={"url": url})).status_code)
    assert statuses == [200] * SENDING.count + [429]
    assert (await front.ask(made, "PATCH", said={"filters": {}})).status_code == 200, "that sends nothing"


PATHS = [
    ("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/verify"), ("POST", "/test"), ("POST", "/secret/rotate"),
    ("GET", "/deliveries"), ("POST", "/deliveries/dlv_1/resend"), ("POST", "/recover"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), PATHS, ids=str)
async def test_nothing_works_without_the_right_token(front: Front, method: str, path: str) -> None:
    mine, theirs = await front.make(), await front.make(url="https://their.example.com/")
    said = {"since": "2026-06-12T14:00:00Z"}
    details = set()
    for subscription_id, value in (
        (mine["id"], f"Bearer {theirs['token']}"),
        (mine["id"], f"Bearer {mine['token']}x"),
        (mine["id"], f"Bearer {mine['secret']}"),
        ("sub_unknown", f"Bearer {mine['token']}"),
        ("sub_%00", f"Bearer {mine['token']}"),
    ):
        headers = {"authorization": value}
        answer = await front.client.request(method, f"{API}/{subscription_id}{path}", headers=headers, json=said)
        assert answer.headers["www-authenticate"] == "Bearer"
        details.add(problem(answer, 401)["detail"])
    assert len(details) == 1
    for value in ("", "Bearer", "Bearer  ", f"Basic {mine['token']}", mine["token"]):
        headers = {"authorization": value}
        answer = await front.client.request(method, f"{API}/{mine['id']}{path}", headers=headers, json=said)
        assert "spt_" in problem(answer, 401)["detail"]
    assert len(await front.desk.box.subscriptions.list()) == 2


async def test_changing_and_deleting(front: Front) -> None:
    made = await front.live()
    shown = (await front.ask(made, "PATCH", said={"filters": {"types": ["model.down"]}})).json()
    assert (shown["state"], shown["filters"]["types"]) == ("live", ["model.down"])
    moved = (await front.ask(made, "PATCH", said={"url": "https://new.example.com/"})).json()
    assert (moved["state"], moved["url"]) == ("pending", "https://new.example.com/")
    assert moved["filters"]["types"] == ["model.down"]
    problem(await front.ask(made, "PATCH", said={"url": "https://10.0.0.1/"}), 422)
    problem(await front.ask(made, "PATCH", said={"state": "live"}), 422)
    problem(await front.ask(made, "PUT"), 405)
    assert (await front.ask(made, "DELETE")).status_code == 204
    problem(await front.ask(made), 401)


async def test_one_address_makes_so_many_and_no_more(front: Front) -> None:
    async def ask(client: httpx2.AsyncClient) -> httpx2.Response:
        return await client.post(API, json={})

    for _ in range(10):
        problem(await ask(front.client), 422)
    refused = await ask(front.client)
    assert "an hour" in problem(refused, 429)["detail"]
    assert refused.headers["retry-after"] == "360"
    async with front.from_("2001:db8::1") as one, front.from_("2001:db8::2") as neighbour, front.from_("::1") as other:
        for _ in range(5):
            problem(await ask(one), 422)
            problem(await ask(neighbour), 422)
        problem(await ask(one), 429)
        problem(await ask(other), 422)
    front.desk.clock.move(timedelta(minutes=6))
    problem(await ask(front.client), 422)


async def test_sending_is_limited_for_each_subscription(front: Front) -> None:
    made = await front.live()
    for _ in range(10):
        assert (await front.ask(made, "POST", "/test")).status_code == 200
    assert "10 a minute" in problem(await front.ask(made, "POST", "/test"), 429)["detail"]
    assert (await front.ask(made)).status_code == 200


async def test_guessing_tokens_is_limited(front: Front) -> None:
    made = await front.make()
    wrong: dict[str, Any] = {"id": made["id"], "token": "spt_guess"}
    codes = [(await front.ask(wrong)).status_code for _ in range(121)]
    assert codes == [401] * 120 + [429]


async def test_nothing_is_published_of_subscriptions(front: Front) -> None:
    version = await front.desk.store.version()
    made = await front.live()
    assert await front.desk.store.version() == version
    for path in (API, f"{API}/{made['id']}/secret/rotate"):
        problem(await front.client.get(path), 405)
    one = await front.desk.now((await front.desk.box.subscriptions.list())[0])
    assert one.state is SubscriptionState.LIVE
