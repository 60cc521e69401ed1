"""What the self-check asks of the world outside: the heartbeat, and the country in which an egress comes out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from checks.http import Fetcher
from statuspage.core.alert import AlertKind
from statuspage.core.selfcheck import SelfReport
from statuspage.core.settings import SelfChecking, Settings
from statuspage.demo.loopback import LoopbackServer
from statuspage.runtime.outside import countries, heartbeat
from tests.core.builders import SETTINGS, T0

NOBODY = "http://127.0.0.1:1"


async def answers(request: Request) -> Response:
    status = int(request.path_params["status"])
    return PlainTextResponse("loc=DE\n", status)


@pytest.fixture
async def url() -> AsyncIterator[str]:
    server = LoopbackServer(Starlette(routes=[Route("/{status}", answers)]))
    await server.start()
    yield server.url
    await server.stop()


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    async with Fetcher() as made:
        yield made


async def test_a_heartbeat_is_heard_or_not(fetcher: Fetcher, url: str) -> None:
    assert await heartbeat(fetcher, f"{url}/200")
    assert not await heartbeat(fetcher, f"{url}/500")
    assert not await heartbeat(fetcher, NOBODY)


def declaring(country: str | None, country_url: str | None) -> Settings:
    vendor, *others = SETTINGS.providers
    held = {name: replace(one, country=None) for name, one in vendor.credentials.items()}
    held["us-persons"] = replace(held["us-persons"], country=country)
    providers = (replace(vendor, credentials=held), *others)
    return replace(SETTINGS, providers=providers, self_check=SelfChecking(country_url))


async def test_where_an_egress_comes_out_is_compared_with_what_is_declared(fetcher: Fetcher, url: str) -> None:
    assert (await countries(fetcher, declaring("DE", f"{url}/200"), T0)).raised == ()
    [wrong] = (await countries(fetcher, declaring("US", f"{url}/200"), T0)).raised
    assert wrong.kind is AlertKind.EGRESS
    assert "comes out in DE" in wrong.text
    [silent] = (await countries(fetcher, declaring("DE", f"{url}/500"), T0)).raised
    assert "did not tell" in silent.text


async def test_without_an_address_or_a_declared_country_nobody_is_asked(fetcher: Fetcher) -> None:
    assert await countries(fetcher, declaring("DE", None), T0) == SelfReport()
    assert await countries(fetcher, declaring(None, NOBODY), T0) == SelfReport()
