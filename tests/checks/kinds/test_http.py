"""The neutral host: any answer will do."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from checks.http import Fetcher
from checks.kinds.http import Http
from checks.observation import Cause
from checks.registry import KINDS
from checks.target import Level, Vantage
from tests.checks.hostile import hang, response, saying, serve
from tests.checks.kinds.scripted import CREDENTIAL, NOW, Scripted, target


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


async def test_every_kind_can_be_made() -> None:
    async with Fetcher() as fetcher:
        made = {name: make(fetcher, Vantage(), lambda: NOW) for name, make in KINDS.items()}
    assert {name: Level.LISTED in check.levels for name, check in made.items()} == dict.fromkeys(KINDS, True)
