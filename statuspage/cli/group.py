"""A group whose commands end with our exit codes and one clear line for each mistake."""

from __future__ import annotations

from typing import Any

import click

from statuspage.errors import ConfigurationError, StatuspageError, UsageError


class Group(click.Group):
    """Tells every error that people can mend without a stack: 2 for wrong use or configuration, 1 for a failure."""

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
