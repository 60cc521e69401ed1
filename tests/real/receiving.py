"""The receivers of docs/webhooks.md as programs of their own, and what our sender is to tell each of them."""

from __future__ import annotations

import asyncio
import json
import os
import re
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from statuspage import clock
from statuspage.core.delivery import Outcome
from statuspage.core.enrolment import echoes
from statuspage.core.subscription import secret_text
from statuspage.senders.http import Client
from statuspage.senders.webhook import WebhookSender
from tests.docs.test_webhooks import SECRET, TEXT, restricted
from tests.senders.parcels import SANDBOX, parcel

NEW = bytes(reversed(range(32)))
CELL = "fable cloud abroad"


def code(language: str) -> str:
    """The receiver in a language, as it stands in the documentation."""
    [found] = re.findall(rf"```{language}\n(.+?)```", TEXT, re.DOTALL)
    return str(found)


@asynccontextmanager
async def started(command: Sequence[str | Path], folder: Path, **more: str) -> AsyncIterator[tuple[Process, str]]:
    """A receiver that runs with the secret and listens; its process and its address."""
    port = await _free_port()
    environ = os.environ | {"WEBHOOK_SECRET": secret_text(SECRET), "PORT": str(port)} | more
    process = await asyncio.create_subprocess_exec(*command, cwd=folder, stdin=PIPE, stdout=PIPE, env=environ)
    try:
        await _listening(process, port)
        yield process, f"http://127.0.0.1:{port}/hook"
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def keeps_the_rules(process: Process, url: str) -> None:
    """It verifies, answers the challenge, takes either secret, drops duplicates, keeps order, and stays as it is."""
    verify = {"id": "evt_0", "type": "webhook.verify", "data": {"challenge": "c1", "changes": []}}
    assert echoes((await send(url, verify, SECRET)).excerpt, "c1")
    assert (await send(url, restricted("evt_1", 1), bytes(32))).status == 401
    assert await usable(process) == {}
    assert (await send(url, restricted("evt_1", 1), NEW, SECRET)).succeeded
    assert await usable(process) == {CELL: False}
    for late in (restricted("evt_1", 99, "available"), restricted("evt_2", 0, "available")):
        assert (await send(url, late, SECRET)).succeeded
    assert (await send(url, restricted("evt_3", 2, "unknown"), SECRET)).succeeded
    assert await usable(process) == {CELL: False}
    assert (await send(url, restricted("evt_4", 5, "available"), SECRET)).succeeded
    assert await usable(process) == {CELL: True}


async def send(url: str, event: dict[str, Any], *secrets: bytes) -> Outcome:
    """Send an event by the real sender, signed with these secrets."""
    client = Client()
    one = parcel(url, secrets=secrets, body=json.dumps(event).encode())
    named = replace(one, delivery=replace(one.delivery, event_id=event["id"]))
    try:
        return await WebhookSender(client, SANDBOX).send(named, clock.now())
    finally:
        await client.close()


async def usable(process: Process) -> dict[str, bool]:
    """What the receiver has understood; it tells when it is asked."""
    assert process.stdin
    assert process.stdout
    process.stdin.write(b"\n")
    await process.stdin.drain()
    return dict(json.loads(await process.stdout.readline()))


async def _free_port() -> int:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port: int = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    return port


async def _listening(process: Process, port: int) -> None:
    """Wait until somebody listens; the test's own timeout ends it."""
    while process.returncode is None:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
            continue
        writer.close()
        return
    raise AssertionError(f"the receiver ended with {process.returncode}")
