"""What staff can say, whom it reaches, and what stays private."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import orjson
import pytest

from statuspage.core.availability import Availability, Basis, Disagreement, Reason
from statuspage.core.incident import Certainty, Impact, Kind, Says, ScopeRow, Stage
from statuspage.core.staff import terminal
from statuspage.errors import NotFound, UsageError
from statuspage.ports import RevisionKind
from statuspage.services.incidents import Continuation, Opening, Statement, Terms
from statuspage.site.publish import render_site
from tests.house import (
    ABROAD,
    FABLE,
    FABLE_ABROAD,
    FABLE_HOME,
    FABLE_PARTNERS,
    GATEWAY,
    HOME,
    OPUS,
    PARTNERS,
    VENDOR,
    ZERO,
    House,
)

A = Availability
WHO = terminal("night-shift")
FABLE_SCOPE = (ScopeRow(models=(FABLE,)),)
ORDERED = Statement(Says.ORDERED, authority="the authority", basis="a directive")
LIFTED = Statement(Says.LIFTED, authority="the authority")


def restriction(**changes: object) -> Opening:
    given = Opening(Kind.RESTRICTION, "Export directive", "It is ordered.", FABLE_SCOPE, (ORDERED,))
    return replace(given, **changes)  # type: ignore[arg-type]


def note(**changes: object) -> Opening:
    given = Opening(Kind.INCIDENT, "Something is odd", "We look into it.", FABLE_SCOPE)
    return replace(given, **changes)  # type: ignore[arg-type]


async def attest_partners(house: House) -> None:
    """Programme partners are known to be served, until a declaration says otherwise."""
    until, scope = house.clock() + timedelta(days=30), ScopeRow(user_classes=(PARTNERS,))
    await house.attestations.attest(scope, available=True, until=until, source=None, actor=WHO)
    house.pass_time(minutes=5)


async def everything_public(house: House) -> bytes:
    """Every byte of the site and of the log."""
    pages = render_site(await house.queries.snapshot())
    bodies = [event.body for event in await house.events()]
    return b"".join([page.body for page in pages.values()] + bodies)


async def test_an_incident_goes_from_its_opening_to_its_end(calm: House) -> None:
    opened = await calm.incidents.open(note(), WHO)
    calm.pass_time(minutes=10)
    updated = await calm.incidents.update(opened.id, Continuation("Found it.", Stage.IDENTIFIED), WHO)
    calm.pass_time(minutes=10)
    resolved = await calm.incidents.resolve(opened.id, "It works.", WHO)
    assert (opened.stage, updated.stage, resolved.stage) == (Stage.INVESTIGATING, Stage.IDENTIFIED, Stage.RESOLVED)
    assert [one.body for one in resolved.updates] == ["We look into it.", "Found it.", "It works."]
    assert resolved.resolved_at == calm.clock()
    assert await calm.types() == ["incident.opened", "incident.updated", "incident.resolved"]
    assert await calm.incidents.one(opened.id) == resolved


async def test_every_verb_leaves_a_revision_that_says_who(calm: House) -> None:
    opened = await calm.incidents.open(note(), WHO)
    await calm.incidents.note(opened.id, "Call the vendor", terminal("boss"))
    async with calm.store.reading() as view:
        log = await view.revision_log(RevisionKind.INCIDENT, opened.id)
    assert [(one.rev, one.actor) for one in log] == [(1, WHO.label), (2, "terminal:boss")]


async def test_a_declaration_is_told_with_the_opening_and_shown_beside_the_measurement(calm: House) -> None:
    await attest_partners(calm)
    opened = await calm.incidents.open(restriction(), WHO)
    assert await calm.types() == [
        "incident.opened", "restriction.announced", "model.restricted", "restriction.disagreement"
    ]  # fmt: skip
    cells = await calm.cells()
    assert cells[FABLE_HOME].published.availability is A.AVAILABLE
    assert cells[FABLE_HOME].published.disagreement is Disagreement.ORDERED_NOT_APPLIED
    partners = (await calm.queries.snapshot()).cell(FABLE_PARTNERS)
    assert (partners.availability, partners.reason, partners.basis) == (A.RESTRICTED, Reason.LEGAL, Basis.DECLARED)
    assert partners.incident == opened.id


async def test_a_declaration_gives_a_measured_restriction_its_reason(calm: House) -> None:
    calm.do("restrict", model=FABLE)
    await calm.settle()
    assert await calm.said() == (A.RESTRICTED, Reason.WITHDRAWN)
    await calm.incidents.open(restriction(), WHO)
    assert await calm.said() == (A.RESTRICTED, Reason.LEGAL)


async def test_a_claim_changes_nothing(calm: House) -> None:
    claimed = replace(ORDERED, certainty=Certainty.CLAIMED)
    await calm.incidents.open(restriction(statements=(claimed,)), WHO)
    assert await calm.types() == ["incident.opened"]
    assert await calm.said() == (A.AVAILABLE, Reason.NONE)


async def test_a_lifting_ends_what_only_a_declaration_restricted(calm: House) -> None:
    opened = await calm.incidents.open(restriction(), WHO)
    calm.pass_time(hours=1)
    await calm.incidents.update(opened.id, Continuation("Lifted.", statements=(LIFTED,)), WHO)
    assert (await calm.types())[-2:] == ["restriction.lifted", "incident.updated"]
    assert (await calm.said(FABLE_PARTNERS))[0] is A.UNKNOWN


@pytest.mark.parametrize("kind", [Kind.INCIDENT, Kind.RESTRICTION, Kind.NOTICE])
async def test_a_draft_leaks_nowhere(calm: House, kind: Kind) -> None:
    subscription = await calm.subscribe()
    before = await everything_public(calm)
    draft = restriction(kind=kind, title="A secret plan", body="Nobody may see this.", draft=True)
    opened = await calm.incidents.open(draft, WHO)
    await calm.incidents.update(opened.id, Continuation("Still secret."), WHO)
    await calm.incidents.note(opened.id, "Hush", WHO)
    assert await everything_public(calm) == before
    assert await calm.events() == []
    assert await calm.owed(subscription) == []
    assert await calm.incidents.take_effect() == 0
    assert (await calm.incidents.all())[0].draft


async def test_a_published_draft_is_told_from_then_on(calm: House) -> None:
    draft = await calm.incidents.open(restriction(draft=True), WHO)
    calm.pass_time(hours=2)
    published = await calm.incidents.publish(draft.id, WHO)
    assert published.declarations[0].recorded_at == calm.clock()
    assert (await calm.types())[:2] == ["incident.opened", "restriction.announced"]
    assert b"Export directive" in await everything_public(calm)
    with pytest.raises(UsageError, match="public already"):
        await calm.incidents.publish(draft.id, WHO)


async def test_a_private_note_and_the_names_of_staff_are_never_public(calm: House) -> None:
    opened = await calm.incidents.open(restriction(), WHO)
    await calm.incidents.note(opened.id, "The vendor's engineer is Mallory", WHO)
    await calm.incidents.link(opened.id, GATEWAY, "00ff00ff00ff00ff", WHO)
    public = await everything_public(calm)
    assert b"Mallory" not in public
    assert b"night-shift" not in public


@pytest.mark.parametrize("late", [False, True])
async def test_a_quiet_incident_is_public_and_owes_nothing(calm: House, late: bool) -> None:
    subscription = await calm.subscribe()
    opened = await calm.incidents.open(note(quiet=not late, draft=late), WHO)
    if late:
        await calm.incidents.publish(opened.id, WHO, terms=Terms(quiet=True))
    await calm.incidents.update(opened.id, Continuation("More."), WHO)
    await calm.incidents.resolve(opened.id, "Done.", WHO)
    assert await calm.types() == ["incident.opened", "incident.updated", "incident.resolved"]
    assert await calm.owed(subscription) == []
    assert b"Something is odd" in await everything_public(calm)


async def test_linking_an_answer_makes_it_the_restriction_until_it_is_answered(calm: House) -> None:
    calm.do("answer", model=FABLE, provider=GATEWAY, signal="ant-500")
    await calm.settle(GATEWAY)
    seen = (await calm.round(GATEWAY, (FABLE,))).judged.values()
    [fingerprint] = {one.found.observation.evidence.fingerprint for one in seen}
    assert fingerprint
    opened = await calm.incidents.open(restriction(), WHO)
    linked = await calm.incidents.link(opened.id, GATEWAY, fingerprint, WHO)
    assert len((await calm.incidents.link(opened.id, GATEWAY, fingerprint, WHO)).links) == len(linked.links) == 1
    calm.pass_time(minutes=1)
    await calm.settle(GATEWAY)
    key = replace(FABLE_HOME, provider=GATEWAY)
    published = (await calm.cells())[key].published
    assert (published.availability, published.basis) == (A.RESTRICTED, Basis.LINKED)
    calm.do("restore", model=FABLE)
    calm.pass_time(minutes=10)
    await calm.settle(GATEWAY)
    assert (await calm.cells())[key].published.availability is A.AVAILABLE
    calm.do("answer", model=FABLE, provider=GATEWAY, signal="ant-500")
    calm.pass_time(minutes=1)
    await calm.settle(GATEWAY)
    assert (await calm.cells())[key].published.availability is A.DOWN


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (ScopeRow(models=("claud-fable-5",)), "there is no model 'claud-fable-5'; did you mean 'claude-fable-5'?"),
        (ScopeRow(providers=("gatevay",)), "there is no provider 'gatevay'; did you mean 'gateway'?"),
        (ScopeRow(user_classes=("us-person",)), "there is no user class 'us-person'; did you mean 'us-persons'?"),
        (ScopeRow(excepted=("nobody",)), f"there are: {HOME}, {ABROAD}, {ZERO}, {PARTNERS}"),
    ],
)
async def test_a_name_that_nothing_has_is_refused_with_the_nearest(calm: House, row: ScopeRow, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        await calm.incidents.open(note(scope=(row,)), WHO)
    assert message in str(caught.value)
    assert await calm.incidents.all() == []


async def test_a_name_in_an_update_is_checked_too(calm: House) -> None:
    opened = await calm.incidents.open(restriction(), WHO)
    wrong = (ScopeRow(models=("opus",)),)
    for written in (Continuation(scope=wrong), Continuation(statements=(LIFTED,), statement_scope=wrong)):
        with pytest.raises(UsageError, match="there is no model 'opus'"):
            await calm.incidents.update(opened.id, written, WHO)
    with pytest.raises(UsageError, match="there is no provider 'bedrock'"):
        await calm.incidents.link(opened.id, "bedrock", "f", WHO)


@pytest.mark.parametrize(
    ("opening", "message"),
    [
        (note(title="  "), "the title must have 1 to 200 characters"),
        (note(title="x" * 201), "the title must have 1 to 200 characters"),
        (note(body="x" * 50_001), "at most 50000 characters"),
        (note(kind=Kind.MAINTENANCE), "maintenance needs the time at which it starts"),
    ],
)
async def test_what_cannot_be_meant_is_refused_whole(calm: House, opening: Opening, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        await calm.incidents.open(opening, WHO)
    assert await calm.incidents.all() == []
    assert await calm.events() == []


async def test_an_incident_that_is_not_there_or_over_says_so(calm: House) -> None:
    with pytest.raises(NotFound, match="there is no incident 'inc_x'"):
        await calm.incidents.one("inc_x")
    opened = await calm.incidents.open(note(), WHO)
    await calm.incidents.resolve(opened.id, "", WHO)
    with pytest.raises(UsageError, match="it is resolved"):
        await calm.incidents.resolve(opened.id, "", WHO)
    draft = await calm.incidents.open(note(draft=True), WHO)
    with pytest.raises(UsageError, match="it is a draft"):
        await calm.incidents.resolve(draft.id, "", WHO)


async def test_a_declaration_takes_effect_once_when_its_time_has_come(calm: House) -> None:
    later = replace(ORDERED, effective_from=calm.clock() + timedelta(hours=3))
    await calm.incidents.open(restriction(statements=(later,)), WHO)
    assert await calm.incidents.take_effect() == 0
    assert (await calm.said(FABLE_PARTNERS))[0] is A.UNKNOWN
    calm.pass_time(hours=3)
    assert await calm.incidents.take_effect() > 0
    assert await calm.incidents.take_effect() == 0
    assert (await calm.types()).count("restriction.effective") == 1
    assert (await calm.said(FABLE_PARTNERS))[0] is A.RESTRICTED


async def test_a_restriction_that_was_lifted_before_its_time_never_takes_effect(calm: House) -> None:
    later = replace(ORDERED, effective_from=calm.clock() + timedelta(hours=3))
    opened = await calm.incidents.open(restriction(statements=(later,)), WHO)
    calm.pass_time(hours=1)
    await calm.incidents.update(opened.id, Continuation("Called off.", statements=(LIFTED,)), WHO)
    calm.pass_time(hours=3)
    assert await calm.incidents.take_effect() == 0
    assert (await calm.said(FABLE_PARTNERS))[0] is A.UNKNOWN


async def test_a_declaration_runs_out_by_itself(calm: House) -> None:
    until = replace(ORDERED, until=calm.clock() + timedelta(hours=3))
    await calm.incidents.open(restriction(statements=(until,)), WHO)
    assert (await calm.said(FABLE_PARTNERS))[0] is A.RESTRICTED
    calm.pass_time(hours=3)
    await calm.monitor.sweep()
    assert (await calm.said(FABLE_PARTNERS))[0] is A.UNKNOWN


async def test_two_declarations_that_begin_at_once_are_both_told(calm: House) -> None:
    later = replace(ORDERED, effective_from=calm.clock() + timedelta(hours=1))
    for model in (FABLE, OPUS):
        await calm.incidents.open(restriction(scope=(ScopeRow(models=(model,)),), statements=(later,)), WHO)
    calm.pass_time(hours=1)
    assert await calm.incidents.take_effect() > 1
    assert await calm.incidents.take_effect() == 0
    assert (await calm.types()).count("restriction.effective") == 2


async def test_maintenance_is_announced_started_and_completed(calm: House) -> None:
    opening = note(kind=Kind.MAINTENANCE, scheduled_for=calm.clock() + timedelta(hours=1))
    opened = await calm.incidents.open(opening, WHO)
    await calm.incidents.update(opened.id, Continuation("Begins.", Stage.IN_PROGRESS), WHO)
    done = await calm.incidents.resolve(opened.id, "", WHO)
    assert done.stage is Stage.COMPLETED
    assert await calm.types() == ["maintenance.scheduled", "maintenance.started", "maintenance.completed"]


@pytest.mark.parametrize(
    ("scope", "impact"),
    [
        (ScopeRow(models=(FABLE,)), Impact.CRITICAL),
        (ScopeRow(models=(FABLE,), user_classes=(ABROAD,)), Impact.MAJOR),
        (ScopeRow(models=(FABLE,), excepted=(HOME,)), Impact.MAJOR),
    ],
)
async def test_the_impact_follows_from_the_scope(calm: House, scope: ScopeRow, impact: Impact) -> None:
    assert (await calm.incidents.open(restriction(scope=(scope,)), WHO)).impact is impact


async def test_a_wider_scope_amends(calm: House) -> None:
    narrow = (ScopeRow(models=(FABLE,), user_classes=(ABROAD,)),)
    opened = await calm.incidents.open(restriction(scope=narrow), WHO)
    await calm.incidents.update(opened.id, Continuation("Wider.", scope=FABLE_SCOPE), WHO)
    assert (await calm.types())[-2:] == ["restriction.amended", "incident.updated"]


async def test_incidents_are_listed_newest_first(calm: House) -> None:
    first = await calm.incidents.open(note(), WHO)
    calm.pass_time(minutes=1)
    second = await calm.incidents.open(note(draft=True), WHO)
    assert [one.id for one in await calm.incidents.all()] == [second.id, first.id]


def _is_json(body: bytes) -> bool:
    return isinstance(orjson.loads(body), dict)


async def test_hostile_words_come_back_as_they_were_written(calm: House) -> None:
    title, body = "<script>alert(1)</script>", "**bold** <img src=x onerror=alert(1)> \u202e🌍 ${x} {{7*7}}"
    opened = await calm.incidents.open(note(title=title, body=body), WHO)
    kept = await calm.incidents.one(opened.id)
    assert (kept.title, kept.updates[0].body) == (title, body)
    check: Callable[[bytes], bool] = _is_json
    assert check((await calm.events())[0].body)
    assert b"<script>alert(1)" not in await _html(calm)


async def _html(house: House) -> bytes:
    pages = render_site(await house.queries.snapshot())
    return b"".join(page.body for page in pages.values() if page.content_type.startswith("text/html"))


async def test_a_class_that_is_left_out_is_left_out(calm: House) -> None:
    scope = (ScopeRow(models=(FABLE,), excepted=(ABROAD,)),)
    await calm.incidents.open(restriction(scope=scope), WHO)
    cells = await calm.cells()
    assert cells[FABLE_HOME].published.disagreement is Disagreement.ORDERED_NOT_APPLIED
    assert cells[FABLE_ABROAD].published.disagreement is None
    assert VENDOR in {key.provider for key in cells}
