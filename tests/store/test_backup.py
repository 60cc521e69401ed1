"""Backup while in use, restore, and the check that finds what is wrong."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from statuspage.errors import StoreBusy, StoreDamaged, StoreError, UsageError
from statuspage.store import engine
from statuspage.store.backup import backup, restore
from statuspage.store.check import problems
from statuspage.store.database import Database, open_store
from statuspage.store.lock import hold
from statuspage.store.secrets import KeyRing
from tests.store.cast import FABLE, MINUTE, NOON, append, draft, subscribe, subscription, transition

on_sqlite = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)


async def run(url: str, *statements: str) -> None:
    using = engine.engine(url, foreign_keys=False)
    async with using.begin() as connection:
        for statement in statements:
            await connection.exec_driver_sql(statement)
    await using.dispose()


async def last_seq(url: str, key: KeyRing) -> int:
    store = await open_store(url, key=key)
    async with store.reading() as reader:
        seq = await reader.last_seq()
    await store.close()
    return seq


@on_sqlite
async def test_a_backup_is_one_private_whole_file(
    store: Database, store_url: str, key: KeyRing, tmp_path: Path
) -> None:
    await append(store, draft(FABLE), draft(FABLE))
    steps: list[tuple[int, int]] = []
    folder = tmp_path / "backups"
    folder.mkdir()
    made = await backup(store_url, folder / "one.db", lambda done, of: steps.append((done, of)))
    assert (made.events, made.size, made.key) == (2, (folder / "one.db").stat().st_size, tmp_path / "statuspage.db.key")
    assert [file.name for file in folder.iterdir()] == ["one.db"]
    assert stat.S_IMODE(made.file.stat().st_mode) == 0o600
    assert steps[-1][0] == steps[-1][1] > 0
    assert await problems(f"sqlite:///{made.file}", key) == []


@on_sqlite
async def test_a_backup_ends_while_others_write(store: Database, store_url: str, key: KeyRing, tmp_path: Path) -> None:
    async with store.writing() as writer:
        for number in range(200):
            await writer.set_note(f"big {number}", "x" * 50_000)
    writing, begun = True, asyncio.Event()

    async def write() -> None:
        while writing:
            await append(store, draft(FABLE))
            begun.set()

    task = asyncio.create_task(write())
    await begun.wait()
    made = await backup(store_url, tmp_path / "backup.db")
    writing = False
    await task
    assert made.events > 0
    assert await problems(f"sqlite:///{made.file}", key) == []


@on_sqlite
async def test_a_restore_puts_the_present_aside_and_is_noticed(
    store: Database, store_url: str, key: KeyRing, tmp_path: Path
) -> None:
    await append(store, draft(FABLE))
    made = await backup(store_url, tmp_path / "backup.db")
    await append(store, draft(FABLE), draft(FABLE))
    before = await store.version()
    back = await restore(store_url, made.file)
    assert await store.version() > before
    async with store.reading() as reader:
        assert await reader.last_seq() == 1
    assert await problems(store_url, key) == []
    assert back.kept
    assert await last_seq(f"sqlite:///{back.kept}", key) == 3


@on_sqlite
async def test_a_restore_where_there_is_no_database(
    store: Database, store_url: str, key: KeyRing, tmp_path: Path
) -> None:
    await append(store, draft(FABLE))
    made = await backup(store_url, tmp_path / "backup.db")
    elsewhere = f"sqlite:///{tmp_path}/new/statuspage.db"
    assert (await restore(elsewhere, made.file)).kept is None
    assert await last_seq(elsewhere, key) == 1


@on_sqlite
async def test_what_is_refused(store: Database, store_url: str, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("mine")
    made = await backup(store_url, tmp_path / "backup.db")
    with pytest.raises(UsageError, match="never overwrites"):
        await backup(store_url, taken)
    with pytest.raises(StoreError, match="cannot be written"):
        await backup(store_url, tmp_path / "missing" / "file")
    with pytest.raises(StoreError, match="no database"):
        await backup(f"sqlite:///{tmp_path}/none.db", tmp_path / "other")
    with pytest.raises(UsageError, match="no backup"):
        await restore(store_url, tmp_path / "missing")
    with pytest.raises(StoreDamaged):
        await restore(store_url, taken)
    with hold(tmp_path / "statuspage.db"), pytest.raises(StoreBusy, match="already serves"):
        await restore(store_url, made.file)
    with closing(sqlite3.connect(tmp_path / "foreign.db")) as foreign:
        foreign.execute("CREATE TABLE something (x)")
    with pytest.raises(StoreError, match="no backup of this program"):
        await restore(store_url, tmp_path / "foreign.db")


async def test_postgresql_has_its_own_tools(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="pg_dump"):
        await backup("postgresql://user:password@host/name", tmp_path / "file")
    with pytest.raises(UsageError, match="pg_restore"):
        await restore("postgresql://user:password@host/name", tmp_path / "file")


async def test_a_sound_store_has_no_problems(store: Database, store_url: str, key: KeyRing) -> None:
    await append(store, *(draft(FABLE) for _ in range(3)))
    await subscribe(store, subscription())
    async with store.writing() as writer:
        await writer.add_transitions([transition(FABLE), transition(FABLE, NOON - MINUTE)])
    assert await problems(store_url, key) == []


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("DELETE FROM event_subject WHERE seq = 2; DELETE FROM event WHERE seq = 2", "the events have gaps"),
        ("UPDATE counter SET value = 9 WHERE name = 'event'", "the event counter says 9"),
        ("UPDATE secret SET key_id = 'ffffffff'", "encrypted with key ffffffff"),
        ('UPDATE transition SET recorded_at = 0 WHERE "row" = (SELECT max("row") FROM transition)', "recorded before"),
        ("DROP INDEX ix_event_type_seq", "the schema differs"),
        ("ALTER TABLE note ADD COLUMN extra INTEGER", "the schema differs"),
    ],
)
async def test_what_is_wrong_is_found(
    store: Database, store_url: str, key: KeyRing, statement: str, problem: str
) -> None:
    await append(store, *(draft(FABLE) for _ in range(3)))
    await subscribe(store, subscription())
    async with store.writing() as writer:
        await writer.add_transitions([transition(FABLE), transition(FABLE)])
    await run(store_url, *statement.split("; "))
    [found] = await problems(store_url, key)
    assert problem in found


async def test_there_is_nothing_to_check(tmp_path: Path, key: KeyRing) -> None:
    with pytest.raises(StoreError, match="no database"):
        await problems(f"sqlite:///{tmp_path}/none.db", key)


@on_sqlite
async def test_rows_that_refer_to_nothing_are_found(store: Database, store_url: str, key: KeyRing) -> None:
    await subscribe(store, subscription())
    await run(store_url, "DELETE FROM subscription")
    assert any("refers to nothing in subscription" in one for one in await problems(store_url, key))
