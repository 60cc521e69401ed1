"""A restart serves the last published bytes at once, marked with their age, and new ones soon after; a reload is whole
or not at all."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from pathlib import Path
from unittest.mock import AsyncMock

import pytest

from checks.target import Credential
from statuspage.app.service import service
from statuspage.core.settings import ClassCredential, Model, Offering, Provider, Settings, Site, UserClass
from statuspage.errors import StoreError
from statuspage.site.publish import PublishedSite


def settings(folder: Path) -> Settings:
    """One cell at a provider that nobody answers for."""
    held = {"people": ClassCredential(Credential("one", "secret"))}
    return Settings(
        site=Site(name="Availability", url="https://status.example"),
        store_url=f"sqlite:///{folder / 'statuspage.db'}",
        user_classes=(UserClass("people", "People", reference=True),),
        providers=(Provider("vendor", "Vendor", "openai", "http://127.0.0.1:9", held),),
        models=(Model("model-1", "Model 1", (Offering("vendor", "model-1", primary=True),)),),
    )


async def test_the_last_bytes_are_served_at_once_and_then_new_ones(tmp_path: Path) -> None:
    async with service(settings(tmp_path)) as first:
        before = dict(first.site.pages)
        assert not any(page.age for page in before.values())
    async with service(settings(tmp_path)) as second:
        page = second.site.page("/methodology")
        assert page
        assert (page.body, page.etag) == (before["/methodology"].body, before["/methodology"].etag)
        assert page.age > 0, "it is marked with its age"
        async with asyncio.timeout(60):
            await _renewed(second.site)
        await second.publisher.publish()
        assert second.publisher.current().models[0].id == "model-1"


async def test_a_reload_that_cannot_be_recorded_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = settings(tmp_path)
    async with service(given) as running:
        full = AsyncMock(side_effect=StoreError("the disk of the database is full"))
        monkeypatch.setattr(sys.modules[service.__module__], "record_catalogue", full)
        with pytest.raises(StoreError, match="full"):
            await running.reload(replace(given, models=()))
        assert running.verbs.settings is given
        assert running.verbs.monitor.settings is given


async def _renewed(site: PublishedSite) -> None:
    while any(page.age for page in site.pages.values()):  # noqa: ASYNC110 - the site has no event for it
        await asyncio.sleep(0.05)
