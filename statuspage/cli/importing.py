"""``import …``: take over what another status page told, with its dates and in silence."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
import orjson

from statuspage import clock
from statuspage.cli.group import Group
from statuspage.cli.options import with_config, with_json
from statuspage.cli.shared import actor, echo_json, progress_bar, run
from statuspage.core.atlassian import Reading, read
from statuspage.errors import Invalid, UsageError
from statuspage.services.importing import Outcome

MOST_BYTES = 128 * 1024 * 1024
SHOWN = 40
"""So many mistakes are named; a file with more of them is of another kind."""


@click.group("import", cls=Group)
def import_() -> None:
    """Take over the history of another status page."""


@import_.command()
@with_config
@with_json
@click.option(
    "--component", "components", multiple=True, metavar="NAME=MODEL", help="Which model a component there is here."
)
@click.option("--skip-mistakes", is_flag=True, help="Take over the rest where single incidents have mistakes.")
@click.option("--dry-run", is_flag=True, help="Read and count; write nothing.")
@click.argument("file", metavar="FILE|-")
def statuspage(
    config: Path, as_json: bool, components: tuple[str, ...], skip_mistakes: bool, dry_run: bool, file: str
) -> None:
    """Take over incidents from an Atlassian Statuspage `incidents.json` or `scheduled-maintenances.json`.

    Dates, updates, maintenance and postmortems are kept, nobody is told, and doing it again adds only what is new.
    """
    models = dict(_pair(one) for one in components)
    reading = read(_document(file), clock.now())
    if reading.mistakes and not (skip_mistakes and reading.found):
        raise Invalid(reading.mistakes[:SHOWN])
    for one in reading.mistakes[:SHOWN]:
        click.echo(f"left out: {one.field}: {one.detail}", err=True)
    if dry_run:
        _tell_reading(reading, as_json)
        return
    bar, move = progress_bar("importing")
    with bar:
        outcome = run(
            config, lambda verbs: verbs.imports.incidents(reading.found, actor(), models=models, progress=move)
        )
    _tell(reading, outcome, as_json)


def _document(file: str) -> Any:
    raw = _bytes(file)
    if len(raw) > MOST_BYTES:
        raise UsageError(f"{file} has {len(raw)} bytes; at most {MOST_BYTES} are read")
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise UsageError(f"{file}:{error.lineno}:{error.colno}: this is not JSON: {error.msg}") from None


def _bytes(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read(MOST_BYTES + 1)
    try:
        with Path(file).open("rb") as source:
            return source.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from None


def _pair(text: str) -> tuple[str, str]:
    name, equals, model = text.rpartition("=")
    if not equals or not name.strip() or not model.strip():
        raise UsageError(f"--component {text!r}: write NAME=MODEL, the component's name there and the model's id here")
    return name.strip(), model.strip()


def _tell_reading(reading: Reading, as_json: bool) -> None:
    still_open = [one.incident.id for one in reading.found if one.incident.open]
    if as_json:
        echo_json({"found": len(reading.found), "open": still_open, "mistakes": len(reading.mistakes)})
        return
    click.echo(f"{len(reading.found)} found, {len(still_open)} of them open; nothing was written")


def _tell(reading: Reading, outcome: Outcome, as_json: bool) -> None:
    new = {*outcome.added, *outcome.changed}
    still_open = [one.incident.id for one in reading.found if one.incident.open and one.incident.id in new]
    if as_json:
        echo_json(_as_data(reading, outcome, still_open))
        return
    counts = (
        f"{len(outcome.added)} added, {len(outcome.changed)} changed, {len(outcome.unchanged)} unchanged, "
        f"{len(outcome.left)} changed here since and left alone"
    )
    click.echo(f"{counts}; nobody was told")
    if still_open:
        click.echo(f"Still open: {', '.join(still_open)}. `statuspage incident resolve ID` ends one.")
    if outcome.unknown_components:
        names = ", ".join(sorted(outcome.unknown_components)[:SHOWN])
        click.echo(f"Components that are no model here: {names}. --component NAME=MODEL says which one is.")


def _as_data(reading: Reading, outcome: Outcome, still_open: list[str]) -> dict[str, Any]:
    return {
        "added": outcome.added,
        "changed": outcome.changed,
        "unchanged": outcome.unchanged,
        "left": outcome.left,
        "open": still_open,
        "unknown_components": sorted(outcome.unknown_components),
        "mistakes": [{"field": one.field, "detail": one.detail} for one in reading.mistakes],
    }
