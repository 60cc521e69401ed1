"""What the commands of ``incident`` share: the options by which staff say scope, statement, text and terms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from statuspage.cli.shared import body_of, echo_json, moment, name_person
from statuspage.core.event import rfc3339
from statuspage.core.incident import Certainty, Incident, Says, ScopeRow
from statuspage.core.review import Review, missing, waits
from statuspage.errors import UsageError
from statuspage.services.documents import INCIDENT, dump
from statuspage.services.incidents import Statement, Terms
from statuspage.services.publication import waiting

Command = TypeVar("Command", bound=Callable[..., Any])

SCOPE = (
    click.option("--model", "models", multiple=True, help="A model it is about; may be repeated. None: all."),
    click.option("--provider", "providers", multiple=True, help="A provider it is about; may be repeated."),
    click.option("--user-class", "user_classes", multiple=True, help="A user class it is about; may be repeated."),
    click.option("--except", "excepted", multiple=True, help="A user class that is left out; may be repeated."),
)

STATEMENT = (
    click.option("--says", type=click.Choice([one.value for one in Says]), help="What is stated of a restriction."),
    click.option("--certainty", type=click.Choice([one.value for one in Certainty]), default="confirmed"),
    click.option("--authority", help="Who ordered it."),
    click.option("--basis", help="On what ground."),
    click.option("--from", "from_", metavar="TIME", help="From when it holds; for maintenance: when it starts."),
    click.option("--until", metavar="TIME", help="Until when it holds; for maintenance: when it ends."),
    click.option("--announced", metavar="TIME", help="When it was stated."),
    click.option("--source", help="Where it can be read."),
)

TEXT = (
    click.option("--body", metavar="FILE|-", help="The public text, in Markdown: a file, or - for standard input."),
    click.option("--message", "-m", help="The public text itself."),
    click.option("--next-update-by", metavar="TIME", help="When the next update comes at the latest, such as +2h."),
)


TERMS = (
    click.option("--at", "publish_at", metavar="TIME", help="Publish it then, by the clock."),
    click.option("--quiet", is_flag=True, help="Publish it, but tell no subscriber of these words."),
    click.option("--override", metavar="REASON", help="In an emergency: do not wait for a second person."),
)
AS = (
    click.option(
        "--as",
        "person",
        metavar="PERSON",
        envvar="STATUSPAGE_PERSON",
        show_envvar=True,
        expose_value=False,
        callback=name_person,
        help="Who you are among the people of staff: your words are theirs, and you may do what they may.",
    ),
)
"""Who acts, where two people may be needed."""

BASE = (click.option("--base-rev", type=int, metavar="N", help="Refuse if somebody saved a newer revision."),)


def with_given(*groups: tuple[Callable[[Command], Command], ...]) -> Callable[[Command], Command]:
    """A command with these groups of options, in this order."""

    def add(command: Command) -> Command:
        for option in reversed([option for group in groups for option in group]):
            command = option(command)
        return command

    return add


def text_of(given: dict[str, Any]) -> str:
    """The public text, from wherever it was given."""
    if given["message"] and given["body"]:
        raise UsageError("give either --body or --message")
    return given["message"] or body_of(given["body"])


def scope_of(given: dict[str, Any]) -> ScopeRow:
    """The scope row that was given."""
    return ScopeRow(given["models"], given["providers"], given["user_classes"], given["excepted"])


def terms_of(given: dict[str, Any]) -> Terms:
    """How it is to be published."""
    return Terms(given["quiet"], moment(given["publish_at"], "--at"), given["override"])


def statements_of(given: dict[str, Any]) -> tuple[Statement, ...]:
    """What was stated, if anything was."""
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


def tell(one: Incident, as_json: bool, *, full: bool = False) -> None:
    """Say how an incident stands, and what it waits for."""
    if as_json:
        echo_json(dump(INCIDENT, one))
        return
    state = "draft, private" if one.draft else one.stage.value
    click.echo(f"{one.id}  {one.kind.value}, {state}, impact {one.impact.value}\n{one.title}")
    _tell_waiting(one)
    if full:
        _tell_all(one)


def _tell_waiting(one: Incident) -> None:
    if one.draft and waiting(one):
        click.echo(f"{_whom(one.review)}: statuspage incident approve {one.id} --as PERSON")
    elif one.draft and one.review.asked and one.review.asked.publish_at:
        click.echo(f"will be public at {rfc3339(one.review.asked.publish_at)}")
    for update in one.proposals:
        asked = update.review.asked
        if asked is None:
            click.echo(f"{update.id} is a draft: statuspage incident publish {one.id} --update {update.id}")
        elif waits(update.review):
            click.echo(f"{_whom(update.review)}: statuspage incident approve {one.id} --update {update.id} --as PERSON")
        elif asked.publish_at:
            click.echo(f"{update.id} will be public at {rfc3339(asked.publish_at)}")


def _whom(review: Review) -> str:
    if missing(review) > 1:
        return "waits for two people, because the account of a terminal is nobody's name"
    return "waits for another person" if review.approvals else "waits for a second person"


def _tell_all(one: Incident) -> None:
    for declared in one.declarations:
        by = declared.authority or declared.by.value
        click.echo(f"  {declared.says.value} by {by}, {declared.certainty.value}, from {rfc3339(declared.starts)}")
    for told in one.updates:
        click.echo(f"\n  {rfc3339(told.at)} {told.stage.value}\n  {told.body}")
    for note in one.notes:
        click.echo(f"\n  {rfc3339(note.at)} private, {note.actor}\n  {note.body}")
