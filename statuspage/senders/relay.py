"""A relay: a process that only calls out. It holds no secret and no store, and ends when its parent does.

``python -m statuspage.senders.relay`` reads jobs from the socket that is its standard input and answers there.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
import sys

import uvloop

from statuspage.senders.http import Answer, Client, Fault
from statuspage.senders.wire import LONGEST, Job, answered, heard

NICE = 5
"""Relays give way to the process that asks and judges: what is late by a moment must never be a check."""


async def relay(client: Client, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Make every POST that the other side tells of, at once, until it goes away: then nobody waits for the rest."""
    tasks: set[asyncio.Task[None]] = set()
    try:
        while line := await reader.readline():
            task = asyncio.create_task(_make(client, heard(line), writer))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
            await asyncio.sleep(0)  # one a turn: a slow processor must make receivers wait, not run into their timeouts
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await client.close()


async def _make(client: Client, job: Job, writer: asyncio.StreamWriter) -> None:
    try:
        came: Answer | Fault = await client.post(job.url, job.door, job.headers, job.body)
    except Fault as fault:
        came = fault
    writer.write(answered(job.number, came))


async def serve(client: Client) -> None:
    """Be the relay of the process at the other end of standard input."""
    ours = socket.socket(fileno=os.dup(sys.stdin.fileno()))
    ours.setblocking(False)
    reader, writer = await asyncio.open_unix_connection(sock=ours, limit=LONGEST)
    await relay(client, reader, writer)


def main(client: Client | None = None) -> None:
    """Run until the parent closes the socket or dies; it alone decides when, so signals to the group are not heard."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    os.nice(NICE)
    gc.freeze()  # what is loaded is there to stay: no collection need look through it
    uvloop.run(serve(client or Client()))


if __name__ == "__main__":
    main()
