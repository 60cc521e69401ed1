"""Everything goes out in a fixed order, from one moment, to those who may read it all."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import groupby

import pytest

from statuspage.core.incident import Kind
from statuspage.core.session import hash_of
from statuspage.core.staff import Role
from statuspage.errors import Forbidden
from statuspage.ports import Fingerprint, RevisionKind
from statuspage.services.exporting import Export, Record
from statuspage.services.incidents import Continuation, Opening
from tests.house import FABLE, GATEWAY, House
from tests.passwords import PASSWORD, Door
from tests.staff import ADMIN, EDITOR, STAFF

SECRETS: set[str] = set()


async def exported(house: House) -> list[Record]:
    return [record async for record in Export(house.store, house.clock).records(ADMIN)]


async def lived(house: House) -> None:
    """A house in which something happened."""
    house.do("restrict", model=FABLE)
    await house.settle()
    notice = await house.incidents.open(Opening(Kind.NOTICE, "News", "Something."), STAFF)
    await house.incidents.update(notice.id, Continuation("More."), STAFF)
    await house.subscribe()
    at = house.clock()
    async with house.store.writing() as tx:
        await tx.see_fingerprint(Fingerprint("f" * 16, GATEWAY, at, at, 1, "Odd.", 500))
    door = Door(house.store, house.clock)
    await door.welcome("ada", Role.ADMIN)
    SECRETS.add((await door.tokens.create("robot", ["view"], at + timedelta(days=1), STAFF)).secret)
    door.passwords.close()


async def test_nothing_is_missing(calm: House) -> None:
    await lived(calm)
    records = await exported(calm)
    counts = Counter(one["type"] for one in records)
    async with calm.store.reading() as view:
        logs = [
            len(await view.revision_log(kind, one.key)) for kind in RevisionKind for one in await view.revisions(kind)
        ]
        transitions = await view.transitions(list(await view.cells()), None, None)
        assert sum(counts[kind.value] for kind in RevisionKind) == sum(logs)
        assert counts["transition"] == len(transitions)
        assert counts["event"] == await view.last_seq()
        assert counts["subscription"] == len(await view.subscriptions())
        assert counts["fingerprint"] == len(await view.fingerprints()) == 1
        assert (counts["person"], counts["token"]) == (1, 1)
        assert counts["audit"] == (await view.audit_head()).number
    assert [key for key, _ in groupby(one["type"] for one in records)][-4:] == [
        "transition", "event", "subscription", "audit",
    ]  # fmt: skip


async def test_nothing_that_opens_anything_is_in_it(calm: House) -> None:
    await lived(calm)
    text = str(await exported(calm))
    assert "robot" in text
    assert [one for one in (*SECRETS, *map(hash_of, SECRETS), PASSWORD, "argon2", "whsec_") if one in text] == []


async def test_the_same_twice_is_the_same(calm: House) -> None:
    await lived(calm)
    assert await exported(calm) == await exported(calm)


async def test_only_admins_have_it(calm: House) -> None:
    with pytest.raises(Forbidden):
        [record async for record in Export(calm.store, calm.clock).records(EDITOR)]
