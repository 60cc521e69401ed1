"""The command line: parse, call, print. A command's module is imported when the command is called."""

from __future__ import annotations

from importlib import import_module

import click

from statuspage import __version__
from statuspage.cli.group import Group

COMMANDS = {
    "serve": "serving:serve",
    "build": "serving:build",
    "check-config": "checking:check_config",
    "probe": "probing:probe",
    "classify": "classifying:classify",
    "incident": "reviewing:incident",
    "fingerprint": "fingerprints:fingerprint",
    "attest": "attestations:attest",
    "class": "attestations:user_class",
    "subscription": "subscriptions:subscription",
    "staff": "staff:staff",
    "token": "tokens:token",
    "import": "importing:import_",
    "export": "exporting:export",
    "db": "db:db",
    "demo": "demo:demo",
    "doctor": "doctor:doctor",
}
"""Every command, and where it lives: a module of this package and a name in it."""


class Lazy(Group):
    """The root group: it knows its commands by name and imports one only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Every command, in the order of the work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """A command by name; None where there is none."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(f"statuspage.cli.{module}"), name)
        return command


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="statuspage")
def main() -> None:
    """Who can use which AI model right now: measured, proven, published and told.

    Every command takes --config FILE (default config.yaml) and works beside a running service.
    Exit codes: 0 done, 1 failed, 2 wrong use or configuration.
    """
