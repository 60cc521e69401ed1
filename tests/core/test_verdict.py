"""The judge's table: an oracle written from docs/verdicts.md, row by row, against every combination of inputs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import product
from typing import Any, NamedTuple

import pytest

from checks.observation import GROUPS, Cause, Group, Strength
from statuspage.core.availability import Availability, Reason, Scope
from statuspage.core.verdict import C1, C2, C3, C4, C5, Controls, Finding, History, Row, Ruling, judge

HOLD = None
STRONG, WEAK = Strength.STRONG, Strength.WEAK
MONEY = Cause.BILLING
OURS = (Cause.CREDENTIAL, Cause.ORG_DISABLED, Cause.BILLING, Cause.BAD_REQUEST)
TOLD_WHY = {
    Cause.ENTITLEMENT: Reason.ENTITLEMENT,
    Cause.POLICY_CONFIG: Reason.POLICY,
    Cause.WITHDRAWN: Reason.WITHDRAWN,
    Cause.RETIRED: Reason.RETIRED,
}
FAULTS = {
    Cause.CAPACITY: Reason.CAPACITY,
    Cause.SERVER_ERROR: Reason.SERVER_ERROR,
    Cause.TIMEOUT: Reason.TIMEOUT,
    Cause.NETWORK: Reason.NETWORK,
}


class Case(NamedTuple):
    """One combination of what the judge is given."""

    found: Finding
    controls: Controls
    history: History

    @property
    def c1_of_failing(self) -> C1:
        """Without any control, a failing target counts as its own: failed with HTTP, else silent."""
        own = C1.FAILED if self.found.http else C1.SILENT
        return own if self.controls.c1 is C1.ABSENT else self.controls.c1


class Expected(NamedTuple):
    """What a row of the table promises."""

    availability: Availability | None
    reason: Reason = Reason.NONE
    strength: Strength | None = None
    staff: bool = False


Said = Expected | Callable[[Case], Expected]
RESTRICTED, UNKNOWN, DOWN = Availability.RESTRICTED, Availability.UNKNOWN, Availability.DOWN
DEGRADED, AVAILABLE = Availability.DEGRADED, Availability.AVAILABLE


def is_(*causes: Cause) -> Callable[[Case], bool]:
    return lambda case: case.found.cause in causes


def strong(case: Case) -> bool:
    return case.found.strength is STRONG


def c1(*outcomes: C1) -> Callable[[Case], bool]:
    return lambda case: case.controls.c1 in outcomes


def failing(*outcomes: C1) -> Callable[[Case], bool]:
    return lambda case: case.c1_of_failing in outcomes


def heard(**wanted: object) -> Callable[[Case], bool]:
    return lambda case: all(getattr(case.controls, name) is value for name, value in wanted.items())


def past(**wanted: bool) -> Callable[[Case], bool]:
    return lambda case: all(getattr(case.history, name) is value for name, value in wanted.items())


def restricted_as_told(case: Case) -> Expected:
    return Expected(RESTRICTED, TOLD_WHY[case.found.cause], case.found.strength or WEAK)


def down_by(case: Case) -> Expected:
    return Expected(DOWN, FAULTS[case.found.cause])


def restricted_by(reason: Reason) -> Callable[[Case], Expected]:
    return lambda case: Expected(RESTRICTED, reason, case.found.strength or WEAK)


answered = is_(Cause.OK, Cause.CONTENT_FILTER)
not_found = is_(Cause.MODEL_NOT_FOUND)
faulty = is_(*FAULTS)
EXPECT_EDGE = Expected(UNKNOWN, Reason.EDGE)
CHECK_ID = Expected(UNKNOWN, Reason.CHECK_ID, staff=True)
CREDENTIAL = Expected(UNKNOWN, Reason.CREDENTIAL, staff=True)

TABLE: list[tuple[Row, tuple[Callable[[Case], bool], ...], Said]] = [
    (
        Row.LINKED,
        (past(linked=True), c1(C1.OK), lambda case: not answered(case) and case.found.cause is not Cause.SUBSTITUTED),
        Expected(RESTRICTED, Reason.WITHDRAWN, STRONG),
    ),
    (Row.RENAMED_CHECK_ID, (is_(*TOLD_WHY, Cause.MODEL_NOT_FOUND), c1(C1.OK), past(renamed=True)), CHECK_ID),
    (Row.REFUSING, (is_(Cause.CONTENT_FILTER), past(refusing_long=True)), Expected(DEGRADED, Reason.REFUSING)),
    (Row.REFUSING_HOLD, (is_(Cause.CONTENT_FILTER), past(closed=True)), Expected(HOLD)),
    (Row.SLOW, (answered, past(slow=True)), Expected(DEGRADED, Reason.SLOW)),
    (Row.ANSWERED, (answered,), Expected(AVAILABLE)),
    (Row.SUBSTITUTED, (is_(Cause.SUBSTITUTED),), Expected(DEGRADED, Reason.SUBSTITUTED)),
    (Row.OURS_HOLD, (is_(*OURS), c1(C1.OK)), Expected(HOLD, staff=True)),
    (Row.OURS_HOLD, (is_(Cause.BAD_REQUEST),), Expected(HOLD, staff=True)),
    (Row.OURS, (is_(*OURS),), CREDENTIAL),
    (Row.LEGAL, (is_(Cause.LEGAL),), restricted_by(Reason.LEGAL)),
    (Row.REGION, (is_(Cause.REGION), strong), Expected(RESTRICTED, Reason.REGION, STRONG)),
    (Row.REGION_WEAK, (is_(Cause.REGION), heard(c4=C4.REFUSED_ALIKE)), Expected(RESTRICTED, Reason.REGION, WEAK)),
    (Row.REGION_WEAK, (is_(Cause.REGION), heard(other_egress_answers=True)), Expected(RESTRICTED, Reason.REGION, WEAK)),
    (Row.REGION_EDGE, (is_(Cause.REGION),), EXPECT_EDGE),
    (
        Row.ENTITLEMENT_CHECK_ID,
        (is_(Cause.ENTITLEMENT), c1(C1.OK), past(known_to_exist=False, expected=False)),
        CHECK_ID,
    ),
    (Row.REFUSED, (is_(*TOLD_WHY), c1(C1.OK)), restricted_as_told),
    (Row.REFUSED_CREDENTIAL, (is_(*TOLD_WHY), c1(C1.REFUSED_ALIKE, C1.OURS)), CREDENTIAL),
    (Row.REFUSED_HOLD, (is_(*TOLD_WHY),), Expected(HOLD)),
    (Row.NOT_FOUND_RETIRED, (not_found, c1(C1.OK), heard(c2=C2.RETIRED)), Expected(RESTRICTED, Reason.RETIRED, STRONG)),
    (
        Row.NOT_FOUND_WITHDRAWN,
        (not_found, c1(C1.OK), past(answered_before=True)),
        Expected(RESTRICTED, Reason.WITHDRAWN, WEAK),
    ),
    (Row.NOT_FOUND_HIDDEN, (not_found, c1(C1.OK), heard(c3=C3.OK)), Expected(RESTRICTED, Reason.ENTITLEMENT, WEAK)),
    (
        Row.NOT_FOUND_FOR_ALL,
        (not_found, c1(C1.OK), heard(c3=C3.REFUSED_ALIKE), past(peer_answered_before=True)),
        Expected(RESTRICTED, Reason.WITHDRAWN, WEAK),
    ),
    (Row.NOT_FOUND_CHECK_ID, (not_found, c1(C1.OK)), CHECK_ID),
    (Row.NOT_FOUND_HOLD, (not_found,), Expected(HOLD)),
    (Row.EDGE_HOLD, (is_(Cause.EDGE_BLOCK), c1(C1.OK)), Expected(HOLD)),
    (Row.EDGE, (is_(Cause.EDGE_BLOCK),), EXPECT_EDGE),
    (Row.DOWN_MODEL, (faulty, failing(C1.OK)), down_by),
    (Row.DOWN_PROVIDER, (faulty, failing(C1.FAILED)), down_by),
    (Row.DOWN_PROVIDER, (faulty, failing(C1.SILENT), heard(c5=C5.OK)), down_by),
    (Row.OUR_NETWORK, (faulty, failing(C1.SILENT)), Expected(UNKNOWN, Reason.NETWORK, staff=True)),
    (Row.FAILED_HOLD, (faulty,), Expected(HOLD)),
    (Row.LIMITED_HOLD, (is_(Cause.RATE_LIMITED), past(limited_long=False)), Expected(HOLD)),
    (
        Row.LIMITED_ENTITLEMENT,
        (is_(Cause.RATE_LIMITED), c1(C1.OK), past(limits_hidden=True)),
        Expected(RESTRICTED, Reason.ENTITLEMENT, WEAK),
    ),
    (Row.LIMITED, (is_(Cause.RATE_LIMITED),), Expected(UNKNOWN, Reason.RATE_LIMITED)),
]


def oracle(case: Case) -> tuple[Row, Expected]:
    """The first row of the design's table that matches."""
    for row, wanted, said in TABLE:
        if all(one(case) for one in wanted):
            return row, said if isinstance(said, Expected) else said(case)
    raise AssertionError(f"no row for {case}")


