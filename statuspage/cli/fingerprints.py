"""``fingerprint``: answers that no rule knows, and what staff make of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from statuspage import app
from statuspage.cli.group import Group
from statuspage.cli.options import with_config, with_json
from statuspage.cli.shared import actor, echo_json, echo_table, run
from statuspage.core.event import rfc3339
from statuspage.ports import Fingerprint
from statuspage.services.fingerprints import Standing
from statuspage.site import answers

EXCERPT = 80


@click.group(cls=Group)
def fingerprint() -> None:
    """Answers that no rule knows: look, or say that one is nothing; `incident link` links one to a restriction."""


@fingerprint.command("list")
@with_config
@with_json
@click.option("--open", "waiting", is_flag=True, help="Only those of which nobody has decided what they are.")
def list_(config: Path, as_json: bool, waiting: bool) -> None:
    """Every one, the newest first."""

    async def use(verbs: app.Verbs) -> list[tuple[Standing, dict[str, Any]]]:
        snapshot = await verbs.queries.snapshot()
        found = await verbs.fingerprints.all()
        return [(one, answers.shape(snapshot, one)) for one in found if one.open or not waiting]

    found = run(config, use)
    if as_json:
        echo_json([shape for _, shape in found])
        return
    rows = [_row(one.seen, _stands(one)) for one, _ in found]
    columns = ["provider", "fingerprint", "stands", "seen", "last seen", "status", "answer"]
    echo_table(columns, rows, "Every answer so far was understood.")


@fingerprint.command()
@with_config
@click.argument("provider")
@click.argument("fingerprint_", metavar="FINGERPRINT")
def show(config: Path, provider: str, fingerprint_: str) -> None:
    """One, with the cells that answer so now."""

    async def use(verbs: app.Verbs) -> dict[str, Any]:
        return answers.shape(await verbs.queries.snapshot(), await verbs.fingerprints.one(provider, fingerprint_))

    echo_json(run(config, use))


@fingerprint.command()
@with_config
@click.argument("provider")
@click.argument("fingerprint_", metavar="FINGERPRINT")
@click.option("--why", default="", help="Why it is nothing, for staff alone.")
def settle(config: Path, provider: str, fingerprint_: str, why: str) -> None:
    """Say that one is nothing to act on: it leaves the desk."""
    run(config, lambda verbs: verbs.fingerprints.settle(provider, fingerprint_, why, actor()))
    click.echo(f"{provider} {fingerprint_}: nothing")


@fingerprint.command()
@with_config
@click.argument("provider")
@click.argument("fingerprint_", metavar="FINGERPRINT")
def reopen(config: Path, provider: str, fingerprint_: str) -> None:
    """Take that back."""
    run(config, lambda verbs: verbs.fingerprints.reopen(provider, fingerprint_, actor()))
    click.echo(f"{provider} {fingerprint_}: open")


def _row(seen: Fingerprint, stands: str) -> tuple[object, ...]:
    when = rfc3339(seen.last_seen)
    return seen.provider, seen.fingerprint, stands, seen.count, when, seen.status or "", seen.sample[:EXCERPT]


def _stands(one: Standing) -> str:
    return "linked" if one.linked else "nothing" if one.settled else "open"
