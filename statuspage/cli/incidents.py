"""``incident …``: staff work from a terminal, the same verbs as everywhere."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from statuspage import clock
from statuspage.app import Verbs
from statuspage.cli.group import Group
from statuspage.cli.options import with_config, with_json
from statuspage.cli.shared import actor, echo_json, echo_table, moment, run
from statuspage.cli.written import (
    AS,
    BASE,
    SCOPE,
    STATEMENT,
    TERMS,
    TEXT,
    scope_of,
    statements_of,
    tell,
    terms_of,
    text_of,
    with_given,
)
from statuspage.core.event import rfc3339
from statuspage.core.incident import Impact, Kind, Stage
from statuspage.core.snapshot import CellView
from statuspage.core.suggestion import still_affected
from statuspage.errors import UsageError
from statuspage.services.documents import INCIDENT, dump
from statuspage.services.incidents import Continuation, Opening


@click.group(cls=Group)
def incident() -> None:
    """Open, update, resolve, publish and show incidents, restrictions, maintenance and notices."""


@incident.command("open")
@with_config
@with_json
@click.argument("title")
@click.option("--kind", type=click.Choice([one.value for one in Kind]), default="incident", show_default=True)
@click.option("--impact", type=click.Choice([one.value for one in Impact]), help="Derived from the scope if not given.")
@click.option("--stage", type=click.Choice([one.value for one in Stage]))
@click.option("--draft", is_flag=True, help="Keep it private until `incident publish`.")
@with_given(SCOPE, STATEMENT, TEXT, TERMS, AS)
def open_(config: Path, as_json: bool, title: str, kind: str, **given: Any) -> None:
    """Open an incident; with --says, a restriction declares what it states."""
    which = Kind(kind)
    if given["says"] and which is not Kind.RESTRICTION:
        raise UsageError("--says belongs to --kind restriction")
    start, end = moment(given["from_"], "--from"), moment(given["until"], "--until")
    maintenance, terms = which is Kind.MAINTENANCE, terms_of(given)
    opening = Opening(
        kind=which,
        title=title,
        body=text_of(given),
        scope=(scope_of(given),),
        statements=statements_of(given),
        impact=Impact(given["impact"]) if given["impact"] else None,
        stage=Stage(given["stage"]) if given["stage"] else None,
        started_at=start if start and not maintenance and start <= clock.now() else None,
        next_update_by=moment(given["next_update_by"], "--next-update-by"),
        scheduled_for=start if maintenance else None,
        scheduled_until=end if maintenance else None,
        draft=given["draft"],
        quiet=terms.quiet,
        publish_at=terms.publish_at,
    )
    tell(run(config, lambda verbs: verbs.incidents.open(opening, actor(), override=terms.override)), as_json)


@incident.command()
@with_config
@with_json
@click.argument("incident_id", metavar="ID")
@click.option("--stage", type=click.Choice([one.value for one in Stage]))
@click.option("--draft", is_flag=True, help="Keep it private until `incident publish --update`.")
@click.option("--update", "update_id", metavar="UPDATE", help="Write this one again, which is not public yet.")
@click.option("--backdate", "backdated_to", metavar="TIME", help="The moment of which it speaks, if not now.")
@with_given(SCOPE, STATEMENT, TEXT, TERMS, BASE, AS)
def update(config: Path, as_json: bool, incident_id: str, **given: Any) -> None:
    """Add an update; with --says, a declaration of the scope given (or of the incident's own)."""
    named = any(given[name] for name in ("models", "providers", "user_classes", "excepted"))
    scope = (scope_of(given),) if named else None
    statements = statements_of(given)
    written = Continuation(
        body=text_of(given),
        stage=Stage(given["stage"]) if given["stage"] else None,
        scope=None if statements else scope,
        statements=statements,
        statement_scope=scope if statements else None,
        next_update_by=moment(given["next_update_by"], "--next-update-by"),
    )
    if written == Continuation():
        raise UsageError("nothing to add: give --body, --message, --stage, --says, a scope, or --next-update-by")
    terms = terms_of(given)
    written = replace(
        written,
        backdated_to=moment(given["backdated_to"], "--backdate"),
        draft=given["draft"],
        quiet=terms.quiet,
        publish_at=terms.publish_at,
    )
    care = {"update_id": given["update_id"], "base_rev": given["base_rev"], "override": terms.override}
    tell(run(config, lambda verbs: verbs.incidents.update(incident_id, written, actor(), **care)), as_json)


@incident.command()
@with_config
@with_json
@click.argument("incident_id", metavar="ID")
@click.option("--override", metavar="REASON", help="In an emergency: do not wait for a second person.")
@click.option("--anyway", is_flag=True, help="Do not ask what the checks say.")
@with_given(TEXT[:2], AS)
def resolve(config: Path, as_json: bool, incident_id: str, override: str | None, anyway: bool, **given: Any) -> None:
    """End an incident with a last update; says first which of its cells our checks still see refused or failing."""
    body = text_of(given)
    if not anyway:
        _ask_the_checks(run(config, lambda verbs: _affected(verbs, incident_id)))
    tell(run(config, lambda verbs: verbs.incidents.resolve(incident_id, body, actor(), override=override)), as_json)


async def _affected(verbs: Verbs, incident_id: str) -> tuple[CellView, ...]:
    incident = await verbs.incidents.one(incident_id)
    return still_affected((await verbs.queries.snapshot()).cells, incident)


def _ask_the_checks(cells: tuple[CellView, ...]) -> None:
    """Say what the checks still see; at a terminal, ask whether it is meant all the same."""
    if not cells:
        return
    for cell in cells:
        seen = cell.measured.availability.value if cell.measured else "unknown"
        click.echo(f"our checks still see {cell.key} {seen} since {rfc3339(cell.since)}", err=True)
    if sys.stdin.isatty():
        click.confirm("Resolve it all the same?", abort=True, err=True)


@incident.command("list")
@with_config
@with_json
@click.option("--open", "only_open", is_flag=True, help="Only those that are not over.")
def list_(config: Path, as_json: bool, only_open: bool) -> None:
    """Every incident, drafts included, newest first."""
    found = [one for one in run(config, lambda verbs: verbs.incidents.all()) if one.open or not only_open]
    if as_json:
        echo_json([dump(INCIDENT, one) for one in found])
        return
    rows = [(o.id, o.kind.value, "draft" if o.draft else o.stage.value, rfc3339(o.created_at), o.title) for o in found]
    echo_table(["id", "kind", "stage", "opened", "title"], rows, "There is no incident.")


@incident.command()
@with_config
@with_json
@click.argument("incident_id", metavar="ID")
def show(config: Path, as_json: bool, incident_id: str) -> None:
    """One incident with its declarations, updates and private notes."""
    tell(run(config, lambda verbs: verbs.incidents.one(incident_id)), as_json, full=True)
