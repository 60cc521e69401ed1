"""A client of Atlassian Statuspage's API from npm, unmodified, reads this page and a subscription."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from statuspage.store.database import Database
from statuspage.store.secrets import KeyRing
from tests.real.installs import package
from tests.site import story
from tests.web.serving import empty_store, serving

pytestmark = [pytest.mark.real, pytest.mark.timeout(400)]

ASKS = """
const { Statuspage } = require("statuspage.io");
const [url, subscriber] = process.argv.slice(2);
const page = new Statuspage("any");
page.setApiUrl(url);
const { api } = page;
(async () => {
  console.log(JSON.stringify({
    status: await api.getStatus(),
    summary: await api.getSummary(),
    components: await api.getComponents(),
    incidents: await api.incidents.getAll(),
    unresolved: await api.incidents.getUnresolved(),
    maintenances: await api.scheduledMaintenances.getAll(),
    active: await api.scheduledMaintenances.getActive(),
    upcoming: await api.scheduledMaintenances.getUpcoming(),
    subscription: await api.subscribers.getSubscription(subscriber),
  }));
})().catch((error) => { console.error(error); process.exit(1); });
"""


@pytest.fixture
async def some_store(tmp_path: Path, sqlite_template: Path, key: KeyRing) -> AsyncIterator[Database]:
    """A new and empty store."""
    async with empty_store(tmp_path, sqlite_template, key) as store:
        yield store


async def asked(folder: Path, url: str, subscriber: str) -> dict[str, Any]:
    """Everything that the client was told."""
    node, installed = await asyncio.to_thread(package, "statuspage.io")
    (folder / "ask.cjs").write_text(ASKS)
    (folder / "node_modules").symlink_to(installed.parent)
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        node, "ask.cjs", url, subscriber, cwd=folder, stdout=pipe, stderr=pipe
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    said: dict[str, Any] = json.loads(out)
    return said


async def test_it_reads_the_page_and_a_subscription(tmp_path: Path, some_store: Database) -> None:
    async with serving(some_store, story.june()) as served, httpx2.AsyncClient(base_url=served.url) as client:
        wish = {"endpoint": "https://hooks.example.com/status", "email": "me@example.org"}
        made = (await client.post("/api/v2/subscribers.json", json={"subscriber": wish})).json()
        said = await asked(tmp_path, served.url, made["id"])
        removed = await client.delete(f"/api/v2/subscribers/{made['id']}.json")
        summary = (await client.get("/api/v2/summary.json")).json()
    assert said["summary"] == summary
    assert said["status"]["status"] == summary["status"]
    assert said["components"]["components"] == summary["components"]
    assert said["unresolved"]["incidents"] == summary["incidents"]
    assert len(said["incidents"]["incidents"]) >= len(summary["incidents"]) > 0
    for name in ("maintenances", "active", "upcoming"):
        assert said[name]["page"] == summary["page"]
    assert said["subscription"]["webhook"] == wish["endpoint"]
    assert removed.json() is True
