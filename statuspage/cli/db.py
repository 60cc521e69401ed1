"""``db …``: migrations, online backup, restore and integrity."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import click

from statuspage.cli.group import Group
from statuspage.cli.options import with_config
from statuspage.cli.shared import settings_of
from statuspage.errors import StoreDamaged
from statuspage.store import backup as copies
from statuspage.store import check as checks
from statuspage.store.secrets import default_path, key_ring
from statuspage.store.upgrade import upgrade as migrate


@click.group(cls=Group)
def db() -> None:
    """The store: upgrade, backup, restore, check."""


@db.command()
@with_config
def upgrade(config: Path) -> None:
    """Bring the schema up to date (SQLite also does so at start)."""
    revision = asyncio.run(migrate(settings_of(config).store_url))
    click.echo(f"schema at {revision}")


@db.command()
@with_config
@click.argument("file", type=click.Path(path_type=Path))
def backup(config: Path, file: Path) -> None:
    """Copy the database while it is being used."""
    url = settings_of(config).store_url
    asyncio.run(copies.backup(url, file))
    click.echo(f"copied to {file}")
    click.echo(f"Webhook secrets in it open only with the key in {default_path(url)}: keep a copy of that elsewhere")


@db.command()
@with_config
@click.argument("file", type=click.Path(path_type=Path, exists=True))
def restore(config: Path, file: Path) -> None:
    """Put a backup in the database's place; the service must be stopped."""
    asyncio.run(copies.restore(settings_of(config).store_url, file))
    click.echo(f"restored from {file}")


@db.command()
@with_config
def check(config: Path) -> None:
    """Check the file, the references, the sequence of events, the secrets and the schema."""
    url = settings_of(config).store_url
    found = asyncio.run(checks.problems(url, key_ring(url, os.environ)))
    if found:
        raise StoreDamaged("; ".join(found))
    click.echo("no problem found")
