"""Assembling: a cell's public view, models folded over providers, spans of time, and what must not be public."""

from __future__ import annotations

import itertools
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statuspage.core.assembly import Surroundings, folds, public, redacted, spans, view
from statuspage.core.availability import Availability, Basis, CellKey, Disagreement, Reason, Retry
from statuspage.core.cell import CellState, Transition
from statuspage.core.channel import Channel, Outlets, Smtp, StaffChannel
from statuspage.core.incident import Certainty, Incident, Kind, Link, Note, Says, ScopeRow
from statuspage.core.snapshot import CellView, Fold
from statuspage.core.uptime import measure
from tests.core.builders import (
    ABROAD,
    AT_CLOUD,
    AT_HOME,
    AWAY,
    BY_DESIGN,
    HOME,
    OPUS,
    PARTNERS,
    REMEDY,
    SETTINGS,
    T0,
    VOUCHED,
    ZERO,
    after,
    attested,
    cell,
    declared,
    incident,
    measured,
    proof,
    published,
    restricted,
    settled,
)

NOW = after(hours=2)
EXPECTED = published(Availability.RESTRICTED, Reason.POLICY, Basis.EXPECTED)


def around(*states: CellState, incidents: tuple[Incident, ...] = (), **fields: Any) -> Surroundings:
    known = {state.key: state for state in states}
    return replace(Surroundings(SETTINGS, incidents, (), known, NOW), **fields)


# One cell.


def test_a_view_says_what_is_published_and_what_is_measured() -> None:
    told = replace(published(Availability.RESTRICTED, Reason.LEGAL), disagreement=Disagreement.UNEXPLAINED)
    now = measured(Availability.DOWN, Reason.TIMEOUT, proof=proof())
    state = settled(Availability.RESTRICTED, published=told, measured=now, cell_seq=3, last_answer_at=after(1))
    shown = view(state, around(state))
    assert (shown.availability, shown.reason, shown.basis, shown.cell_seq) == (
        Availability.RESTRICTED,
        Reason.LEGAL,
        Basis.MEASURED,
        3,
    )
    assert shown.measured
    assert (shown.measured.availability, shown.measured.last_answer_at) == (Availability.DOWN, after(1))
    assert shown.disagreement is Disagreement.UNEXPLAINED
    assert (shown.proof, shown.evidence) == (now.proof, now.proof.evidence if now.proof else None)


@pytest.mark.parametrize(
    ("availability", "retry"),
    [
        (Availability.AVAILABLE, Retry.YES),
        (Availability.DEGRADED, Retry.LATER),
        (Availability.DOWN, Retry.LATER),
        (Availability.UNKNOWN, Retry.LATER),
        (Availability.RESTRICTED, Retry.NO),
    ],
)
def test_a_view_says_whether_to_try_again(availability: Availability, retry: Retry) -> None:
    assert view(settled(availability), around()).retry is retry


def test_what_no_check_can_reach_has_no_measurement() -> None:
    assert view(cell(VOUCHED), around()).measured is None
    assert view(cell(VOUCHED), around()).evidence is None


def test_a_remedy_is_offered_only_where_something_is_restricted() -> None:
    assert view(settled(Availability.RESTRICTED, key=BY_DESIGN), around()).remedy == REMEDY
    assert view(settled(Availability.AVAILABLE, key=BY_DESIGN), around()).remedy is None
    assert view(restricted(HOME), around()).remedy is None


def test_a_cell_is_by_design_only_on_the_basis_of_expectation() -> None:
    assert view(settled(Availability.RESTRICTED, key=BY_DESIGN, published=EXPECTED), around()).by_design
    assert not view(settled(Availability.RESTRICTED, key=BY_DESIGN), around()).by_design


def test_an_attestation_is_shown_where_it_decides() -> None:
    word = attested(source="letter")
    vouched = settled(Availability.AVAILABLE, key=VOUCHED)
    vouched = replace(vouched, published=replace(vouched.published, basis=Basis.ATTESTED))
    shown = view(vouched, around(attestations=(word,))).attested
    assert shown
    assert (shown.by_role, shown.until, shown.source) == ("editor", word.until, "letter")
    assert view(vouched, around()).attested is None
    assert view(restricted(), around(attestations=(attested(scope=ScopeRow()),))).attested is None


def test_alternatives_are_those_usable_for_this_class() -> None:
    usable = settled(Availability.AVAILABLE, key=OPUS)
    assert [one.model for one in view(restricted(), around(usable)).alternatives] == ["opus"]
    assert view(restricted(AWAY), around(usable)).alternatives == ()


