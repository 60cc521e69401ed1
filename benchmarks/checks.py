"""CPU a check: our whole path from question to observation, beside a bare aiohttp loop against the same server."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from subprocess import run as run_process
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import aiohttp
import orjson

from benchmarks.report import Options, Section, Table, figure
from benchmarks.servers import HOST, running
from checks.http import Fetcher
from checks.observation import Cause
from checks.registry import KINDS
from checks.target import Credential, Level, Target, Vantage
from statuspage import clock

MODES = ("keep-alive", "new connection", "new connection with TLS")
WAYS = ("check", "bare aiohttp")
AT_ONCE = 8
ROUNDS, EACH = 9, 400

Ask = Callable[[], Awaitable[None]]


def run(options: Options) -> Section:
    """Measure in a process of its own, which trusts the server's certificate."""
    each, rounds = (20, 2) if options.quick else (EACH, ROUNDS)
    with TemporaryDirectory(prefix="checks") as folder, running("benchmarks.servers", "provider", folder) as ports:
        options.progress(f"{len(MODES)} ways to connect, {rounds} rounds of {each}", 0.1)
        certificate = str(Path(folder) / "certificate.pem")
        command = [sys.executable, "-m", "benchmarks.checks", *map(str, (each, rounds, *ports))]
        done = run_process(command, env=os.environ | {"SSL_CERT_FILE": certificate}, capture_output=True, check=True)
    found: dict[str, dict[str, list[list[float]]]] = orjson.loads(done.stdout)
    claim = (
        f"A check of kind openai at level answers (a streamed completion of two events: question, fetch, phase "
        f"timings, stream, classification, observation) and aiohttp's session.post and read of the same question; "
        f"server in another process, {AT_ONCE} at once, {rounds} interleaved runs of {each}, medians of the "
        "asking process alone."
    )
    rows = tuple(_row(mode, found[mode]) for mode in MODES)
    columns = ("connection", "check: CPU µs", "bare aiohttp: CPU µs", "ratio", "check: wall µs", "bare: wall µs")
    return Section("checks", claim, (Table("CPU a check", columns, rows),))


def _row(mode: str, found: dict[str, list[list[float]]]) -> tuple[str, ...]:
    (cpu, wall), (bare_cpu, bare_wall) = ([median(one) for one in zip(*found[way], strict=True)] for way in WAYS)
    return (mode, figure(cpu), figure(bare_cpu), f"{cpu / bare_cpu:.2f}", figure(wall), figure(bare_wall))


async def _measure(each: int, rounds: int, ports: list[int]) -> dict[str, dict[str, list[list[float]]]]:
    urls = [f"http://{HOST}:{ports[0]}", f"http://{HOST}:{ports[1]}", f"https://{HOST}:{ports[2]}"]
    found: dict[str, dict[str, list[list[float]]]] = {mode: {way: [] for way in WAYS} for mode in MODES}
    async with Fetcher() as fetcher, aiohttp.ClientSession() as session:
        asks = {
            mode: dict(zip(WAYS, (_checking(fetcher, url), _posting(session, url)), strict=True))
            for mode, url in zip(MODES, urls, strict=True)
        }
        for number in range(rounds + 1):
            for mode, ways in asks.items():
                for way in WAYS if number % 2 else WAYS[::-1]:
                    taken = await _taken(ways[way], each)
                    found[mode][way].extend([taken] if number else [])
    return found


def _checking(fetcher: Fetcher, url: str) -> Ask:
    check = KINDS["openai"](fetcher, Vantage(), clock.now)
    target = Target("provider", url, "model-1", "model-1", "everyone", Credential("key", "secret"))

    async def ask() -> None:
        seen = await check.ask(target, Level.ANSWERS)
        if seen.cause is not Cause.OK:
            raise RuntimeError(f"the check says {seen.cause}: {seen.evidence.excerpt}")

    return ask


def _posting(session: aiohttp.ClientSession, url: str) -> Ask:
    question = {"model": "model-1", "messages": [{"role": "user", "content": "Reply with the single word OK."}]}
    body = orjson.dumps(question | {"max_tokens": 32, "stream": True})
    headers = {"authorization": "Bearer secret", "content-type": "application/json"}

    async def ask() -> None:
        async with session.post(f"{url}/chat/completions", data=body, headers=headers) as response:
            if response.status != 200 or not await response.read():
                raise RuntimeError(f"the server says {response.status}")

    return ask


async def _taken(ask: Ask, times: int) -> list[float]:
    """CPU and wall time of one asking, in microseconds."""
    left = iter(range(times))

    async def worker() -> None:
        for _ in left:
            await ask()

    gc.collect()
    cpu, wall = process_time(), perf_counter()
    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))
    return [(process_time() - cpu) / times * 1e6, (perf_counter() - wall) / times * 1e6]


if __name__ == "__main__":
    given = [int(argument) for argument in sys.argv[1:]]
    sys.stdout.buffer.write(orjson.dumps(asyncio.run(_measure(given[0], given[1], given[2:]))))
