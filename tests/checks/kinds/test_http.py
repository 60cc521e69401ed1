"""A neutral host, for which any answer will do, and a path, for which the asserted one will."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from checks.http import Fetcher
from checks.kinds.http import Http
from checks.observation import Cause
from checks.registry import KINDS
from checks.target import Level, Vantage
from tests.checks.hostile import hang, response, saying, serve
from tests.checks.kinds.scripted import CREDENTIAL, NOW, Scripted, says, target


@pytest.fixture
async def check() -> AsyncIterator[Http]:
    async with Fetcher() as fetcher:
        yield Http(fetcher, Vantage("here"), lambda: NOW)


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        ("200 OK", Cause.OK),
        ("301 Moved Permanently", Cause.OK),
        ("404 Not Found", Cause.OK),
        ("429 Too Many Requests", Cause.OK),
        ("500 Internal Server Error", Cause.SERVER_ERROR),
        ("502 Bad Gateway", Cause.SERVER_ERROR),
    ],
)
async def test_any_answer_below_500_is_good(check: Http, status: str, cause: Cause) -> None:
    script = Scripted([response(b"<html>whatever", status=status)])
    async with serve(script) as url:
        observation = await check.ask(target(url + "/neutral", ""), Level.LISTED)
    assert observation.cause is cause
    assert script.seen[0].line == "GET /neutral"
    assert CREDENTIAL.secret not in repr(script.seen)


async def test_silence_is_not_good(check: Http) -> None:
    async with serve(saying(b"", then=hang)) as url:
        observation = await check.ask(target(url, "", timeout=0.2), Level.LISTED)
    assert observation.cause is Cause.TIMEOUT
    async with serve(saying(b"")) as url:
        observation = await check.ask(target(url, ""), Level.LISTED)
    assert observation.cause is Cause.NETWORK


@pytest.mark.parametrize(
    ("model", "cause", "rule"),
    [
        ("health", Cause.OK, "asserted"),
        ("/health#json.status=ok&header.content-type=application/json&latency=2s", Cause.OK, "asserted"),
        ("health#json.status=down", Cause.SERVER_ERROR, "assertion.json"),
        ("health#status=204", Cause.SERVER_ERROR, "assertion.status"),
        ("health#text=nothing+like+it", Cause.SERVER_ERROR, "assertion.text"),
        ("health#latency=0ms", Cause.TIMEOUT, "assertion.latency"),
    ],
)
async def test_a_path_answers_as_asserted_or_not(check: Http, model: str, cause: Cause, rule: str) -> None:
    script = Scripted([says({"status": "ok"})])
    async with serve(script) as url:
        observation = await check.ask(target(url + "/api", model), Level.ANSWERS)
    assert (observation.cause, observation.evidence.rule) == (cause, rule)
    assert script.seen[0].line == "GET /api/health"
    assert script.seen[0].headers["authorization"] == f"Bearer {CREDENTIAL.secret}"


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        ("451 Unavailable For Legal Reasons", Cause.LEGAL),
        ("401 Unauthorized", Cause.CREDENTIAL),
        ("503 Service Unavailable", Cause.CAPACITY),
    ],
)
async def test_an_error_status_speaks_for_itself(check: Http, status: str, cause: Cause) -> None:
    script = Scripted([says({"error": {}}, status=status)])
    async with serve(script) as url:
        observation = await check.ask(target(url, "health#json.status=ok", credential=None), Level.ANSWERS)
    assert observation.cause is cause
    assert "authorization" not in script.seen[0].headers


async def test_an_error_status_may_be_what_is_asserted(check: Http) -> None:
    async with serve(Scripted([says({}, status="404 Not Found")])) as url:
        observation = await check.ask(target(url, "gone#status=404"), Level.ANSWERS)
    assert observation.cause is Cause.OK


async def test_an_answer_that_never_comes_is_no_broken_assertion(check: Http) -> None:
    async with serve(saying(b"", then=hang)) as url:
        observation = await check.ask(target(url, "health#json.status=ok", timeout=0.2), Level.ANSWERS)
    assert observation.cause is Cause.TIMEOUT
    with pytest.raises(ValueError, match="accepts"):
        await check.ask(target("", ""), Level.ACCEPTS)


async def test_every_kind_can_be_made() -> None:
    async with Fetcher() as fetcher:
        made = {name: make(fetcher, Vantage(), lambda: NOW) for name, make in KINDS.items()}
    assert {name: Level.LISTED in check.levels for name, check in made.items()} == dict.fromkeys(KINDS, True)