EVERY_CONTROL = [Controls(*each) for each in product(C1, C2, C3, C4, C5, (False, True))]
EVERY_HISTORY = [History(*each) for each in product((False, True), repeat=len(History.__slots__))]

MATTERS: dict[Group, tuple[str, ...]] = {
    Group.ANSWERED: ("c1", "slow", "refusing_long", "closed"),
    Group.SUBSTITUTED: ("c1", "slow", "refusing_long"),
    Group.REFUSED: ("c1", "c3", "c4", "other_egress_answers", "known_to_exist", "expected", "renamed"),
    Group.AMBIGUOUS: ("c1", "c2", "c3", "answered_before", "peer_answered_before", "renamed"),
    Group.FAILED: ("c1", "c3", "c5"),
    Group.NO_ANSWER: ("c1", "c3", "c5"),
    Group.OURS: ("c1", "known_to_exist"),
    Group.LIMITED: ("c1", "c3", "limited_long", "limits_hidden"),
}
"""What a group's rows read, tried in every combination; two further tests vary all the rest."""

STATES: dict[str, Iterable[object]] = {"c1": C1, "c2": C2, "c3": C3, "c4": C4, "c5": C5}


def findings(causes: Iterable[Cause]) -> list[Finding]:
    """Those causes at every strength, with and without an HTTP answer."""
    return [Finding(*each) for each in product(causes, (None, *Strength), (False, True))]


