"""Is a store sound? Integrity, references, gap-free events, times in order, secrets that open, and the schema."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, func, select

from statuspage.core import audit
from statuspage.core.audit import Head
from statuspage.errors import StoreDamaged, StoreError
from statuspage.store import engine, schema
from statuspage.store.secrets import KeyRing, Sealed, Unopened
from statuspage.store.translate import translated
from statuspage.store.upgrade import require_current

Check = Callable[[Connection], Iterator[str]]


async def problems(url: str, key: KeyRing, *, quick: bool = False, known: Head | None = None) -> list[str]:
    """Everything that is wrong with a store, in words; an empty list means that it is sound.

    A ``quick`` look leaves out what reads every page of SQLite: its indexes and references. ``known`` is an entry of
    the audit log that was written down elsewhere.
    """
    return (await examined(url, key, quick=quick, known=known))[0]


async def examined(url: str, key: KeyRing, *, quick: bool = False, known: Head | None = None) -> tuple[list[str], Head]:
    """What is wrong with a store, and the newest entry of its audit log."""
    file = engine.sqlite_file(url)
    if file and not file.is_file():
        raise StoreError(f"there is no database at {file}")
    using = engine.engine(url)
    try:
        await require_current(using)
        with translated():
            async with engine.reading(using).begin() as connection:
                found = await connection.run_sync(_all, key, quick, known)
                return found, await connection.run_sync(_head)
    except StoreDamaged as error:
        return [str(error)], Head()
    finally:
        await using.dispose()


def differences(connection: Connection) -> list[Any]:
    """How the schema of a database differs from the one that the code describes."""
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return list(compare_metadata(context, schema.metadata))


def _all(connection: Connection, key: KeyRing, quick: bool, known: Head | None) -> list[str]:
    checks: list[Check] = [
        _sequence,
        _order,
        lambda given: _secrets(given, key),
        lambda given: _audit(given, known),
        _schema,
    ]
    if connection.dialect.name == "sqlite":
        checks = [*([_damage] if quick else [_integrity, _references]), *checks]
    return [problem for check in checks for problem in check(connection)]


def _integrity(connection: Connection) -> Iterator[str]:
    for (found,) in connection.exec_driver_sql("PRAGMA integrity_check"):
        if found != "ok":
            yield f"damaged: {found}"


def _damage(connection: Connection) -> Iterator[str]:
    for (found,) in connection.exec_driver_sql("PRAGMA quick_check(1)"):
        if found != "ok":
            yield f"damaged: {found}"


def _references(connection: Connection) -> Iterator[str]:
    for table, row, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield f"row {row} of {table} refers to nothing in {parent}"


def _sequence(connection: Connection) -> Iterator[str]:
    seq = schema.event.c.seq
    count, first, last = connection.execute(select(func.count(seq), func.min(seq), func.max(seq))).one()
    counter = schema.counter.c
    counted = connection.execute(select(counter.value).where(counter.name == "event")).scalar()
    if count and (first != 1 or last != count):
        yield f"the events have gaps: {count} of them are numbered {first} to {last}"
    if counted != (last or 0):
        yield f"the event counter says {counted}, the newest event is {last or 0}"


def _order(connection: Connection) -> Iterator[str]:
    columns = schema.transition.c
    before = func.lag(columns.recorded_at).over(partition_by=columns.cell, order_by=columns.row)
    steps = select(columns.id, columns.recorded_at, before.label("before")).subquery()
    for (name,) in connection.execute(select(steps.c.id).where(steps.c.recorded_at < steps.c.before)):
        yield f"transition {name} was recorded before the one that it follows"


def _secrets(connection: Connection, key: KeyRing) -> Iterator[str]:
    columns = schema.secret.c
    for owner, key_id, data in connection.execute(select(columns.subscription_id, columns.key_id, columns.sealed)):
        try:
            key.open(Sealed(key_id, data), owner)
        except Unopened as error:
            yield str(error)


def _audit(connection: Connection, known: Head | None) -> Iterator[str]:
    columns, counter = schema.audit.c, schema.counter.c
    counted = connection.execute(select(counter.value).where(counter.name == "audit")).scalar() or 0
    rows = connection.execute(select(columns.number, columns.entry, columns.hash).order_by(columns.number))
    yield from audit.faults((audit.Link(*row) for row in rows), counted, known)


def _head(connection: Connection) -> Head:
    columns = schema.audit.c
    row = connection.execute(select(columns.number, columns.hash).order_by(columns.number.desc()).limit(1)).first()
    return Head(row.number, row.hash) if row else Head()


def _schema(connection: Connection) -> Iterator[str]:
    for difference in differences(connection):
        yield f"the schema differs: {difference}"
