"""The publish rule: what is declared, attested and expected, folded with what is measured, makes what the page says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from checks.observation import Strength
from statuspage.core.availability import Availability, Basis, CellKey, Disagreement, Reason, returned
from statuspage.core.cell import CellState, Measured, Published
from statuspage.core.incident import Attestation, By, Certainty, Declaration, Incident, Kind, Says
from statuspage.core.settings import Expectation, Policy
from statuspage.core.verdict import Row

LIFTED_SPEAKS_FOR = timedelta(days=30)
"""How long an incident that is over still explains a refusal as "declared lifted, still refused"."""


class Stand(StrEnum):
    """What the confirmed declarations say of a cell at a moment."""

    NONE = "none"
    RESTRICTS = "restricts"
    LIFTED = "lifted"


@dataclass(frozen=True, slots=True)
class Standing:
    """The declaration that decides for a cell, and its incident; empty where there is none.

    ``reason`` is ``legal`` where an authority stands behind any declaration of the incident, else ``policy``: what is
    applied more widely than it was ordered is applied because of the order.
    """

    stand: Stand = Stand.NONE
    declaration: Declaration | None = None
    incident: str | None = None
    reason: Reason = Reason.POLICY


@dataclass(frozen=True, slots=True)
class Word:
    """Everything but the measurement that bears on a cell at one moment."""

    standing: Standing = Standing()
    attestation: Attestation | None = None
    expectation: Expectation | None = None
    probed: bool = True


def standing(incidents: Iterable[Incident], key: CellKey, at: datetime) -> Standing:
    """What confirmed declarations of public restrictions say of a cell at ``at``; one that restricts prevails."""
    found = [_standing_in(incident, key, at) for incident in incidents if _speaks(incident, at)]
    for stand in (Stand.RESTRICTS, Stand.LIFTED):
        for one in found:
            if one.stand is stand:
                return one
    return Standing()


def attestation(attestations: Iterable[Attestation], key: CellKey, at: datetime) -> Attestation | None:
    """The newest attestation that holds for a cell."""
    valid = [one for one in attestations if one.scope.covers(key) and at < one.until]
    return max(valid, key=lambda one: one.recorded_at, default=None)


def publish(state: CellState, word: Word, at: datetime, policy: Policy) -> Published:
    """What the page says of a cell; the rows are those of docs/verdicts.md."""
    said = _measured(state, word, at, policy) if word.probed else _unprobed(word)
    return _dated(state, said, at)


def _speaks(incident: Incident, at: datetime) -> bool:
    if incident.kind is not Kind.RESTRICTION or incident.draft:
        return False
    return incident.open or at - incident.updated_at < LIFTED_SPEAKS_FOR


def _standing_in(incident: Incident, key: CellKey, at: datetime) -> Standing:
    confirmed = [d for d in incident.declarations if d.certainty is Certainty.CONFIRMED and d.begun(at)]
    restricting = [d for d in confirmed if d.says is not Says.LIFTED and d.covers(key)]
    if not restricting:
        return Standing()
    lifts = [d for d in confirmed if d.says is Says.LIFTED and d.covers(key)]
    in_force = [d for d in restricting if incident.open and not _over(d, lifts, at)]
    reason = Reason.LEGAL if any(_by_authority(d) for d in confirmed) else Reason.POLICY
    if not in_force:
        return Standing(Stand.LIFTED, max(lifts or restricting, key=_starts), incident.id, reason)
    deciding = next(filter(_by_authority, in_force), max(in_force, key=_starts))
    return Standing(Stand.RESTRICTS, deciding, incident.id, reason)


def _over(declaration: Declaration, lifts: list[Declaration], at: datetime) -> bool:
    """Whether a declaration has run out, or was lifted since it was known: also before it began to hold."""
    known = min(declaration.starts, declaration.recorded_at)
    expired = declaration.until is not None and declaration.until <= at
    return expired or any(lift.starts >= known for lift in lifts)


def _starts(declaration: Declaration) -> datetime:
    return declaration.starts


def _by_authority(declaration: Declaration) -> bool:
    return declaration.by is By.AUTHORITY or bool(declaration.authority) or declaration.says is Says.ORDERED


def _measured(state: CellState, word: Word, at: datetime, policy: Policy) -> Published:
    measured = state.measured
    match measured.availability:
        case Availability.RESTRICTED:
            return _restricted(state, word)
        case Availability.AVAILABLE | Availability.DEGRADED:
            return _usable(state, word)
        case Availability.DOWN:
            return _down(state, word)
        case _:
            return _unknown(state, word, at, policy)


def _restricted(state: CellState, word: Word) -> Published:
    measured = state.measured
    said = _said(measured, Basis.LINKED if measured.linked else Basis.MEASURED)
    if measured.reason is Reason.RETIRED:
        if _surely_retired(measured):
            return said
        said = replace(said, reason=Reason.WITHDRAWN)
    if _by_design(word):
        return _expected(measured.since, word)
    match word.standing.stand:
        case Stand.RESTRICTS:
            return replace(said, reason=_declared_reason(said, word.standing), incident=word.standing.incident)
        case Stand.LIFTED if not _answered_since(state, word.standing):
            flag = Disagreement.LIFTED_STILL_REFUSED
            return replace(said, disagreement=flag, incident=word.standing.incident)
    return said if measured.linked else replace(said, disagreement=Disagreement.UNEXPLAINED)


def _surely_retired(measured: Measured) -> bool:
    """Whether lifecycle metadata or a specific code says so: a gateway's bare 410 can be a suspension, which ends."""
    proof = measured.proof
    return proof is None or proof.strength is Strength.STRONG or proof.row == Row.NOT_FOUND_RETIRED.value


