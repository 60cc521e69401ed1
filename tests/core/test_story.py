"""Stories: what opening, updating, declaring and ending an incident tells, and to whom."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from statuspage.core.event import EventType, Severity
from statuspage.core.incident import Certainty, Impact, Incident, Kind, Link, Says, ScopeRow, Stage, Update
from statuspage.core.story import (
    FIRST_STAGE,
    Told,
    event,
    impact_of,
    opened,
    taking_effect,
    updated,
    with_link,
    with_update,
)
from tests.core.builders import ABROAD, AT_HOME, FABLE, SETTINGS, T0, after, declared, incident

CLAIMED = declared(certainty=Certainty.CLAIMED)
ONLY_ABROAD = (ScopeRow(models=("fable",), user_classes=(ABROAD,)),)
EVERY_CLASS = tuple(one.id for one in SETTINGS.user_classes)


def types(told: list[Told]) -> list[EventType]:
    return [one.type for one in told]


def update(stage: Stage, at_seconds: float = 60) -> Update:
    return Update(id="upd_1", at=after(at_seconds), stage=stage, body="We know more.")


# Opening.


@pytest.mark.parametrize("kind", Kind)
def test_opening_is_told(kind: Kind) -> None:
    wanted = EventType.MAINTENANCE_SCHEDULED if kind is Kind.MAINTENANCE else EventType.INCIDENT_OPENED
    assert types(opened(incident(kind=kind))) == [wanted]
    assert FIRST_STAGE[kind] is not Stage.RESOLVED


@pytest.mark.parametrize(
    ("says", "wanted"),
    [
        (Says.ORDERED, EventType.RESTRICTION_ANNOUNCED),
        (Says.ANNOUNCED, EventType.RESTRICTION_ANNOUNCED),
        (Says.APPLIED, EventType.RESTRICTION_EFFECTIVE),
        (Says.LIFTED, EventType.RESTRICTION_LIFTED),
    ],
)
def test_each_confirmed_declaration_is_told_as_what_it_says(says: Says, wanted: EventType) -> None:
    assert types(opened(incident(declared(says), CLAIMED))) == [EventType.INCIDENT_OPENED, wanted]
    assert types(updated(incident(), incident(declared(says), CLAIMED))) == [wanted]


def test_opening_takes_effect_when_the_story_began() -> None:
    assert opened(incident(started_at=after(-60)))[0].effective_at == after(-60)
    assert opened(incident(created_at=after(5)))[0].effective_at == after(5)


# Going on.


def test_an_update_is_told() -> None:
    before = incident()
    assert types(updated(before, with_update(before, update(Stage.MONITORING)))) == [EventType.INCIDENT_UPDATED]
    assert updated(before, before) == []
    assert updated(before, replace(before, notes=(), title="A better title")) == []


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [(Kind.RESTRICTION, EventType.INCIDENT_RESOLVED), (Kind.MAINTENANCE, EventType.MAINTENANCE_COMPLETED)],
)
def test_the_end_is_told_once_instead_of_an_update(kind: Kind, wanted: EventType) -> None:
    before = incident(kind=kind)
    over = with_update(before, update(Stage.RESOLVED))
    assert types(updated(before, over)) == [wanted]
    assert types(updated(over, with_update(over, update(Stage.POSTMORTEM)))) == [EventType.INCIDENT_UPDATED]


def test_maintenance_that_starts_is_told() -> None:
    planned = incident(kind=Kind.MAINTENANCE, stage=Stage.SCHEDULED)
    assert types(updated(planned, replace(planned, stage=Stage.IN_PROGRESS))) == [EventType.MAINTENANCE_STARTED]


def test_the_same_statement_with_another_scope_amends() -> None:
    before = incident(declared())
    narrower = replace(before, declarations=(*before.declarations, declared(at=after(60), scope=ONLY_ABROAD)))
    assert types(updated(before, narrower)) == [EventType.RESTRICTION_AMENDED]


def test_another_scope_of_the_story_amends_only_where_something_is_declared() -> None:
    before = incident(declared())
    assert types(updated(before, replace(before, scope=ONLY_ABROAD))) == [EventType.RESTRICTION_AMENDED]
    assert updated(incident(), incident(scope=ONLY_ABROAD)) == []


def test_a_further_lifting_is_a_lifting() -> None:
    before = incident(declared(), declared(Says.LIFTED, scope=ONLY_ABROAD))
    after_ = replace(before, declarations=(*before.declarations, declared(Says.LIFTED, after(60))))
    assert types(updated(before, after_)) == [EventType.RESTRICTION_LIFTED]


def test_a_claim_is_never_told() -> None:
    assert updated(incident(), incident(CLAIMED)) == []
    confirmed = declared(scope=ONLY_ABROAD)
    assert types(updated(incident(CLAIMED), incident(CLAIMED, confirmed))) == [EventType.RESTRICTION_ANNOUNCED]


def test_an_update_sets_the_stage_and_an_end_stops_promises() -> None:
    before = incident(next_update_by=after(hours=1))
    going = with_update(before, update(Stage.MONITORING))
    assert (going.stage, going.updated_at, going.next_update_by, going.resolved_at) == (
        Stage.MONITORING,
        after(60),
        after(hours=1),
        None,
    )
    over = with_update(going, update(Stage.RESOLVED, 90))
    assert (over.resolved_at, over.next_update_by, len(over.updates)) == (after(90), None, 2)
    assert with_update(over, update(Stage.POSTMORTEM, 120)).resolved_at == after(90)
    assert with_update(over, update(Stage.MONITORING, 120)).resolved_at is None


def test_a_fingerprint_is_linked_once() -> None:
    first = with_link(incident(), Link("vendor", "00ff", "alice", after(1)))
    again = with_link(first, Link("vendor", "00ff", "bob", after(2)))
    other = with_link(again, Link("cloud", "00ff", "bob", after(3)))
    assert [one.actor for one in again.links] == ["bob"]
    assert (len(other.links), other.updated_at) == (2, after(3))


# Taking effect.


@pytest.mark.parametrize("says", [Says.ORDERED, Says.ANNOUNCED])
def test_an_order_for_later_takes_effect_once_at_its_time(says: Says) -> None:
    before = incident(declared(says, effective_from=after(60)))
    assert taking_effect(before, after(59)) == (before, [])
    marked, told = taking_effect(before, after(60))
    assert types(told) == [EventType.RESTRICTION_EFFECTIVE]
    assert (told[0].effective_at, told[0].scope) == (after(60), (FABLE,))
    assert taking_effect(marked, after(61)) == (marked, [])


@pytest.mark.parametrize(
    "quiet",
    [
        incident(declared()),
        incident(declared(Says.APPLIED, effective_from=T0)),
        incident(declared(Says.LIFTED, effective_from=T0)),
        incident(replace(CLAIMED, effective_from=T0)),
        incident(declared(effective_from=T0), draft=True),
        incident(declared(effective_from=T0), stage=Stage.RESOLVED),
    ],
    ids=["no time given", "applied", "lifted", "claimed", "a draft", "over"],
)
def test_nothing_else_takes_effect_by_the_clock(quiet: Incident) -> None:
    assert taking_effect(quiet, after(60)) == (quiet, [])


def test_only_what_is_due_is_marked() -> None:
    later = declared(effective_from=after(90), scope=ONLY_ABROAD)
    marked, told = taking_effect(incident(declared(effective_from=after(60)), later), after(60))
    assert [one.effect_told for one in marked.declarations] == [True, False]
    assert len(told) == 1


# The event of it.


def drafted(type_: EventType = EventType.INCIDENT_OPENED, *scope: ScopeRow, **fields: Any) -> Any:
    told = Told(type_, "Export directive", after(-60), scope)
    return event(told, incident(**fields), "evt_1", T0, SETTINGS)


def test_an_event_names_its_incident_and_scope() -> None:
    told = drafted(EventType.INCIDENT_OPENED, FABLE)
    assert (told.id, told.incident, told.timestamp, told.effective_at) == ("evt_1", "inc_order", T0, after(-60))
    assert (told.model, told.provider, told.models, told.providers, told.user_classes) == (
        "fable",
        None,
        ("fable",),
        (),
        (),
    )
    assert told.changes == ()


def test_an_event_of_several_scopes_names_all_of_them_or_none() -> None:
    both = drafted(EventType.INCIDENT_OPENED, FABLE, ScopeRow(models=("opus",), providers=("cloud",)))
    assert (both.model, both.models, both.providers) == (None, ("fable", "opus"), ())


def test_excepted_classes_are_left_out() -> None:
    spared = drafted(EventType.INCIDENT_OPENED, ScopeRow(excepted=(AT_HOME,)))
    assert set(spared.user_classes) == set(EVERY_CLASS) - {AT_HOME}
    named = drafted(EventType.INCIDENT_OPENED, ScopeRow(user_classes=(ABROAD, AT_HOME), excepted=(AT_HOME,)))
    assert named.user_classes == (ABROAD,)


def test_an_event_hurts_as_much_as_its_incident_unless_it_is_good_news() -> None:
    assert drafted(impact=Impact.CRITICAL).severity is Severity.CRITICAL
    for good in (EventType.RESTRICTION_LIFTED, EventType.INCIDENT_RESOLVED, EventType.MAINTENANCE_COMPLETED):
        assert drafted(good, impact=Impact.CRITICAL).severity is Severity.NONE


def test_a_quiet_incident_makes_quiet_events() -> None:
    assert drafted(quiet=True).quiet
    assert not drafted().quiet


def test_the_impact_of_a_restriction_follows_its_reach() -> None:
    assert impact_of(Kind.RESTRICTION, [FABLE], SETTINGS) is Impact.CRITICAL
    assert impact_of(Kind.RESTRICTION, ONLY_ABROAD, SETTINGS) is Impact.MAJOR
    assert impact_of(Kind.RESTRICTION, [ScopeRow(("fable",), excepted=(AT_HOME,))], SETTINGS) is Impact.MAJOR
    assert impact_of(Kind.RESTRICTION, [ScopeRow(("fable",), ("cloud",))], SETTINGS) is Impact.CRITICAL


@pytest.mark.parametrize(
    ("kind", "impact"), [(Kind.INCIDENT, Impact.MINOR), (Kind.NOTICE, Impact.NONE), (Kind.MAINTENANCE, Impact.NONE)]
)
def test_other_stories_suggest_little(kind: Kind, impact: Impact) -> None:
    assert impact_of(kind, [FABLE], SETTINGS) is impact