def cases(group: Group) -> Iterator[Case]:
    """Every cause, strength and state of what matters to a group, with and without a link."""
    names = (*MATTERS[group], "linked")
    for states in product(*(STATES.get(name, (False, True)) for name in names)):
        given: dict[str, Any] = dict(zip(names, states, strict=True))
        flags = {name: given.pop(name) for name in History.__slots__ if name in given}
        for found in findings(cause for cause in Cause if GROUPS[cause] is group):
            yield Case(found, Controls(**given), History(**flags))


@cache
def everything() -> list[tuple[Case, Ruling]]:
    """All of it, judged once."""
    return [(case, judge(*case)) for group in Group for case in cases(group)]


def brief(ruling: Ruling) -> Expected:
    """What of a ruling the table speaks of: strength only where it decides how much confirms it."""
    strength = ruling.strength if ruling.availability is RESTRICTED else None
    return Expected(ruling.availability, ruling.reason, strength, ruling.tell_staff)


def reach(case: Case) -> Scope:
    return {C3.OK: Scope.THIS_CLASS, C3.REFUSED_ALIKE: Scope.EVERY_CLASS_HELD}.get(case.controls.c3, Scope.UNKNOWN)


def scope_of(row: Row, told: Expected, case: Case) -> Scope:
    """History gives the reason, C3 gives the scope; refused alike on the controls too means the whole provider."""
    if row is Row.DOWN_PROVIDER:
        return Scope.PROVIDER
    if row in (Row.LEGAL, Row.REGION, Row.REGION_WEAK) and case.controls.c1 is C1.REFUSED_ALIKE:
        return Scope.PROVIDER
    return reach(case) if told.availability in (RESTRICTED, DOWN) else Scope.UNKNOWN


