"""A process to be killed while it migrates, backs up, publishes a folder, or rotates secrets.

``python -m tests.faults.doing WHAT URL FOLDER`` says ``ready`` and does it again and again.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import count
from pathlib import Path

from statuspage import clock
from statuspage.store.backup import backup
from statuspage.store.database import open_store
from statuspage.store.engine import sqlite_file
from statuspage.store.secrets import KeyRing
from statuspage.store.upgrade import upgrade

KEY = KeyRing.of(bytes(range(32)))
SUBSCRIPTION = "sub_rotated"
PAGES = 40


async def migrate(_: str, folder: Path) -> None:
    """Upgrade one new file after the other; the one at work has the name that was said last."""
    for number in count():
        url = f"sqlite:///{folder / f'{number}.db'}"
        print(url, flush=True)
        await upgrade(url)


async def back_up(url: str, folder: Path) -> None:
    """Make one backup after the other, always with the same name."""
    for number in count():
        await backup(url, folder / "copy.db")
        shutil.move(folder / "copy.db", folder / f"done-{number % 2}.db")


async def publish(_: str, folder: Path) -> None:
    """Publish one version after the other; every file of a version holds its number."""
    from statuspage.ports import Page
    from statuspage.site.export import write_folder

    for number in count(1):
        body = f"{number}\n".encode() * 200
        pages = [Page(f"/page-{one}.txt", "text/plain", body, "") for one in range(PAGES)]
        write_folder({page.path: page for page in pages}, folder / "site")


async def rotate(url: str, _: Path) -> None:
    """Rotate one secret after the other, and say each once it is safe."""
    store = await open_store(url, key=KEY)
    for number in count(1):
        secret = number.to_bytes(32, "big")
        async with store.writing() as tx:
            await tx.rotate_secret(SUBSCRIPTION, secret, clock.now() + timedelta(hours=24))
        print(number, flush=True)


DEEDS: dict[str, Callable[[str, Path], Awaitable[None]]] = {
    "migrate": migrate,
    "backup": back_up,
    "publish": publish,
    "rotate": rotate,
}


if __name__ == "__main__":
    assert sqlite_file(sys.argv[2])
    print("ready", flush=True)
    asyncio.run(DEEDS[sys.argv[1]](sys.argv[2], Path(sys.argv[3])))  # type: ignore[arg-type]
