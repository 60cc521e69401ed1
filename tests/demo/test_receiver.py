"""The demo's webhook receiver over real HTTP, signed by the reference implementation."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from standardwebhooks.webhooks import Webhook

from statuspage.demo.receiver import KEPT, ReceiverServer, is_secret

NOW = datetime(2026, 6, 13, 2, 0, tzinfo=UTC)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="
TEMPLATES = Path(__file__).parents[2] / "templates"

Event = dict[str, object]


def event(kind: str = "model.restricted", **data: object) -> Event:
    return {"id": "evt_1", "type": kind, "seq": 7, "data": data}


@pytest.fixture
async def server() -> AsyncIterator[ReceiverServer]:
    server = ReceiverServer(lambda: NOW, TEMPLATES)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def client(server: ReceiverServer) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(server.url) as client:
        yield client


async def deliver(
    client: aiohttp.ClientSession, content: object, *, secret: str = SECRET, at: datetime = NOW
) -> tuple[int, object]:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    headers = {
        "webhook-id": "evt_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign("evt_1", at, body.decode("utf-8", "ignore")),
    }
    async with client.post("/hook", data=body, headers=headers) as response:
        return response.status, await response.json()


async def rows(client: aiohttp.ClientSession) -> list[Event]:
    async with client.get("/deliveries") as response:
        content = await response.json()
    assert content["sandbox"] is True
    deliveries: list[Event] = content["deliveries"]
    return deliveries


async def test_a_signed_delivery_is_taken_and_shown(server: ReceiverServer, client: aiohttp.ClientSession) -> None:
    server.receiver.know(SECRET)
    assert await deliver(client, event(model="claude-fable-5", summary="Withdrawn")) == (200, {"received": True})
    [row] = await rows(client)
    assert row["signature"] == "good"
    assert (row["type"], row["seq"], row["summary"]) == ("model.restricted", 7, "Withdrawn")


async def test_a_second_signature_may_be_the_good_one(server: ReceiverServer, client: aiohttp.ClientSession) -> None:
    server.receiver.know(SECRET)
    body = json.dumps(event())
    good = Webhook(SECRET).sign("evt_1", NOW, body)
    headers = {
        "webhook-id": "evt_1",
        "webhook-timestamp": str(int(NOW.timestamp())),
        "webhook-signature": f"v1,AAAA {good}",
    }
    async with client.post("/hook", data=body, headers=headers) as response:
        assert response.status == 200


async def test_a_wrong_signature_is_refused(server: ReceiverServer, client: aiohttp.ClientSession) -> None:
    server.receiver.know(SECRET)
    other = "whsec_" + "AAAA" * 8
    status, _ = await deliver(client, event(), secret=other)
    assert status == 401
    assert [row["signature"] for row in await rows(client)] == ["bad"]


@pytest.mark.parametrize("minutes", [-6, 6])
async def test_an_old_or_future_signature_is_refused(
    server: ReceiverServer, client: aiohttp.ClientSession, minutes: int
) -> None:
    server.receiver.know(SECRET)
    status, _ = await deliver(client, event(), at=NOW + timedelta(minutes=minutes))
    assert status == 401


@pytest.mark.parametrize("stamp", ["", "soon", "-1", "²", "9" * 40])
async def test_a_senseless_timestamp_is_refused(
    server: ReceiverServer, client: aiohttp.ClientSession, stamp: str
) -> None:
    server.receiver.know(SECRET)
    headers = {"webhook-id": "evt_1", "webhook-timestamp": stamp, "webhook-signature": "v1,AAAA"}
    async with client.post("/hook", data=b"{}", headers=headers) as response:
        assert response.status == 401


async def test_a_secret_that_comes_later_explains_what_came_before(client: aiohttp.ClientSession) -> None:
    assert (await deliver(client, event()))[0] == 200
    assert [row["signature"] for row in await rows(client)] == ["secret unknown"]
    async with client.post("/secrets", json={"secret": SECRET}) as response:
        assert response.status == 200
    assert [row["signature"] for row in await rows(client)] == ["good"]


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"secret": "hunter2"}', b'{"secret": "whsec_%%%"}'])
async def test_what_is_no_secret_is_refused(client: aiohttp.ClientSession, content: bytes) -> None:
    async with client.post("/secrets", data=content) as response:
        assert response.status == 422


async def test_a_challenge_is_echoed(client: aiohttp.ClientSession) -> None:
    answer = await deliver(client, event("webhook.verify", challenge="c-123"))
    assert answer == (200, {"challenge": "c-123"})


@pytest.mark.parametrize("body", [b"", b"not json", b"[1]", b"\xff\xfe", b'{"data": 1}'])
async def test_what_is_no_event_is_shown_too(client: aiohttp.ClientSession, body: bytes) -> None:
    async with client.post("/hook", data=body) as response:
        assert response.status == 200
    assert len(await rows(client)) == 1
    async with client.get("/") as response:
        assert response.status == 200


async def test_a_body_without_end_is_refused(client: aiohttp.ClientSession) -> None:
    async with client.post("/hook", data=b"x" * 100_000) as response:
        assert response.status == 413
    assert await rows(client) == []


async def test_the_page_is_labelled_and_escapes(client: aiohttp.ClientSession) -> None:
    await deliver(client, event(summary="<script>alert(1)</script>"))
    async with client.get("/") as response:
        html = await response.text()
        assert "script" not in response.headers["content-security-policy"]
    assert "Sandbox" in html
    assert "&lt;script&gt;" in html
    assert "<script>" not in html


async def test_only_the_last_ones_are_kept(server: ReceiverServer) -> None:
    for number in range(KEPT + 5):
        server.receiver.take({"webhook-id": str(number)}, b"{}")
    kept = server.receiver.rows()
    assert (len(kept), kept[0]["webhook_id"]) == (KEPT, str(KEPT + 4))


def test_secrets_are_told_from_other_text() -> None:
    assert is_secret(SECRET)
    assert not any(is_secret(text) for text in ("", "whsec_", "whsec_é", SECRET[6:]))
