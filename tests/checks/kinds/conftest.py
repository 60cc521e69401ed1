"""Fixtures that the tests of every kind may use."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from checks.http import Fetcher
from checks.observation import Observation
from checks.registry import KINDS
from checks.target import Level, Vantage
from tests.checks.hostile import serve
from tests.checks.kinds.samples import SAMPLES
from tests.checks.kinds.scripted import NOW, Scripted, target

Asking = Callable[..., Awaitable[tuple[Observation, Scripted]]]
"""Asks the kind of a module at a level; a server gives the replies in turn, further arguments change the target."""


@pytest.fixture
async def asking(request: pytest.FixtureRequest) -> AsyncIterator[Asking]:
    """Asks the kind that the test's module names as ``KIND``, always as the same check."""
    kind: str = request.module.KIND
    async with Fetcher() as fetcher:
        check = KINDS[kind](fetcher, Vantage("here"), lambda: NOW)

        async def ask(level: Level, *replies: bytes, at: str = "", **changes: object) -> tuple[Observation, Scripted]:
            script = Scripted(list(replies))
            async with serve(script) as url:
                asked = target(url + at, **({"model_id": SAMPLES[kind].model} | changes))  # type: ignore[arg-type]
                return await check.ask(asked, level), script

        yield ask
