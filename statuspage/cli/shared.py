"""What the commands share: the configuration, the open store, times and bodies as people type them, tables, errors."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from getpass import getuser
from pathlib import Path
from typing import Any, TypeVar

import click
import orjson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from statuspage import app, clock
from statuspage.config import load
from statuspage.core.person import Person
from statuspage.core.settings import Settings
from statuspage.core.staff import Actor, terminal
from statuspage.errors import UsageError

Result = TypeVar("Result")
Command = TypeVar("Command", bound=Callable[..., Any])

NAMED, PERSON = "statuspage.named", "statuspage.person"
"""Where a command keeps who acts: the name that was given, and the person it is."""

WIDE = 500
"""Columns of a table that no terminal shows: nothing in it is folded or cut."""

CONSOLE = Console(stderr=True, highlight=False)

_AGO = re.compile(r"\+(\d{1,6})(m|h|d)")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def settings_of(config: Path) -> Settings:
    """The settings of a configuration file."""
    return load(config, os.environ)


def run(config: Path, use: Callable[[app.Verbs], Awaitable[Result]]) -> Result:
    """Open the store beside whatever runs, and use it."""

    async def opened() -> Result:
        async with app.verbs(settings_of(config)) as verbs:
            await _meet_person(verbs)
            return await use(verbs)

    return asyncio.run(opened())


def actor() -> Actor:
    """Who acts at this terminal: for the record an admin, or with ``--as`` the person that they say they are."""
    try:
        user = terminal(getuser())
    except (KeyError, OSError):
        user = terminal("unknown")
    context = click.get_current_context(silent=True)
    found: Person | None = context.meta.get(PERSON) if context else None
    return replace(user, role=found.role, maker=found.label) if found else user


def name_person(context: click.Context, _: click.Parameter, name: str | None) -> None:
    """Remember who somebody says they are."""
    context.meta[NAMED] = name


async def _meet_person(verbs: app.Verbs) -> None:
    """Look up the person that was named; UsageError where nobody of staff is called so."""
    context = click.get_current_context(silent=True)
    name = context.meta.get(NAMED) if context else None
    if context and name:
        context.meta[PERSON] = await verbs.people.active(name)


def moment(text: str | None, option: str) -> datetime | None:
    """A time as people type it: RFC 3339 (UTC where no zone is given), "now", or "+90m", "+2h", "+3d" from now."""
    if text is None:
        return None
    if text == "now":
        return clock.now()
    if ahead := _AGO.fullmatch(text):
        return clock.now() + int(ahead[1]) * _UNITS[ahead[2]]
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(f"{option}: {text!r} is no time; write 2026-06-13T01:59Z, now, or +2h") from None


def body_of(source: str | None) -> str:
    """The text of --body: a file, or standard input for "-"."""
    if source is None:
        return ""
    if source == "-":
        return sys.stdin.read()
    try:
        return Path(source).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--body: {source} cannot be read: {error}") from None


def echo_json(data: object) -> None:
    """JSON on standard output."""
    click.echo(orjson.dumps(data, option=orjson.OPT_INDENT_2).decode())


def echo_table(columns: Sequence[str], rows: Iterable[Sequence[object]], empty: str) -> None:
    """A table on standard output, or the words for an empty one."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(str(value)) for value in row))
    if table.row_count:
        width = None if sys.stdout.isatty() else WIDE
        Console(highlight=False, width=width).print(table)
    else:
        click.echo(empty)


def progress_bar(what: str) -> tuple[Progress, Callable[[int, int], None]]:
    """A progress bar on standard error, and the function that moves it."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    progress = Progress(*columns, console=CONSOLE, transient=True)
    task = progress.add_task(what, total=None)

    def move(done: int, total: int) -> None:
        progress.update(task, completed=done, total=total)

    return progress, move
