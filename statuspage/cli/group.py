"""A group whose commands end with our exit codes and one clear line for each mistake."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

import click

from statuspage.errors import ConfigurationError, StatuspageError, UsageError

LONGEST = 200
"""A first sentence is folded, and never cut."""


class Group(click.Group):
    """Tells every error that people can mend without a stack: 2 for wrong use or configuration, 1 for a failure."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Every command with its first sentence, whole."""
        found = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        rows = [(name, one.get_short_help_str(LONGEST)) for name, one in found if one and not one.hidden]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is meant; for one that there is not, those that are spelled alike."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = get_close_matches(args[0], self.list_commands(ctx), 2)
            if not near or "Did you mean" in error.message:
                raise
            raise click.UsageError(f"{error.message} Did you mean {' or '.join(near)}?", error.ctx) from None

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except ConfigurationError as error:
            for mistake in error.mistakes:
                click.echo(str(mistake), err=True)
            count = len(error.mistakes)
            click.echo(f"{count} mistake{'s' if count != 1 else ''} in the configuration", err=True)
            ctx.exit(2)
        except UsageError as error:
            click.echo(f"Error: {error}", err=True)
            ctx.exit(2)
        except StatuspageError as error:
            click.echo(f"Error: {error}", err=True)
            ctx.exit(1)
