"""From a committed transition to published bytes, for a small page and a very large one, and the home page's size."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from statistics import median
from time import perf_counter, process_time

from benchmarks.houses import PROVIDER, House, house
from benchmarks.report import Options, Section, Table, figure, seconds
from statuspage.core.availability import CellKey
from statuspage.site import assets

SIZES = ((20, 6, 9), (500, 10, 1))
"""Models, user classes, and how many transitions are timed."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Seconds of one publication: by the wall, of CPU, and of that what the rendering took; how many pages changed."""

    wall: float
    cpu: float
    rendering: float
    changed: int = 0


def run(options: Options) -> Section:
    """Time both sizes."""
    sizes = ((3, 2, 1),) if options.quick else SIZES
    rows, homes = [], []
    for number, (models, classes, times) in enumerate(sizes):
        options.progress(f"{models} × {classes}", number / len(sizes))
        row, home = asyncio.run(_measure(models, classes, times))
        rows.append(row)
        homes.append(home)
    claim = (
        "A round's transaction is committed, then the publisher looks: snapshot from SQLite, every page, document and "
        "feed rendered, compressed and swapped. Medians; one provider, one process. The running service looks twice a "
        "second, which adds up to 0.5 s. A "
        "machine that does other work lengthens the wall, not the CPU."
    )
    columns = (
        "models × classes",
        "first: CPU",
        "commit to bytes: wall",
        "CPU",
        "snapshot",
        "render",
        "changed",
        "paths",
    )
    sized = ("models × classes", "identity", "gzip", "brotli", "assets (gzip)", "in all (gzip)")
    tables = (Table("Time to publish", columns, tuple(rows)), Table("Home page, KiB", sized, tuple(homes)))
    return Section("publishing", claim, tables)


async def _measure(models: int, classes: int, times: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    name = f"{models} × {classes}"
    async with house(models, classes) as made:
        first = await _published(made)
        many = [await _turned(made, CellKey(f"model-{n}", PROVIDER, "class-1")) for n in range(times)]
        wall, cpu, rendering = (median(getattr(one, part) for one in many) for part in ("wall", "cpu", "rendering"))
        spent = map(seconds, (first.cpu, wall, cpu, cpu - rendering, rendering))
        return (name, *spent, figure(many[-1].changed), figure(len(made.site.pages))), (name, *_sizes(made))


async def _turned(made: House, key: CellKey) -> Taken:
    """Commit one transition, then publish as the service does."""
    await made.turn(key)
    before = made.site.pages
    taken = await _published(made)
    return replace(taken, changed=sum(before.get(path) is not page for path, page in made.site.pages.items()))


async def _published(made: House) -> Taken:
    wall, cpu = perf_counter(), process_time()
    if not await made.publisher.look():
        raise RuntimeError("nothing was published")
    return Taken(perf_counter() - wall, process_time() - cpu, made.rendering[-1])


def _sizes(made: House) -> tuple[str, ...]:
    home = made.site.pages["/"]
    linked = [made.site.pages[one.path] for one in assets.every() if one.path.rpartition("/")[2].encode() in home.body]
    forms = [len(form or home.body) for form in (home.body, home.gzip, home.brotli)]
    beside = sum(len(page.gzip or page.body) for page in linked)
    return tuple(figure(size / 1024, 1) for size in (*forms, beside, forms[1] + beside))
