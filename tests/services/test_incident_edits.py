"""Corrections, links, notes and planned work: what stays on record, what moves, and what moves nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from statuspage.core.incident import Kind, Says, ScopeRow, Stage
from statuspage.errors import NotFound, Outdated, UsageError
from statuspage.services.incidents import Continuation, Opening, Statement
from tests.house import FABLE, GATEWAY, House
from tests.staff import STAFF

SCOPE = (ScopeRow(models=(FABLE,)),)
ODD = Opening(Kind.INCIDENT, "Something is odd", "We look into it.", SCOPE)
ORDERED = Statement(Says.ORDERED, authority="the authority")


async def test_a_correction_keeps_what_was_said_and_tells_nobody(calm: House) -> None:
    opened = await calm.incidents.open(ODD, STAFF)
    calm.pass_time(minutes=5)
    mended = await calm.incidents.edit(opened.id, opened.updates[0].id, "We looked into it.", STAFF)
    assert (mended.updates[0].body, mended.updates[0].edits[0].body) == ("We looked into it.", "We look into it.")
    assert mended.updated_at == calm.clock()
    named = await calm.incidents.retitle(opened.id, "Something was odd", STAFF)
    assert [one.body for one in named.title_edits] == ["Something is odd"]
    assert await calm.types() == ["incident.opened"]
    with pytest.raises(NotFound, match="no public update 'upd_x'"):
        await calm.incidents.edit(opened.id, "upd_x", "x", STAFF)


async def test_two_people_who_write_at_once_notice(calm: House) -> None:
    opened = await calm.incidents.open(ODD, STAFF)
    await calm.incidents.retitle(opened.id, "First", STAFF, base_rev=opened.rev)
    for change in (
        calm.incidents.retitle(opened.id, "Second", STAFF, base_rev=opened.rev),
        calm.incidents.update(opened.id, Continuation("x"), STAFF, base_rev=opened.rev),
        calm.incidents.edit(opened.id, opened.updates[0].id, "x", STAFF, base_rev=opened.rev),
    ):
        with pytest.raises(Outdated):
            await change
    assert (await calm.incidents.one(opened.id)).title == "First"


async def test_what_is_private_moves_nothing_that_is_public(calm: House) -> None:
    opened = await calm.incidents.open(ODD, STAFF)
    version = await calm.store.version()
    calm.pass_time(minutes=5)
    noted = await calm.incidents.note(opened.id, "Call Mallory", STAFF)
    await calm.incidents.update(opened.id, Continuation("Secret", draft=True), STAFF)
    assert (noted.updated_at, noted.notes[0].actor) == (opened.updated_at, STAFF.label)
    assert await calm.store.version() == version
    with pytest.raises(UsageError, match="must say something"):
        await calm.incidents.note(opened.id, " ", STAFF)


async def test_a_link_is_taken_back(calm: House) -> None:
    opened = await calm.incidents.open(Opening(Kind.RESTRICTION, "T", "B", SCOPE, (ORDERED,)), STAFF)
    await calm.incidents.link(opened.id, GATEWAY, "00ff", STAFF)
    assert (await calm.incidents.unlink(opened.id, GATEWAY, "00ff", STAFF)).links == ()
    with pytest.raises(UsageError, match="fingerprint"):
        await calm.incidents.link(opened.id, GATEWAY, " ", STAFF)


async def test_planned_work_begins_and_ends_by_the_clock_and_verdicts_go_on(calm: House) -> None:
    start = calm.clock() + timedelta(hours=1)
    planned = Opening(
        Kind.MAINTENANCE, "Gateway upgrade", "Short.", (ScopeRow(providers=(GATEWAY,)),),
        scheduled_for=start, scheduled_until=start + timedelta(hours=1),
    )  # fmt: skip
    opened = await calm.incidents.open(planned, STAFF)
    assert await calm.incidents.take_effect() == 0
    calm.pass_time(hours=1)
    assert await calm.incidents.take_effect() == 1
    assert (await calm.incidents.one(opened.id)).stage is Stage.IN_PROGRESS
    calm.pass_time(hours=1)
    assert await calm.incidents.take_effect() == 1
    done = await calm.incidents.one(opened.id)
    assert (done.stage, done.resolved_at) == (Stage.COMPLETED, calm.clock())
    assert await calm.incidents.take_effect() == 0
    assert await calm.types() == ["maintenance.scheduled", "maintenance.started", "maintenance.completed"]


async def test_work_whose_whole_window_passed_while_we_were_away_is_told_in_two_steps(calm: House) -> None:
    start = calm.clock() + timedelta(hours=1)
    planned = Opening(
        Kind.MAINTENANCE, "T", "", SCOPE, scheduled_for=start, scheduled_until=start + timedelta(minutes=5)
    )
    await calm.incidents.open(planned, STAFF)
    calm.pass_time(hours=9)
    assert [await calm.incidents.take_effect() for _ in range(3)] == [1, 1, 0]
    assert await calm.types() == ["maintenance.scheduled", "maintenance.started", "maintenance.completed"]
