"""Declared × measured → published: the table of docs/verdicts.md, row by row, and the standing of declarations."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest

from checks.observation import Cause, Strength
from statuspage.core.availability import NO_RETURN, Availability, Basis, CellKey, Disagreement, Reason
from statuspage.core.cell import CellState, Episode, Proof, Published
from statuspage.core.incident import By, Certainty, Incident, Kind, Says, ScopeRow, Stage
from statuspage.core.publish import LIFTED_SPEAKS_FOR, Stand, Standing, Word, attestation, publish, standing
from tests.core.builders import (
    ABROAD,
    AWAY,
    DESIGN,
    HOME,
    OPUS,
    PARTNERS,
    POLICY,
    T0,
    VOUCHED,
    after,
    attested,
    cell,
    declared,
    incident,
    measured,
    published,
    restricted,
    settled,
)

AVAILABLE, DEGRADED, DOWN = Availability.AVAILABLE, Availability.DEGRADED, Availability.DOWN
RESTRICTED, UNKNOWN = Availability.RESTRICTED, Availability.UNKNOWN
ORDER = incident(declared(Says.ORDERED, by=By.AUTHORITY, authority="Commerce"))
LIFTED = incident(*ORDER.declarations, declared(Says.LIFTED, after(hours=1)))
NOW = after(hours=2)
NONE = Word()
RESTRICTS = Word(standing([ORDER], HOME, NOW))
WAS_LIFTED = Word(standing([LIFTED], HOME, NOW))
EXPECTED = Word(expectation=DESIGN)
EVERY_WORD = (NONE, RESTRICTS, WAS_LIFTED)


def said(state: CellState, word: Word = NONE, at: datetime = NOW) -> Published:
    return publish(state, word, at, POLICY)


def short(one: Published) -> tuple[Availability, Reason, Basis]:
    return one.availability, one.reason, one.basis


def lost(before: CellState, reason: Reason = Reason.CREDENTIAL, since: datetime = T0) -> CellState:
    """The same cell, unknown now."""
    return replace(before, measured=measured(UNKNOWN, reason, since=since), last_measured=before.measured)


def now_(availability: Availability, reason: Reason) -> CellState:
    """A cell in an open episode that measures something else now."""
    return replace(restricted(), measured=measured(availability, reason))


# Measured restricted.


def test_restricted_and_declared_takes_its_reason_from_the_declaration() -> None:
    told = said(restricted(), RESTRICTS)
    assert short(told) == (RESTRICTED, Reason.LEGAL, Basis.MEASURED)
    assert (told.incident, told.disagreement) == ("inc_order", None)


def test_a_declaration_without_an_authority_leaves_the_measured_reason() -> None:
    plain = Word(standing([incident(declared(Says.APPLIED))], HOME, NOW))
    assert short(said(restricted(), plain)) == (RESTRICTED, Reason.WITHDRAWN, Basis.MEASURED)


def test_restricted_without_a_declaration_is_unexplained() -> None:
    told = said(restricted())
    assert short(told) == (RESTRICTED, Reason.WITHDRAWN, Basis.MEASURED)
    assert told.disagreement is Disagreement.UNEXPLAINED


def test_restricted_after_the_lifting_is_flagged() -> None:
    told = said(restricted(), WAS_LIFTED)
    assert short(told) == (RESTRICTED, Reason.WITHDRAWN, Basis.MEASURED)
    assert (told.disagreement, told.incident) == (Disagreement.LIFTED_STILL_REFUSED, "inc_order")


def test_a_linked_measurement_says_so() -> None:
    linked = replace(restricted(), measured=measured(RESTRICTED, Reason.WITHDRAWN, linked=True))
    assert said(linked, RESTRICTS).basis is Basis.LINKED


def test_what_staff_have_linked_asks_for_no_explanation() -> None:
    linked = replace(restricted(), measured=measured(RESTRICTED, Reason.WITHDRAWN, linked=True))
    assert short(said(linked)) == (RESTRICTED, Reason.WITHDRAWN, Basis.LINKED)
    assert said(linked).disagreement is None


def test_restricted_by_design_is_expected_with_the_configured_reason() -> None:
    told = said(settled(RESTRICTED, Reason.ENTITLEMENT), EXPECTED)
    assert short(told) == (RESTRICTED, Reason.POLICY, Basis.EXPECTED)
    assert (told.deviates, told.disagreement) == (False, None)


@pytest.mark.parametrize("word", [*EVERY_WORD, EXPECTED])
def test_retired_is_retired_and_needs_no_explanation(word: Word) -> None:
    told = said(settled(RESTRICTED, Reason.RETIRED), word)
    assert short(told) == (RESTRICTED, Reason.RETIRED, Basis.MEASURED)
    assert told.disagreement is None


# Measured usable.


@pytest.mark.parametrize(("availability", "reason"), [(AVAILABLE, Reason.NONE), (DEGRADED, Reason.SLOW)])
def test_answers_win_over_a_declaration_and_the_difference_is_flagged(
    availability: Availability, reason: Reason
) -> None:
    told = said(settled(availability, reason), RESTRICTS)
    assert short(told) == (availability, reason, Basis.MEASURED)
    assert (told.disagreement, told.incident) == (Disagreement.ORDERED_NOT_APPLIED, "inc_order")


@pytest.mark.parametrize("word", [NONE, WAS_LIFTED])
@pytest.mark.parametrize(("availability", "reason"), [(AVAILABLE, Reason.NONE), (DEGRADED, Reason.SLOW)])
def test_answers_without_a_declaration_are_as_measured(word: Word, availability: Availability, reason: Reason) -> None:
    told = said(settled(availability, reason), word)
    assert short(told) == (availability, reason, Basis.MEASURED)
    assert told.disagreement is None


def test_an_expected_restriction_that_is_answered_deviates() -> None:
    told = said(settled(AVAILABLE), EXPECTED)
    assert (told.availability, told.deviates) == (AVAILABLE, True)
    assert not said(settled(AVAILABLE)).deviates


@pytest.mark.parametrize("reason", sorted(NO_RETURN))
def test_what_is_no_real_answer_is_no_access_inside_an_episode(reason: Reason) -> None:
    assert short(said(now_(DEGRADED, reason))) == (RESTRICTED, Reason.WITHDRAWN, Basis.LAST_KNOWN)


@pytest.mark.parametrize("reason", sorted(NO_RETURN))
def test_what_is_no_real_answer_does_not_open_up_what_is_restricted_by_design(reason: Reason) -> None:
    shut = replace(settled(DEGRADED, reason), last_known=published(RESTRICTED, Reason.POLICY, Basis.EXPECTED))
    assert short(said(shut, EXPECTED)) == (RESTRICTED, Reason.POLICY, Basis.EXPECTED)


def test_slow_answers_are_access_inside_an_episode() -> None:
    assert short(said(now_(DEGRADED, Reason.SLOW))) == (DEGRADED, Reason.SLOW, Basis.MEASURED)


def test_another_models_answers_outside_an_episode_are_degraded() -> None:
    told = said(settled(DEGRADED, Reason.SUBSTITUTED))
    assert short(told) == (DEGRADED, Reason.SUBSTITUTED, Basis.MEASURED)


# Measured down.


@pytest.mark.parametrize("word", EVERY_WORD)
def test_down_is_down_with_the_declaration_beside_it(word: Word) -> None:
    told = said(settled(DOWN, Reason.SERVER_ERROR), word)
    assert short(told) == (DOWN, Reason.SERVER_ERROR, Basis.MEASURED)
    assert told.incident == word.standing.incident


@pytest.mark.parametrize("word", EVERY_WORD)
def test_down_inside_an_episode_is_still_restricted_as_far_as_we_know(word: Word) -> None:
    told = said(now_(DOWN, Reason.SERVER_ERROR), word)
    assert short(told) == (RESTRICTED, Reason.WITHDRAWN, Basis.LAST_KNOWN)
    assert told.incident == word.standing.incident


def test_a_cell_restricted_by_design_stays_so_while_it_is_down() -> None:
    shut = replace(settled(DOWN, Reason.TIMEOUT), last_known=published(RESTRICTED, Reason.POLICY, Basis.EXPECTED))
    assert short(said(shut, EXPECTED)) == (RESTRICTED, Reason.POLICY, Basis.EXPECTED)
    assert short(said(cell(measured=measured(DOWN, Reason.TIMEOUT)), EXPECTED))[2] is Basis.EXPECTED


def test_a_cell_that_had_opened_up_against_design_goes_down_like_any_other() -> None:
    opened = replace(settled(DOWN, Reason.TIMEOUT), last_known=published(AVAILABLE))
    assert short(said(opened, EXPECTED)) == (DOWN, Reason.TIMEOUT, Basis.MEASURED)


@pytest.mark.parametrize("word", EVERY_WORD)
def test_a_retired_model_stays_so_while_its_provider_fails(word: Word) -> None:
    gone = replace(settled(DOWN, Reason.SERVER_ERROR), last_known=published(RESTRICTED, Reason.RETIRED))
    assert short(said(gone, word)) == (RESTRICTED, Reason.RETIRED, Basis.LAST_KNOWN)


# Measured unknown.


def test_unknown_and_declared_is_restricted_on_the_declaration() -> None:
    told = said(lost(settled(AVAILABLE)), RESTRICTS)
    assert short(told) == (RESTRICTED, Reason.LEGAL, Basis.DECLARED)
    assert (told.incident, told.since) == ("inc_order", T0)


@pytest.mark.parametrize("word", [NONE, WAS_LIFTED])
def test_unknown_after_restricted_is_the_last_known_for_a_day(word: Word) -> None:
    state = lost(restricted())
    assert short(said(state, word)) == (RESTRICTED, Reason.WITHDRAWN, Basis.LAST_KNOWN)
    assert said(state, word, after(hours=24) - timedelta(seconds=1)).basis is Basis.LAST_KNOWN
    assert short(said(state, word, after(hours=24))) == (UNKNOWN, Reason.CREDENTIAL, Basis.NONE)


@pytest.mark.parametrize(
    ("overlay", "reason"), [(DOWN, Reason.TIMEOUT), (DEGRADED, Reason.SUBSTITUTED), (DEGRADED, Reason.REFUSING)]
)
def test_unknown_after_an_overlay_is_the_last_known_too(overlay: Availability, reason: Reason) -> None:
    assert short(said(lost(now_(overlay, reason)))) == (RESTRICTED, Reason.WITHDRAWN, Basis.LAST_KNOWN)


@pytest.mark.parametrize("word", [NONE, WAS_LIFTED])
@pytest.mark.parametrize("before", [settled(AVAILABLE), settled(DOWN, Reason.TIMEOUT)])
def test_unknown_otherwise_is_unknown(word: Word, before: CellState) -> None:
    assert short(said(lost(before), word)) == (UNKNOWN, Reason.CREDENTIAL, Basis.NONE)


def test_unknown_under_a_new_provider_id_is_unknown_though_the_episode_is_open() -> None:
    assert said(cell(episode=Episode(T0, "evt_1"))).availability is UNKNOWN


def test_unknown_after_restricted_by_design_stays_expected() -> None:
    before = settled(RESTRICTED, Reason.ENTITLEMENT)
    assert short(said(lost(before), EXPECTED)) == (RESTRICTED, Reason.POLICY, Basis.EXPECTED)
    assert said(lost(before), EXPECTED, after(days=2)).availability is UNKNOWN


# What cannot be probed.

UNREACHED = cell(VOUCHED)


def unprobed(
    stood: Standing = NONE.standing, vouched: bool | None = None, at: datetime = after(hours=1), design: bool = False
) -> Word:
    word = None if vouched is None else attested(vouched, at)
    return Word(stood, word, DESIGN if design else None, probed=False)


def test_an_attestation_is_published_as_attested() -> None:
    told = said(UNREACHED, unprobed(vouched=True))
    assert short(told) == (AVAILABLE, Reason.NONE, Basis.ATTESTED)
    assert told.since == after(hours=1)
    assert short(said(UNREACHED, unprobed(vouched=False))) == (RESTRICTED, Reason.POLICY, Basis.ATTESTED)


def test_a_later_attestation_wins_over_a_declaration() -> None:
    told = said(UNREACHED, unprobed(RESTRICTS.standing, vouched=True))
    assert (told.availability, told.basis) == (AVAILABLE, Basis.ATTESTED)
    assert told.disagreement is Disagreement.ORDERED_NOT_APPLIED
    assert said(UNREACHED, unprobed(RESTRICTS.standing, vouched=False)).reason is Reason.LEGAL


def test_a_declaration_wins_over_an_earlier_attestation() -> None:
    told = said(UNREACHED, unprobed(RESTRICTS.standing, vouched=True, at=after(hours=-1)))
    assert short(told) == (RESTRICTED, Reason.LEGAL, Basis.DECLARED)


def test_a_declaration_alone_restricts_what_cannot_be_probed() -> None:
    assert short(said(UNREACHED, unprobed(RESTRICTS.standing))) == (RESTRICTED, Reason.LEGAL, Basis.DECLARED)


def test_what_cannot_be_probed_is_as_expected() -> None:
    assert short(said(UNREACHED, unprobed(design=True))) == (RESTRICTED, Reason.POLICY, Basis.EXPECTED)
    assert said(UNREACHED, unprobed(design=True, vouched=True)).deviates


def test_a_declaration_wins_over_what_is_expected_of_an_unprobed_cell() -> None:
    assert said(UNREACHED, unprobed(RESTRICTS.standing, design=True)).basis is Basis.DECLARED


@pytest.mark.parametrize("stood", [Standing(), WAS_LIFTED.standing])
def test_what_nobody_speaks_of_is_unknown(stood: Standing) -> None:
    assert short(said(UNREACHED, unprobed(stood))) == (UNKNOWN, Reason.INCONCLUSIVE, Basis.NONE)


def test_an_attestation_holds_until_it_expires_and_the_newest_wins() -> None:
    first, second = attested(True), attested(False, after(hours=1))
    assert attestation([first], VOUCHED, after(days=7) - timedelta(seconds=1)) is first
    assert attestation([first], VOUCHED, after(days=7)) is None
    assert attestation([first], VOUCHED, after(seconds=-1)) is first, "the clock was set back since"
    assert attestation([second, first], VOUCHED, NOW) is second
    assert attestation([first], HOME, NOW) is None


# The standing of declarations.


def stand(*incidents: Incident, key: CellKey = HOME, at: datetime = NOW) -> Stand:
    return standing(incidents, key, at).stand


def test_a_confirmed_declaration_restricts_and_a_claimed_one_changes_nothing() -> None:
    assert stand(incident(declared())) is Stand.RESTRICTS
    claimed = declared(certainty=Certainty.CLAIMED)
    assert stand(incident(claimed)) is Stand.NONE
    lift = declared(Says.LIFTED, after(hours=1), certainty=Certainty.CLAIMED)
    assert stand(incident(declared(), lift)) is Stand.RESTRICTS


@pytest.mark.parametrize(
    "other",
    [{"kind": Kind.INCIDENT}, {"kind": Kind.MAINTENANCE}, {"kind": Kind.NOTICE}, {"draft": True}],
    ids=["incident", "maintenance", "notice", "draft"],
)
def test_only_public_restrictions_declare(other: dict[str, Any]) -> None:
    assert stand(incident(declared(), **other)) is Stand.NONE


def test_a_declaration_counts_from_its_beginning() -> None:
    coming = incident(declared(effective_from=after(hours=3)))
    assert stand(coming, at=after(hours=3) - timedelta(seconds=1)) is Stand.NONE
    assert stand(coming, at=after(hours=3)) is Stand.RESTRICTS
    assert stand(incident(declared(at=NOW)), at=after(hours=1)) is Stand.RESTRICTS, "what is recorded holds"


def test_a_declaration_counts_until_its_end() -> None:
    short_ = incident(declared(until=after(hours=1)))
    assert stand(short_, at=after(hours=1) - timedelta(seconds=1)) is Stand.RESTRICTS
    assert stand(short_, at=after(hours=1)) is Stand.LIFTED


def test_each_declaration_has_its_own_end() -> None:
    both = incident(declared(), declared(Says.APPLIED, after(minutes=1), until=after(hours=1)))
    assert stand(both) is Stand.RESTRICTS


def test_a_lifting_ends_it_and_a_new_declaration_begins_it_again() -> None:
    assert stand(ORDER) is Stand.RESTRICTS
    assert stand(LIFTED) is Stand.LIFTED
    again = declared(at=after(minutes=90))
    assert stand(replace(LIFTED, declarations=(*LIFTED.declarations, again))) is Stand.RESTRICTS


def test_a_lifting_takes_effect_at_its_own_time() -> None:
    coming = declared(Says.LIFTED, after(hours=1), effective_from=after(hours=3))
    story = incident(declared(), coming)
    assert (stand(story), stand(story, at=after(hours=3))) == (Stand.RESTRICTS, Stand.LIFTED)


def test_an_order_that_is_withdrawn_before_it_begins_never_restricts() -> None:
    story = incident(declared(effective_from=after(days=3)), declared(Says.LIFTED, after(days=1)))
    assert stand(story, at=after(days=4)) is Stand.LIFTED


def test_an_older_lifting_written_down_late_does_not_undo_a_newer_order() -> None:
    lift = declared(Says.LIFTED, after(hours=2), effective_from=after(minutes=30))
    assert stand(incident(declared(), declared(at=after(hours=1)), lift), at=after(hours=3)) is Stand.RESTRICTS


def test_a_lifting_reaches_as_far_as_its_scope() -> None:
    only_abroad = declared(Says.LIFTED, after(hours=1), scope=(ScopeRow(user_classes=(ABROAD,)),))
    story = incident(declared(), only_abroad)
    assert (stand(story), stand(story, key=AWAY)) == (Stand.RESTRICTS, Stand.LIFTED)


def test_a_declaration_reaches_as_far_as_its_scope() -> None:
    assert stand(ORDER, key=OPUS) is Stand.NONE
    spared = incident(declared(scope=(ScopeRow(excepted=(PARTNERS,)),)))
    assert (stand(spared), stand(spared, key=VOUCHED)) == (Stand.RESTRICTS, Stand.NONE)
    elsewhere = incident(declared(scope=(ScopeRow(providers=("cloud",)), ScopeRow(user_classes=(ABROAD,)))))
    assert (stand(elsewhere), stand(elsewhere, key=AWAY)) == (Stand.NONE, Stand.RESTRICTS)


def test_of_two_incidents_the_one_that_restricts_prevails() -> None:
    other = incident(declared(), id="inc_other")
    found = standing([LIFTED, other], HOME, NOW)
    assert (found.stand, found.incident) == (Stand.RESTRICTS, "inc_other")


@pytest.mark.parametrize("stage", [Stage.RESOLVED, Stage.POSTMORTEM])
def test_a_story_that_is_over_is_lifted_for_thirty_days(stage: Stage) -> None:
    over = replace(ORDER, stage=stage, updated_at=NOW)
    assert stand(over) is Stand.LIFTED
    assert stand(over, at=NOW + LIFTED_SPEAKS_FOR - timedelta(seconds=1)) is Stand.LIFTED
    assert stand(over, at=NOW + LIFTED_SPEAKS_FOR) is Stand.NONE


def test_an_authority_makes_a_restriction_legal() -> None:
    def why(**fields: Any) -> Reason:
        return standing([incident(declared(Says.APPLIED, **fields))], HOME, NOW).reason

    assert why() is Reason.POLICY
    assert why(by=By.AUTHORITY) is Reason.LEGAL
    assert why(authority="Commerce") is Reason.LEGAL
    assert standing([incident(declared(Says.ORDERED))], HOME, NOW).reason is Reason.LEGAL


# Since.


def test_since_is_kept_while_the_availability_stays_also_across_unknown() -> None:
    before = replace(restricted(), measured=measured(RESTRICTED, Reason.LEGAL, since=after(hours=1)))
    assert said(before).since == T0
    back = replace(
        settled(AVAILABLE),
        published=published(UNKNOWN, Reason.STALE, Basis.NONE, since=after(hours=1)),
        measured=measured(AVAILABLE, since=NOW),
    )
    assert said(back).since == T0


def test_since_never_decreases_on_a_change() -> None:
    late = replace(settled(AVAILABLE), published=published(AVAILABLE, since=after(hours=1)), last_known=None)
    late = replace(late, last_known=late.published, measured=measured(DOWN, Reason.TIMEOUT, since=T0))
    assert said(late).since == after(hours=1)


def test_since_is_never_in_the_future() -> None:
    ahead = cell(measured=measured(AVAILABLE, since=after(hours=9)))
    assert said(ahead).since == NOW


# Nothing is left out.

STATES = [
    replace(state, episode=episode, last_measured=before)
    for state, episode, before in product(
        [settled(availability, reason) for availability in Availability for reason in Reason],
        (None, Episode(T0, None)),
        (None, measured(RESTRICTED, Reason.LEGAL), measured(AVAILABLE), measured(DOWN, Reason.TIMEOUT)),
    )
]
WORDS = [
    Word(stood, vouched, expectation, probed)
    for stood, vouched, expectation, probed in product(
        (word.standing for word in EVERY_WORD),
        (None, attested(True), attested(False)),
        (None, DESIGN),
        (True, False),
    )
]


def test_every_combination_is_published_and_none_contradicts_the_table() -> None:
    for state, word in product(STATES, WORDS):
        told = said(state, word)
        now = state.measured.availability
        assert (told.availability is UNKNOWN) is (told.basis is Basis.NONE)
        assert told.basis is not Basis.ATTESTED or not word.probed
        assert told.availability is RESTRICTED or told.basis in (Basis.NONE, Basis.MEASURED, Basis.ATTESTED)
        if word.probed and told.availability in (AVAILABLE, DEGRADED):
            assert now is told.availability, "never better than measured"
        if word.probed and now is AVAILABLE and state.measured.reason not in NO_RETURN:
            assert told.availability is AVAILABLE, "an answer wins over every word"
        if told.availability is RESTRICTED and word.probed and now is not RESTRICTED:
            assert told.basis in (Basis.DECLARED, Basis.EXPECTED, Basis.LAST_KNOWN)
        assert told.since <= NOW


def test_a_bare_410_is_a_withdrawal_until_lifecycle_or_a_code_says_retired() -> None:
    weak, strong = (
        replace(
            settled(RESTRICTED, Reason.RETIRED),
            measured=replace(
                settled(RESTRICTED, Reason.RETIRED).measured, proof=Proof(None, "refused", Cause.RETIRED, strength)
            ),
        )
        for strength in (Strength.WEAK, Strength.STRONG)
    )
    assert said(weak, Word()).reason is Reason.WITHDRAWN
    assert said(strong, Word()).reason is Reason.RETIRED