def _answered_since(state: CellState, standing: Standing) -> bool:
    """Whether the cell answered after a lifting: a refusal that came later is another story, not the old one still."""
    if standing.declaration is None or state.last_answer_at is None:
        return False
    return state.last_answer_at > standing.declaration.starts


def _declared_reason(said: Published, standing: Standing) -> Reason:
    return Reason.LEGAL if standing.reason is Reason.LEGAL else said.reason


def _usable(state: CellState, word: Word) -> Published:
    if _overlays(state, state.measured):
        return _last_known(state, word)
    back = returned(state.measured.availability, state.measured.reason)
    if not back and _by_design(word) and not _opened_up(state):
        return _expected(state.measured.since, word)
    said = replace(_said(state.measured, Basis.MEASURED), deviates=_by_design(word))
    if word.standing.stand is Stand.RESTRICTS:
        return replace(said, disagreement=Disagreement.ORDERED_NOT_APPLIED, incident=word.standing.incident)
    return said


def _down(state: CellState, word: Word) -> Published:
    if _by_design(word) and not _opened_up(state):
        return _expected(state.measured.since, word)
    if state.episode is not None or _retired(state):
        return _last_known(state, word)
    return replace(_said(state.measured, Basis.MEASURED), incident=word.standing.incident)


def _unknown(state: CellState, word: Word, at: datetime, policy: Policy) -> Published:
    if word.standing.stand is Stand.RESTRICTS and not _by_design(word):
        return _declared(word.standing)
    before = state.last_measured
    recent = at - state.measured.since < policy.last_known_for
    if before and recent and (before.availability is Availability.RESTRICTED or _overlays(state, before)):
        return _expected(before.since, word) if _by_design(word) else _last_known(state, word)
    return _said(state.measured, Basis.NONE)


def _overlays(state: CellState, before: Measured) -> bool:
    """Whether what was measured last is only an overlay on a restriction: it did not end the episode."""
    return state.episode is not None and not returned(before.availability, before.reason)


def _retired(state: CellState) -> bool:
    """Whether the model is known to be retired: whatever fails then, it does not come back."""
    known = state.last_known
    return known is not None and known.availability is Availability.RESTRICTED and known.reason is Reason.RETIRED


def _opened_up(state: CellState) -> bool:
    return state.last_known is not None and state.last_known.availability is not Availability.RESTRICTED


def _unprobed(word: Word) -> Published:
    attested, stood = word.attestation, word.standing
    restricts = stood.stand is Stand.RESTRICTS and stood.declaration is not None
    if attested and not (restricts and stood.declaration and stood.declaration.recorded_at > attested.recorded_at):
        availability = Availability.AVAILABLE if attested.available else Availability.RESTRICTED
        reason = Reason.NONE if attested.available else (stood.reason if restricts else Reason.POLICY)
        flag = Disagreement.ORDERED_NOT_APPLIED if attested.available and restricts else None
        deviates = attested.available and _by_design(word)
        since = attested.recorded_at
        return Published(availability, reason, since, Basis.ATTESTED, deviates, flag, incident=stood.incident)
    if restricts:
        return _declared(stood)
    if _by_design(word):
        return _expected(None, word)
    return Published(Availability.UNKNOWN, Reason.INCONCLUSIVE, _NEVER, Basis.NONE)


def _said(measured: Measured, basis: Basis) -> Published:
    return Published(measured.availability, measured.reason, measured.since, basis, scope=measured.scope)


def _declared(stood: Standing) -> Published:
    since = stood.declaration.starts if stood.declaration else _NEVER
    return Published(Availability.RESTRICTED, stood.reason, since, Basis.DECLARED, incident=stood.incident)


def _expected(since: datetime | None, word: Word) -> Published:
    reason = word.expectation.reason if word.expectation else Reason.POLICY
    return Published(Availability.RESTRICTED, reason, since or _NEVER, Basis.EXPECTED)


def _last_known(state: CellState, word: Word) -> Published:
    before = state.last_known
    restricted = before if before and before.availability is Availability.RESTRICTED else None
    reason = restricted.reason if restricted else Reason.WITHDRAWN
    since = restricted.since if restricted else state.measured.since
    return Published(Availability.RESTRICTED, reason, since, Basis.LAST_KNOWN, incident=word.standing.incident)


def _by_design(word: Word) -> bool:
    return word.expectation is not None and word.expectation.availability is Availability.RESTRICTED


def _dated(state: CellState, said: Published, at: datetime) -> Published:
    """Keep ``since`` while the availability stays, also across unknown; otherwise it never decreases."""
    before = state.published
    if said.availability is not Availability.UNKNOWN and state.last_known is not None:
        before = state.last_known
    if before.availability is said.availability:
        return replace(said, since=before.since)
    since = at if said.since == _NEVER else min(said.since, at)
    return replace(said, since=since if state.last_known is None else max(since, state.published.since))


_NEVER = datetime.min.replace(tzinfo=UTC)
