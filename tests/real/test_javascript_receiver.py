"""The JavaScript receiver of docs/webhooks.md, run by Node as it stands there, against our sender."""

from __future__ import annotations

import asyncio
import json
import os
import re
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from statuspage import clock
from statuspage.core.delivery import Outcome
from statuspage.core.enrolment import echoes
from statuspage.core.subscription import secret_text
from statuspage.senders.http import Client
from statuspage.senders.webhook import WebhookSender
from tests.docs.test_webhooks import SECRET, TEXT, restricted
from tests.real.installs import package
from tests.senders.parcels import SANDBOX, parcel

pytestmark = [pytest.mark.real, pytest.mark.timeout(400)]

TELLS = "\nprocess.stdin.on('data', () => console.log(JSON.stringify([...usable])));\n"
"""What the test adds, to see what the receiver has understood."""


@asynccontextmanager
async def receiver(folder: Path, secret: bytes) -> AsyncIterator[tuple[Process, str]]:
    """The receiver as it is documented, with that secret, and its address."""
    node, installed = package("standardwebhooks")
    [code] = re.findall(r"```javascript\n(.+?)```", TEXT, re.DOTALL)
    (folder / "receiver.mjs").write_text(code + TELLS)
    (folder / "node_modules").symlink_to(installed.parent)
    port = await _free_port()
    environ = os.environ | {"WEBHOOK_SECRET": secret_text(secret), "PORT": str(port)}
    process = await asyncio.create_subprocess_exec(node, folder / "receiver.mjs", stdin=PIPE, stdout=PIPE, env=environ)
    try:
        await _listening(port)
        yield process, f"http://127.0.0.1:{port}/hook"
    finally:
        process.kill()
        await process.communicate()


async def test_it_verifies_answers_drops_duplicates_and_keeps_order(tmp_path: Path) -> None:
    new, cell = bytes(reversed(range(32))), "fable cloud abroad"
    async with receiver(tmp_path, SECRET) as (process, url):
        verify = {"id": "evt_0", "type": "webhook.verify", "data": {"challenge": "c1", "changes": []}}
        assert echoes((await send(url, verify, SECRET)).excerpt, "c1")
        assert (await send(url, restricted("evt_1", 1), bytes(32))).status == 401
        assert await usable(process) == {}
        assert (await send(url, restricted("evt_1", 1), new, SECRET)).succeeded
        assert await usable(process) == {cell: False}
        for late in (restricted("evt_1", 99, "available"), restricted("evt_2", 0, "available")):
            assert (await send(url, late, SECRET)).succeeded
        assert (await send(url, restricted("evt_3", 2, "unknown"), SECRET)).succeeded
        assert await usable(process) == {cell: False}
        assert (await send(url, restricted("evt_4", 5, "available"), SECRET)).succeeded
        assert await usable(process) == {cell: True}


async def send(url: str, event: dict[str, Any], *secrets: bytes) -> Outcome:
    client = Client()
    one = parcel(url, secrets=secrets, body=json.dumps(event).encode())
    named = replace(one, delivery=replace(one.delivery, event_id=event["id"]))
    try:
        return await WebhookSender(client, SANDBOX).send(named, clock.now())
    finally:
        await client.close()


async def usable(process: Process) -> dict[str, bool]:
    assert process.stdin
    assert process.stdout
    process.stdin.write(b"\n")
    return dict(json.loads(await process.stdout.readline()))


async def _free_port() -> int:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port: int = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    return port


async def _listening(port: int) -> None:
    """Wait until somebody listens; the test's own timeout ends it."""
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
            continue
        writer.close()
        return