def obeys(case: Case) -> bool:
    ruling, (row, told) = judge(*case), oracle(case)
    return (ruling.row, brief(ruling), ruling.scope) == (row, told, scope_of(row, told, case))


def test_the_judge_is_total_and_follows_the_table() -> None:
    wrong = [f"{case}: {ruling}, but {oracle(case)}" for case, ruling in everything() if not obeys(case)]
    assert not wrong, wrong[:3]


@pytest.mark.parametrize("cause", Cause, ids=lambda cause: cause.value)
def test_no_other_control_and_no_other_part_of_the_past_changes_a_ruling(cause: Cause) -> None:
    found = Finding(cause, STRONG if cause in TOLD_WHY else WEAK)
    for controls in EVERY_CONTROL:
        assert obeys(Case(found, controls, History(answered_before=True)))
    for outcome, history in product((C1.OK, C1.FAILED), EVERY_HISTORY):
        assert obeys(Case(found, Controls(outcome, c3=C3.REFUSED_ALIKE), history))


def test_every_row_of_the_table_is_reached_but_the_last() -> None:
    reached = {ruling.row for _, ruling in everything()}
    assert reached == set(Row) - {Row.PROBE_FAULT}, "every cause has a row of its own; the last catches new ones"


def test_what_no_rule_knows_is_a_fault_of_the_probe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("statuspage.core.verdict._RULES", {})
    ruling = judge(Finding(Cause.OK), Controls(), History())
    assert (ruling.row, *brief(ruling)) == (Row.PROBE_FAULT, UNKNOWN, Reason.PROBE_FAULT, None, True)


# Nothing contradicts it: promises that hold over all rows, however a case is reached.


def rulings(*causes: Cause, linked: bool = False) -> Iterator[tuple[Case, Ruling]]:
    for case, ruling in everything():
        if case.found.cause in causes and case.history.linked is linked:
            yield case, ruling


def test_only_answers_are_available_and_answers_are_nothing_worse_than_degraded() -> None:
    for case, ruling in everything():
        assert (ruling.availability is AVAILABLE) <= answered(case)
        assert (ruling.availability in (AVAILABLE, DEGRADED, HOLD)) >= answered(case)
        assert (ruling.hold and answered(case)) <= (case.found.cause is Cause.CONTENT_FILTER and case.history.closed)


def test_our_own_trouble_never_speaks_of_the_model() -> None:
    for _, ruling in rulings(*OURS):
        assert ruling.availability in (HOLD, UNKNOWN)
        assert ruling.tell_staff


def test_faults_never_restrict_and_nothing_else_is_down() -> None:
    assert all(ruling.availability is not RESTRICTED for _, ruling in rulings(*FAULTS))
    assert {case.found.cause for case, ruling in everything() if ruling.availability is DOWN} == set(FAULTS)


def test_without_a_working_control_only_law_and_region_restrict() -> None:
    for case, ruling in everything():
        if ruling.availability is RESTRICTED and case.controls.c1 is not C1.OK:
            assert ruling.reason in (Reason.LEGAL, Reason.REGION)


def test_a_hold_says_nothing_and_only_available_needs_no_reason() -> None:
    for _, ruling in everything():
        assert ruling.hold is (ruling.availability is None)
        assert (ruling.reason is Reason.NONE) is (ruling.hold or ruling.availability is AVAILABLE)


# The rows, one by one, in words.

C1_OK = Controls(c1=C1.OK)


