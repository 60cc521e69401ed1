"""Thousands of open event streams on one process: what each costs, and how soon the last one hears of a commit."""

from __future__ import annotations

import asyncio
import os
import resource
import sys
from contextlib import suppress
from pathlib import Path
from statistics import median
from subprocess import PIPE, Popen
from time import perf_counter, process_time
from typing import cast

import orjson
import uvicorn
import uvloop

from benchmarks.houses import House, house
from benchmarks.report import Options, Section, Table, figure, quantile, seconds
from benchmarks.servers import HOST
from benchmarks.store import Made
from statuspage.services.streaming import Tail
from statuspage.web.routes import make_app
from statuspage.web.stream import Limits

STREAMS, COMMITS = 2_000, 50
APART = 0.2
SPARE = 200
"""Descriptors beside the streams'."""


class Listener(asyncio.Protocol):
    """One open stream: keeps when each event came."""

    def __init__(self, heard: dict[int, list[float]], opened: asyncio.Semaphore) -> None:
        self._heard = heard
        self._opened = opened
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the stream."""
        cast(asyncio.WriteTransport, transport).write(b"GET /api/v1/events/stream HTTP/1.1\r\nhost: bench\r\n\r\n")

    def data_received(self, data: bytes) -> None:
        """Keep the numbers of the events."""
        at = perf_counter()
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            if line.startswith(b"id: "):
                self._heard.setdefault(int(line[4:]), []).append(at)
            elif line.startswith(b": events after"):
                self._opened.release()


def run(options: Options) -> Section:
    """Open the streams, commit, and listen."""
    streams, commits = (50, 5) if options.quick else (STREAMS, COMMITS)
    _allow(streams)
    process = Popen([sys.executable, "-m", "benchmarks.streams", str(streams)], stdin=PIPE, stdout=PIPE)
    try:
        found = uvloop.run(_listened(process, streams, commits, options))
    finally:
        assert process.stdin
        assert process.stdout
        process.stdin.close()
        process.wait(20)
        process.stdout.close()
    claim = (
        f"{figure(streams)} clients in another process read /api/v1/events/stream of one process (our application in "
        f"uvicorn over SQLite). {commits} events are committed one after the other, {APART:g} s apart; a stream counts "
        "as told when the event's line has come."
    )
    return Section("streams", claim, (found,))


async def _listened(process: Popen[bytes], streams: int, commits: int, options: Options) -> Table:
    port = int((await _line(process))["port"])
    before = await _told(process, "rest")
    heard: dict[int, list[float]] = {}
    opened = asyncio.Semaphore(0)
    loop = asyncio.get_running_loop()
    options.progress("opening", 0.1)
    began = perf_counter()
    transports = [
        (await loop.create_connection(lambda: Listener(heard, opened), HOST, port))[0] for _ in range(streams)
    ]
    for _ in range(streams):
        await asyncio.wait_for(opened.acquire(), 60)
    opening = perf_counter() - began
    after = await _told(process, "rest")
    told = []
    for number in range(commits):
        options.progress("committing", 0.3 + 0.7 * number / commits)
        told.append(await _told(process, "commit"))
        await _all_heard(heard, int(told[-1]["seq"]), streams)
        await asyncio.sleep(APART)
    cpu = (await _told(process, "rest"))["cpu"] - after["cpu"]
    for transport in transports:
        transport.close()
    return _table(before, after, told, heard, opening, cpu, streams)


def _table(
    before: dict[str, float],
    after: dict[str, float],
    told: list[dict[str, float]],
    heard: dict[int, list[float]],
    opening: float,
    cpu: float,
    streams: int,
) -> Table:
    each = [at - one["at"] for one in told for at in heard[int(one["seq"])]]
    last = [max(heard[int(one["seq"])]) - one["at"] for one in told]
    rows = (
        ("memory before", f"{before['memory']:,.0f} MiB"),
        (f"memory with {figure(streams)} streams", f"{after['memory']:,.0f} MiB"),
        ("a stream", f"{(after['memory'] - before['memory']) / streams * 1024:,.1f} KiB"),
        ("opening them all", seconds(opening)),
        ("commit to a client: p50", seconds(median(each))),
        ("commit to a client: p99", seconds(quantile(each, 0.99))),
        ("commit to the last client: p50", seconds(median(last))),
        ("commit to the last client: worst", seconds(max(last))),
        ("CPU an event and stream", f"{cpu / len(told) / streams * 1e6:,.0f} µs"),
    )
    return Table("Open event streams", ("what", "cost"), rows)


async def _all_heard(heard: dict[int, list[float]], seq: int, streams: int) -> None:
    for _ in range(6000):
        if len(heard.get(seq, ())) == streams:
            return
        await asyncio.sleep(0.005)
    raise RuntimeError(f"only {len(heard.get(seq, ()))} of {streams} streams heard of event {seq}")


async def _told(process: Popen[bytes], what: str) -> dict[str, float]:
    assert process.stdin
    process.stdin.write(what.encode() + b"\n")
    process.stdin.flush()
    return await _line(process)


async def _line(process: Popen[bytes]) -> dict[str, float]:
    assert process.stdout
    line = await asyncio.get_running_loop().run_in_executor(None, process.stdout.readline)
    found: dict[str, float] = orjson.loads(line)
    return found


def _allow(streams: int) -> None:
    """Let this process hold so many descriptors, as far as the system lets it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(streams + SPARE, 1024), hard), hard))


async def _serve(streams: int) -> None:
    """Serve the application; each line of standard input is a commit or a look at this process."""
    async with house(20, 6) as made:
        await made.publisher.publish()
        tail = Tail(made.store)
        async with tail.following():
            app = make_app(
                made.queries, made.site, made.publisher.current, made.now, tail, streams=Limits(streams=streams)
            )
            server = uvicorn.Server(
                uvicorn.Config(app, host=HOST, port=0, loop="none", http="httptools", log_config=None, backlog=4096)
            )
            serving = asyncio.create_task(server.serve())
            while not server.started:  # noqa: ASYNC110 - uvicorn tells it in no other way
                await asyncio.sleep(0.01)
            _tell({"port": server.servers[0].sockets[0].getsockname()[1]})
            await _obey(made, tail)
            tail.close()
            server.should_exit = True
            with suppress(asyncio.CancelledError):
                await serving


async def _obey(made: House, tail: Tail) -> None:
    drafts = Made(made.now())
    while line := await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline):
        found = {"cpu": process_time(), "memory": _memory()}
        if line.strip() == "commit":
            async with made.store.writing() as tx:
                [event] = await tx.append_events([drafts.draft()], "https://status.example")
            tail.wake()
            found |= {"at": perf_counter(), "seq": event.seq}
        _tell(found)


def _memory() -> float:
    pages = int(Path("/proc/self/statm").read_text("utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _tell(found: dict[str, float]) -> None:
    sys.stdout.buffer.write(orjson.dumps(found) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    _allow(int(sys.argv[1]))
    uvloop.run(_serve(int(sys.argv[1])))