# What is declared of it.


def in_force(*incidents: Incident, at: datetime = NOW, key: CellKey = HOME) -> list[bool]:
    shown = view(cell(key), around(incidents=incidents, at=at))
    return [one.in_force for one in shown.declared]


def test_declarations_are_shown_with_whether_they_hold() -> None:
    coming, over = declared(effective_from=after(hours=3)), declared(until=after(hours=1))
    assert in_force(incident(declared())) == [True]
    assert in_force(incident(coming)) == [False]
    assert in_force(incident(coming), at=after(hours=3)) == [True]
    assert in_force(incident(over)) == [False]
    assert in_force(incident(over), at=after(minutes=59)) == [True]


def test_a_lifted_declaration_holds_no_more_and_a_lifting_never_restricts() -> None:
    lift = declared(Says.LIFTED, after(hours=1), scope=(ScopeRow(user_classes=(ABROAD,)),))
    story = incident(declared(), lift)
    assert in_force(story, key=AWAY) == [False, False]
    assert in_force(story) == [True]


@pytest.mark.parametrize(
    "story",
    [
        incident(declared(), kind=Kind.NOTICE),
        incident(declared(), draft=True),
        incident(declared(certainty=Certainty.CLAIMED)),
        incident(declared(scope=(ScopeRow(models=("opus",)),))),
    ],
    ids=["not a restriction", "a draft", "claimed", "of another model"],
)
def test_what_does_not_count_is_not_shown_as_declared(story: Incident) -> None:
    assert in_force(story) == []


# Folding a model over its providers.


def fold(*states: CellState) -> Fold:
    (only,) = folds([view(state, around()) for state in states], SETTINGS)
    return only


def test_a_model_is_as_available_as_its_best_offering() -> None:
    order = (
        Availability.AVAILABLE,
        Availability.DEGRADED,
        Availability.UNKNOWN,
        Availability.DOWN,
        Availability.RESTRICTED,
    )
    for index, better in enumerate(order):
        for worse in order[index:]:
            assert fold(settled(worse), settled(better, key=AT_CLOUD)).availability is better


def test_a_fold_counts_on_how_many_platforms_it_is_usable() -> None:
    both = fold(settled(Availability.DEGRADED, Reason.SLOW), restricted(AT_CLOUD))
    assert (both.usable, both.offered, both.differs, both.reason) == (1, 2, True, Reason.SLOW)
    assert not fold(restricted(), restricted(AT_CLOUD)).differs


def test_a_fold_is_by_design_only_if_every_offering_is() -> None:
    shut = settled(Availability.RESTRICTED, published=EXPECTED)
    assert fold(shut).by_design
    mixed = fold(shut, restricted(AT_CLOUD))
    assert (mixed.by_design, mixed.reason, mixed.differs) == (False, Reason.WITHDRAWN, True)


def test_folds_come_in_configured_order() -> None:
    views: list[CellView] = [view(settled(Availability.AVAILABLE, key=key), around()) for key in (OPUS, AWAY, HOME)]
    found = [(one.model, one.user_class) for one in folds(views, SETTINGS)]
    assert found == [("fable", AT_HOME), ("fable", ABROAD), ("opus", AT_HOME)]


# Spans of time.


def transition(at: datetime, availability: Availability, recorded: datetime | None = None, **fields: Any) -> Transition:
    given = Transition(
        "trn_1",
        HOME,
        "fable-5",
        at,
        recorded or at,
        Availability.UNKNOWN,
        published(availability, since=at),
        measured(availability, since=at),
        1,
    )
    return replace(given, **fields)


def lengths(*transitions: Transition, incidents: tuple[Incident, ...] = ()) -> list[tuple[Availability, float]]:
    found = spans(transitions, NOW, incidents)
    return [(one.availability, (one.end - one.start).total_seconds()) for one in found]


def test_every_state_lasts_until_the_next_and_the_last_until_the_end() -> None:
    story = (transition(T0, Availability.AVAILABLE), transition(after(hours=1), Availability.DOWN))
    assert lengths(*story) == [(Availability.AVAILABLE, 3600), (Availability.DOWN, 3600)]
    assert spans((), NOW) == ()


def test_unknown_time_stays_unknown_though_the_state_after_it_keeps_an_older_since() -> None:
    story = (
        transition(T0, Availability.AVAILABLE),
        transition(after(hours=1), Availability.UNKNOWN),
        transition(T0, Availability.AVAILABLE, recorded=after(hours=1.5)),
    )
    assert [seconds for _, seconds in lengths(*story)] == [3600, 1800, 1800]


