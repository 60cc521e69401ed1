"""The API's computed routes: what they answer, and that nothing is guessed where a request is misspelt."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx2
import orjson
import pytest

from statuspage.core.event import EventType, rfc3339
from statuspage.core.incident import Kind
from statuspage.services.incidents import Continuation, Opening
from statuspage.web.pasting import LARGEST_PASTE
from tests.house import ABROAD, FABLE, GATEWAY, HAIKU, HOME, OPUS, SONNET, START, VENDOR, ZERO
from tests.staff import STAFF
from tests.web.conftest import Web

API = "/api/v1"


async def ok(web: Web, path: str, **query: str) -> Any:
    answer = await web.client.get(API + path, params=query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["access-control-allow-origin"] == "*"
    return answer.json()


def problem(answer: httpx2.Response, status: int) -> str:
    """The detail of a problem document of this status."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    said = answer.json()
    assert set(said) >= {"type", "title", "status", "detail"}
    assert said["type"].startswith("/docs/api#")
    assert said["status"] == status
    return str(said["detail"])


async def test_availability_gives_the_matching_cells(web: Web) -> None:
    cells = (await ok(web, "/availability", model=FABLE, provider=VENDOR, user_class=HOME))["cells"]
    assert [(c["model"], c["provider"], c["user_class"], c["availability"], c["reason"]) for c in cells] == [
        (FABLE, VENDOR, HOME, "restricted", "legal")
    ]
    everything = await ok(web, "/availability")
    assert len(everything["cells"]) == len(web.told.snapshot.cells)
    assert everything["as_of_seq"] == web.told.snapshot.as_of_seq


async def test_several_classes_are_combined_to_the_most_restrictive(web: Web) -> None:
    said = await ok(web, "/availability", model=FABLE, provider=VENDOR, user_class=f"{HOME},{ZERO}")
    assert said["combined"]
    assert [cell["availability"] for cell in said["cells"]] == ["restricted"]
    repeated = await web.client.get(f"{API}/availability?model={OPUS}&user_class={HOME}&user_class={ABROAD}")
    assert repeated.json()["user_classes"] == [HOME, ABROAD]


async def test_route_says_what_to_call_now(web: Web) -> None:
    said = await ok(web, "/route", model=FABLE, user_class=HOME)
    assert [(one["model"], one["provider"]) for one in said["use"]] == [
        (FABLE, GATEWAY),
        (OPUS, GATEWAY),
        (HAIKU, VENDOR),
    ]
    assert said["use"][0]["provider_model_id"] == f"anthropic/{FABLE}"
    assert (await ok(web, "/route", model=FABLE))["user_classes"] == [HOME]


async def test_history_gives_transitions_and_days(web: Web) -> None:
    said = await ok(web, "/history", model=FABLE, provider=VENDOR, user_class=HOME)
    assert said["transitions"][-1]["to"] == "restricted"
    assert said["days"]
    late = await ok(web, "/history", **{"from": "2026-06-13"})
    assert late["transitions"] == []


async def test_the_log_is_given_oldest_first_with_where_to_go_on(web: Web) -> None:
    said = await ok(web, "/events")
    assert [event["seq"] for event in said["events"]] == list(range(1, web.told.snapshot.as_of_seq + 1))
    assert said["next_after_seq"] == web.told.snapshot.as_of_seq
    rest = await ok(web, "/events", after_seq=str(said["next_after_seq"]))
    assert (rest["events"], rest["next_after_seq"]) == ([], said["next_after_seq"])


async def test_the_log_can_be_narrowed(web: Web) -> None:
    assert {e["type"] for e in (await ok(web, "/events", type="model.restricted,model.down"))["events"]} == {
        "model.restricted",
        "model.down",
    }
    assert [e["data"]["model"] for e in (await ok(web, "/events", model=OPUS))["events"]] == [OPUS]
    assert len((await ok(web, "/events", limit="1"))["events"]) == 1
    assert (await ok(web, "/events", provider=GATEWAY, user_class=ABROAD, type="model.restored"))["events"] == []


