"""From a committed transition to published bytes, for a small page and a very large one, and the home page's size."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from statistics import median
from time import perf_counter, process_time

from benchmarks.houses import PROVIDER, House, house
from benchmarks.report import Options, Section, Table, figure, seconds
from checks.target import Level
from statuspage.core.availability import CellKey
from statuspage.site import assets

SIZES = ((20, 6, 9), (500, 10, 3))
"""Models, user classes, and how many transitions are timed."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Seconds of one publication: by the wall, of CPU, and of that what the printing took; how many pages changed.

    ``blocked`` is the longest time for which the event loop did nothing else.
    """

    wall: float
    cpu: float
    printing: float
    blocked: float
    changed: int = 0


def run(options: Options) -> Section:
    """Time both sizes."""
    sizes = ((3, 2, 1),) if options.quick else SIZES
    rows, homes = [], []
    for number, (models, classes, times) in enumerate(sizes):
        options.progress(f"{models} × {classes}", number / len(sizes))
        row, home = asyncio.run(_measure(models, classes, times))
        rows += row
        homes.append(home)
    claim = (
        "From a round's commit to published bytes, as the running service does it: snapshot from SQLite, then printing "
        "in a thread: only what moved is rendered, compressed and swapped. `first` prints everything from nothing, "
        "`transition` follows one cell's turn, `refresh` a round that asked every cell and changed none. Medians; one "
        "provider, one process. `blocked` is the longest pause of the event loop meanwhile. The service looks twice a "
        "second, which adds up to 0.5 s. A machine that does other work lengthens the wall and the pauses, not the CPU."
    )
    columns = ("models × classes", "what", "wall", "CPU", "snapshot", "printing", "blocked", "changed", "paths")
    sized = ("models × classes", "identity", "gzip", "brotli", "assets (gzip)", "in all (gzip)")
    tables = (Table("Time to publish", columns, tuple(rows)), Table("Home page, KiB", sized, tuple(homes)))
    return Section("publishing", claim, tables)


async def _measure(models: int, classes: int, times: int) -> tuple[list[tuple[str, ...]], tuple[str, ...]]:
    name = f"{models} × {classes}"
    async with house(models, classes) as made:
        first = await _published(made)
        many = [await _turned(made, CellKey(f"model-{n}", PROVIDER, "class-1")) for n in range(times + 1)]
        fresh = [await _refreshed(made) for _ in range(times)]
        told = (("first", [first]), ("transition", many[1:]), ("refresh", fresh))
        rows = [_row(name, what, taken, len(made.site.pages)) for what, taken in told]
        return rows, (name, *_sizes(made))


def _row(name: str, what: str, many: list[Taken], paths: int) -> tuple[str, ...]:
    wall, cpu, printing, blocked = (
        median(getattr(one, part) for one in many) for part in ("wall", "cpu", "printing", "blocked")
    )
    spent = map(seconds, (wall, cpu, cpu - printing, printing, blocked))
    return (name, what, *spent, figure(many[-1].changed), figure(paths))


async def _turned(made: House, key: CellKey) -> Taken:
    """Commit one transition, then publish as the service does."""
    await made.turn(key)
    return await _published(made)


async def _refreshed(made: House) -> Taken:
    """A minute later every cell has been asked again, and nothing is new but that."""
    made.now.at += made.publisher.refresh
    await made.monitor.round(PROVIDER, Level.ANSWERS)
    return await _published(made)


async def _published(made: House) -> Taken:
    before = made.site.pages
    watch = asyncio.create_task(_longest_pause())
    await asyncio.sleep(0)
    wall, cpu = perf_counter(), process_time()
    if not await made.publisher.look():
        raise RuntimeError("nothing was published")
    wall, cpu = perf_counter() - wall, process_time() - cpu
    watch.cancel()
    changed = sum(before.get(path) is not page for path, page in made.site.pages.items())
    return Taken(wall, cpu, made.rendering[-1], await watch, changed)


async def _longest_pause() -> float:
    """The longest time between two turns of the event loop, until it is cancelled."""
    longest, before = 0.0, perf_counter()
    while True:
        try:
            await asyncio.sleep(0.001)
        except asyncio.CancelledError:
            return longest
        now = perf_counter()
        longest, before = max(longest, now - before), now


def _sizes(made: House) -> tuple[str, ...]:
    home = made.site.pages["/"]
    linked = [
        made.site.pages[one.path]
        for one in assets.every(made.settings.site)
        if one.path.rpartition("/")[2].encode() in home.body
    ]
    forms = [len(form or home.body) for form in (home.body, home.gzip, home.brotli)]
    beside = sum(len(page.gzip or page.body) for page in linked)
    return tuple(figure(size / 1024, 1) for size in (*forms, beside, forms[1] + beside))