def test_a_change_counts_from_when_it_happened_not_from_when_it_was_recorded() -> None:
    story = (transition(T0, Availability.AVAILABLE), transition(after(60), Availability.RESTRICTED, after(90)))
    assert [seconds for _, seconds in lengths(*story)] == [60, 7140]


def test_design_is_marked() -> None:
    shut = transition(T0, Availability.RESTRICTED, published=EXPECTED)
    assert [one.expected for one in spans([shut, transition(after(9), Availability.RESTRICTED)], NOW)] == [True, False]


def test_time_inside_announced_maintenance_is_marked_and_no_other() -> None:
    window = incident(kind=Kind.MAINTENANCE, scheduled_for=after(60), scheduled_until=after(120))
    story = [transition(after(30), Availability.DOWN)]

    def marked(one: Incident) -> list[tuple[float, float]]:
        found = [span for span in spans(story, NOW, (one,)) if span.maintenance]
        return [((span.start - T0).total_seconds(), (span.end - T0).total_seconds()) for span in found]

    assert marked(window) == [(60, 120)]
    assert marked(replace(window, scheduled_until=None)) == [(60, 7200)]
    assert marked(replace(window, resolved_at=after(90))) == [(60, 90)]
    assert marked(replace(window, resolved_at=after(45))) == []
    for other in ({"draft": True}, {"kind": Kind.NOTICE}, {"scope": (ScopeRow(models=("opus",)),)}):
        assert not marked(replace(window, **other))


def test_an_outage_that_outlasts_its_maintenance_is_downtime_again() -> None:
    window = incident(kind=Kind.MAINTENANCE, scheduled_for=after(60), scheduled_until=after(120))
    story = [transition(after(30), Availability.DOWN), transition(after(200), Availability.AVAILABLE)]
    figures = measure(spans(story, NOW, (window, window)), T0, NOW)
    assert (figures.down, figures.maintenance, figures.available) == (110, 60, 7000)


MOMENTS = st.integers(0, 7200).map(after)


@given(st.lists(st.tuples(MOMENTS, MOMENTS, st.sampled_from(Availability)), max_size=12))
def test_spans_are_unbroken_in_order_and_end_now(parts: list[tuple[datetime, datetime, Availability]]) -> None:
    recorded = sorted(part[1] for part in parts)
    story = [transition(min(part[0], when), part[2], when) for part, when in zip(parts, recorded, strict=True)]
    found = spans(story, NOW)
    assert len(found) == len(story)
    for one, following in itertools.pairwise(found):
        assert one.start <= one.end == following.start
    assert not found or found[-1].end == NOW >= found[-1].start


# What must not be public.


def test_a_public_incident_has_no_notes_and_no_names() -> None:
    private = incident(notes=(Note(T0, "alice", "lawyers say no"),), links=(Link("vendor", "00ff", "alice", T0),))
    shown = public(private)
    assert "alice" not in repr(shown)
    assert "lawyers" not in repr(shown)
    assert [(one.provider, one.fingerprint) for one in shown.links] == [("vendor", "00ff")]


def test_redacted_settings_hold_no_secret_and_no_address_of_ours() -> None:
    private = replace(SETTINGS, store_url="postgresql://user:pw@db", heartbeat_url="https://beat.example/token")
    smtp = Smtp("mail.example", "s@status.example", user="token", password="token")
    private = replace(private, outlets=Outlets((Channel("a", "x://token"),), (StaffChannel("b", "x://token"),), smtp))
    shown = redacted(private)
    assert "token" not in str(asdict(shown))
    assert (shown.store_url, shown.heartbeat_url) == ("", None)
    held = {name: one.credential for name, one in shown.provider("vendor").credentials.items()}
    assert {one.secret for one in held.values()} == {""}
    assert (held[AT_HOME].egress, held[ABROAD].egress) == ("direct", "proxy")
    assert held[ZERO].id == f"key-of-{ZERO}"
    assert replace(shown, providers=()) == replace(
        private, providers=(), store_url="", heartbeat_url=None, outlets=Outlets()
    )


def test_the_cast_has_a_cell_for_every_class_at_the_vendor() -> None:
    assert {HOME, AWAY, VOUCHED, BY_DESIGN, AT_CLOUD, OPUS} <= set(SETTINGS.cells())
    assert SETTINGS.credential(VOUCHED) is None
    assert SETTINGS.user_class(PARTNERS).attested
    assert timedelta(minutes=15) == SETTINGS.stale_after(HOME)
