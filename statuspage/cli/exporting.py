"""``export``: everything that is kept, one JSON object a line."""

from __future__ import annotations

import os
import sys
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import click
import orjson

from statuspage import app
from statuspage.cli.options import with_config
from statuspage.cli.shared import CONSOLE, actor, run
from statuspage.errors import StatuspageError, UsageError
from statuspage.services.exporting import Export

EVERY = 1_000
"""After so many lines the terminal is told."""


@click.command()
@with_config
@click.argument("file", metavar="FILE|-")
def export(config: Path, file: str) -> None:
    """Write everything as JSON Lines: catalogue, incidents with revisions, transitions, events, subscriptions, audit.

    No key, secret or token is in it. FILE must not exist yet; "-" is standard output.
    """
    counts = _written(config, sys.stdout.buffer) if file == "-" else _into(config, Path(file))
    said = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items() if name != "export")
    click.echo(f"exported {said or 'nothing'}", err=True)


def _into(config: Path, target: Path) -> Counter[str]:
    if target.exists():
        raise UsageError(f"{target} exists already; an export never overwrites: give another name")
    draft = target.with_name(f".{target.name}.part")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            counts = _written(config, out)
            out.flush()
            os.fsync(out.fileno())
        draft.rename(target)
    except OSError as error:
        raise StatuspageError(f"{target} cannot be written: {error.strerror}") from None
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
    return counts


def _written(config: Path, out: BinaryIO) -> Counter[str]:
    async def write(verbs: app.Verbs) -> Counter[str]:
        counts: Counter[str] = Counter()
        with CONSOLE.status("exporting") as status:
            async for record in Export(verbs.store, verbs.clock).records(actor()):
                out.write(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))
                counts[record["type"]] += 1
                if counts.total() % EVERY == 0:
                    status.update(f"exporting: {counts.total()} lines")
        return counts

    return run(config, write)