async def test_whoever_pages_through_the_log_misses_nothing_while_it_is_written(web: Web) -> None:
    before = web.told.snapshot.as_of_seq

    async def write() -> None:
        opened = await web.incidents.open(Opening(Kind.NOTICE, "Busy"), STAFF)
        for number in range(30):
            await web.incidents.update(opened.id, Continuation(f"{number}"), STAFF)

    seen: list[int] = []
    writer, after = asyncio.create_task(write()), before
    while len(seen) < 31:
        said = await ok(web, "/events", after_seq=str(after), limit="3")
        seen += [event["seq"] for event in said["events"]]
        after = said["next_after_seq"]
    await writer
    assert seen == list(range(before + 1, before + 32))


async def test_an_event_is_the_very_bytes_that_webhooks_carry(web: Web) -> None:
    for event in web.told.snapshot.recent_events:
        answer = await web.get(f"{API}/events/{event.id}")
        assert answer.content == event.body
        again = await web.get(f"{API}/events/{event.id}", if_none_match=answer.headers["etag"])
        assert (again.status_code, again.content) == (304, b"")
    assert "there is no event" in problem(await web.get(f"{API}/events/evt_x"), 404)


async def test_the_past_is_given_as_it_was(web: Web) -> None:
    before = await ok(web, "/at", time=rfc3339(START + timedelta(minutes=5)))
    assert {cell["availability"] for cell in before["cells"] if cell["model"] == OPUS} == {"available"}
    now = await ok(web, "/at", time=rfc3339(web.clock()))
    assert now["as_of_seq"] == web.told.snapshot.as_of_seq
    offset = await web.client.get(f"{API}/at?time=2026-06-12T16:05:00%2B02:00")
    assert offset.json()["generated_at"] == "2026-06-12T14:05:00.000Z"


@pytest.mark.parametrize(
    ("time", "status", "said"),
    [
        ("", 422, "time must be a moment such as"),
        ("yesterday", 422, "time must be a moment such as"),
        ("2026-02-30T00:00:00Z", 422, "time must be a moment such as"),
        ("0001-01-01T00:00:00+14:00", 422, "time must be a moment such as"),
        ("2100-01-01T00:00:00Z", 422, "still to come"),
        ("0001-01-01T00:00:00Z", 404, "nothing was recorded yet"),
        ("2020-01-01", 404, "nothing was recorded yet"),
    ],
)
@pytest.mark.parametrize("page", [False, True])
async def test_a_moment_that_cannot_be_meant_is_refused(
    web: Web, time: str, status: int, said: str, page: bool
) -> None:
    if page and not time:
        return
    if page:
        answer = await web.get(f"/at/{time}")
        assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
        return
    answer = await web.client.get(f"{API}/at", params={"time": time})
    assert said in problem(answer, status)


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("/availability?modle=x", "modle"),
        ("/availability?from=2026-06-12", "from"),
        ("/route?model=claude-fable-5&provider=x", "provider"),
        ("/route", "model"),
        ("/history?form=2026-06-12", "form"),
        ("/history?from=soon", "from"),
        ("/history?to=2026-13-01", "to"),
        ("/events?after=1", "after"),
        ("/events?after_seq=-1", "after_seq"),
        ("/events?after_seq=1e3", "after_seq"),
        ("/events?after_seq=%D9%A1", "after_seq"),
        ("/events?after_seq=99999999999999999999", "after_seq"),
        ("/events?limit=0", "limit"),
        ("/events?limit=501", "limit"),
        ("/events?limit=", "limit"),
        ("/events?type=model.resticted", "model.resticted"),
        ("/at?at=2026-06-12", "at"),
    ],
)
async def test_a_parameter_that_means_nothing_is_named(web: Web, query: str, named: str) -> None:
    assert named in problem(await web.get(API + query), 422)


LOGS = [f"/events?{one}=nope" for one in ("model", "provider", "user_class")]


@pytest.mark.parametrize("query", ["/availability?model=nope", "/route?model=nope", "/history?user_class=nope", *LOGS])
async def test_a_name_that_nothing_has_is_no_empty_answer(web: Web, query: str) -> None:
    assert "'nope'" in problem(await web.get(API + query), 404)


