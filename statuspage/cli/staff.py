"""``staff …``: people who may sign in, looked after from a terminal."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from statuspage.cli.group import Group
from statuspage.cli.options import with_config, with_json
from statuspage.cli.shared import actor, echo_json, echo_table, run
from statuspage.core.event import rfc3339
from statuspage.core.person import Person
from statuspage.core.staff import Role
from statuspage.errors import UsageError
from statuspage.services.people import Welcomed

ROLES = click.Choice([role.value for role in Role])
ASK = click.option("--ask", is_flag=True, help="Read the password from a prompt, or from standard input.")


@click.group(cls=Group)
def staff() -> None:
    """People of staff: add, list, disable, give a role, reset a password."""


@staff.command()
@with_config
@with_json
@click.argument("name")
@click.option("--role", type=ROLES, required=True, help="What they may do at most.")
@ASK
def add(config: Path, as_json: bool, name: str, role: str, ask: bool) -> None:
    """Add somebody; a temporary password is shown once, unless --ask reads one."""
    password = _asked() if ask else None
    _welcome(run(config, lambda verbs: verbs.people.add(name, Role(role), actor(), password)), as_json)


@staff.command("list")
@with_config
@with_json
def list_(config: Path, as_json: bool) -> None:
    """Everybody, by name."""
    found = run(config, lambda verbs: verbs.people.all(actor()))
    if as_json:
        echo_json([_document(one) for one in found])
        return
    rows = [(one.name, one.role.value, _standing(one), rfc3339(one.created_at)) for one in found]
    echo_table(["name", "role", "standing", "since"], rows, "There is nobody. `statuspage staff add NAME --role admin`")


@staff.command()
@with_config
@click.argument("name")
def disable(config: Path, name: str) -> None:
    """Let somebody sign in no more; their sessions and their tokens end at once."""
    done = run(config, lambda verbs: verbs.people.disable(name, actor()))
    click.echo(f"{done.name} is disabled")


@staff.command()
@with_config
@click.argument("name")
def enable(config: Path, name: str) -> None:
    """Let somebody sign in again."""
    done = run(config, lambda verbs: verbs.people.enable(name, actor()))
    click.echo(f"{done.name} may sign in again")


@staff.command()
@with_config
@click.argument("name")
@click.argument("role", type=ROLES)
def role(config: Path, name: str, role: str) -> None:
    """Give somebody another role, in force at once."""
    done = run(config, lambda verbs: verbs.people.give_role(name, Role(role), actor()))
    click.echo(f"{done.name} is {done.role.value}")


@staff.command()
@with_config
@with_json
@click.argument("name")
@ASK
def reset(config: Path, as_json: bool, name: str, ask: bool) -> None:
    """Give somebody a temporary password, shown once; their sessions end at once."""
    password = _asked() if ask else None
    _welcome(run(config, lambda verbs: verbs.people.reset(name, actor(), password)), as_json)


def _asked() -> str:
    """A password that nobody sees: never an argument, which every process of the machine could read."""
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise UsageError("--ask: there is no password on standard input")
    return password


def _welcome(welcomed: Welcomed, as_json: bool) -> None:
    one = welcomed.person
    if as_json:
        echo_json(_document(one) | ({"password": welcomed.password} if welcomed.password else {}))
        return
    click.echo(f"name      {one.name}\nrole      {one.role.value}")
    if welcomed.password and one.temporary_until:
        click.echo(f"password  {welcomed.password}")
        until = rfc3339(one.temporary_until)
        click.echo(f"Shown this once, and good until {until}: the first sign-in asks for another.")


def _standing(one: Person) -> str:
    if not one.active:
        return "disabled"
    return "temporary password" if one.temporary_until else "active"


def _document(one: Person) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "role": one.role.value,
        "created_at": rfc3339(one.created_at),
        "disabled_at": rfc3339(one.disabled_at) if one.disabled_at else None,
        "temporary_until": rfc3339(one.temporary_until) if one.temporary_until else None,
    }
