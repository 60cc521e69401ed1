"""``db …``: migrations, online backup, restore and integrity."""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path

import click

from statuspage.cli.group import Group
from statuspage.cli.options import with_config
from statuspage.cli.shared import settings_of
from statuspage.core.audit import Head
from statuspage.errors import StoreDamaged, UsageError
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
@click.option("--audit-head", metavar="N:HASH", help="An entry of the audit log that an earlier check printed.")
def check(config: Path, audit_head: str | None) -> None:
    """Check the file, the references, the sequence of events, the audit log, the secrets and the schema."""
    url, known = settings_of(config).store_url, _head(audit_head)
    found, head = asyncio.run(checks.examined(url, key_ring(url, os.environ), known=known))
    if found:
        raise StoreDamaged("; ".join(found))
    click.echo("no problem found")
    if head.number:
        click.echo(f"audit log up to {head}")
        click.echo("Kept elsewhere and given with --audit-head, that proves that nothing before it was changed.")


def _head(text: str | None) -> Head | None:
    if text is None:
        return None
    found = re.fullmatch(r"([1-9][0-9]{0,17}):([0-9a-f]{64})", text)
    if not found:
        raise UsageError(f"--audit-head: {text!r} is no such entry; give N:HASH as `statuspage db check` prints it")
    return Head(int(found[1]), found[2])
