"""``incident …``: staff work from a terminal, the same verbs as everywhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from statuspage.cli.group import Group
from statuspage.cli.options import with_config, with_json
from statuspage.cli.shared import actor, body_of, echo_json, echo_table, moment, run
from statuspage.core.event import rfc3339
from statuspage.core.incident import Certainty, Impact, Incident, Kind, Says, ScopeRow, Stage
from statuspage.errors import UsageError
from statuspage.services.documents import INCIDENT, dump
from statuspage.services.incidents import Continuation, Opening, Statement

Command = TypeVar("Command", bound=Callable[..., Any])

_SCOPE = (
    click.option("--model", "models", multiple=True, help="A model it is about; may be repeated. None: all."),
    click.option("--provider", "providers", multiple=True, help="A provider it is about; may be repeated."),
    click.option("--user-class", "user_classes", multiple=True, help="A user class it is about; may be repeated."),
    click.option("--except", "excepted", multiple=True, help="A user class that is left out; may be repeated."),
)

_STATEMENT = (
    click.option("--says", type=click.Choice([one.value for one in Says]), help="What is stated of a restriction."),
    click.option("--certainty", type=click.Choice([one.value for one in Certainty]), default="confirmed"),
    click.option("--authority", help="Who ordered it."),
    click.option("--basis", help="On what ground."),
    click.option("--from", "from_", metavar="TIME", help="From when it holds; for maintenance: when it starts."),
    click.option("--until", metavar="TIME", help="Until when it holds; for maintenance: when it ends."),
    click.option("--announced", metavar="TIME", help="When it was stated."),
    click.option("--source", help="Where it can be read."),
)

_TEXT = (
    click.option("--body", metavar="FILE|-", help="The public text, in Markdown: a file, or - for standard input."),
    click.option("--message", "-m", help="The public text itself."),
    click.option("--next-update-by", metavar="TIME", help="When the next update comes at the latest, such as +2h."),
)


def _with(*groups: tuple[Callable[[Command], Command], ...]) -> Callable[[Command], Command]:
    def add(command: Command) -> Command:
        for option in reversed([option for group in groups for option in group]):
            command = option(command)
        return command

    return add


@click.group(cls=Group)
def incident() -> None:
    """Open, update, resolve and show incidents, restrictions, maintenance and notices."""


@incident.command("open")
@with_config
@with_json
@click.argument("title")
@click.option("--kind", type=click.Choice([one.value for one in Kind]), default="incident", show_default=True)
@click.option("--impact", type=click.Choice([one.value for one in Impact]), help="Derived from the scope if not given.")
@click.option("--stage", type=click.Choice([one.value for one in Stage]))
@click.option("--draft", is_flag=True, help="Keep it private until `incident publish`.")
@click.option("--quiet", is_flag=True, help="Publish it, but tell no subscriber.")
@_with(_SCOPE, _STATEMENT, _TEXT)
def open_(config: Path, as_json: bool, title: str, kind: str, **given: Any) -> None:
    """Open an incident; with --says, a restriction declares what it states."""
    which = Kind(kind)
    if given["says"] and which is not Kind.RESTRICTION:
        raise UsageError("--says belongs to --kind restriction")
    start, end = moment(given["from_"], "--from"), moment(given["until"], "--until")
    maintenance = which is Kind.MAINTENANCE
    opening = Opening(
        kind=which,
        title=title,
        body=_text(given),
        scope=(_scope(given),),
        statements=_statements(given),
        impact=Impact(given["impact"]) if given["impact"] else None,
        stage=Stage(given["stage"]) if given["stage"] else None,
        started_at=None if maintenance else start,
        next_update_by=moment(given["next_update_by"], "--next-update-by"),
        scheduled_for=start if maintenance else None,
        scheduled_until=end if maintenance else None,
        draft=given["draft"],
        quiet=given["quiet"],
    )
    _print(run(config, lambda verbs: verbs.incidents.open(opening, actor())), as_json)


@incident.command()
@with_config
@with_json
@click.argument("incident_id", metavar="ID")
@click.option("--stage", type=click.Choice([one.value for one in Stage]))
@_with(_SCOPE, _STATEMENT, _TEXT)
def update(config: Path, as_json: bool, incident_id: str, **given: Any) -> None:
    """Add an update; with --says, a declaration of the scope given (or of the incident's own)."""
    named = any(given[name] for name in ("models", "providers", "user_classes", "excepted"))
    scope = (_scope(given),) if named else None
    statements = _statements(given)
    written = Continuation(
        body=_text(given),
        stage=Stage(given["stage"]) if given["stage"] else None,
        scope=None if statements else scope,
        statements=statements,
        statement_scope=scope if statements else None,
        next_update_by=moment(given["next_update_by"], "--next-update-by"),
    )
    if written == Continuation():
        raise UsageError("nothing to add: give --body, --message, --stage, --says, a scope, or --next-update-by")
    _print(run(config, lambda verbs: verbs.incidents.update(incident_id, written, actor())), as_json)


@incident.command()
@with_config
@with_json
@click.argument("incident_id", metavar="ID")
@_with(_TEXT[:2])
def resolve(config: Path, as_json: bool, incident_id: str, **given: Any) -> None:
    """End an incident with a last update."""
    body = _text(given)
    _print(run(config, lambda verbs: verbs.incidents.resolve(incident_id, body, actor())), as_json)


@incident.command()
@with_config
@with_json
@click.argument("incident_id", metavar="ID")
@click.option("--quiet", is_flag=True, help="Tell no subscriber.")
def publish(config: Path, as_json: bool, incident_id: str, quiet: bool) -> None:
    """Make a draft public."""
    _print(run(config, lambda verbs: verbs.incidents.publish(incident_id, actor(), quiet=quiet)), as_json)


@incident.command()
@with_config
@with_json
@click.argument("incident_id", metavar="ID")
@click.option("--provider", required=True, help="The provider that answers so.")
@click.option("--fingerprint", required=True, help="The answer's fingerprint, as `probe` and the API show it.")
def link(config: Path, as_json: bool, incident_id: str, provider: str, fingerprint: str) -> None:
    """Say that a provider's answer is how this restriction shows there."""
    _print(run(config, lambda verbs: verbs.incidents.link(incident_id, provider, fingerprint, actor())), as_json)


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
    _print(run(config, lambda verbs: verbs.incidents.one(incident_id)), as_json, full=True)


def _text(given: dict[str, Any]) -> str:
    if given["message"] and given["body"]:
        raise UsageError("give either --body or --message")
    return given["message"] or body_of(given["body"])


def _scope(given: dict[str, Any]) -> ScopeRow:
    return ScopeRow(given["models"], given["providers"], given["user_classes"], given["excepted"])


def _statements(given: dict[str, Any]) -> tuple[Statement, ...]:
    if not given["says"]:
        return ()
    return (
        Statement(
            says=Says(given["says"]),
            certainty=Certainty(given["certainty"]),
            authority=given["authority"],
            basis=given["basis"],
            announced_at=moment(given["announced"], "--announced"),
            effective_from=moment(given["from_"], "--from"),
            until=moment(given["until"], "--until"),
            source=given["source"],
        ),
    )


def _print(one: Incident, as_json: bool, *, full: bool = False) -> None:
    if as_json:
        echo_json(dump(INCIDENT, one))
        return
    state = "draft, private" if one.draft else one.stage.value
    click.echo(f"{one.id}  {one.kind.value}, {state}, impact {one.impact.value}\n{one.title}")
    if not full:
        return
    for declared in one.declarations:
        by = declared.authority or declared.by.value
        click.echo(f"  {declared.says.value} by {by}, {declared.certainty.value}, from {rfc3339(declared.starts)}")
    for told in one.updates:
        click.echo(f"\n  {rfc3339(told.at)} {told.stage.value}\n  {told.body}")
    for note in one.notes:
        click.echo(f"\n  {rfc3339(note.at)} private, {note.actor}\n  {note.body}")
