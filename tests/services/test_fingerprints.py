"""Answers that no rule knows: counted, settled and taken back, linked; on each store, and on record."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from statuspage.core.incident import Kind, Says, ScopeRow
from statuspage.errors import Forbidden, Invalid, NotFound
from statuspage.ports import Fingerprint
from statuspage.ports.access import AuditQuery
from statuspage.services.fingerprints import Fingerprints
from statuspage.services.incidents import Opening, Statement
from tests.house import FABLE, GATEWAY, START, House
from tests.staff import ADMIN, EDITOR, STAFF, VIEWER

NAME = (GATEWAY, "0123456789abcdef")


@pytest.fixture
async def texts(house: House) -> Fingerprints:
    """One answer was seen twice, another one once and earlier."""
    first = Fingerprint(NAME[1], GATEWAY, START, START, 1, "An odd sentence.", 500)
    async with house.store.writing() as tx:
        for one in (
            replace(
                first, fingerprint="f" * 16, first_seen=START - timedelta(days=2), last_seen=START - timedelta(days=1)
            ),
            first,
            replace(first, last_seen=START + timedelta(hours=1)),
        ):
            await tx.see_fingerprint(one)
    return Fingerprints(house.store, house.clock)


async def test_what_was_seen_is_listed_the_newest_first(texts: Fingerprints) -> None:
    newest, older = await texts.all()
    assert (newest.seen.fingerprint, newest.seen.count, newest.seen.last_seen) == (
        NAME[1],
        2,
        START + timedelta(hours=1),
    )
    assert (older.seen.count, older.open, newest.open) == (1, True, True)


async def test_it_is_nothing_until_it_is_something_after_all(house: House, texts: Fingerprints) -> None:
    version = await house.store.version()
    settled = await texts.settle(*NAME, " A typo of theirs. ", EDITOR)
    assert settled.settled
    assert (settled.open, settled.settled.by, settled.settled.why) == (False, EDITOR.label, "A typo of theirs.")
    assert await texts.settle(*NAME, "Again", STAFF) == settled, "the first word stands"
    assert (await texts.one(GATEWAY, "f" * 16)).open
    assert (await texts.reopen(*NAME, EDITOR)).open
    assert await house.store.version() == version, "nothing of it is public"
    async with house.store.reading() as view:
        deeds = [one.deed.action for one in await view.audit(AuditQuery())]
    assert deeds == ["fingerprint.reopen", "fingerprint.settle"]


async def test_linked_is_decided_until_it_is_unlinked(house: House, texts: Fingerprints) -> None:
    scope = (ScopeRow(models=(FABLE,)),)
    story = await house.incidents.open(Opening(Kind.RESTRICTION, "R", "R.", scope, (Statement(Says.ORDERED),)), STAFF)
    await house.incidents.link(story.id, *NAME, EDITOR)
    linked = await texts.one(*NAME)
    assert ([one.id for one in linked.linked], linked.open) == ([story.id], False)
    await house.incidents.unlink(story.id, *NAME, EDITOR)
    assert (await texts.one(*NAME)).open


async def test_only_who_may_write_decides_and_only_of_what_there_is(texts: Fingerprints) -> None:
    with pytest.raises(Forbidden):
        await texts.settle(*NAME, "", VIEWER)
    with pytest.raises(Invalid, match="at most"):
        await texts.settle(*NAME, "x" * 501, ADMIN)
    for name in ((GATEWAY, "e" * 16), ("nobody", NAME[1])):
        with pytest.raises(NotFound, match="that no rule knows"):
            await texts.settle(*name, "", ADMIN)
    assert all(one.open for one in await texts.all())