@pytest.mark.parametrize(
    "query",
    ["from=0001-01-01", "to=0001-01-01", "from=9999-12-31T23:59:59Z", "from=2026-06-13&to=2026-06-12", "from=&to="],
)
async def test_any_span_of_history_can_be_asked_for(web: Web, query: str) -> None:
    assert (await web.get(f"{API}/history?{query}")).status_code == 200


async def test_computed_answers_are_conditional_too(web: Web) -> None:
    for path in ("/availability", f"/route?model={FABLE}", "/history", "/events", "/at?time=2026-06-12T14:10:00Z"):
        answer = await web.get(API + path)
        again = await web.get(API + path, if_none_match=f'"x", W/{answer.headers["etag"]}')
        assert (again.status_code, again.content) == (304, b""), path


async def test_a_pasted_answer_is_explained_with_the_cells_that_show_it(web: Web) -> None:
    [cell] = [one for one in web.told.snapshot.cells if one.key.model == OPUS and one.key.user_class == HOME][:1]
    assert cell.evidence
    pasted = {
        "provider": "anthropic",
        "status": 500,
        "headers": {"Content-Type": "application/json"},
        "body": cell.evidence.excerpt,
    }
    answer = await web.client.post(f"{API}/classify", json=pasted)
    said = answer.json()
    assert (answer.status_code, said["cause"], said["group"]) == (200, "server_error", "failed")
    assert {"cause", "group", "strength", "rule", "hint", "status", "cells", "named"} <= set(said)
    assert {one["model"] for one in said["cells"]} <= {OPUS}


def hostile() -> Iterator[bytes]:
    """Bodies that somebody might send to see what happens."""
    yield from (b"", b"null", b"[]", b"0", b'"text"', b"{", b"\xff\xfe", b"\x00" * 100, b"[" * 5000)
    yield from (b'{"status": true}', b'{"status": "404"}', b'{"status": 99}', b'{"status": 600}', b'{"status": 1e999}')
    yield from (b'{"headers": []}', b'{"headers": "x"}', b'{"headers": 1}')
    yield orjson.dumps({"headers": {"a": None, "b": [1], "retry-after": 5}, "body": None})
    yield b'{"body": ' + b"[" * 900 + b"]" * 900 + b"}"
    yield b'{"headers": {"a": ' + b"[" * 900 + b"]" * 900 + b"}}"
    yield b'{"provider": ' + b"[" * 900 + b"]" * 900 + b"}"
    yield orjson.dumps({"provider": "x" * 10_000, "status": 404, "body": "a" * 40_000})
    yield orjson.dumps({"provider": "../../etc/passwd", "body": "[" * 20_000})
    yield orjson.dumps({"body": "\u202e<script>\x00\x1b[31m" * 1000, "status": 500})
    yield orjson.dumps({"body": "((a+)+)+$" * 3000, "status": 403})
    yield b'{"body": "\\ud800"}'


@pytest.mark.parametrize("body", list(hostile()), ids=lambda body: str(body[:30]))
async def test_a_hostile_paste_is_explained_or_refused_quickly(web: Web, body: bytes) -> None:
    async with asyncio.timeout(5):
        answer = await web.client.post(f"{API}/classify", content=body)
    assert answer.status_code in (200, 422)
    if answer.status_code == 422:
        problem(answer, 422)


async def test_a_paste_that_is_too_large_is_refused_before_it_is_read(web: Web) -> None:
    sent = 0

    async def endless() -> Any:
        nonlocal sent
        while sent < 1000:
            sent += 1
            yield b"x" * 8192

    answer = await web.client.post(f"{API}/classify", content=endless())
    assert str(LARGEST_PASTE) in problem(answer, 413)


async def test_nothing_is_stored_by_asking(web: Web) -> None:
    version = await web.queries.store.version()
    await web.client.post(f"{API}/classify", json={"status": 404, "body": "x"})
    await ok(web, "/events")
    assert await web.queries.store.version() == version


async def test_every_type_of_event_can_be_asked_for(web: Web) -> None:
    for one in EventType:
        await ok(web, "/events", type=one.value)
    assert SONNET not in {model.id for model in web.told.snapshot.models}
