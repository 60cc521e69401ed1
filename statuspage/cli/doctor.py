"""``doctor``: is this installation healthy? Each line ok, warn or fail, with the remedy."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path

import click

from checks.registry import KINDS
from statuspage import app
from statuspage.cli.options import with_config, with_json
from statuspage.cli.shared import echo_json, settings_of
from statuspage.core import diagnosis
from statuspage.core.diagnosis import Health, Line
from statuspage.core.plan import plan
from statuspage.core.settings import Settings
from statuspage.errors import SchemaOutdated, StatuspageError
from statuspage.services.diagnosis import Diagnosis
from statuspage.store import check
from statuspage.store.engine import sqlite_file
from statuspage.store.secrets import KEY, KEY_FILE, default_path, key_ring

COLOURS = {Health.OK: "green", Health.WARN: "yellow", Health.FAIL: "red"}


@click.command()
@with_config
@with_json
@click.pass_context
def doctor(context: click.Context, config: Path, as_json: bool) -> None:
    """Say whether this installation is healthy: clock, disk, database, cells, credentials, money, egress, key, alerts.

    Works beside a running service. Exit code 1 if anything fails.
    """
    settings = settings_of(config)
    lines = asyncio.run(_examined(settings))
    if as_json:
        echo_json([_document(line) for line in lines])
    else:
        _print(lines)
    context.exit(1 if diagnosis.failed(lines) else 0)


async def _examined(settings: Settings) -> list[Line]:
    lines = [
        *await _database(settings),
        *_database_file(settings),
        _disk(settings),
        *_key_file(settings),
        *_rates(settings),
    ]
    if any(line.name == "database" and line.health is Health.FAIL for line in lines):
        return lines
    async with app.verbs(settings) as verbs:
        return [*lines, *await Diagnosis(verbs.store, verbs.monitor.asker, settings, verbs.clock).lines()]


async def _database(settings: Settings) -> list[Line]:
    try:
        found = await check.problems(settings.store_url, key_ring(settings.store_url, os.environ), quick=True)
    except SchemaOutdated as error:
        return [Line("database", Health.FAIL, str(error), "statuspage db upgrade")]
    except StatuspageError as error:
        return [Line("database", Health.FAIL, str(error), "statuspage serve makes a new one; db restore an old one")]
    if found:
        return [Line("database", Health.FAIL, problem, "statuspage db check; then db restore") for problem in found]
    return [Line("database", Health.OK, "opens, is sound, and has this version's schema")]


def _database_file(settings: Settings) -> list[Line]:
    file = sqlite_file(settings.store_url)
    mode = file.stat().st_mode if file and file.exists() else None
    line = diagnosis.private_file(str(file), mode)
    return [line] if line else []


def _disk(settings: Settings) -> Line:
    folder = app.data_folder(settings)
    there = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    kept = plan(settings, {name: kind.levels for name, kind in KINDS.items()}).disk_bytes_kept
    return diagnosis.disk(shutil.disk_usage(there).free, kept)


def _key_file(settings: Settings) -> list[Line]:
    if os.environ.get(KEY):
        return [Line("key file", Health.OK, f"the key is given by {KEY}")]
    path = Path(os.environ.get(KEY_FILE) or default_path(settings.store_url))
    return [diagnosis.key_file(str(path), path.stat().st_mode if path.exists() else None)]


def _rates(settings: Settings) -> list[Line]:
    """Providers that the plan would ask more often than their rate limit allows."""
    made = plan(settings, {name: kind.levels for name, kind in KINDS.items()})
    return [
        Line(
            f"rate {provider.id}",
            Health.WARN,
            f"the plan asks {made.calls_per_minute(provider.id):.0f} times a minute, allowed are {provider.rate_limit}",
            "rounds will wait and cells grow stale: ask less often (schedule), or raise rate_limit",
        )
        for provider in settings.providers
        if provider.rate_limit is not None and made.calls_per_minute(provider.id) > provider.rate_limit
    ]


def _document(line: Line) -> dict[str, str | None]:
    return {"name": line.name, "health": line.health.value, "text": line.text, "remedy": line.remedy or None}


def _print(lines: list[Line]) -> None:
    for line in lines:
        mark = click.style(f"{line.health.value:<4}", fg=COLOURS[line.health])
        click.echo(f"{mark}  {line.name}: {line.text}")
        if line.remedy:
            click.echo(f"      → {line.remedy}")
