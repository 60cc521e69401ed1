"""``check-config``: every mistake of the configuration at once, and what the configuration will do."""

from __future__ import annotations

from pathlib import Path

import click

from checks.registry import KINDS
from statuspage.cli.options import with_config, with_json
from statuspage.cli.plan import plan_document, print_plan
from statuspage.cli.shared import echo_json, settings_of
from statuspage.core.plan import plan


@click.command("check-config")
@with_config
@with_json
def check_config(config: Path, as_json: bool) -> None:
    """Name every mistake of the configuration at once; print the plan: cells, calls, forecast cost and disk."""
    settings = settings_of(config)
    made = plan(settings, {name: kind.levels for name, kind in KINDS.items()})
    if as_json:
        echo_json(plan_document(made))
        return
    click.echo(f"{config}: no mistakes")
    print_plan(made)
