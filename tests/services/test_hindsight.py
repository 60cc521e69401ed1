"""Hindsight: an old story keeps what was seen of it, and nothing else of the past comes back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from statuspage.core.incident import Incident, Kind, Says, ScopeRow
from statuspage.core.snapshot import Snapshot
from statuspage.services.incidents import Opening, Statement
from statuspage.services.snapshots import record_catalogue
from statuspage.site import documents, stories
from statuspage.site.sheets import Desk
from statuspage.site.still import Stills
from tests.house import FABLE, GATEWAY, OPUS, House
from tests.staff import STAFF

ORDER = Opening(
    Kind.RESTRICTION, "Order", "Ordered.", (ScopeRow(models=(FABLE,)),), (Statement(Says.ORDERED, authority="it"),)
)
A_WINDOW_LATER = timedelta(days=95)


async def told(house: House) -> tuple[Incident, Snapshot]:
    """A directive is ordered, measured, lifted and over; the newest snapshot tells of it."""
    story = await house.incidents.open(ORDER, STAFF)
    house.do("restrict", model=FABLE)
    await house.settle()
    house.pass_time(minutes=60)
    house.do("restore", model=FABLE)
    await house.settle()
    await house.incidents.resolve(story.id, "Over.", STAFF)
    return story, await house.queries.snapshot()


def seen(snapshot: Snapshot, story: Incident) -> tuple[tuple[stories.Clock, ...], bytes]:
    """The clocks of a story, and all that programs are told of it."""
    incident = next(one for one in snapshot.incidents if one.id == story.id)
    return stories.clocks(snapshot, incident), documents.incident(snapshot, story.id)


def page(snapshot: Snapshot, story: Incident) -> bytes:
    """The page of a story."""
    made = Desk().sheets(snapshot, Stills().of(snapshot))
    return next(sheet.make(*sheet.inputs) for sheet in made if sheet.path == f"/incidents/{story.id}")


async def grown_old(house: House) -> Snapshot:
    """Half a year after, and after other restrictions of the same cells."""
    house.pass_time(minutes=60 * 24 * 85)
    house.do("restrict", model=FABLE)
    await house.settle()
    house.do("restore", model=FABLE)
    await house.settle()
    house.clock.at += A_WINDOW_LATER
    await house.round()
    await house.round(GATEWAY)
    return await house.queries.snapshot()


async def test_an_old_story_keeps_its_measured_clocks(calm: House) -> None:
    story, then = await told(calm)
    clocks, document = seen(then, story)
    assert [one.says for one in clocks] == ["ordered", "refused", "answered"]
    now = await grown_old(calm)
    assert seen(now, story) == (clocks, document)
    assert page(now, story) == page(then, story)
    assert {one.key.model for one in now.earlier} == {FABLE}
    assert not {one.id for one in now.earlier} & {one.id for one in now.transitions}
    again = await calm.queries.at(now.generated_at)
    assert again.earlier == now.earlier
    assert (await calm.queries.snapshot()).earlier == now.earlier


async def test_a_story_outlives_its_model(calm: House) -> None:
    story, then = await told(calm)
    clocks, _ = seen(then, story)
    calm.configure(replace(calm.settings, models=tuple(one for one in calm.settings.models if one.id == OPUS)))
    await record_catalogue(calm.store, calm.settings, calm.clock(), calm.ids)
    for later in (timedelta(hours=1), A_WINDOW_LATER):
        calm.clock.at += later
        now, _ = seen(await calm.queries.snapshot(), story)
        assert [(one.at, one.says) for one in now] == [(one.at, one.says) for one in clocks]
        assert now[1].scope[0].user_classes
