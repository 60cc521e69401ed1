"""Two people publish a restriction: what waits, who may let it go, and what an emergency leaves behind."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from statuspage.core.alert import AlertKind
from statuspage.core.incident import Incident, Kind, Says, ScopeRow, Stage
from statuspage.core.settings import Staffing
from statuspage.core.staff import Action, Actor, ActorKind, Role, terminal
from statuspage.errors import Forbidden, NotFound, Outdated, UsageError
from statuspage.ports import Reading
from statuspage.services.alerts import StaffAlerts, kept
from statuspage.services.incidents import Continuation, Opening, Statement, Terms
from tests.house import FABLE, HOME, House
from tests.staff import EDITOR

SCOPE = (ScopeRow(models=(FABLE,)),)
ORDERED = Statement(Says.ORDERED, authority="the authority")
OPENING = Opening(Kind.RESTRICTION, "Export directive", "It is ordered.", SCOPE, (ORDERED,))
ADA, GRACE = (Actor(ActorKind.PERSON, f"per_{name}", name, Role.APPROVER) for name in ("ada", "grace"))


async def two(_: Reading) -> int:
    return 2


@pytest.fixture
def desk(calm: House) -> House:
    """Two people could approve, and alerts are kept."""
    calm.incidents.approvers = two
    calm.incidents.alerts = StaffAlerts()
    return calm


async def alerts(house: House) -> list[tuple[AlertKind, str]]:
    async with house.store.reading() as view:
        return [(one.kind, one.text) for one in await kept(view)]


async def waiting(house: House) -> Incident:
    return await house.incidents.open(OPENING, ADA)


async def test_a_restriction_waits_for_a_second_person_and_then_goes_out(desk: House) -> None:
    held = await waiting(desk)
    assert held.draft
    assert await desk.types() == []
    assert [kind for kind, _ in await alerts(desk)] == [AlertKind.APPROVAL]
    desk.pass_time(minutes=3)
    public = await desk.incidents.approve(held.id, GRACE, base_rev=held.rev)
    assert (public.draft, public.created_at) == (False, desk.clock())
    assert (await desk.types())[:2] == ["incident.opened", "restriction.announced"]
    assert await alerts(desk) == []


async def test_nobody_approves_their_own_words_nor_through_a_token_of_their_own(desk: House) -> None:
    held = await waiting(desk)
    token = Actor(ActorKind.TOKEN, "tok_1", "script", Role.APPROVER, maker=ADA.label)
    for same in (ADA, token):
        with pytest.raises(UsageError, match="written this yourself"):
            await desk.incidents.approve(held.id, same)
    at_her_terminal = replace(token, scopes=frozenset({Action.APPROVE}), maker="terminal:ada")
    for other in (EDITOR, at_her_terminal):
        with pytest.raises(Forbidden):
            await desk.incidents.approve(held.id, other)
    assert await desk.types() == []


AT_A_TERMINAL = terminal("root")
ADA_THERE = replace(AT_A_TERMINAL, role=ADA.role, maker=ADA.label)


async def test_words_of_nobody_s_name_take_two_people(desk: House) -> None:
    held = await desk.incidents.open(OPENING, AT_A_TERMINAL)
    assert (await desk.incidents.approve(held.id, ADA)).draft
    assert (await desk.incidents.approve(held.id, ADA)).draft
    assert await desk.types() == []
    assert not (await desk.incidents.approve(held.id, GRACE)).draft


async def test_who_names_themselves_at_a_terminal_is_that_person(desk: House) -> None:
    held = await desk.incidents.open(OPENING, ADA_THERE)
    with pytest.raises(UsageError, match="written this yourself"):
        await desk.incidents.approve(held.id, ADA)
    assert not (await desk.incidents.approve(held.id, GRACE)).draft


async def test_a_terminal_is_no_second_person_unless_it_is_somebody(desk: House) -> None:
    held = await waiting(desk)
    with pytest.raises(UsageError, match="--as PERSON"):
        await desk.incidents.approve(held.id, AT_A_TERMINAL)
    with pytest.raises(UsageError, match="written this yourself"):
        await desk.incidents.approve(held.id, ADA_THERE)
    assert not (await desk.incidents.approve(held.id, replace(ADA_THERE, maker=GRACE.label))).draft


async def test_words_that_changed_after_the_approver_looked_are_not_approved(desk: House) -> None:
    held = await waiting(desk)
    await desk.incidents.rewrite(held.id, replace(OPENING, body="Something else."), ADA, base_rev=held.rev)
    with pytest.raises(Outdated) as caught:
        await desk.incidents.approve(held.id, GRACE, base_rev=held.rev)
    assert caught.value.rev == held.rev + 1
    assert await desk.types() == []


async def test_an_approval_is_of_one_text(desk: House) -> None:
    draft = await desk.incidents.open(replace(OPENING, draft=True), ADA)
    assert (await desk.incidents.approve(draft.id, GRACE)).draft
    await desk.incidents.rewrite(draft.id, replace(OPENING, body="Something else."), ADA)
    assert (await desk.incidents.publish(draft.id, ADA)).draft
    assert not (await desk.incidents.approve(draft.id, GRACE)).draft


async def test_an_approved_draft_goes_out_when_it_is_asked_for(desk: House) -> None:
    draft = await desk.incidents.open(replace(OPENING, draft=True), ADA)
    await desk.incidents.approve(draft.id, GRACE)
    assert not (await desk.incidents.publish(draft.id, ADA)).draft


async def test_whoever_writes_along_is_no_second_person(desk: House) -> None:
    held = await waiting(desk)
    await desk.incidents.rewrite(held.id, replace(OPENING, body="Better words."), GRACE)
    with pytest.raises(UsageError, match="written this yourself"):
        await desk.incidents.approve(held.id, GRACE)


async def test_an_emergency_is_possible_loud_and_on_record(desk: House) -> None:
    held = await waiting(desk)
    with pytest.raises(Forbidden):
        await desk.incidents.publish(held.id, EDITOR, terms=Terms(override="No time"))
    with pytest.raises(UsageError, match="say why"):
        await desk.incidents.publish(held.id, ADA, terms=Terms(override=" "))
    public = await desk.incidents.publish(held.id, ADA, terms=Terms(override="Nobody answers the phone"))
    assert not public.draft
    [(kind, text)] = await alerts(desk)
    assert kind is AlertKind.OVERRIDE
    assert "person:ada published" in text
    assert "Nobody answers the phone" in text


async def test_words_alone_go_out_at_once_and_what_changes_cells_waits(desk: House) -> None:
    public = await desk.incidents.open(OPENING, ADA, override="setting the scene")
    await desk.incidents.update(public.id, Continuation("We know more."), ADA)
    assert (await desk.types())[-1] == "incident.updated"
    told = len(await desk.types())
    lifted = Continuation("Lifted.", statements=(Statement(Says.LIFTED, authority="the authority"),))
    for written in (lifted, Continuation(scope=(ScopeRow(models=(FABLE,), user_classes=(HOME,)),))):
        held = await desk.incidents.update(public.id, written, ADA)
        assert len(held.proposals) == 1
        assert len(await desk.types()) == told
        await desk.incidents.withdraw(public.id, ADA, update_id=held.proposals[0].id)
    over = await desk.incidents.resolve(public.id, "Over.", ADA)
    assert over.open
    ended = await desk.incidents.approve(public.id, GRACE, update_id=over.proposals[0].id)
    assert not ended.open
    assert (await desk.types())[-1] == "incident.resolved"


async def test_a_stage_that_ends_it_or_brings_it_back_is_no_mere_word(desk: House) -> None:
    public = await desk.incidents.open(OPENING, ADA, override="setting the scene")
    for stage in (Stage.RESOLVED, Stage.POSTMORTEM):
        held = await desk.incidents.update(public.id, Continuation("Over.", stage=stage), ADA)
        assert held.open
        await desk.incidents.withdraw(public.id, ADA, update_id=held.proposals[0].id)
    await desk.incidents.resolve(public.id, "Over.", ADA, override="setting the scene")
    told = len(await desk.types())
    again = await desk.incidents.update(public.id, Continuation("Not over.", stage=Stage.IDENTIFIED), ADA)
    assert not again.open
    assert len(await desk.types()) == told
    learnt = await desk.incidents.update(public.id, Continuation("What we learnt.", stage=Stage.POSTMORTEM), ADA)
    assert learnt.stage is Stage.POSTMORTEM


async def test_other_words_of_a_draft_are_another_text_and_leave_no_history(desk: House) -> None:
    at = desk.clock() + timedelta(hours=2)
    held = await desk.incidents.open(replace(OPENING, publish_at=at), ADA)
    await desk.incidents.approve(held.id, GRACE)
    await desk.incidents.edit(held.id, held.updates[0].id, "Everything is fine.", ADA)
    desk.pass_time(hours=2)
    await desk.incidents.take_effect()
    assert (await desk.incidents.one(held.id)).draft, "nobody approved these words"
    with pytest.raises(UsageError, match="written this yourself"):
        await desk.incidents.approve(held.id, ADA)
    renamed = await desk.incidents.retitle(held.id, "Nothing happened", GRACE)
    assert renamed.review.approvals == ()
    with pytest.raises(UsageError, match="written this yourself"):
        await desk.incidents.approve(held.id, GRACE)
    [update] = renamed.updates
    assert (update.edits, renamed.title_edits) == ((), ())


@pytest.mark.parametrize("quiet", [False, True])
async def test_an_approval_is_of_the_time_too(desk: House, quiet: bool) -> None:
    at = desk.clock() + timedelta(hours=2)
    held = await desk.incidents.open(replace(OPENING, publish_at=at), ADA)
    await desk.incidents.approve(held.id, GRACE)
    later = await desk.incidents.publish(held.id, ADA, terms=Terms(publish_at=at + timedelta(hours=1)))
    assert later.review.approvals
    other = Terms(quiet=True, publish_at=at + timedelta(hours=2)) if quiet else Terms()
    asked_anew = await desk.incidents.publish(held.id, ADA, terms=other)
    assert asked_anew.draft
    assert asked_anew.review.approvals == ()


async def test_an_incident_that_restricts_nothing_needs_one_person(desk: House) -> None:
    opened = await desk.incidents.open(Opening(Kind.INCIDENT, "Odd", "We look.", SCOPE), ADA)
    assert not opened.draft


async def test_while_fewer_than_two_could_approve_nobody_waits(calm: House) -> None:
    assert not (await calm.incidents.open(OPENING, ADA)).draft


async def test_a_waiting_update_is_written_again_under_its_name(desk: House) -> None:
    public = await desk.incidents.open(OPENING, ADA, override="setting the scene")
    one = await desk.incidents.update(public.id, Continuation("Draft", draft=True), ADA)
    update_id = one.proposals[0].id
    two_ = await desk.incidents.update(public.id, Continuation("Better", draft=True), GRACE, update_id=update_id)
    assert [(p.id, p.body, p.review.writers) for p in two_.proposals] == [(update_id, "Better", (ADA.eyes, GRACE.eyes))]
    out = await desk.incidents.publish(public.id, ADA, update_id=update_id)
    assert (out.updates[-1].id, out.updates[-1].body, out.proposals) == (update_id, "Better", ())
    with pytest.raises(NotFound, match="not public yet"):
        await desk.incidents.publish(public.id, ADA, update_id=update_id)


async def test_what_is_discarded_is_gone_from_the_desk_and_stays_on_record(desk: House) -> None:
    held = await waiting(desk)
    await desk.incidents.withdraw(held.id, ADA)
    assert await desk.incidents.all() == []
    assert await alerts(desk) == []
    with pytest.raises(NotFound):
        await desk.incidents.approve(held.id, GRACE)
    assert [one.discarded for _, one in await desk.incidents.log(held.id)] == [False, True]


async def test_a_scheduled_draft_goes_out_by_the_clock_once_it_is_approved(desk: House) -> None:
    at = desk.clock() + timedelta(hours=2)
    held = await desk.incidents.open(replace(OPENING, publish_at=at), ADA)
    assert (await desk.incidents.approve(held.id, GRACE)).draft
    assert await desk.incidents.take_effect() == 0
    desk.pass_time(hours=2)
    assert await desk.incidents.take_effect() > 0
    assert not (await desk.incidents.one(held.id)).draft
    assert await desk.incidents.take_effect() == 0


async def test_a_scheduled_draft_that_nobody_approved_stays_where_it_is(desk: House) -> None:
    held = await desk.incidents.open(replace(OPENING, publish_at=desk.clock() + timedelta(hours=2)), ADA)
    desk.pass_time(hours=3)
    assert await desk.incidents.take_effect() == 0
    assert (await desk.incidents.one(held.id)).draft
    assert not (await desk.incidents.approve(held.id, GRACE)).draft


async def test_a_scheduled_update_goes_out_by_the_clock_quietly_if_so_wished(desk: House) -> None:
    subscription = await desk.subscribe()
    opened = await desk.incidents.open(Opening(Kind.INCIDENT, "Odd", "We look.", SCOPE), ADA)
    later = Continuation("Later.", publish_at=desk.clock() + timedelta(hours=1), quiet=True)
    held = await desk.incidents.update(opened.id, later, ADA)
    assert (held.updates[-1].body, held.updated_at) == ("We look.", opened.updated_at)
    desk.pass_time(hours=1)
    assert await desk.incidents.take_effect() == 1
    assert (await desk.incidents.one(opened.id)).updates[-1].body == "Later."
    assert len(await desk.owed(subscription)) == 1


def by(house: House, *kinds: Kind) -> None:
    """From now on two people publish these kinds; the settings are replaced as a reload does it."""
    house.incidents.settings = replace(house.incidents.settings, staffing=Staffing(kinds))


async def test_the_configuration_names_the_kinds_that_two_people_publish(desk: House) -> None:
    by(desk, Kind.NOTICE, Kind.INCIDENT)
    assert not (await desk.incidents.open(OPENING, ADA)).draft
    notice = await desk.incidents.open(Opening(Kind.NOTICE, "Prices", "They change.", SCOPE), ADA)
    odd = await desk.incidents.open(Opening(Kind.INCIDENT, "Odd", "We look.", SCOPE), ADA)
    assert (notice.draft, odd.draft) == (True, True)
    assert not (await desk.incidents.approve(odd.id, GRACE)).draft
    assert not (await desk.incidents.update(odd.id, Continuation("We know more."), ADA)).proposals
    assert len((await desk.incidents.resolve(odd.id, "Over.", ADA)).proposals) == 1


async def test_what_waits_goes_on_waiting_when_the_configuration_is_reloaded(desk: House) -> None:
    held, asks_anew = await waiting(desk), await waiting(desk)
    by(desk)
    assert await desk.incidents.take_effect() == 0
    assert (await desk.incidents.one(held.id)).draft
    assert not (await desk.incidents.approve(held.id, GRACE)).draft
    assert not (await desk.incidents.publish(asks_anew.id, ADA)).draft
    assert not (await desk.incidents.open(OPENING, ADA)).draft


async def test_a_reason_cannot_forge_a_line_of_the_log(desk: House, caplog: pytest.LogCaptureFixture) -> None:
    held = await waiting(desk)
    forged = "Fire\n2026-06-12 14:00:00 INFO statuspage: nothing happened\x1b[2K"
    await desk.incidents.publish(held.id, ADA, terms=Terms(override=forged))
    [line] = [one for one in caplog.messages if "override" in one]
    assert "Fire 2026-06-12 14:00:00 INFO statuspage: nothing happened" in line
    assert line.isprintable()
