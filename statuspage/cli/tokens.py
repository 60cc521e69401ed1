"""``token …``: API tokens for programs of staff."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from statuspage import clock
from statuspage.cli.group import Group
from statuspage.cli.options import with_config, with_json
from statuspage.cli.shared import actor, echo_json, echo_table, moment, run
from statuspage.core.event import rfc3339
from statuspage.core.staff import SCOPES
from statuspage.core.token import Token
from statuspage.errors import UsageError


@click.group(cls=Group)
def token() -> None:
    """API tokens of staff: create, list, revoke."""


@token.command()
@with_config
@with_json
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    help=f"What it may do; may be repeated: {', '.join(one.value for one in SCOPES)}.",
)
@click.option("--expires", required=True, metavar="TIME", help="When it ends, within a year, such as +90d.")
@click.option("--for", "person", metavar="PERSON", help="Whose it is: it may do what they may; approve needs it.")
def create(config: Path, as_json: bool, name: str, scopes: tuple[str, ...], expires: str, person: str | None) -> None:
    """Make a token; its secret is shown once."""
    ends = moment(expires, "--expires")
    if ends is None:
        raise UsageError("--expires is missing")
    made = run(config, lambda verbs: verbs.tokens.create(name, scopes, ends, actor(), person=person))
    if as_json:
        echo_json(_document(made.token) | {"secret": made.secret})
        return
    click.echo(f"name    {made.token.name}\nscopes  {_scopes(made.token)}\nends    {rfc3339(made.token.expires_at)}")
    click.echo(f"secret  {made.secret}\nShown this once. Send it as `Authorization: Bearer …`.")


@token.command("list")
@with_config
@with_json
def list_(config: Path, as_json: bool) -> None:
    """Every token, by name; secrets are never shown again."""
    found = run(config, lambda verbs: verbs.tokens.all(actor()))
    if as_json:
        echo_json([_document(one) for one in found])
        return
    rows = [
        (one.name, _scopes(one), one.maker, _standing(one), rfc3339(one.used_at) if one.used_at else "never")
        for one in found
    ]
    echo_table(["name", "scopes", "made by", "standing", "last used"], rows, "There is no token.")


@token.command()
@with_config
@click.argument("name")
def revoke(config: Path, name: str) -> None:
    """End a token, at once and for ever."""
    ended = run(config, lambda verbs: verbs.tokens.revoke(name, actor()))
    click.echo(f"{ended.name} is revoked")


def _scopes(one: Token) -> str:
    return " ".join(scope.value for scope in one.scopes)


def _standing(one: Token) -> str:
    if one.revoked_at:
        return "revoked"
    return f"until {rfc3339(one.expires_at)}" if one.lives(clock.now()) else "expired"


def _document(one: Token) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "scopes": [scope.value for scope in one.scopes],
        "maker": one.maker,
        "created_at": rfc3339(one.created_at),
        "expires_at": rfc3339(one.expires_at),
        "revoked_at": rfc3339(one.revoked_at) if one.revoked_at else None,
        "used_at": rfc3339(one.used_at) if one.used_at else None,
    }
