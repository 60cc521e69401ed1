"""From moves to events: what is told together, in which words, how loudly, and what to use instead."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from statuspage.core.announcement import (
    Move,
    disagreement,
    disagreements,
    draft,
    grouped,
    summarise,
    usable_instead,
    with_alternatives,
    with_group,
)
from statuspage.core.availability import Availability, Basis, CellKey, Disagreement, Reason, Scope
from statuspage.core.cell import CellState, Published
from statuspage.core.event import Alternative, EventDraft, EventType, Severity
from tests.core.builders import (
    ABROAD,
    AT_CLOUD,
    AT_HOME,
    AWAY,
    HOME,
    OPUS,
    POLICY,
    SETTINGS,
    T0,
    after,
    measured,
    proof,
    published,
    restricted,
    settled,
)

WITHDRAWN = published(Availability.RESTRICTED, Reason.WITHDRAWN, since=after(1))
DOWN = published(Availability.DOWN, Reason.SERVER_ERROR, scope=Scope.PROVIDER)
AVAILABLE = published(Availability.AVAILABLE)
NOW = after(minutes=5)
FABLE_CLASSES = [CellKey("fable", "vendor", one.id) for one in SETTINGS.user_classes]


def move(
    key: CellKey = HOME, after_: Published = WITHDRAWN, type_: EventType = EventType.MODEL_RESTRICTED, **fields: Any
) -> Move:
    return Move(settled(Availability.AVAILABLE, key=key, **fields), after_, type_)


def event(*moves: Move, complete: bool = True) -> EventDraft:
    return draft("evt_1", moves, SETTINGS, NOW, complete=complete)


# What is told together.


def test_the_cells_of_one_model_at_one_provider_make_one_event() -> None:
    moves = [move(HOME), move(AT_CLOUD), move(OPUS), move(AWAY)]
    groups = [tuple(one.state.key for one in group) for group in grouped(moves)]
    assert groups == [(HOME, AWAY), (AT_CLOUD,), (OPUS,)]


def test_another_type_is_another_event() -> None:
    moves = [move(HOME), move(AWAY, AVAILABLE, EventType.MODEL_RECOVERED)]
    assert len(grouped(moves)) == 2


@pytest.mark.parametrize("type_", [EventType.PROVIDER_DOWN, EventType.PROVIDER_RECOVERED])
def test_a_whole_provider_makes_one_event_for_all_its_models(type_: EventType) -> None:
    moves = [move(HOME, DOWN, type_), move(OPUS, DOWN, type_), move(AT_CLOUD, DOWN, type_)]
    assert [group[0].subject for group in grouped(moves)] == [(type_, "vendor", ""), (type_, "cloud", "")]
    told = event(*moves[:2])
    assert (told.model, told.provider, told.models) == (None, "vendor", ("fable", "opus"))


# What an event says.


def test_an_event_names_every_cell_that_moved() -> None:
    told = event(move(HOME, cell_seq=4), move(AWAY))
    assert [(one.key, one.cell_seq) for one in told.changes] == [(HOME, 5), (AWAY, 1)]
    assert (told.model, told.provider, told.models, told.providers) == ("fable", "vendor", ("fable",), ("vendor",))
    assert told.user_classes == (AT_HOME, ABROAD)
    assert (told.id, told.timestamp, told.complete) == ("evt_1", NOW, True)


def test_a_change_goes_from_the_last_known_to_what_is_published_now() -> None:
    unknown = published(Availability.UNKNOWN, Reason.STALE, Basis.NONE)
    told = event(move(published=unknown, last_known=AVAILABLE)).changes[0]
    assert (told.from_availability, told.to_availability) == (Availability.AVAILABLE, Availability.RESTRICTED)
    assert (told.reason, told.basis, told.provider_model_id) == (Reason.WITHDRAWN, Basis.MEASURED, "fable-5")


def test_a_cell_that_is_known_again_comes_from_unknown_and_takes_effect_now() -> None:
    unknown = published(Availability.UNKNOWN, Reason.STALE, Basis.NONE)
    told = event(move(HOME, AVAILABLE, EventType.CELL_KNOWN, published=unknown, last_known=AVAILABLE))
    assert told.changes[0].from_availability is Availability.UNKNOWN
    assert told.effective_at == NOW
    assert event(move(HOME, unknown, EventType.CELL_UNKNOWN)).effective_at == NOW


def test_an_event_takes_effect_with_its_first_cell_and_is_detected_with_its_first_evidence() -> None:
    later = replace(WITHDRAWN, since=after(30))
    first = measured(Availability.RESTRICTED, Reason.WITHDRAWN, proof=proof(after(40)))
    second = replace(first, proof=proof(after(50)))
    told = event(move(HOME, later, measured=second), move(AWAY, measured=first))
    assert (told.effective_at, told.detected_at) == (after(1), after(40))


def test_evidence_is_shown_only_for_what_was_measured() -> None:
    proven = measured(Availability.UNKNOWN, Reason.CREDENTIAL, proof=proof(T0))
    for basis, shown in (
        (Basis.MEASURED, True),
        (Basis.LINKED, True),
        (Basis.DECLARED, False),
        (Basis.ATTESTED, False),
    ):
        told = event(move(after_=replace(WITHDRAWN, basis=basis), measured=proven))
        assert (told.changes[0].evidence is not None) is shown
        assert told.detected_at == (T0 if shown else NOW)


def test_a_restoration_names_what_it_restores_and_whether_all_of_it() -> None:
    back = Move(restricted(), AVAILABLE, EventType.MODEL_RESTORED, restores="evt_0")
    told = event(back, complete=False)
    assert (told.changes[0].restores, told.complete, told.severity) == ("evt_0", False, Severity.NONE)


def test_an_event_carries_the_incident_that_explains_it() -> None:
    assert event(move(), move(AWAY, replace(WITHDRAWN, incident="inc_1"))).incident == "inc_1"


# In which words, how loudly.


def test_the_summary_is_one_plain_sentence() -> None:
    assert event(move(AWAY)).summary == "Fable 5 is restricted on Vendor API for Foreign nationals abroad (withdrawn)"
    two = [move(AWAY), move(HOME)]
    assert "for Foreign nationals abroad and US persons (" in summarise(two, SETTINGS)
    three = [*two, move(FABLE_CLASSES[2])]
    assert "for Foreign nationals abroad, US persons and Agencies (" in summarise(three, SETTINGS)
    assert "for every user class (" in summarise([move(key) for key in FABLE_CLASSES], SETTINGS)
    assert "for every user class (" in summarise([move(AT_CLOUD)], SETTINGS)


def test_the_summary_says_why_and_on_what_basis() -> None:
    declared = replace(WITHDRAWN, reason=Reason.LEGAL, basis=Basis.DECLARED)
    assert summarise([move(after_=declared)], SETTINGS).endswith("(legal, declared)")
    back = move(after_=AVAILABLE, type_=EventType.MODEL_RESTORED)
    assert summarise([back], SETTINGS) == "Fable 5 is restored on Vendor API for US persons"
    whole = move(after_=DOWN, type_=EventType.PROVIDER_DOWN)
    assert summarise([whole], SETTINGS) == "Vendor API is down for US persons (server_error)"


@pytest.mark.parametrize("type_", [EventType.MODEL_RESTRICTED, EventType.MODEL_DOWN, EventType.MODEL_RETIRED])
def test_what_hits_every_class_is_critical_and_less_is_major(type_: EventType) -> None:
    assert event(*(move(key, type_=type_) for key in FABLE_CLASSES)).severity is Severity.CRITICAL
    assert event(*(move(key, type_=type_) for key in FABLE_CLASSES[1:])).severity is Severity.MAJOR


def test_other_events_are_as_loud_as_they_hurt() -> None:
    wanted = {
        EventType.PROVIDER_DOWN: Severity.CRITICAL,
        EventType.MODEL_DEGRADED: Severity.MINOR,
        EventType.MODEL_RECOVERED: Severity.NONE,
        EventType.CELL_UNKNOWN: Severity.NONE,
    }
    assert {type_: event(move(type_=type_)).severity for type_ in wanted} == wanted


# What to use instead.


def usable(*keys: CellKey) -> dict[CellKey, CellState]:
    return {key: settled(Availability.AVAILABLE, key=key) for key in keys}


def test_alternatives_are_those_that_this_class_can_use_now_in_configured_order() -> None:
    haiku, opus, cloud = CellKey("haiku", "vendor", AT_HOME), OPUS, CellKey("opus", "cloud", AT_HOME)
    states = usable(haiku, cloud, opus)
    assert usable_instead("fable", AT_HOME, SETTINGS, states) == (
        Alternative("opus", "vendor", "opus-4"),
        Alternative("opus", "cloud", "opus"),
        Alternative("haiku", "vendor", "haiku-4"),
    )
    states[opus] = restricted(opus)
    states[cloud] = settled(Availability.UNKNOWN, key=cloud)
    states[haiku] = settled(Availability.DEGRADED, Reason.SLOW, haiku)
    assert usable_instead("fable", AT_HOME, SETTINGS, states) == (Alternative("haiku", "vendor", "haiku-4"),)
    assert usable_instead("fable", ABROAD, SETTINGS, states) == ()


def test_harmful_events_carry_alternatives_for_each_of_their_classes() -> None:
    told = with_alternatives(event(move(HOME), move(AWAY)), SETTINGS, usable(OPUS))
    assert told.alternatives == {AT_HOME: (Alternative("opus", "vendor", "opus-4"),), ABROAD: ()}
    good_news = event(move(after_=AVAILABLE, type_=EventType.MODEL_RESTORED))
    assert with_alternatives(good_news, SETTINGS, usable(OPUS)) == good_news


# Which story it belongs to.


def test_an_event_joins_the_story_of_the_same_provider_and_reason_within_five_minutes() -> None:
    first = replace(with_group(event(move()), [], POLICY), id="evt_0", group="evt_0")
    assert with_group(event(move()), [], POLICY).group == "evt_1"
    assert with_group(event(move(OPUS)), [first], POLICY).group == "evt_0"
    assert with_group(event(move(AT_CLOUD)), [first], POLICY).group == "evt_1"
    assert with_group(event(move(after_=DOWN)), [first], POLICY).group == "evt_1"
    late = replace(first, timestamp=NOW - timedelta(minutes=5, seconds=1))
    assert with_group(event(move(OPUS)), [late], POLICY).group == "evt_1"
    assert with_group(event(move(OPUS)), [replace(late, timestamp=NOW - timedelta(minutes=5))], POLICY).group == "evt_0"


def test_a_story_keeps_the_name_of_its_first_event() -> None:
    second = replace(event(move()), id="evt_0", group="evt_first")
    assert with_group(event(move()), [second], POLICY).group == "evt_first"


# Where a declaration and our checks differ.


def test_a_difference_is_told_when_it_begins_and_only_if_there_is_a_declaration() -> None:
    lifted = replace(WITHDRAWN, incident="inc_1", disagreement=Disagreement.LIFTED_STILL_REFUSED)
    unexplained = replace(WITHDRAWN, disagreement=Disagreement.UNEXPLAINED)
    already = settled(Availability.RESTRICTED, key=OPUS, published=lifted)
    changed = [(restricted(HOME), lifted), (restricted(AWAY), lifted), (already, lifted), (restricted(), unexplained)]
    assert disagreements(changed) == {("inc_1", Disagreement.LIFTED_STILL_REFUSED): (HOME, AWAY)}


def test_the_event_of_a_difference_names_its_cells_and_incident() -> None:
    told = disagreement("evt_1", "inc_1", Disagreement.ORDERED_NOT_APPLIED, [HOME, AT_CLOUD], SETTINGS, NOW)
    assert (told.type, told.model, told.provider, told.incident) == (
        EventType.RESTRICTION_DISAGREEMENT,
        "fable",
        None,
        "inc_1",
    )
    assert told.summary.startswith("Fable 5: a restriction is declared")
    assert (told.changes, told.providers) == ((), ("vendor", "cloud"))


# What is seen from one place, what flapped, and what may be a misfire.


def provider_down(reason: Reason, *, one_place: bool) -> Move:
    now = measured(Availability.DOWN, reason, scope=Scope.PROVIDER, one_place=one_place)
    return move(after_=replace(DOWN, reason=reason), type_=EventType.PROVIDER_DOWN, measured=now)


@pytest.mark.parametrize("reason", [Reason.NETWORK, Reason.TIMEOUT])
def test_a_silent_provider_is_unreachable_from_here_until_another_place_agrees(reason: Reason) -> None:
    alone = summarise([provider_down(reason, one_place=True)], SETTINGS)
    assert alone.startswith("Vendor API is unreachable from here for")
    assert summarise([provider_down(reason, one_place=False)], SETTINGS).startswith("Vendor API is down for")


def test_a_provider_that_answers_with_errors_is_down_from_wherever() -> None:
    assert "is down" in summarise([provider_down(Reason.SERVER_ERROR, one_place=True)], SETTINGS)


def test_the_end_of_an_unstable_time_tells_what_it_held() -> None:
    unstable = published(Availability.DEGRADED, Reason.UNSTABLE, since=after(hours=1))
    ended = Move(settled(Availability.AVAILABLE, published=unstable, flips=14), AVAILABLE, EventType.MODEL_RECOVERED)
    assert summarise([ended], SETTINGS).endswith(": 14 changes since 2026-06-12 01:00 UTC")
    assert "changes" not in summarise([move(after_=AVAILABLE, type_=EventType.MODEL_RECOVERED)], SETTINGS)


def test_many_classes_refused_by_region_at_once_are_told_as_a_possible_misfire() -> None:
    region = published(Availability.RESTRICTED, Reason.REGION)
    keys = FABLE_CLASSES[:3]
    assert summarise([move(key, region) for key in keys], SETTINGS).endswith("possibly a gateway's misfire")
    assert "misfire" not in summarise([move(key, region) for key in keys[:2]], SETTINGS)
    explained = replace(region, incident="inc_1")
    assert "misfire" not in summarise([move(key, explained) for key in keys], SETTINGS)


def test_a_linked_restriction_says_as_what_it_is_observed() -> None:
    now = measured(Availability.RESTRICTED, Reason.WITHDRAWN, linked=True, proof=proof())
    linked = replace(WITHDRAWN, basis=Basis.LINKED)
    assert summarise([move(after_=linked, measured=now)], SETTINGS).endswith("(withdrawn, observed as HTTP 404)")
