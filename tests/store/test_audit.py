"""The audit log in a store: in the same transaction as the deed, in one order, and checked by ``db check``."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from statuspage.core.audit import GENESIS, Deed, Entry, Head, deed
from statuspage.errors import StoreError
from statuspage.ports.access import AuditQuery
from statuspage.store.check import problems
from statuspage.store.database import Database, open_store
from statuspage.store.secrets import KeyRing
from tests.staff import ADMIN, STAFF
from tests.store.cast import NOON
from tests.store.test_migrations import run

HOSTILE = "a\0b\udc80\u2028'\"<script>\U0001f600"


def done(subject: str = "inc_1", detail: str = "") -> Deed:
    return deed(STAFF, "incident.open", subject, {"said": detail}, NOON)


async def add(store: Database, *deeds: Deed) -> list[Entry]:
    async with store.writing() as tx:
        return [await tx.add_audit(one) for one in deeds]


async def entries(store: Database, query: AuditQuery = AuditQuery()) -> list[Entry]:
    async with store.reading() as view:
        return await view.audit(query)


async def test_what_is_written_is_read_newest_first(store: Database) -> None:
    made = await add(store, done("a"), done("b"), done("c"))
    assert await entries(store) == made[::-1]
    async with store.reading() as view:
        assert await view.audit_head() == Head(3, made[2].hash)


async def test_an_empty_log(store: Database, store_url: str, key: KeyRing) -> None:
    async with store.reading() as view:
        assert await view.audit_head() == Head(0, GENESIS)
    assert await problems(store_url, key) == []


async def test_filters_and_pages(store: Database) -> None:
    other = deed(ADMIN, "person.add", "b", {}, NOON + timedelta(minutes=1))
    a, b, c, d = await add(store, done("a"), done("b"), other, done("a"))
    assert await entries(store, AuditQuery(subject="a")) == [d, a]
    assert await entries(store, AuditQuery(actor="person:admin")) == [c]
    assert await entries(store, AuditQuery(before=4, limit=2)) == [c, b]


async def test_a_deed_that_is_rolled_back_leaves_no_trace(store: Database, store_url: str, key: KeyRing) -> None:
    [first] = await add(store, done("a"))
    with pytest.raises(StoreError):
        await add(store, done("never"), deed(STAFF, "x", "y", {"bad": object()}, NOON))
    [second] = await add(store, done("b"))
    assert (second.number, second.previous) == (2, first.hash)
    assert await problems(store_url, key) == []


async def test_many_writers_make_one_chain(store: Database, store_url: str, key: KeyRing) -> None:
    other = await open_store(store_url, key=key)
    await asyncio.gather(*(add(one, done(f"{number}")) for number in range(10) for one in (store, other)))
    await other.close()
    assert [one.number for one in await entries(store)] == list(range(20, 0, -1))
    assert await problems(store_url, key) == []


async def test_hostile_words_are_kept_and_do_no_harm(store: Database, store_url: str, key: KeyRing) -> None:
    await add(store, done(detail=HOSTILE))
    [kept] = await entries(store)
    assert kept.deed.detail == {"said": HOSTILE.replace("\udc80", "?")}
    assert await problems(store_url, key) == []


async def test_what_is_no_plain_data_is_refused(store: Database) -> None:
    with pytest.raises(StoreError, match="plain JSON"):
        await add(store, deed(STAFF, "x", "y", {"bad": object()}, NOON))


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE audit SET entry = replace(entry, 'inc_2', 'inc_7') WHERE number = 2", "entry 2 was changed"),
        ("UPDATE audit SET hash = '{hash}' WHERE number = 2".format(hash="f" * 64), "entry 2 was changed"),
        ("DELETE FROM audit WHERE number = 2", "between entries 1 and 3"),
        ("DELETE FROM audit WHERE number = 3", "ends at entry 2, but 3 were written"),
    ],
)
async def test_tampering_is_found(store: Database, store_url: str, key: KeyRing, statement: str, said: str) -> None:
    await add(store, *(done(f"inc_{number}") for number in (1, 2, 3)))
    await run(store_url, statement)
    assert any(said in one for one in await problems(store_url, key)), await problems(store_url, key)


async def test_a_head_that_was_kept_elsewhere_is_compared(store: Database, store_url: str, key: KeyRing) -> None:
    *_, newest = await add(store, done("a"), done("b"))
    assert await problems(store_url, key, known=Head(2, newest.hash)) == []
    assert await problems(store_url, key, known=Head(2, GENESIS)) == [
        "audit entry 2 is not the one that was written down"
    ]
