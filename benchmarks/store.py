"""The store: events appended a second and their numbering under many writers, and what claiming deliveries costs."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

from benchmarks.houses import KEY
from benchmarks.report import Options, Section, Table, figure
from statuspage import clock
from statuspage.core.event import EventDraft, EventType, Severity
from statuspage.core.subscription import Filters, Origin, Subscription, SubscriptionState
from statuspage.ports import EventQuery
from statuspage.services.deliveries import owe
from statuspage.store.database import Database, open_store
from statuspage.store.upgrade import upgrade
from tests import postgres

SITE = "https://status.example"
WRITERS = ((1, 1), (16, 1), (4, 4))
"""How many write at once, and through how many stores on the same file."""

LEASE = timedelta(seconds=60)
AT_ONCE = 64
"""How many deliveries one claim takes."""


@dataclass(frozen=True, slots=True)
class Amounts:
    """How much is done."""

    commits: int = 480
    subscriptions: int = 10_000
    claims: int = 40


@dataclass
class Made:
    """Makes events, subscriptions and deliveries, all of one moment."""

    at: datetime
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def draft(self) -> EventDraft:
        """An event that names a model."""
        return EventDraft(
            self.name("evt"), EventType.MODEL_RESTRICTED, self.at, "model", "provider", "restricted", Severity.MAJOR,
            self.at, models=("model",), providers=("provider",), user_classes=("everyone",),
        )  # fmt: skip

    def subscription(self) -> Subscription:
        """A live webhook, each at a host of its own."""
        name = self.name("sub")
        url = f"https://{name.replace('_', '-')}.example/hook"
        return Subscription(name, url, Filters(), SubscriptionState.LIVE, Origin.OPERATOR, self.at)

    def name(self, prefix: str) -> str:
        """An id that counts."""
        return f"{prefix}_{next(self._numbers):012d}"


def run(options: Options) -> Section:
    """Append, then claim."""
    amounts = Amounts(32, 100, 2) if options.quick else Amounts()
    with TemporaryDirectory(prefix="store") as folder:
        options.progress("appending", 0.1)
        appended = asyncio.run(_appending(Path(folder), amounts.commits))
        options.progress("claiming", 0.6)
        with _databases(Path(folder)) as urls:
            columns = [asyncio.run(_claiming(url, amounts)) for url in urls.values()]
        claimed = _table(tuple(urls), columns)
    claim = (
        "SQLite as shipped (WAL, synchronous FULL) in a temporary folder of this machine. Every append is a "
        "transaction of its own, as in a round; beside it the driver's own limit: one bare sqlite3 connection that "
        "inserts one row a transaction into the same kind of file. PostgreSQL, where a server is "
        "installed, is a new one with its defaults, on a socket of this machine."
    )
    return Section("store", claim, (appended, claimed))


async def _appending(folder: Path, commits: int) -> Table:
    bare = _bare(folder / "bare.db", commits)
    rows: list[tuple[str, ...]] = [("bare sqlite3, one writer", figure(commits), figure(commits / bare), "–", "–")]
    for writers, stores in WRITERS:
        url = f"sqlite:///{folder / f'events-{writers}-{stores}.db'}"
        rows.append(await _written(url, writers, stores, commits))
    columns = ("writers", "commits", "commits/s", "numbered without gap", "a cursor missed")
    note = "Stores on the same file are as other processes; a reader with a cursor follows while they write."
    return Table("Events appended", columns, tuple(rows), (note,))


def _bare(file: Path, commits: int) -> float:
    """Seconds that the driver alone takes."""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE event (seq INTEGER PRIMARY KEY, body BLOB)")
    body = b"x" * 900
    began = perf_counter()
    for _ in range(commits):
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO event (body) VALUES (?)", (body,))
        connection.execute("COMMIT")
    taken = perf_counter() - began
    connection.close()
    return taken


async def _written(url: str, writers: int, of: int, commits: int) -> tuple[str, ...]:
    reader = await open_store(url, key=KEY)
    stores = [await open_store(url, key=KEY) for _ in range(of)]
    made, seen = Made(clock.now()), list[int]()
    following = asyncio.create_task(_follow(reader, seen, commits))
    began = perf_counter()
    await asyncio.gather(*(_write(stores[number % of], made, commits // writers) for number in range(writers)))
    taken = perf_counter() - began
    await asyncio.wait_for(following, 60)
    async with reader.reading() as view:
        numbers = [event.seq for event in await view.events(EventQuery(limit=commits + 1))]
    for store in (*stores, reader):
        await store.close()
    gapless = numbers == list(range(1, commits + 1))
    missed = len(set(numbers) - set(seen))
    name = f"{writers} through {of} store{'s' * (of > 1)}"
    return (name, figure(commits), figure(commits / taken), "yes" if gapless else "NO", figure(missed))


async def _write(store: Database, made: Made, commits: int) -> None:
    for _ in range(commits):
        async with store.writing() as writer:
            await writer.append_events([made.draft()], SITE)


async def _follow(store: Database, seen: list[int], until: int) -> None:
    """Read on from the last number seen, as an integrator would."""
    while not seen or seen[-1] < until:
        async with store.reading() as view:
            seen += [event.seq for event in await view.events(EventQuery(after_seq=seen[-1] if seen else 0))]
        await asyncio.sleep(0.005)


@contextmanager
def _databases(folder: Path) -> Iterator[dict[str, str]]:
    """An empty store of each kind that there is here."""
    found = {"SQLite": f"sqlite:///{folder / 'claims.db'}"}
    programs = postgres.binaries()
    if programs is None:
        yield found
        return
    with postgres.running(programs, settings=()) as server:
        url = server.create()
        asyncio.run(upgrade(url))
        yield found | {"PostgreSQL": url}


async def _claiming(url: str, amounts: Amounts) -> tuple[str, ...]:
    store = await open_store(url, key=KEY)
    made = Made(clock.now())
    async with store.writing() as writer:
        subscriptions = [made.subscription() for _ in range(amounts.subscriptions)]
        for one in subscriptions:
            await writer.add_subscription(one, one.id.encode(), None)
    began, cpu = perf_counter(), process_time()
    async with store.writing() as writer:
        await owe(writer, await writer.append_events([made.draft()], SITE), made.at, made.name)
    owing, owing_cpu = perf_counter() - began, process_time() - cpu
    wall, cpu, taken = await _claimed(store, made.at, amounts.claims)
    await store.close()
    return (
        f"{owing * 1e3:,.0f} ms",
        f"{owing_cpu / amounts.subscriptions * 1e6:,.0f} µs",
        f"{wall * 1e3:,.1f} ms",
        f"{cpu * 1e3:,.1f} ms",
        f"{cpu / taken * 1e6:,.0f} µs",
    )


def _table(databases: tuple[str, ...], columns: list[tuple[str, ...]]) -> Table:
    what = (
        "one event owed to everybody, in one transaction: wall",
        "CPU a delivery owed",
        f"a claim of {AT_ONCE}: wall, median",
        "CPU, median",
        "CPU a delivery claimed",
    )
    rows = tuple(zip(what, *columns, strict=True))
    note = "Ten thousand subscriptions; the CPU is that of this process, without the server's."
    return Table("Owing and claiming deliveries", ("what", *databases), rows, (note,))


async def _claimed(store: Database, at: datetime, claims: int) -> tuple[float, float, float]:
    """Median wall and CPU seconds of a claim, and how many deliveries one took."""
    walls, cpus, taken = [], [], []
    for _ in range(claims):
        wall, cpu = perf_counter(), process_time()
        async with store.writing() as writer:
            parcels = await writer.claim(at, LEASE, AT_ONCE, 4)
        walls.append(perf_counter() - wall)
        cpus.append(process_time() - cpu)
        taken.append(len(parcels))
    return median(walls), median(cpus), median(taken)