def ruled(
    cause: Cause, strength: Strength | None = None, controls: Controls = C1_OK, http: bool = True, **history: bool
) -> tuple[Availability | None, Reason]:
    ruling = judge(Finding(cause, strength, http), controls, History(**history))
    return ruling.availability, ruling.reason


def test_a_linked_fingerprint_is_the_declared_restriction_whatever_it_looks_like() -> None:
    ruling = judge(Finding(Cause.SERVER_ERROR, WEAK), C1_OK, History(linked=True))
    assert (ruling.row, ruling.availability, ruling.strength) == (Row.LINKED, RESTRICTED, STRONG)


def test_a_link_counts_only_while_a_control_answers() -> None:
    failed = Controls(c1=C1.FAILED)
    assert ruled(Cause.SERVER_ERROR, controls=failed, linked=True) == (DOWN, Reason.SERVER_ERROR)


def test_a_link_never_hides_an_answer() -> None:
    assert ruled(Cause.OK, linked=True) == (AVAILABLE, Reason.NONE)


def test_slow_answers_are_degraded() -> None:
    assert ruled(Cause.OK, slow=True) == (DEGRADED, Reason.SLOW)


def test_one_refusal_of_our_prompt_is_an_answer_but_a_quarter_of_an_hour_is_degraded() -> None:
    assert ruled(Cause.CONTENT_FILTER) == (AVAILABLE, Reason.NONE)
    assert ruled(Cause.CONTENT_FILTER, refusing_long=True) == (DEGRADED, Reason.REFUSING)
    assert ruled(Cause.OK, refusing_long=True) == (AVAILABLE, Reason.NONE)


def test_while_a_restriction_stands_a_refusal_of_our_prompt_counts_for_nothing() -> None:
    assert ruled(Cause.CONTENT_FILTER, closed=True) == (HOLD, Reason.NONE)
    assert ruled(Cause.CONTENT_FILTER, closed=True, refusing_long=True) == (DEGRADED, Reason.REFUSING)
    assert ruled(Cause.OK, closed=True) == (AVAILABLE, Reason.NONE)


def test_an_answer_by_another_model_is_degraded_and_never_available() -> None:
    assert ruled(Cause.SUBSTITUTED) == (DEGRADED, Reason.SUBSTITUTED)


@pytest.mark.parametrize("outcome", C1, ids=lambda outcome: outcome.value)
def test_money_never_restricts(outcome: C1) -> None:
    assert ruled(MONEY, STRONG, Controls(c1=outcome))[0] in (HOLD, UNKNOWN)


@pytest.mark.parametrize("cause", [Cause.CREDENTIAL, Cause.ORG_DISABLED])
@pytest.mark.parametrize("outcome", C1, ids=lambda outcome: outcome.value)
def test_a_dead_key_never_becomes_restricted_or_down(cause: Cause, outcome: C1) -> None:
    assert ruled(cause, STRONG, Controls(c1=outcome), answered_before=True)[0] in (HOLD, UNKNOWN)


def test_a_key_that_works_elsewhere_makes_its_own_refusal_count_for_nothing() -> None:
    assert ruled(Cause.CREDENTIAL, STRONG) == (HOLD, Reason.NONE)


def test_our_own_bad_request_says_nothing() -> None:
    assert ruled(Cause.BAD_REQUEST, STRONG, Controls(c1=C1.OURS)) == (HOLD, Reason.NONE)


def test_law_needs_no_control() -> None:
    assert ruled(Cause.LEGAL, STRONG, Controls()) == (RESTRICTED, Reason.LEGAL)
    assert ruled(Cause.REGION, STRONG, Controls()) == (RESTRICTED, Reason.REGION)


def test_law_that_refuses_the_controls_too_is_the_whole_provider() -> None:
    ruling = judge(Finding(Cause.LEGAL, STRONG), Controls(c1=C1.REFUSED_ALIKE, c3=C3.OK), History())
    assert ruling.scope is Scope.PROVIDER


