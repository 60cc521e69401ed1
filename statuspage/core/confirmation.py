"""Confirmation: how many agreeing rounds make a verdict, and what one more round does to a cell's state."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from checks.observation import Strength
from statuspage.core.availability import NO_RETURN, USABLE, Availability, Reason, Scope
from statuspage.core.cell import Candidate, CellState, Confirmation, Measured, Proof
from statuspage.core.settings import Need, Policy
from statuspage.core.verdict import Row, Ruling

ELSEWHERE = 2
"""Trouble of a whole provider that is seen from so many places is not only ours."""

KEEP_CONFIRMATIONS = 6
"""A proof shows at most this many of the rounds that confirmed it: the newest."""


@dataclass(frozen=True, slots=True)
class Round:
    """What one round brought for one cell.

    ``egresses`` names the places and egresses that met the same trouble with the provider in this round, ``places``
    is how many there are in all; ``stale_after`` is when holding ends in unknown.
    """

    at: datetime
    ruling: Ruling
    confirmation: Confirmation
    proof: Proof
    served_model: str | None = None
    egresses: tuple[str, ...] = ("local",)
    places: int = 1
    stale_after: timedelta = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Advance:
    """The state after a round. ``again_in`` is how soon to ask again while something is being confirmed."""

    state: CellState
    confirmed: bool
    again_in: timedelta | None = None


def advance(state: CellState, round_: Round, policy: Policy) -> Advance:
    """Let one round count: towards the verdict that stands, towards another one, or, on hold, towards nothing."""
    ruling = round_.ruling
    if ruling.hold:
        held_since = state.holding_since or round_.at
        if round_.at - held_since < round_.stale_after:
            again_in = policy.reprobe_after[-1] if state.candidate else None
            return Advance(replace(state, holding_since=held_since), confirmed=False, again_in=again_in)
        return _overrule(state, round_, Reason.INCONCLUSIVE)
    state = replace(state, holding_since=None, last_valid_at=round_.at)
    ruling = _steadied(state, ruling)
    if _agrees(state.measured, ruling):
        return Advance(_refreshed(state, ruling, round_), confirmed=False)
    candidate = _counted(state.candidate, ruling, round_, state, policy)
    if not _confirmed(candidate, state, round_.places, policy):
        waiting = replace(state, candidate=candidate)
        return Advance(waiting, confirmed=False, again_in=_pace(candidate, state, policy))
    return Advance(_settled(state, ruling, candidate, round_, policy), confirmed=True)


def stale(state: CellState, at: datetime, after: timedelta, policy: Policy, *, shut: bool = False) -> CellState | None:
    """The state after no valid round has come for ``after``; None while the cell is fresh, or unknown anyway.

    ``shut`` is whether our own budget keeps us from asking.
    """
    if state.last_valid_at is None or at - state.last_valid_at < after:
        return None
    reason = Reason.BILLING if shut else _silence(state)
    if state.measured.availability is Availability.UNKNOWN:
        told = replace(state, measured=replace(state.measured, reason=reason, proof=None))
        return told if shut and state.measured.reason is not reason else None
    proof = Proof(None, reason.value, policy=policy.name)
    since = max(state.last_valid_at + after, state.measured.since)
    measured = Measured(Availability.UNKNOWN, reason, since, proof=proof)
    return replace(state, measured=measured, candidate=None, last_measured=state.measured)


def _silence(state: CellState) -> Reason:
    if state.limited_since:
        return Reason.RATE_LIMITED
    return Reason.INCONCLUSIVE if state.holding_since else Reason.STALE


def flapping(recent: tuple[bool, ...], unstable: bool, policy: Policy) -> bool:
    """Nagios' formula: the weighted share of changes in the newest states, on above one limit, off below another.

    Source: Nagios Core documentation, "Detection and Handling of State Flapping".
    """
    slots = policy.flapping_states - 1
    if len(recent) < policy.flapping_states:
        return False
    weights = [0.8 + 0.4 * index / (slots - 1) for index in range(slots)]
    changed = sum(weight for weight, a, b in zip(weights, recent, recent[1:], strict=False) if a is not b)
    share = changed / slots
    return share >= (policy.flapping_off if unstable else policy.flapping_on)


def need_of(state: CellState, availability: Availability, scope: Scope, policy: Policy) -> Need:
    """What a change to ``availability`` needs, from where the cell stands (for restricted: the weak number)."""
    match availability:
        case Availability.RESTRICTED:
            return policy.restricted_weak
        case Availability.DOWN:
            return policy.down_provider if scope is Scope.PROVIDER else policy.down_model
        case Availability.UNKNOWN:
            return policy.unknown
    if state.closed:
        return policy.available_from_restricted
    standing = state.measured.availability
    if standing in (Availability.DOWN, Availability.UNKNOWN):
        return policy.available_from_failure
    return policy.degraded if availability is Availability.DEGRADED else policy.degraded_back


def _steadied(state: CellState, ruling: Ruling) -> Ruling:
    flips = (Availability.AVAILABLE, Availability.DOWN, Availability.DEGRADED)
    if state.unstable and not state.closed and ruling.availability in flips:
        return replace(ruling, availability=Availability.DEGRADED, reason=Reason.UNSTABLE)
    return ruling


def _agrees(measured: Measured, ruling: Ruling) -> bool:
    if measured.availability is not ruling.availability:
        return False
    if measured.availability is Availability.DOWN:
        return (measured.scope is Scope.PROVIDER) == (ruling.scope is Scope.PROVIDER)
    return measured.reason is ruling.reason and measured.linked == (ruling.row is Row.LINKED)


def _refreshed(state: CellState, ruling: Ruling, round_: Round) -> CellState:
    scope = state.measured.scope if ruling.scope is Scope.UNKNOWN else ruling.scope
    alone = state.measured.one_place and len(round_.egresses) < ELSEWHERE
    measured = replace(state.measured, scope=scope, served_model=round_.served_model, one_place=alone)
    return replace(state, measured=measured, candidate=None)


def _counted(candidate: Candidate | None, ruling: Ruling, round_: Round, state: CellState, policy: Policy) -> Candidate:
    if candidate is None or not _continues(candidate, ruling, state):
        return _first(ruling, round_, state, policy)
    egresses = tuple(dict.fromkeys((*candidate.egresses, *round_.egresses)))
    candidate = replace(candidate, rounds=candidate.rounds + 1, egresses=egresses)
    now = _need_now(state, ruling, policy)
    if round_.at - candidate.last_at < now.apart:
        return candidate
    need = max(now.count, candidate.need)
    strong = candidate.strong + (ruling.strength is Strength.STRONG)
    return replace(
        candidate,
        availability=ruling.availability or candidate.availability,
        reason=candidate.reason if candidate.strong and ruling.strength is Strength.WEAK else ruling.reason,
        have=min(candidate.have + 1, need),
        need=need,
        last_at=round_.at,
        strong=strong,
        scope=_scope(candidate.scope, ruling),
        confirmations=(*candidate.confirmations, round_.confirmation)[-KEEP_CONFIRMATIONS:],
    )


def _continues(candidate: Candidate, ruling: Ruling, state: CellState) -> bool:
    """Whether a ruling confirms a candidate.

    Another model's answers and refusals of our prompt never add up with real answers. On the way back, slow answers
    and quick ones do.
    """
    if candidate.reason is not ruling.reason and NO_RETURN & {candidate.reason, ruling.reason}:
        return False
    away = state.closed or state.measured.availability not in USABLE
    coming_back = away and {candidate.availability, ruling.availability} <= USABLE
    return coming_back or candidate.availability is ruling.availability


def _first(ruling: Ruling, round_: Round, state: CellState, policy: Policy) -> Candidate:
    return Candidate(
        ruling.availability or Availability.UNKNOWN,
        ruling.reason,
        have=1,
        need=_need_now(state, ruling, policy).count,
        first_at=round_.at,
        last_at=round_.at,
        strong=int(ruling.strength is Strength.STRONG),
        scope=ruling.scope,
        egresses=round_.egresses,
        confirmations=(round_.confirmation,),
    )


def _need_now(state: CellState, ruling: Ruling, policy: Policy) -> Need:
    if ruling.availability is Availability.RESTRICTED and ruling.strength is Strength.STRONG:
        return policy.restricted_strong
    return need_of(state, ruling.availability or Availability.UNKNOWN, ruling.scope, policy)


def _scope(counted: Scope, ruling: Ruling) -> Scope:
    """The scope that all rounds bear: trouble of the whole provider only if every round said so."""
    if ruling.availability is Availability.DOWN and counted is not ruling.scope:
        return counted if ruling.scope is Scope.PROVIDER else ruling.scope
    return counted if ruling.scope is Scope.UNKNOWN else ruling.scope


def _confirmed(candidate: Candidate, state: CellState, places: int, policy: Policy) -> bool:
    if candidate.availability is Availability.RESTRICTED and candidate.strong >= policy.restricted_strong.count:
        return True
    need = need_of(state, candidate.availability, candidate.scope, policy)
    provider_down = candidate.availability is Availability.DOWN and candidate.scope is Scope.PROVIDER
    quorum = min(policy.down_provider_quorum, places) if provider_down else 1
    return (
        candidate.have >= need.count
        and candidate.last_at - candidate.first_at >= need.over
        and len(candidate.egresses) >= quorum
    )


def _need_met(candidate: Candidate, state: CellState, policy: Policy) -> Need:
    if candidate.availability is Availability.RESTRICTED and candidate.strong >= policy.restricted_strong.count:
        return policy.restricted_strong
    return need_of(state, candidate.availability, candidate.scope, policy)


def _pace(candidate: Candidate, state: CellState, policy: Policy) -> timedelta:
    ladder = policy.reprobe_after
    if candidate.rounds <= len(ladder):
        return ladder[candidate.rounds - 1]
    need = need_of(state, candidate.availability, candidate.scope, policy)
    return max(ladder[-1], need.over / need.count)


def _settled(state: CellState, ruling: Ruling, candidate: Candidate, round_: Round, policy: Policy) -> CellState:
    before = state.measured
    whole = candidate.availability is Availability.DOWN and candidate.scope is Scope.PROVIDER
    measured = Measured(
        candidate.availability,
        candidate.reason,
        since=before.since if before.availability is candidate.availability else max(candidate.first_at, before.since),
        scope=candidate.scope,
        linked=ruling.row is Row.LINKED,
        served_model=round_.served_model,
        proof=replace(round_.proof, confirmations=candidate.confirmations, needed=_need_met(candidate, state, policy)),
        one_place=whole and len(candidate.egresses) < ELSEWHERE,
    )
    return _measured_as(state, measured)


def _overrule(state: CellState, round_: Round, reason: Reason) -> Advance:
    if state.measured.availability is Availability.UNKNOWN:
        return Advance(state, confirmed=False)
    measured = Measured(Availability.UNKNOWN, reason, max(round_.at, state.measured.since), proof=round_.proof)
    return Advance(_measured_as(state, measured), confirmed=True)


def _measured_as(state: CellState, measured: Measured) -> CellState:
    kept = state.measured if state.measured.availability is not Availability.UNKNOWN else state.last_measured
    return replace(state, measured=measured, candidate=None, last_measured=kept)
