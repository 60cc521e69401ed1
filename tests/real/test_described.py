"""Programs that nobody here wrote ask the running service: an exporter as unmodified client, schemathesis as tester."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from statuspage.store.database import Database
from statuspage.store.secrets import KeyRing
from tests.real import installs
from tests.site import snapshots, story
from tests.store.cast import ABROAD, FABLE, OPUS, append, draft
from tests.web.serving import Served, empty_store, serving

pytestmark = [pytest.mark.real, pytest.mark.timeout(500)]

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
ENDLESS = "/api/v1/events/stream"


@pytest.fixture
async def some_store(tmp_path: Path, sqlite_template: Path, key: KeyRing) -> AsyncIterator[Database]:
    """A store in which a few events were told."""
    async with empty_store(tmp_path, sqlite_template, key) as store:
        await append(store, draft(FABLE), draft(OPUS), draft(ABROAD))
        yield store


async def run(folder: Path, *command: str | Path, **environ: str) -> tuple[int, str]:
    """Run a program that sees nothing of the developer's own; its exit code and what it said."""
    plain = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(folder), "NO_COLOR": "1", "DO_NOT_TRACK": "1"}
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env=plain | environ,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode(errors="replace")


async def exported(folder: Path, served: Served) -> dict[str, float]:
    """What an unmodified ``statuspage-prometheus-exporter`` makes of our summary."""
    venv = await asyncio.to_thread(installs.venv, "exporter")
    service = {"us": {"url": f"{served.url}/api/v2/summary.json", "name": "us"}}
    (folder / "services.json").write_text(json.dumps(service))
    code, said = await run(
        folder,
        venv / "bin/statuspage-prometheus-exporter",
        RUN_MODE="once",
        METRICS_TEXTFILE_PATH=str(folder / "us.prom"),
    )
    assert code == 0, said
    lines = (folder / "us.prom").read_text().splitlines()
    split = [line.rpartition(" ") for line in lines if not line.startswith("#")]
    return {name: float(value) for name, _, value in split}


async def test_an_exporter_reads_a_calm_day_as_calm(tmp_path: Path, some_store: Database) -> None:
    async with serving(some_store, snapshots.a_calm_day()) as served:
        found = await exported(tmp_path, served)
    assert found['statuspage_service_status{service_name="us"}'] == 1
    assert found['statuspage_probe_check{service_name="us"}'] == 1
    components = {name: value for name, value in found.items() if name.startswith("statuspage_component_status")}
    assert set(components.values()) == {1}
    assert any("Claude Fable 5 — Claude API — US persons" in name for name in components)
    assert not any(value for name, value in found.items() if name.startswith("statuspage_incident_info"))


async def test_an_exporter_sees_restrictions_incidents_and_maintenance(tmp_path: Path, some_store: Database) -> None:
    made = story.june()
    planned = next(one for one in story.many_incidents().incidents if one.kind.value == "maintenance")
    async with serving(some_store, replace(made, incidents=(*made.incidents, planned))) as served:
        found = await exported(tmp_path, served)
    assert found['statuspage_service_status{service_name="us"}'] == 0
    status = {
        match[1]: value
        for name, value in found.items()
        if (match := re.match(r'statuspage_component_status\{component_name="([^"]*)"', name))
    }
    assert status["Claude Fable 5"] == status["Claude Mythos 5"] == 0
    assert status["Claude Opus 4.8"] == 1
    [incident] = [name for name in found if name.startswith("statuspage_incident_info")]
    assert 'incident_id="qy2m2aogp565"' in incident
    assert 'impact="critical"' in incident
    assert 'shortlink="https://status.example/incidents/inc_directive"' in incident
    [maintenance] = [name for name in found if name.startswith("statuspage_maintenance_info")]
    assert "Moving our monitor to another region" in maintenance


async def passed(folder: Path, served: Served, *which: str) -> int:
    """How many requests of schemathesis' own making are answered as described."""
    venv = await asyncio.to_thread(installs.venv, "schemathesis")
    code, said = await run(
        folder,
        venv / "bin/st",
        "run",
        f"{served.url}/api/openapi.json",
        f"--url={served.url}",
        f"--checks={CHECKS}",
        f"--exclude-path={ENDLESS}",
        "--seed=1",
        "--request-timeout=10",
        *which,
    )
    assert code == 0, said[-8000:]
    counted = re.search(r"(\d+) generated, (\d+) passed", said)
    assert counted, said
    assert counted[1] == counted[2]
    return int(counted[1])


async def test_schemathesis_finds_nothing_that_anybody_may_ask(tmp_path: Path, some_store: Database) -> None:
    async with serving(some_store, story.june()) as served:
        assert await passed(tmp_path, served, "--exclude-tag=Staff", "--max-examples=10") > 1000


async def test_schemathesis_finds_nothing_where_nothing_is_published(tmp_path: Path, some_store: Database) -> None:
    """What is read answers otherwise there; whoever subscribes or is staff meets the same code as in June."""
    others = ("--exclude-tag=Staff", "--exclude-tag=Subscriptions")
    async with serving(some_store, snapshots.an_empty_site()) as served:
        assert await passed(tmp_path, served, *others, "--phases=fuzzing", "--max-examples=10") > 150


async def test_schemathesis_finds_nothing_where_it_may_not_ask(tmp_path: Path, some_store: Database) -> None:
    """Its thousands of bodies would be refused for their number alone; a few are refused for want of a token."""
    async with serving(some_store, story.june()) as served:
        assert await passed(tmp_path, served, "--include-tag=Staff", "--phases=fuzzing", "--max-examples=5") > 50
