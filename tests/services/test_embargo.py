"""An embargoed draft leaks nowhere: a marker in every field of it is in no published byte, event, alert or log."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from statuspage.core.incident import Impact, Kind, Says, ScopeRow, Stage
from statuspage.core.staff import Actor, ActorKind, Role
from statuspage.errors import StatuspageError
from statuspage.services.alerts import StaffAlerts
from statuspage.services.incidents import Continuation, Opening, Statement, Terms
from statuspage.site.export import write_folder
from statuspage.site.publish import render_site
from tests.house import FABLE, GATEWAY, HOME, House

MARK = "zqxmarker"
WHO = Actor(ActorKind.PERSON, f"per_{MARK}", f"{MARK}-ada", Role.APPROVER)
SCOPE = (ScopeRow(models=(FABLE,), user_classes=(HOME,)),)
LIFTED = Statement(Says.LIFTED, authority=MARK, basis=MARK, source=f"https://example.org/{MARK}")


def draft(house: House, kind: Kind) -> Opening:
    later = house.clock() + timedelta(hours=1)
    return Opening(
        kind=kind,
        title=f"{MARK} title",
        body=f"{MARK} body",
        scope=SCOPE,
        statements=(replace(LIFTED, says=Says.ORDERED), LIFTED),
        impact=Impact.CRITICAL,
        stage=Stage.MONITORING,
        started_at=house.clock() - timedelta(hours=1),
        next_update_by=later,
        scheduled_for=later,
        scheduled_until=later + timedelta(hours=1),
        draft=True,
    )


async def two(_: object) -> int:
    return 2


async def everything(house: House, folder: Path) -> dict[str, bytes]:
    """Every byte that anybody outside can get: the site, its export, the log of events, the recorded past."""
    snapshot = await house.queries.snapshot()
    found = {path: page.body for path, page in render_site(snapshot).items()}
    write_folder(render_site(snapshot), folder, snapshot.site.url)
    found |= await asyncio.to_thread(_files, folder)
    found |= {f"event {event.id}": event.body for event in await house.events()}
    past = await house.queries.at(house.clock())
    return found | {f"past {path}": page.body for path, page in render_site(past).items()}


def _files(folder: Path) -> dict[str, bytes]:
    return {f"file {one.relative_to(folder)}": one.read_bytes() for one in folder.rglob("*") if one.is_file()}


@pytest.fixture
async def desk(calm: House) -> House:
    """Two people could approve, alerts are kept, everything is logged."""
    calm.incidents.approvers = two
    calm.incidents.alerts = StaffAlerts()
    return calm


@pytest.mark.parametrize("kind", [Kind.RESTRICTION, Kind.MAINTENANCE])
async def test_no_field_of_a_draft_is_in_any_byte(
    desk: House, kind: Kind, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    subscription = await desk.subscribe()
    before, version = await everything(desk, tmp_path / "a"), await desk.store.version()
    made = await desk.incidents.open(draft(desk, kind), WHO)
    await desk.incidents.rewrite(made.id, replace(draft(desk, kind), body=f"{MARK} again"), WHO)
    await desk.incidents.note(made.id, f"{MARK} note", WHO)
    await desk.incidents.link(made.id, GATEWAY, MARK, WHO)
    await desk.incidents.update(made.id, Continuation(f"{MARK} more", statements=(LIFTED,)), WHO)
    at = desk.clock() + timedelta(days=1)
    await desk.incidents.publish(made.id, WHO, terms=Terms(publish_at=at))
    with pytest.raises(StatuspageError):
        await desk.incidents.approve(made.id, WHO)
    await desk.incidents.take_effect()
    assert await everything(desk, tmp_path / "b") == before
    assert await desk.store.version() == version
    assert await desk.owed(subscription) == []
    assert MARK not in caplog.text.replace(WHO.label, "")


async def test_no_word_of_a_waiting_update_is_in_any_byte(
    desk: House, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    public = await desk.incidents.open(
        Opening(Kind.RESTRICTION, "Public", "Public.", SCOPE, (Statement(Says.ORDERED),)), WHO, override="now"
    )
    caplog.clear()
    subscription = await desk.subscribe()
    before = await everything(desk, tmp_path / "a")
    desk.pass_time(seconds=0)
    hidden = Continuation(
        f"{MARK} body", Stage.MONITORING, (ScopeRow(models=(FABLE,)),), (LIFTED,), None, desk.clock(), ends=True
    )
    for written in (replace(hidden, draft=True), hidden, replace(hidden, publish_at=desk.clock() + timedelta(days=1))):
        await desk.incidents.update(public.id, written, WHO)
    await desk.incidents.note(public.id, f"{MARK} note", WHO)
    assert len((await desk.incidents.one(public.id)).proposals) == 3
    assert await everything(desk, tmp_path / "b") == before
    assert await desk.owed(subscription) == []
    assert MARK not in caplog.text.replace(WHO.label, "")


async def test_once_public_it_does_not_tell_since_when_it_was_known(desk: House, tmp_path: Path) -> None:
    written_at = desk.clock()
    made = await desk.incidents.open(replace(draft(desk, Kind.NOTICE), started_at=None, statements=()), WHO)
    desk.pass_time(hours=9)
    await desk.incidents.publish(made.id, WHO)
    [shown] = (await desk.queries.snapshot()).incidents
    moments = [shown.created_at, shown.updated_at, *(one.at for one in shown.updates)]
    assert all(one > written_at + timedelta(hours=8) for one in moments)
    assert (shown.review.writers, shown.notes, shown.rev) == ((), (), 0)
    public = await everything(desk, tmp_path / "a")
    assert not [path for path, body in public.items() if WHO.name.encode() in body]
