"""The judge, a total function: the rows of docs/verdicts.md in order; a ruling names the row that made it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from checks.observation import GROUPS, Cause, Group, Strength
from statuspage.core.availability import Availability, Reason, Scope


class C1(StrEnum):
    """Same credential, control models: the model's trouble or the credential's?"""

    OK = "ok"
    REFUSED_ALIKE = "refused_alike"
    OURS = "ours"
    FAILED = "failed"
    SILENT = "silent"
    INCONCLUSIVE = "inconclusive"
    ABSENT = "absent"


class C2(StrEnum):
    """Same credential, lifecycle metadata: retired or withdrawn?"""

    RETIRED = "retired"
    LISTED = "listed"
    NOT_LISTED = "not_listed"
    UNKNOWN = "unknown"


class C3(StrEnum):
    """Same model, other classes: how far does it reach?"""

    OK = "ok"
    REFUSED_ALIKE = "refused_alike"
    UNKNOWN = "unknown"


class C4(StrEnum):
    """No credential, same egress: an edge's block or network trouble? A 401 is what should come."""

    UNAUTHENTICATED = "unauthenticated"
    REFUSED_ALIKE = "refused_alike"
    UNKNOWN = "unknown"


class C5(StrEnum):
    """A neutral host, same egress: the provider's trouble or our network's?"""

    OK = "ok"
    SILENT = "silent"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Finding:
    """What the target answered. ``http`` is False when no HTTP answer came at all."""

    cause: Cause
    strength: Strength | None = None
    http: bool = True

    @property
    def group(self) -> Group:
        """The family of the cause."""
        return GROUPS[self.cause]


@dataclass(frozen=True, slots=True)
class Controls:
    """The outcomes of the controls of a round; the defaults say that nothing was learnt."""

    c1: C1 = C1.ABSENT
    c2: C2 = C2.UNKNOWN
    c3: C3 = C3.UNKNOWN
    c4: C4 = C4.UNKNOWN
    c5: C5 = C5.ABSENT
    other_egress_answers: bool = False


@dataclass(frozen=True, slots=True)
class History:
    """What the cell's past, under its present provider model id, says about this answer.

    ``answered_before`` and ``peer_answered_before``: this class, another class, was answered within seven days
    before this refusal began. ``known_to_exist``: some class was answered once, or some class's list names it.
    ``limits_hidden``: no rate-limit headers came, where this provider sends them. ``closed``: a restriction stands.
    ``renamed``: the configuration changed the id, and nothing was answered under the new one yet.
    """

    linked: bool = False
    answered_before: bool = False
    peer_answered_before: bool = False
    known_to_exist: bool = False
    expected: bool = False
    slow: bool = False
    refusing_long: bool = False
    limited_long: bool = False
    limits_hidden: bool = False
    closed: bool = False
    renamed: bool = False


class Row(StrEnum):
    """The rows of the table, by name."""

    LINKED = "linked"
    ANSWERED = "answered"
    SLOW = "slow"
    REFUSING = "refusing"
    REFUSING_HOLD = "refusing_hold"
    SUBSTITUTED = "substituted"
    OURS_HOLD = "ours_hold"
    OURS = "ours"
    LEGAL = "legal"
    REGION = "region"
    REGION_WEAK = "region_weak"
    REGION_EDGE = "region_edge"
    ENTITLEMENT_CHECK_ID = "entitlement_check_id"
    RENAMED_CHECK_ID = "renamed_check_id"
    REFUSED = "refused"
    REFUSED_CREDENTIAL = "refused_credential"
    REFUSED_HOLD = "refused_hold"
    NOT_FOUND_RETIRED = "not_found_retired"
    NOT_FOUND_WITHDRAWN = "not_found_withdrawn"
    NOT_FOUND_HIDDEN = "not_found_hidden"
    NOT_FOUND_FOR_ALL = "not_found_for_all"
    NOT_FOUND_CHECK_ID = "not_found_check_id"
    NOT_FOUND_HOLD = "not_found_hold"
    EDGE_HOLD = "edge_hold"
    EDGE = "edge"
    DOWN_MODEL = "down_model"
    DOWN_PROVIDER = "down_provider"
    OUR_NETWORK = "our_network"
    FAILED_HOLD = "failed_hold"
    LIMITED_HOLD = "limited_hold"
    LIMITED_ENTITLEMENT = "limited_entitlement"
    LIMITED = "limited"
    PROBE_FAULT = "probe_fault"


