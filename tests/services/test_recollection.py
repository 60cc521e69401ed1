"""What a snapshot takes over from the one before: the same answers as from nothing, and less work for them."""

from __future__ import annotations

import pytest

from statuspage.core.incident import Kind, Says, ScopeRow
from statuspage.services import recollection, snapshots
from statuspage.services.incidents import Opening, Statement
from statuspage.services.recollection import Recollection
from statuspage.store.codec import CELL_STATE
from statuspage.store.database import Database
from tests.house import FABLE, GATEWAY, OPUS_HOME, VENDOR, House
from tests.staff import STAFF

ORDER = Opening(
    Kind.RESTRICTION, "Order", "Ordered.", (ScopeRow(models=(FABLE,)),), (Statement(Says.ORDERED, authority="it"),)
)


async def remembered_is_as_from_nothing(house: House, memory: Recollection) -> None:
    """The next snapshot with all that is remembered, and one of a store that nobody has read before."""
    at = house.clock()
    async with house.store.reading() as tx:
        quick = await snapshots.take(tx, house.settings, at, memory)
    assert isinstance(house.store, Database)
    house.store._kept = type(house.store._kept)()
    async with house.store.reading() as tx:
        assert await snapshots.take(tx, house.settings, at) == quick
    async with house.store.reading() as tx:
        await tx.cells()


async def test_what_is_remembered_gives_the_same_snapshot_as_nothing(calm: House) -> None:
    memory = Recollection()
    await remembered_is_as_from_nothing(calm, memory)
    for change in (None, ("restrict", {"model": FABLE}), ("outage", {"provider": GATEWAY}), None):
        if change:
            calm.do(change[0], **change[1])
        for provider in (VENDOR, GATEWAY, VENDOR, GATEWAY):
            calm.pass_time(minutes=1)
            await calm.round(provider)
            await remembered_is_as_from_nothing(calm, memory)
    await calm.incidents.open(ORDER, STAFF)
    await remembered_is_as_from_nothing(calm, memory)
    calm.do("restore", model=FABLE)
    calm.do("recover", provider=GATEWAY)
    for days in (0, 1, 0):
        calm.pass_time(minutes=1 + 24 * 60 * days)
        await calm.round(VENDOR)
        await remembered_is_as_from_nothing(calm, memory)


async def test_a_round_that_changes_nothing_decodes_and_draws_nothing_anew(
    calm: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = Recollection()
    for _ in range(2):
        calm.pass_time(minutes=1)
        await calm.round()
        async with calm.store.reading() as tx:
            before = await snapshots.take(tx, calm.settings, calm.clock(), memory)
    calm.pass_time(minutes=1)
    await calm.round()
    for owner, name in ((CELL_STATE, "decode"), (recollection, "view"), (recollection, "fold")):
        monkeypatch.setattr(owner, name, pytest.fail)
    async with calm.store.reading() as tx:
        after = await snapshots.take(tx, calm.settings, calm.clock(), memory)
    seen = [(one.key, one.measured.last_observed_at) for one in after.cells if one.measured]
    assert dict(seen)[OPUS_HOME] == calm.clock()
    assert seen != [(one.key, one.measured.last_observed_at) for one in before.cells if one.measured]
    assert after.folds == before.folds
