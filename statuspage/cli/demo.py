"""``demo …``: drive the running sandbox from another terminal."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import click

from statuspage import app
from statuspage.cli.group import Group
from statuspage.cli.options import with_config
from statuspage.cli.shared import settings_of
from statuspage.demo.control import SandboxClient
from statuspage.demo.live import JUNE_2026
from statuspage.demo.watching import deliveries
from statuspage.services.incident_reading import one_person


@click.group(cls=Group)
def demo() -> None:
    """Change what the sandbox answers, and watch the page, the feeds and the receiver follow."""


@demo.command()
@with_config
@click.argument("model")
@click.option("--user-class", help="Only for this user class.")
@click.option("--provider", help="Only at this provider.")
def restrict(config: Path, model: str, user_class: str | None, provider: str | None) -> None:
    """Withdraw a model, with each provider's own words."""
    _send(config, lambda sandbox: sandbox.restrict(model, user_class, provider))
    click.echo(f"{model} is refused{f' to {user_class}' if user_class else ''}")


@demo.command()
@with_config
@click.argument("model")
@click.option("--user-class", help="Only for this user class.")
@click.option("--provider", help="Only at this provider.")
def restore(config: Path, model: str, user_class: str | None, provider: str | None) -> None:
    """Give a model back."""
    _send(config, lambda sandbox: sandbox.restore(model, user_class, provider))
    click.echo(f"{model} answers{f' {user_class}' if user_class else ''} again")


@demo.command()
@with_config
@click.argument("provider")
@click.option("--status", default=500, show_default=True, help="What it answers.")
def outage(config: Path, provider: str, status: int) -> None:
    """Let a whole provider fail."""
    _send(config, lambda sandbox: sandbox.outage(provider, status))
    click.echo(f"{provider} answers {status}")


@demo.command()
@with_config
@click.argument("provider")
def recover(config: Path, provider: str) -> None:
    """End a provider's outage."""
    _send(config, lambda sandbox: sandbox.recover(provider))
    click.echo(f"{provider} works again")


@demo.command()
@with_config
@click.argument("model")
@click.option("--provider", required=True)
@click.option("--signal", required=True, help="The id of any answer of the corpus, such as ant-529.")
@click.option("--user-class", help="Only for this user class.")
def answer(config: Path, model: str, provider: str, signal: str, user_class: str | None) -> None:
    """Answer a model's requests with any real answer of the corpus."""
    _send(config, lambda sandbox: sandbox.answer(model, provider, signal, user_class))
    click.echo(f"{model} at {provider} answers {signal}")


@demo.command()
@with_config
@click.argument("name", type=click.Choice(["june-2026"]))
@click.option("--pause", default=8.0, show_default=True, help="Seconds between two scenes.")
def story(config: Path, name: str, pause: float) -> None:
    """Play a story on the running sandbox, scene by scene, with staff's notes."""

    async def play() -> None:
        settings = settings_of(config)
        folder = app.data_folder(settings)
        async with app.verbs(settings) as verbs, SandboxClient.from_data(folder) as sandbox:
            for number, scene in enumerate(JUNE_2026, 1):
                click.echo(f"{number}/{len(JUNE_2026)}  {scene.title}")
                await scene.play(sandbox, replace(verbs.incidents, approvers=one_person))
                await asyncio.sleep(pause if number < len(JUNE_2026) else 0)

    asyncio.run(play())
    click.echo(f"{name}: the end")


@demo.command()
@with_config
def receiver(config: Path) -> None:
    """Show webhooks in this terminal as the sandbox's receiver takes them, until Ctrl+C."""
    url = f"http://127.0.0.1:{app.receiver_port(settings_of(config))}"

    async def show() -> None:
        click.echo(f"Watching {url}; subscribe it with: statuspage subscription add {url}/hook")
        async for row in deliveries(url):
            click.echo(f"{row['received_at']}  {row['type']}  seq {row['seq']}  signature {row['signature']}")
            click.echo(f"    {row['summary'] or row['text']}")

    with suppress(KeyboardInterrupt):
        asyncio.run(show())


def _send(config: Path, command: Callable[[SandboxClient], Awaitable[object]]) -> None:
    async def sent() -> None:
        async with SandboxClient.from_data(app.data_folder(settings_of(config))) as sandbox:
            await command(sandbox)

    asyncio.run(sent())
