"""A rehearsal shows exactly what a publication will do, and leaves no trace."""

from __future__ import annotations

from dataclasses import replace

import pytest

from statuspage.core.assembly import public
from statuspage.core.incident import Kind, Says, ScopeRow
from statuspage.core.subscription import Format
from statuspage.errors import NotFound
from statuspage.services.incidents import Continuation, Opening, Statement, Terms
from statuspage.services.rehearsal import Rehearsals
from statuspage.site import pages
from tests.house import FABLE, HAIKU, House
from tests.staff import STAFF

ORDERED = Statement(Says.ORDERED, authority="the authority")
OPENING = Opening(
    Kind.RESTRICTION, "Export directive", "Ordered.", (ScopeRow(models=(FABLE,)),), (ORDERED,), draft=True
)


def rehearsals(house: House) -> Rehearsals:
    return Rehearsals(house.store, house.settings, house.clock, house.ids)


async def test_it_shows_the_very_page_that_will_be_public(calm: House) -> None:
    draft = await calm.incidents.open(OPENING, STAFF)
    before = (await calm.store.version(), await calm.incidents.log(draft.id))
    found = await rehearsals(calm).rehearse(draft.id)
    assert (await calm.store.version(), await calm.incidents.log(draft.id)) == before
    assert await calm.types() == []
    await calm.incidents.publish(draft.id, STAFF)
    now = await calm.queries.snapshot()
    [shown] = found.snapshot.incidents
    assert shown == now.incidents[0] == public(found.incident)
    assert [one.draft.type for one in found.events] == [one.draft.type for one in await calm.events()]
    rehearsed = replace(found.snapshot, recent_events=())
    assert pages.incident(rehearsed, shown) == pages.incident(replace(now, recent_events=()), now.incidents[0])


async def test_it_counts_who_will_be_told_on_each_channel(calm: House) -> None:
    everything = await calm.subscribe()
    await calm.subscribe(models=(HAIKU,))
    draft = await calm.incidents.open(OPENING, STAFF)
    found = await rehearsals(calm).rehearse(draft.id)
    loud = {one.channel: (one.count, one.failing) for one in found.audiences}
    assert loud == {shape.value: (int(shape is Format.STANDARD), 0) for shape in Format}
    messages = next(one.messages for one in found.audiences if one.count)
    await calm.incidents.publish(draft.id, STAFF)
    assert len(await calm.owed(everything)) == messages


async def test_quietly_tells_of_the_words_to_nobody_and_of_the_cells_to_all(calm: House) -> None:
    everything = await calm.subscribe()
    draft = await calm.incidents.open(replace(OPENING, kind=Kind.NOTICE, statements=()), STAFF)
    quiet = await rehearsals(calm).rehearse(draft.id, quiet=True)
    assert sum(one.count for one in quiet.audiences) == 0
    await calm.incidents.publish(draft.id, STAFF, terms=Terms(quiet=True))
    assert await calm.owed(everything) == []


async def test_it_rehearses_a_waiting_update(calm: House) -> None:
    opened = await calm.incidents.open(replace(OPENING, draft=False), STAFF)
    held = await calm.incidents.update(opened.id, Continuation("It ends.", ends=True, draft=True), STAFF)
    found = await rehearsals(calm).rehearse(opened.id, held.proposals[0].id)
    assert not found.incident.open
    assert (await calm.incidents.one(opened.id)).open
    with pytest.raises(NotFound):
        await rehearsals(calm).rehearse(opened.id, "upd_x")
