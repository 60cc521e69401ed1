"""The sandbox beside the service: its provider, its receiver, and the history that it is seeded with once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from statuspage import clock
from statuspage.app.verbs import Verbs, data_folder, verbs
from statuspage.core.settings import Settings
from statuspage.core.subscription import secret_text
from statuspage.demo.receiver import ReceiverServer
from statuspage.demo.sandbox import SandboxServer
from statuspage.demo.story import MovedClock, Play, shift_to, tell_june_2026
from statuspage.errors import UsageError
from statuspage.services.snapshots import record_catalogue
from statuspage.site.assets import templates

Progress = Callable[[int, int], None]
"""Is told how much of a long work is done: so many steps of so many."""

SEEDED = "sandbox.seeded_at"
SEEDING = "sandbox.seeding_since"
"""Written before the first scene: without ``SEEDED`` it means that the history was only half told."""


async def start_sandbox(used: Verbs, stack: AsyncExitStack, progress: Progress | None) -> ReceiverServer | None:
    """Start the sandbox and its receiver where the configuration watches it, and seed its history once."""
    settings = used.settings
    if not settings.site.sandbox:
        return None
    folder = data_folder(settings)
    sandbox = SandboxServer(folder, used.clock, port=sandbox_port(settings))
    await _listen(sandbox)
    stack.push_async_callback(sandbox.stop)
    if await unseeded(used):
        await _clear(used, sandbox)
        await _seed(settings, sandbox, used.clock(), progress)
        async with used.store.writing() as tx:
            await tx.set_note(SEEDED, used.clock().isoformat())
    receiver = ReceiverServer(used.clock, templates(), port=receiver_port(settings))
    await _listen(receiver)
    stack.push_async_callback(receiver.stop)
    return receiver


async def _listen(server: SandboxServer | ReceiverServer) -> None:
    try:
        await server.start()
    except OSError as error:
        raise UsageError(f"the sandbox cannot listen on port {server.port}: {error.strerror}") from None


async def _clear(used: Verbs, sandbox: SandboxServer) -> None:
    """Put away what a start that was cut off had told, and note that the telling begins."""
    sandbox.panel.follow({"do": "reset"})
    async with used.store.writing() as tx:
        if await tx.note(SEEDING) is not None:
            await tx.start_over()
        await tx.set_note(SEEDING, used.clock().isoformat())


async def _seed(settings: Settings, sandbox: SandboxServer, now: datetime, progress: Progress | None) -> None:
    """Run the June 2026 story through the real services, over real HTTP, with a clock that is moved."""
    moved = MovedClock(now - timedelta(days=60))
    async with verbs(settings, now=moved, played=True) as past:
        play = Play(past.monitor, past.incidents, past.attestations, sandbox.panel, moved, shift_to(now))
        moved.at = play.date(6, 1, 11)
        await record_catalogue(past.store, settings, moved(), past.ids)
        await tell_june_2026(play, now, progress)
        moved.at = max(moved.at, clock.now())
        await play.ask_all()


async def introduce(used: Verbs, receiver: ReceiverServer, known: set[str]) -> None:
    """Tell the sandbox's receiver the secrets of the subscriptions that point at it, so that it can check them."""
    ours = [one.id for one in await used.subscriptions.list() if one.url.startswith(f"{receiver.url}/")]
    if known.issuperset(ours):
        return
    known.update(ours)
    async with used.store.writing() as tx:
        for subscription_id in ours:
            for secret in await tx.secrets(subscription_id):
                receiver.receiver.know(secret_text(secret))


async def unseeded(used: Verbs) -> bool:
    """Whether the sandbox's history was never told to its end and nothing else was recorded."""
    async with used.store.reading() as tx:
        if await tx.note(SEEDED) is not None:
            return False
        return await tx.note(SEEDING) is not None or await tx.last_seq() == 0


def receiver_port(settings: Settings) -> int:
    """The loopback port of the sandbox's webhook receiver: the one after the sandbox's own."""
    return sandbox_port(settings) + 1


def sandbox_port(settings: Settings) -> int:
    """The loopback port at which the configuration expects the sandbox."""
    for provider in settings.providers:
        address = urlsplit(provider.base_url)
        if address.hostname == "127.0.0.1" and address.port:
            return address.port
    raise UsageError("site.sandbox is true, but no provider has a base_url such as http://127.0.0.1:8091/anthropic")
