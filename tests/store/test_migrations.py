"""The migrations make exactly the schema that the code describes, or change nothing."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest
from sqlalchemy import inspect

from statuspage.errors import SchemaOutdated, StoreDamaged
from statuspage.store import engine
from statuspage.store.check import differences
from statuspage.store.database import Database, open_store
from statuspage.store.lock import hold
from statuspage.store.secrets import KeyRing
from statuspage.store.upgrade import head, upgrade
from tests.store.cast import FABLE, append, draft, owe, owed, subscribe, subscription

FAILING = """
from alembic import op

revision = "9999"
down_revision = "{head}"


def upgrade():
    op.execute("CREATE TABLE half (done INTEGER)")
    op.execute("UPDATE counter SET value = 77 WHERE name = 'event'")
    {step}
"""


def newer(folder: Path, step: str) -> str:
    """A copy of the migrations with one more step."""
    import statuspage.store.migrations as ours

    shutil.copytree(Path(ours.__file__).parent, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "9999_next.py").write_text(FAILING.format(head=head(), step=step))
    return str(folder)


def until(folder: Path, last: str) -> str:
    """The migrations up to one, as an earlier version had them."""
    import statuspage.store.migrations as ours

    shutil.copytree(Path(ours.__file__).parent, folder, ignore=shutil.ignore_patterns("__pycache__"))
    for step in (folder / "versions").glob("0*.py"):
        if step.name[:4] > last:
            step.unlink()
    return str(folder)


async def run(url: str, statement: str) -> None:
    using = engine.engine(url, foreign_keys=False)
    async with using.begin() as connection:
        await connection.exec_driver_sql(statement)
    await using.dispose()


async def tables(url: str) -> set[str]:
    using = engine.engine(url)
    async with using.begin() as connection:
        found = await connection.run_sync(lambda sync: set(inspect(sync).get_table_names()))
    await using.dispose()
    return found


async def test_from_nothing_to_what_the_code_describes(bare_url: str) -> None:
    assert await upgrade(bare_url) == head()
    using = engine.engine(bare_url)
    async with using.begin() as connection:
        assert await connection.run_sync(differences) == []
    await using.dispose()


async def test_endpoints_that_failed_before_the_column_are_known(bare_url: str, key: KeyRing, tmp_path: Path) -> None:
    """A database of the schema before; its subscriptions say in their bodies since when they fail."""
    await upgrade(bare_url, migrations=until(tmp_path / "migrations", "0004"))
    body = '{"failing_since": "2026-06-12T12:00:00.000001Z"}'
    for name, said in (("sub_a", body), ("sub_b", '{"failing_since": null}')):
        row = f"('{name}', 'live', 0, '{said}')"
        await run(bare_url, f"INSERT INTO subscription (id, state, created_at, body) VALUES {row}")
    await upgrade(bare_url)
    using = engine.engine(bare_url)
    async with using.begin() as connection:
        found = await connection.exec_driver_sql("SELECT id, failing_since FROM subscription ORDER BY id")
        assert [tuple(row) for row in found.all()] == [("sub_a", 1_781_265_600_000_001), ("sub_b", None)]
    await using.dispose()


async def test_what_was_kept_of_a_password_is_gone(bare_url: str, tmp_path: Path) -> None:
    await upgrade(bare_url, migrations=until(tmp_path / "migrations", "0005"))
    paths = ("/staff/account/password", "/staff/people", "/staff/incidents/new")
    values = [f"2026-06-12T12:00:00Z {json.dumps([path, 'old=secret&title=x'])}" for path in paths]
    rows = ", ".join(f"('sheet:{number}', '{value}')" for number, value in enumerate(values))
    await run(bare_url, f"INSERT INTO note (name, value) VALUES {rows}, ('seeded', 'yes')")
    await upgrade(bare_url)
    using = engine.engine(bare_url)
    async with using.begin() as connection:
        found = await connection.exec_driver_sql("SELECT name FROM note ORDER BY name")
        assert [name for (name,) in found.all()] == ["seeded", "sheet:2"]
    await using.dispose()


async def test_a_second_run_changes_nothing(bare_url: str) -> None:
    await upgrade(bare_url)
    assert await upgrade(bare_url) == head()


async def test_several_at_once(bare_url: str) -> None:
    assert await asyncio.gather(*(upgrade(bare_url) for _ in range(3))) == [head()] * 3


@pytest.mark.parametrize("bare_url", ["sqlite"], indirect=True)
async def test_sqlite_is_made_when_it_is_opened(bare_url: str, key: KeyRing, tmp_path: Path) -> None:
    store = await open_store(bare_url.replace("statuspage.db", "new/folder/statuspage.db"), key=key)
    await append(store, draft(FABLE))
    await store.close()
    assert (tmp_path / "new/folder/statuspage.db").exists()


@pytest.mark.parametrize("bare_url", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True)
async def test_postgresql_waits_for_the_command(bare_url: str, key: KeyRing) -> None:
    with pytest.raises(SchemaOutdated, match=r"is empty.*statuspage db upgrade"):
        await open_store(bare_url, key=key)


HOLDING = """
import sys, pathlib
from statuspage.store.lock import hold
with hold(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("bare_url", ["sqlite"], indirect=True)
async def test_no_command_upgrades_under_a_service_that_runs(bare_url: str, key: KeyRing, tmp_path: Path) -> None:
    old = await upgrade(bare_url, migrations=until(tmp_path / "migrations", "0004"))
    file = tmp_path / "statuspage.db"
    service = await asyncio.create_subprocess_exec(sys.executable, "-c", HOLDING, str(file), stdin=PIPE, stdout=PIPE)
    assert service.stdout
    assert await service.stdout.readline() == b"held\n"
    for opening in (open_store(bare_url, key=key), upgrade(bare_url)):
        with pytest.raises(SchemaOutdated, match=f"has schema {old}.*restart the service"):
            await opening
    await service.communicate(b"")
    assert await upgrade(bare_url, migrations=str(tmp_path / "migrations")) == old
    with hold(file):
        await (await open_store(bare_url, key=key)).close()


async def test_a_newer_schema_is_refused(store_url: str, key: KeyRing) -> None:
    await run(store_url, "UPDATE alembic_version SET version_num = '9998'")
    with pytest.raises(SchemaOutdated, match="newer version"):
        await open_store(store_url, key=key)
    with pytest.raises(SchemaOutdated, match="newer version"):
        await upgrade(store_url)


@pytest.mark.parametrize("step", ["op.execute('no such statement')", "raise RuntimeError('stop')"])
async def test_a_failing_migration_leaves_nothing_half_done(
    store: Database, store_url: str, tmp_path: Path, step: str
) -> None:
    await append(store, draft(FABLE))
    before = await tables(store_url)
    with pytest.raises(Exception, match=r"syntax error|stop"):
        await upgrade(store_url, migrations=newer(tmp_path / "migrations", step))
    assert await tables(store_url) == before
    [event] = await append(store, draft(FABLE))
    assert event.seq == 2


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
async def test_a_migration_that_would_orphan_rows_is_refused(store: Database, store_url: str, tmp_path: Path) -> None:
    to = subscription()
    await subscribe(store, to)
    [event] = await append(store, draft(FABLE))
    await owe(store, owed(event, to))
    with pytest.raises(StoreDamaged, match="refer to nothing"):
        await upgrade(store_url, migrations=newer(tmp_path / "migrations", "op.execute('DELETE FROM event')"))
    async with store.reading() as reader:
        assert await reader.event(event.id) == event
