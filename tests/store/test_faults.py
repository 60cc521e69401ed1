"""Killed, full, read-only, damaged: what was acknowledged stays, and people get a sentence instead of a traceback."""

from __future__ import annotations

import asyncio
import os
import signal
import stat
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import pytest

from statuspage.errors import StoreBusy, StoreDamaged, StoreError
from statuspage.ports import EventQuery
from statuspage.store import engine
from statuspage.store.check import problems
from statuspage.store.database import Database, open_store
from statuspage.store.lock import hold
from statuspage.store.secrets import KeyRing
from tests.store.cast import FABLE, append, draft

HOLDING = """
import sys, time
from pathlib import Path
from statuspage.store.lock import hold
with hold(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""
on_sqlite = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)


async def committing(url: str, mark: str, times: int) -> Process:
    """Another process that commits."""
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.store.committing", url, mark, str(times), stdout=PIPE
    )


async def acknowledged(process: Process, count: int) -> list[int]:
    """The first numbers that another process has said."""
    assert process.stdout
    return [int(await process.stdout.readline()) for _ in range(count)]


@pytest.mark.faults
async def test_kill_9_in_a_commit_loop_leaves_a_sound_store(store_url: str, key: KeyRing) -> None:
    said = 0
    for attempt in range(3):
        process = await committing(store_url, f"run{attempt}", 100_000)
        said = (await acknowledged(process, 15 + 4 * attempt))[-1]
        process.send_signal(signal.SIGKILL)
        await process.communicate()
        assert await problems(store_url, key) == []
        store = await open_store(store_url, key=key)
        async with store.reading() as reader:
            last = await reader.last_seq()
            told = await reader.transitions([FABLE], None, None)
            assert last >= said
            assert len(told) == last
            assert len(await reader.observations(FABLE, told[0].at)) == last
        await store.close()


@pytest.mark.faults
async def test_two_processes_and_this_one_write_without_gaps(store: Database, store_url: str, key: KeyRing) -> None:
    others = [await committing(store_url, mark, 25) for mark in ("one", "two")]
    ours = [event.seq for _ in range(25) for event in await append(store, draft(FABLE))]
    theirs = [seq for process in others for seq in await acknowledged(process, 25)]
    assert [await process.wait() for process in others] == [0, 0]
    assert sorted(ours + theirs) == list(range(1, 76))
    async with store.reading() as reader:
        assert len(await reader.events(EventQuery())) == 75
    assert await problems(store_url, key) == []


@on_sqlite
async def test_a_full_disk(store_url: str, key: KeyRing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "SQLITE_PRAGMAS", (*engine.SQLITE_PRAGMAS, "max_page_count = 1"))
    store = await open_store(store_url, key=key)
    with pytest.raises(StoreError, match="disk of the database is full"):
        await append(store, *(draft(FABLE) for _ in range(300)))
    async with store.reading() as reader:
        assert await reader.last_seq() == 0
    await store.close()
    assert await problems(store_url, key) == []


@on_sqlite
async def test_a_database_that_may_not_be_written(
    store_url: str, key: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "SQLITE_PRAGMAS", (*engine.SQLITE_PRAGMAS, "query_only = ON"))
    store = await open_store(store_url, key=key)
    with pytest.raises(StoreError, match="cannot be written: check the permissions"):
        await append(store, draft(FABLE))
    await store.close()


@on_sqlite
async def test_another_writer_that_never_ends(
    store: Database, store_url: str, key: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    pragmas = ("busy_timeout = 50", *engine.SQLITE_PRAGMAS[1:])
    monkeypatch.setattr(engine, "SQLITE_PRAGMAS", pragmas)
    other = await open_store(store_url, key=key)
    async with store.writing():
        with pytest.raises(StoreBusy, match="another process"):
            await append(other, draft(FABLE))
    [event] = await append(other, draft(FABLE))
    assert event.seq == 1
    await other.close()


async def test_a_file_that_is_no_database(tmp_path: Path, key: KeyRing) -> None:
    file = tmp_path / "statuspage.db"
    file.write_bytes(b"not a database" * 100)
    with pytest.raises(StoreDamaged, match="statuspage db restore"):
        await open_store(f"sqlite:///{file}", key=key)


async def test_a_folder_that_cannot_be_made(tmp_path: Path, key: KeyRing) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="folder of the database"):
        await open_store(f"sqlite:///{tmp_path}/file/statuspage.db", key=key)


async def test_a_folder_in_the_place_of_the_database(tmp_path: Path, key: KeyRing) -> None:
    with pytest.raises(StoreError, match="cannot be opened"):
        await open_store(f"sqlite:///{tmp_path}", key=key)


async def test_a_server_that_is_not_there(tmp_path: Path, key: KeyRing) -> None:
    with pytest.raises(StoreError, match="cannot be used"):
        await open_store(f"postgresql://nobody@/none?host={tmp_path}", key=key)


@on_sqlite
async def test_damage_in_the_middle_is_found(store: Database, store_url: str, key: KeyRing, tmp_path: Path) -> None:
    await append(store, *(draft(FABLE) for _ in range(300)))
    await store.close()
    with (tmp_path / "statuspage.db").open("r+b") as file:
        for page in range(20, 60):
            file.seek(page * 4096)
            file.write(b"\xff" * 512)
    assert await problems(store_url, key) != []


@pytest.mark.faults
async def test_one_service_owns_a_database_until_it_dies(tmp_path: Path) -> None:
    database = tmp_path / "statuspage.db"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", HOLDING, str(database), stdout=PIPE)
    assert process.stdout
    await process.stdout.readline()
    with pytest.raises(StoreBusy, match=rf"process {process.pid} already serves .*kill {process.pid}"), hold(database):
        pass
    process.kill()
    await process.communicate()
    with hold(database), pytest.raises(StoreBusy), hold(database):
        pass
    with hold(database):
        pass


async def test_nobody_else_may_read_the_database_or_its_log(tmp_path: Path, key: KeyRing) -> None:
    old = os.umask(0)
    try:
        store = await open_store(f"sqlite:///{tmp_path}/made/statuspage.db", key=key)
        await append(store, draft(FABLE))
        modes = {one.name: stat.S_IMODE(one.stat().st_mode) for one in (tmp_path / "made").iterdir()}
        await store.close()
    finally:
        os.umask(old)
    assert {"statuspage.db", "statuspage.db-wal", "statuspage.db-shm"} <= set(modes)
    assert {mode for name, mode in modes.items() if name.startswith("statuspage.db")} == {0o600}


async def test_starting_over_leaves_people_and_no_history(store: Database) -> None:
    await append(store, draft(FABLE))
    async with store.writing() as writer:
        await writer.set_note("kept", "yes")
        await writer.start_over()
    async with store.reading() as reader:
        assert (await reader.last_seq(), await reader.note("kept")) == (0, "yes")
        assert await reader.cells() == {}
    await append(store, draft(FABLE))
    async with store.reading() as reader:
        assert await reader.last_seq() == 1
