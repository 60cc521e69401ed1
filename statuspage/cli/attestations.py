"""``attest`` and ``class``: staff's word on what no check can reach."""

from __future__ import annotations

from pathlib import Path

import click

from statuspage.cli.group import Group
from statuspage.cli.options import with_config, with_json
from statuspage.cli.shared import actor, echo_json, echo_table, moment, run
from statuspage.core.event import rfc3339
from statuspage.core.incident import ScopeRow
from statuspage.core.settings import UserClass
from statuspage.errors import UsageError


@click.command()
@with_config
@click.argument("cells", metavar="CELL-FILTER")
@click.option("--availability", type=click.Choice(["available", "restricted"]), required=True)
@click.option("--until", required=True, metavar="TIME", help="When the word ends, such as +14d or 2026-12-31.")
@click.option("--source", help="What it rests on.")
def attest(config: Path, cells: str, availability: str, until: str, source: str | None) -> None:
    """Vouch for cells that no check can reach.

    CELL-FILTER is MODEL@PROVIDER/CLASS; * means all, and @PROVIDER or /CLASS may be left out.
    """
    scope, ends = scope_of(cells), moment(until, "--until")
    if ends is None:
        raise UsageError("--until is missing")
    attested, keys = run(
        config,
        lambda verbs: verbs.attestations.attest(
            scope, available=availability == "available", until=ends, source=source, actor=actor()
        ),
    )
    click.echo(f"{attested.id}  {availability} until {rfc3339(attested.until)}")
    for key in keys:
        click.echo(f"  {key}")


@click.group("class", cls=Group)
def user_class() -> None:
    """User classes made at night without a deploy; they can only be attested."""


@user_class.command("add")
@with_config
@click.argument("class_id", metavar="ID")
@click.option("--name", required=True, help="What people read.")
@click.option("--description", default="", help="Who belongs to it.")
def add(config: Path, class_id: str, name: str, description: str) -> None:
    """Make a user class."""
    made = UserClass(class_id, name, description, attested=True)
    run(config, lambda verbs: verbs.attestations.add_class(made, actor()))
    click.echo(f"{class_id}: attested; vouch for its cells with `statuspage attest '*/{class_id}' …`")


@user_class.command("list")
@with_config
@with_json
def list_(config: Path, as_json: bool) -> None:
    """Every user class, configured and made at night."""
    found = run(config, lambda verbs: verbs.attestations.classes())
    if as_json:
        echo_json([{"id": c.id, "name": c.name, "attested": c.attested, "reference": c.reference} for c in found])
        return
    rows = [(c.id, c.name, "attested" if c.attested else "probed", c.description) for c in found]
    echo_table(["id", "name", "known by", "description"], rows, "There is no user class.")


def scope_of(text: str) -> ScopeRow:
    """The cells that MODEL@PROVIDER/CLASS means."""
    rest, _, named_class = text.partition("/")
    model, _, provider = rest.partition("@")
    parts = [() if part in ("", "*") else (part,) for part in (model, provider, named_class)]
    if not text.strip() or " " in text:
        raise UsageError(f"{text!r} is no cell filter; write MODEL@PROVIDER/CLASS, where * means all")
    return ScopeRow(models=parts[0], providers=parts[1], user_classes=parts[2])
