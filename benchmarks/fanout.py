"""One event to ten thousand webhooks: our service beside a bare aiohttp sender, with sick endpoints and checks."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from subprocess import run as run_process
from tempfile import TemporaryDirectory
from typing import Any

import orjson

from benchmarks.receivers import HANGING, WELL, Arrival, Receivers, receiving
from benchmarks.report import Options, Section, Table, figure, quantile, seconds
from benchmarks.servers import running
from statuspage.store.upgrade import upgrade
from tests import postgres

SUBSCRIPTIONS = 10_000
SICK = 0.01
"""The share of endpoints that hang, and as many that answer 500."""

PLAGUE = 0.3
"""The share of endpoints that hang in the way that shows what happens when many do; as many as ``SICK`` answer 500."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to send: its name, ``ours`` or ``bare``, the store, the shares of endpoints that hang and that fail,
    whether all of them hung and failed at an event before, and checks beside it."""

    name: str
    module: str
    store: str = ""
    hanging: float = 0.0
    failing: float = 0.0
    known: bool = False
    checking: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """What the sending process told, seconds from the commit to the first bytes at endpoints that are well and at the
    last of all, and the CPU seconds of the receivers."""

    told: dict[str, float]
    arrived: list[float]
    last: float
    receiving: float

    def share(self, part: float) -> float:
        """The arrival before which this part of the well endpoints was reached."""
        return quantile(self.arrived, part)


def run(options: Options) -> Section:
    """Send in every way, each in a process of its own."""
    count = 100 if options.quick else SUBSCRIPTIONS
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="fanout")))
        receivers = stack.enter_context(receiving(folder))
        provider = stack.enter_context(running("benchmarks.servers", "provider", str(folder)))[0]
        ways = _ways(folder, stack)
        found = {}
        for number, way in enumerate(ways):
            options.progress(way.name, number / len(ways))
            found[way] = _sent(way, count, receivers, provider)
    claim = (
        f"One event owed to {count:,} subscriptions, each at a host name of its own, over TLS with a throw-away "
        "authority, to receivers in another process. Ours is the whole service (checks, site, API, outbox in the "
        "store, signatures) with its relays; bare is aiohttp's session.post of the same bytes to the same URLs, 200 at "
        "once, nothing kept. CPU and memory are those of the sender and its relays (memory that they share counts "
        "once); the receivers' CPU, which the same machine spends beside it, stands in a column of its own. The first "
        "rounds of checks are over before it begins."
    )
    return Section("fanout", claim, (_speeds(found, count), _sickness(found), _beside(found)))


def _ways(folder: Path, stack: ExitStack) -> list[Way]:
    ways = [
        Way("bare aiohttp", "bare"),
        Way("ours, SQLite", "ours", f"sqlite:///{folder / 'well' / 'store.db'}"),
        Way("ours, checks beside it", "ours", f"sqlite:///{folder / 'checked' / 'store.db'}", checking=True),
        Way("ours, 1 % hang, 1 % fail", "ours", f"sqlite:///{folder / 'sick' / 'store.db'}", SICK, SICK),
        Way(
            "ours, 30 % hang, not for the first time",
            "ours",
            f"sqlite:///{folder / 'plague' / 'store.db'}",
            PLAGUE,
            SICK,
            True,
        ),
    ]
    programs = postgres.binaries()
    if programs:
        url = stack.enter_context(postgres.running(programs, settings=())).create()
        asyncio.run(upgrade(url))
        ways.append(Way("ours, PostgreSQL", "ours", url))
    return ways


def _sent(way: Way, count: int, receivers: Receivers, provider: int) -> Seen:
    given: dict[str, Any] = {
        "count": count,
        "hanging": max(round(count * way.hanging), 1) if way.hanging else 0,
        "failing": max(round(count * way.failing), 1) if way.failing else 0,
        "known": way.known,
        "port": receivers.port,
        "authority": str(receivers.authority),
        "store": way.store,
        "provider": provider,
        "checking": way.checking,
    }
    command = [sys.executable, "-m", f"benchmarks.sending.{way.module}", orjson.dumps(given).decode()]
    told = orjson.loads(run_process(command, stdout=-1, check=True).stdout.splitlines()[-1])
    wanted = count - given["hanging"] - given["failing"] if way.known else count
    receiving, arrivals = receivers.spent()
    return _seen(told, receiving, [one for one in arrivals if one.at > told["committed"]], wanted)


def _seen(told: dict[str, float], receiving: float, arrivals: Sequence[Arrival], wanted: int) -> Seen:
    """What was seen; where endpoints hang that did so before, nobody waits for the last of them."""
    first: dict[str, Arrival] = {}
    for arrival in arrivals:
        first.setdefault(arrival.endpoint, arrival)
    if len(first) < wanted:
        raise RuntimeError(f"{len(first)} of {wanted} endpoints were reached")
    well = [one.at - told["committed"] for one in first.values() if one.kind == WELL]
    return Seen(told, well, max(one.at for one in first.values()) - told["committed"], receiving)


def _speeds(found: dict[Way, Seen], count: int) -> Table:
    bare = next(seen for way, seen in found.items() if way.module == "bare").told["cpu"]
    rows = tuple(
        (
            way.name,
            seconds(seen.last),
            figure(seen.told["cpu"] / count * 1e6),
            f"{seen.told['cpu'] / bare:.2f}",
            "–" if way.checking else figure(seen.receiving / count * 1e6),  # they heard the bare sender as well
            figure(seen.told["memory"], 0),
            seconds(seen.told["owing"]) if way.module == "ours" else "–",
            seconds(seen.told["owing_cpu"]) if way.module == "ours" else "–",
        )
        for way, seen in found.items()
        if not way.known
    )
    columns = (
        "way", "last first attempt", "CPU µs each", "ratio", "receivers: µs", "peak MiB", "commit: wall", "commit: CPU",
    )  # fmt: skip
    note = "The commit writes the event and what it owes to everybody, in one transaction; seconds count from its end."
    aim = "Aims: at most 20 s and 250 MiB for 10,000."
    return Table("One event to everybody", columns, rows, (note, aim))


def _sickness(found: dict[Way, Seen]) -> Table:
    rows = tuple(
        (way.name, seconds(seen.share(0.5)), seconds(seen.share(0.99)), seconds(max(seen.arrived)))
        for way, seen in found.items()
        if way.module == "ours"
    )
    columns = ("way", "p50", "p99", "last")
    note = (
        f"Endpoints that are {HANGING} take the request and never answer; where it is not their first time, their last "
        "attempt has failed and half of the places are the others'."
    )
    return Table("First byte at endpoints that are well, seconds after the commit", columns, rows, (note,))


def _beside(found: dict[Way, Seen]) -> Table:
    told = next(seen.told for way, seen in found.items() if way.checking)
    rows = tuple(
        (
            when,
            figure(told[f"{when}.checks"], 1),
            seconds(told[f"{when}.check.p50"]),
            seconds(told[f"{when}.check.p99"]),
            seconds(told[f"{when}.tick.p50"]),
            seconds(told[f"{when}.tick.p99"]),
        )
        for when in ("nothing", "counting", "bare", "ours")
    )
    columns = ("beside", "checks/s", "check: p50", "check: p99", "late tick: p50", "late tick: p99")
    asked = (
        "A check is a streamed completion from a provider in another process; a tick is a sleep of 10 ms. 120 cells "
        "are asked every other second, all at once: as many checks as 3,600 cells make in a minute."
    )
    controls = (
        "Counting is one process a processor that only counts, at the lowest priority: what any work on the same "
        "machine takes from checks. Bare is the bare aiohttp sender in a process of its own, ours is the fan-out by "
        "the service that checks; both share the machine with their receivers."
    )
    return Table("What checks notice of a fan-out", columns, rows, (asked, controls))
