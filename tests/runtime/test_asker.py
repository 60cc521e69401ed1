"""Control C5 through an egress proxy: what the proxy itself says is never taken for a neutral host's answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from statuspage.core.settings import Settings
from statuspage.store.database import Database
from tests.checks.hostile import saying, serve
from tests.house import VENDOR, House, house_over

NOBODY = "http://127.0.0.1:1"
FAULT = b"HTTP/1.1 502 Bad Gateway\r\nvia: 1.1 egress\r\ncontent-length: 2\r\n\r\nno"


@pytest.fixture
async def house(store: Database) -> AsyncIterator[House]:
    async with house_over(store) as made:
        yield made


def neutral_at(settings: Settings, host: str | None) -> Settings:
    return replace(settings, providers=tuple(replace(one, neutral_host=host) for one in settings.providers))


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("host", [None, NOBODY])
async def test_a_proxy_that_fails_does_not_stand_for_a_host_without_tls(house: House, host: str | None) -> None:
    house.configure(neutral_at(house.settings, host))
    async with serve(saying(FAULT)) as proxy:
        assert await house.asker.neutral(VENDOR, proxy) is None


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
async def test_a_proxy_that_fails_leaves_a_host_with_tls_silent(house: House) -> None:
    house.configure(neutral_at(house.settings, "https://neutral.invalid"))
    async with serve(saying(FAULT)) as proxy:
        heard = await house.asker.neutral(VENDOR, proxy)
    assert heard
    assert (heard.evidence.status, heard.cause) == (None, "network")