@dataclass(frozen=True, slots=True)
class Ruling:
    """What one round means. A hold has no availability: the last verdict stays."""

    row: Row
    availability: Availability | None
    reason: Reason = Reason.NONE
    strength: Strength = Strength.WEAK
    scope: Scope = Scope.UNKNOWN
    tell_staff: bool = False

    @property
    def hold(self) -> bool:
        """Whether the round counts for nothing."""
        return self.availability is None


_REASON = {
    Cause.LEGAL: Reason.LEGAL,
    Cause.POLICY_CONFIG: Reason.POLICY,
    Cause.RETIRED: Reason.RETIRED,
    Cause.REGION: Reason.REGION,
    Cause.ENTITLEMENT: Reason.ENTITLEMENT,
    Cause.WITHDRAWN: Reason.WITHDRAWN,
    Cause.CAPACITY: Reason.CAPACITY,
    Cause.SERVER_ERROR: Reason.SERVER_ERROR,
    Cause.TIMEOUT: Reason.TIMEOUT,
    Cause.NETWORK: Reason.NETWORK,
}

_REACH = {C3.OK: Scope.THIS_CLASS, C3.REFUSED_ALIKE: Scope.EVERY_CLASS_HELD, C3.UNKNOWN: Scope.UNKNOWN}


def judge(found: Finding, controls: Controls, history: History) -> Ruling:
    """The first row of the table that matches; there is always one."""
    if history.linked and controls.c1 is C1.OK and found.group not in _WORKING:
        return _restricted(Row.LINKED, Reason.WITHDRAWN, Strength.STRONG, controls)
    if history.renamed and controls.c1 is C1.OK and found.cause in _OF_AN_ID:
        return _unknown(Row.RENAMED_CHECK_ID, Reason.CHECK_ID, tell_staff=True)
    return _RULES.get(found.group, _probe_fault)(found, controls, history)


def _answered(found: Finding, _controls: Controls, history: History) -> Ruling:
    if found.cause is Cause.CONTENT_FILTER and history.refusing_long:
        return Ruling(Row.REFUSING, Availability.DEGRADED, Reason.REFUSING)
    if found.cause is Cause.CONTENT_FILTER and history.closed:
        return _hold(Row.REFUSING_HOLD)
    if history.slow:
        return Ruling(Row.SLOW, Availability.DEGRADED, Reason.SLOW)
    return Ruling(Row.ANSWERED, Availability.AVAILABLE)


def _substituted(_found: Finding, _controls: Controls, _history: History) -> Ruling:
    return Ruling(Row.SUBSTITUTED, Availability.DEGRADED, Reason.SUBSTITUTED)


def _ours(found: Finding, controls: Controls, _history: History) -> Ruling:
    if controls.c1 is C1.OK or found.cause is Cause.BAD_REQUEST:
        return _hold(Row.OURS_HOLD, tell_staff=True)
    return _unknown(Row.OURS, Reason.CREDENTIAL, tell_staff=True)


def _refused(found: Finding, controls: Controls, history: History) -> Ruling:
    strength = found.strength or Strength.WEAK
    if found.cause is Cause.LEGAL:
        return _restricted(Row.LEGAL, Reason.LEGAL, strength, controls)
    if found.cause is Cause.REGION:
        return _region(strength, controls)
    if controls.c1 is C1.OK:
        if found.cause is Cause.ENTITLEMENT and not history.known_to_exist and not history.expected:
            return _unknown(Row.ENTITLEMENT_CHECK_ID, Reason.CHECK_ID, tell_staff=True)
        return _restricted(Row.REFUSED, _REASON[found.cause], strength, controls)
    if controls.c1 in (C1.REFUSED_ALIKE, C1.OURS):
        return _unknown(Row.REFUSED_CREDENTIAL, Reason.CREDENTIAL, tell_staff=True)
    return _hold(Row.REFUSED_HOLD)


def _region(strength: Strength, controls: Controls) -> Ruling:
    if strength is Strength.STRONG:
        return _restricted(Row.REGION, Reason.REGION, strength, controls)
    if controls.c4 is C4.REFUSED_ALIKE or controls.other_egress_answers:
        return _restricted(Row.REGION_WEAK, Reason.REGION, strength, controls)
    return _unknown(Row.REGION_EDGE, Reason.EDGE)