def test_a_bare_edge_refusal_is_a_region_only_with_a_second_witness() -> None:
    assert ruled(Cause.REGION, WEAK) == (UNKNOWN, Reason.EDGE)
    assert ruled(Cause.REGION, WEAK, Controls(c4=C4.REFUSED_ALIKE)) == (RESTRICTED, Reason.REGION)
    assert ruled(Cause.REGION, WEAK, Controls(other_egress_answers=True)) == (RESTRICTED, Reason.REGION)
    assert ruled(Cause.REGION, WEAK, Controls(c4=C4.UNAUTHENTICATED)) == (UNKNOWN, Reason.EDGE)


def test_a_forbidden_model_that_nobody_ever_saw_may_be_a_typo() -> None:
    assert ruled(Cause.ENTITLEMENT, STRONG) == (UNKNOWN, Reason.CHECK_ID)
    assert ruled(Cause.ENTITLEMENT, STRONG, known_to_exist=True) == (RESTRICTED, Reason.ENTITLEMENT)
    assert ruled(Cause.ENTITLEMENT, STRONG, expected=True) == (RESTRICTED, Reason.ENTITLEMENT)


@pytest.mark.parametrize(("cause", "reason"), TOLD_WHY.items())
def test_a_refusal_restricts_when_the_same_key_is_answered_elsewhere(cause: Cause, reason: Reason) -> None:
    assert ruled(cause, WEAK, C1_OK, known_to_exist=True) == (RESTRICTED, reason)
    assert ruled(cause, STRONG, Controls(c1=C1.REFUSED_ALIKE)) == (UNKNOWN, Reason.CREDENTIAL)
    assert ruled(cause, STRONG, Controls(c1=C1.OURS)) == (UNKNOWN, Reason.CREDENTIAL)
    for outcome in (C1.FAILED, C1.SILENT, C1.INCONCLUSIVE, C1.ABSENT):
        assert ruled(cause, STRONG, Controls(c1=outcome)) == (HOLD, Reason.NONE)


@pytest.mark.parametrize("cause", [*TOLD_WHY, Cause.MODEL_NOT_FOUND])
def test_a_changed_id_is_never_withdrawn_because_we_mistyped_it(cause: Cause) -> None:
    history = History(renamed=True, known_to_exist=True, answered_before=True, peer_answered_before=True)
    ruling = judge(Finding(cause, STRONG), C1_OK, history)
    assert (ruling.availability, ruling.reason, ruling.tell_staff) == (UNKNOWN, Reason.CHECK_ID, True)
    assert judge(Finding(cause, STRONG), Controls(c1=C1.FAILED), history).hold
    assert ruled(Cause.LEGAL, STRONG, renamed=True) == (RESTRICTED, Reason.LEGAL), "law speaks of no id"


def test_first_start_with_not_found_is_check_id() -> None:
    assert ruled(Cause.MODEL_NOT_FOUND, WEAK) == (UNKNOWN, Reason.CHECK_ID)
    assert ruled(Cause.MODEL_NOT_FOUND, WEAK, Controls(C1.OK, c3=C3.REFUSED_ALIKE)) == (UNKNOWN, Reason.CHECK_ID)


def test_not_found_after_answers_is_withdrawn_without_a_word_from_the_provider() -> None:
    assert ruled(Cause.MODEL_NOT_FOUND, WEAK, answered_before=True) == (RESTRICTED, Reason.WITHDRAWN)


def test_not_found_that_the_catalogue_explains_is_retired() -> None:
    controls = Controls(C1.OK, C2.RETIRED)
    assert ruled(Cause.MODEL_NOT_FOUND, WEAK, controls, answered_before=True) == (RESTRICTED, Reason.RETIRED)


def test_not_found_while_another_class_is_answered_is_hidden_from_this_class() -> None:
    ruling = judge(Finding(Cause.MODEL_NOT_FOUND, WEAK), Controls(C1.OK, c3=C3.OK), History())
    assert (ruling.reason, ruling.scope) == (Reason.ENTITLEMENT, Scope.THIS_CLASS)


