"""Killed while it migrates, backs up, publishes or rotates: what is there afterwards is whole, the old or the new."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from statuspage.store.backup import backup
from statuspage.store.check import problems
from statuspage.store.database import open_store
from statuspage.store.upgrade import upgrade
from tests.faults.doing import KEY, PAGES, SUBSCRIPTION
from tests.faults.killing import ROOT
from tests.store.cast import FABLE, append, draft, subscribe, subscription

pytestmark = [pytest.mark.faults, pytest.mark.timeout(200)]
KILLS = 2


def killed(deed: str, url: str, folder: Path, longest: float) -> list[str]:
    """Kill a process some time after it is ready; the lines that it said."""
    command = [sys.executable, "-m", "tests.faults.doing", deed, url, str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        time.sleep(random.uniform(0.01, longest))
        process.kill()
        return process.stdout.read().splitlines()


async def test_a_migration_that_was_killed_is_done_again(tmp_path: Path) -> None:
    for number in range(KILLS):
        folder = tmp_path / str(number)
        folder.mkdir()
        for url in killed("migrate", f"sqlite:///{folder / 'none.db'}", folder, 1.0)[-1:]:
            await upgrade(url)
            assert await problems(url, KEY) == []
            store = await open_store(url, key=KEY)
            await append(store, draft(FABLE))
            await store.close()


async def test_a_backup_that_was_killed_leaves_no_half_copy(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'statuspage.db'}"
    store = await open_store(url, key=KEY)
    for number in range(40):
        await append(store, *(replace(draft(FABLE), id=f"evt_{number}_{one}") for one in range(50)))
    await store.close()
    for _ in range(KILLS):
        killed("backup", url, tmp_path, 0.6)
        for copy in filter(Path.exists, (tmp_path / name for name in ("done-0.db", "done-1.db", "copy.db"))):
            assert await problems(f"sqlite:///{copy}", KEY) == []
        (tmp_path / "copy.db").unlink(missing_ok=True)
        made = await backup(url, tmp_path / "copy.db")
        assert made.events == 2000
        (tmp_path / "copy.db").unlink()
    assert await problems(url, KEY) == []


def test_a_folder_that_was_being_published_is_whole(tmp_path: Path) -> None:
    for _ in range(KILLS):
        killed("publish", f"sqlite:///{tmp_path / 'none.db'}", tmp_path, 0.8)
        site = tmp_path / "site"
        if site.exists():
            assert len(list(site.iterdir())) == PAGES
            assert len({file.read_bytes() for file in site.iterdir()}) == 1


async def test_a_secret_that_was_being_rotated_is_the_old_or_the_new(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'statuspage.db'}"
    store = await open_store(url, key=KEY)
    await subscribe(store, replace(subscription(), id=SUBSCRIPTION))
    for _ in range(KILLS):
        said = killed("rotate", url, tmp_path, 1.0)
        async with store.reading() as view:
            newest, *older = [
                int.from_bytes(one, "big") for one in (await view.secrets_of([SUBSCRIPTION]))[SUBSCRIPTION]
            ]
        if said:
            assert newest in (int(said[-1]), int(said[-1]) + 1)
            assert not older or older[0] == newest - 1 or newest == 1
    await store.close()
    assert await problems(url, KEY) == []
