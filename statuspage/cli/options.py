"""The options that many commands take."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def with_config(command: Command) -> Command:
    """The option that every command takes."""
    path = click.Path(path_type=Path)
    return click.option("--config", type=path, default=Path("config.yaml"), help="The configuration file.")(command)


def with_json(command: Command) -> Command:
    """The option that every listing takes."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")(command)