def _not_found(_found: Finding, controls: Controls, history: History) -> Ruling:
    if controls.c1 is not C1.OK:
        return _hold(Row.NOT_FOUND_HOLD)
    if controls.c2 is C2.RETIRED:
        return _restricted(Row.NOT_FOUND_RETIRED, Reason.RETIRED, Strength.STRONG, controls)
    if history.answered_before:
        return _restricted(Row.NOT_FOUND_WITHDRAWN, Reason.WITHDRAWN, Strength.WEAK, controls)
    if controls.c3 is C3.OK:
        return _restricted(Row.NOT_FOUND_HIDDEN, Reason.ENTITLEMENT, Strength.WEAK, controls)
    if controls.c3 is C3.REFUSED_ALIKE and history.peer_answered_before:
        return _restricted(Row.NOT_FOUND_FOR_ALL, Reason.WITHDRAWN, Strength.WEAK, controls)
    return _unknown(Row.NOT_FOUND_CHECK_ID, Reason.CHECK_ID, tell_staff=True)


def _no_answer(found: Finding, controls: Controls, history: History) -> Ruling:
    if found.cause is Cause.EDGE_BLOCK:
        return _hold(Row.EDGE_HOLD) if controls.c1 is C1.OK else _unknown(Row.EDGE, Reason.EDGE)
    return _failed(found, controls, history)


def _failed(found: Finding, controls: Controls, _history: History) -> Ruling:
    c1 = controls.c1
    if c1 is C1.ABSENT:
        c1 = C1.FAILED if found.http else C1.SILENT
    if c1 is C1.OK:
        return Ruling(Row.DOWN_MODEL, Availability.DOWN, _REASON[found.cause], scope=_REACH[controls.c3])
    if c1 is C1.FAILED or (c1 is C1.SILENT and controls.c5 is C5.OK):
        return Ruling(Row.DOWN_PROVIDER, Availability.DOWN, _REASON[found.cause], scope=Scope.PROVIDER)
    if c1 is C1.SILENT:
        return _unknown(Row.OUR_NETWORK, Reason.NETWORK, tell_staff=True)
    return _hold(Row.FAILED_HOLD)


def _probe_fault(_found: Finding, _controls: Controls, _history: History) -> Ruling:
    return _unknown(Row.PROBE_FAULT, Reason.PROBE_FAULT, tell_staff=True)


def _limited(_found: Finding, controls: Controls, history: History) -> Ruling:
    if not history.limited_long:
        return _hold(Row.LIMITED_HOLD)
    if controls.c1 is C1.OK and history.limits_hidden:
        return _restricted(Row.LIMITED_ENTITLEMENT, Reason.ENTITLEMENT, Strength.WEAK, controls)
    return _unknown(Row.LIMITED, Reason.RATE_LIMITED)


def _restricted(row: Row, reason: Reason, strength: Strength, controls: Controls) -> Ruling:
    scope = Scope.PROVIDER if controls.c1 is C1.REFUSED_ALIKE else _REACH[controls.c3]
    return Ruling(row, Availability.RESTRICTED, reason, strength, scope)


def _unknown(row: Row, reason: Reason, *, tell_staff: bool = False) -> Ruling:
    return Ruling(row, Availability.UNKNOWN, reason, tell_staff=tell_staff)


def _hold(row: Row, *, tell_staff: bool = False) -> Ruling:
    return Ruling(row, None, tell_staff=tell_staff)


_OF_AN_ID = frozenset({Cause.ENTITLEMENT, Cause.POLICY_CONFIG, Cause.WITHDRAWN, Cause.RETIRED, Cause.MODEL_NOT_FOUND})
"""Refusals that a mistyped id can bring."""

_WORKING = frozenset({Group.ANSWERED, Group.SUBSTITUTED})

_RULES: dict[Group, Callable[[Finding, Controls, History], Ruling]] = {
    Group.ANSWERED: _answered,
    Group.SUBSTITUTED: _substituted,
    Group.OURS: _ours,
    Group.REFUSED: _refused,
    Group.AMBIGUOUS: _not_found,
    Group.LIMITED: _limited,
    Group.NO_ANSWER: _no_answer,
    Group.FAILED: _failed,
}