def test_not_found_for_every_class_is_withdrawn_if_one_was_answered_lately() -> None:
    controls = Controls(C1.OK, c3=C3.REFUSED_ALIKE)
    ruling = judge(Finding(Cause.MODEL_NOT_FOUND, WEAK), controls, History(peer_answered_before=True))
    assert (ruling.reason, ruling.scope) == (Reason.WITHDRAWN, Scope.EVERY_CLASS_HELD)


def test_an_unknown_third_control_is_not_every_class() -> None:
    ruling = judge(Finding(Cause.MODEL_NOT_FOUND, WEAK), C1_OK, History(answered_before=True))
    assert ruling.scope is Scope.UNKNOWN


def test_not_found_without_a_working_control_holds() -> None:
    for outcome in set(C1) - {C1.OK}:
        assert ruled(Cause.MODEL_NOT_FOUND, WEAK, Controls(c1=outcome), answered_before=True)[0] is HOLD


def test_a_block_at_the_edge_is_never_the_models() -> None:
    assert ruled(Cause.EDGE_BLOCK) == (HOLD, Reason.NONE)
    assert ruled(Cause.EDGE_BLOCK, controls=Controls(c1=C1.SILENT)) == (UNKNOWN, Reason.EDGE)


@pytest.mark.parametrize(("cause", "reason"), FAULTS.items())
def test_a_fault_beside_a_working_control_is_this_model_down(cause: Cause, reason: Reason) -> None:
    ruling = judge(Finding(cause, WEAK), C1_OK, History())
    assert (ruling.row, ruling.availability, ruling.reason) == (Row.DOWN_MODEL, DOWN, reason)
    assert ruling.scope is not Scope.PROVIDER


def test_a_fault_that_the_controls_share_is_the_providers() -> None:
    for controls in (Controls(c1=C1.FAILED), Controls(c1=C1.SILENT, c5=C5.OK)):
        assert judge(Finding(Cause.SERVER_ERROR, WEAK), controls, History()).scope is Scope.PROVIDER


def test_silence_everywhere_is_our_own_network() -> None:
    for c5 in (C5.SILENT, C5.ABSENT):
        controls = Controls(c1=C1.SILENT, c5=c5)
        assert ruled(Cause.NETWORK, controls=controls, http=False) == (UNKNOWN, Reason.NETWORK)


def test_without_controls_a_failing_target_stands_for_itself() -> None:
    assert ruled(Cause.SERVER_ERROR, WEAK, Controls()) == (DOWN, Reason.SERVER_ERROR)
    assert ruled(Cause.TIMEOUT, WEAK, Controls(), http=False) == (UNKNOWN, Reason.NETWORK)
    assert ruled(Cause.TIMEOUT, WEAK, Controls(c5=C5.OK), http=False) == (DOWN, Reason.TIMEOUT)


def test_a_fault_beside_a_control_that_is_refused_says_nothing() -> None:
    for outcome in (C1.OURS, C1.INCONCLUSIVE, C1.REFUSED_ALIKE):
        assert ruled(Cause.CAPACITY, WEAK, Controls(c1=outcome)) == (HOLD, Reason.NONE)


def test_a_rate_limit_holds_for_a_while() -> None:
    assert ruled(Cause.RATE_LIMITED, limits_hidden=True) == (HOLD, Reason.NONE)


def test_a_rate_limit_with_its_headers_never_restricts() -> None:
    for outcome in C1:
        assert ruled(Cause.RATE_LIMITED, controls=Controls(c1=outcome), limited_long=True)[0] is UNKNOWN


def test_a_long_limit_without_the_usual_headers_is_a_gate_in_disguise() -> None:
    inconclusive = Controls(c1=C1.INCONCLUSIVE)
    assert ruled(Cause.RATE_LIMITED, limited_long=True, limits_hidden=True) == (RESTRICTED, Reason.ENTITLEMENT)
    assert ruled(Cause.RATE_LIMITED, None, inconclusive, limited_long=True, limits_hidden=True)[0] is UNKNOWN
