"""Assembling the snapshot: cells, folds, summary and history from the state of the world at one moment; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from checks.target import DIRECT, Credential
from statuspage.core.announcement import usable_instead
from statuspage.core.availability import RETRY, Availability, Basis, CellKey, Reason, callable_now
from statuspage.core.cell import CellState, Transition
from statuspage.core.channel import Outlets
from statuspage.core.incident import Attestation, Certainty, Incident, Kind, Says
from statuspage.core.publish import Stand, attestation, standing
from statuspage.core.review import Review
from statuspage.core.settings import ClassCredential, Offering, Provider, SelfChecking, Settings, Staffing
from statuspage.core.snapshot import AttestedView, CellView, DeclaredView, Fold, MeasuredView
from statuspage.core.uptime import Span

WINDOW = timedelta(days=90)
"""The window of strips and figures: so many UTC days, today's part of one included."""

_RANK = {
    Availability.AVAILABLE: 0,
    Availability.DEGRADED: 1,
    Availability.UNKNOWN: 2,
    Availability.DOWN: 3,
    Availability.RESTRICTED: 4,
}
"""From best to worst for folding: what a caller can do most with comes first."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What every cell's view needs besides its own state."""

    settings: Settings
    incidents: tuple[Incident, ...]
    attestations: tuple[Attestation, ...]
    states: Mapping[CellKey, CellState]
    at: datetime
    misfires: frozenset[CellKey] = frozenset()


def view(state: CellState, around: Surroundings) -> CellView:
    """One cell as the public sees it."""
    said, key = state.published, state.key
    proof = state.measured.proof
    expectation = around.settings.expectation(key)
    restricted = said.availability is Availability.RESTRICTED
    return CellView(
        key=key,
        provider_model_id=state.provider_model_id,
        availability=said.availability,
        reason=said.reason,
        since=said.since,
        basis=said.basis,
        deviates=said.deviates,
        expected=expectation is not None,
        cell_seq=state.cell_seq,
        measured=_measured(state) if around.settings.credential(key) else None,
        declared=tuple(_declared(around, key)),
        disagreement=said.disagreement,
        scope=said.scope,
        evidence=proof.evidence if proof else None,
        proof=proof,
        retry=RETRY[said.availability],
        remedy=expectation.remedy if expectation and restricted else None,
        attested=_attested(around, state),
        alternatives=usable_instead(key.model, key.user_class, around.settings, around.states),
        incident=said.incident,
        unreached=state.last_known is None and around.settings.credential(key) is None,
        possible_misfire=key in around.misfires,
    )


def window(at: datetime) -> datetime:
    """When the window of a moment begins: at a midnight, so that days that are over are measured whole."""
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1) - WINDOW


def folds(cells: Sequence[CellView], settings: Settings) -> tuple[Fold, ...]:
    """Every model for every class over its providers, in configured order; classes without a cell are left out."""
    return tuple(fold(*pair, group) for pair, group in grouped(cells, settings).items())


def grouped(cells: Sequence[CellView], settings: Settings) -> dict[tuple[str, str], list[CellView]]:
    """The cells of every model for every class, in configured order."""
    groups: dict[tuple[str, str], list[CellView]] = {}
    for cell in cells:
        groups.setdefault((cell.key.model, cell.key.user_class), []).append(cell)
    order = {user_class.id: index for index, user_class in enumerate(settings.user_classes)}
    models = {model.id: index for index, model in enumerate(settings.models)}
    return {pair: groups[pair] for pair in sorted(groups, key=lambda pair: (models[pair[0]], order[pair[1]]))}


def spans(transitions: Sequence[Transition], end: datetime, incidents: Iterable[Incident] = ()) -> tuple[Span, ...]:
    """What one cell was, as unbroken spans up to ``end``; ``transitions`` are the cell's own, oldest first.

    Time inside announced maintenance is a span of its own.
    """
    found: list[Span] = []
    for transition in transitions:
        start = min(_began(transition, found[-1] if found else None), end)
        if found:
            found[-1] = replace(found[-1], end=start)
        said = transition.published
        expected, substituted = said.basis is Basis.EXPECTED, said.reason is Reason.SUBSTITUTED
        found.append(Span(start, end, said.availability, expected=expected, substituted=substituted))
    for start, until in maintained(incidents, transitions[0].key, end) if transitions else ():
        found = [piece for span in found for piece in _cut(span, start, until)]
    return tuple(found)


def maintained(incidents: Iterable[Incident], key: CellKey, end: datetime) -> list[tuple[datetime, datetime]]:
    """From when until when a cell was or will be in announced maintenance; what was called off before never was."""
    found = []
    for one in incidents:
        if one.kind is Kind.MAINTENANCE and not one.draft and one.scheduled_for and one.covers(key):
            until = min((at for at in (one.scheduled_until, one.resolved_at) if at), default=end)
            if until > one.scheduled_for:
                found.append((one.scheduled_for, until))
    return found


def public(incident: Incident) -> Incident:
    """An incident without what is private: notes, names of staff, what is not public yet, the count of its saves."""
    links = tuple(replace(link, actor="staff") for link in incident.links)
    return replace(incident, notes=(), links=links, review=Review(), proposals=(), overrides=(), rev=0)


def redacted(settings: Settings) -> Settings:
    """Settings that are safe to store and show: no secret, no address of a proxy, a store, a chat or a mail server."""
    return replace(
        settings,
        store_url="",
        heartbeat_url=None,
        self_check=SelfChecking(),
        outlets=Outlets(),
        staffing=Staffing(),
        providers=tuple(_without_secrets(provider) for provider in settings.providers),
    )


def told_catalogue(settings: Settings) -> Settings:
    """What of the settings ``config.changed`` tells: who offers what to whom, and the policy."""
    providers = tuple(
        Provider(one.id, one.name, one.kind, "", dict.fromkeys(one.credentials, _NOBODY)) for one in settings.providers
    )
    models = tuple(replace(one, offered=tuple(_offered(o) for o in one.offered)) for one in settings.models)
    return Settings(
        user_classes=settings.user_classes, providers=providers, models=models, policy=settings.policy, store_url=""
    )


_NOBODY = ClassCredential(Credential("", "", DIRECT))


def _offered(offering: Offering) -> Offering:
    return replace(offering, price=None, accepts_every=None, answers_every=None)


def _without_secrets(provider: Provider) -> Provider:
    held = {
        name: replace(one, credential=Credential(one.credential.id, "", _egress(one.credential.egress)))
        for name, one in provider.credentials.items()
    }
    return replace(provider, credentials=held)


def _egress(egress: str) -> str:
    return DIRECT if egress == DIRECT else "proxy"


def _measured(state: CellState) -> MeasuredView:
    measured = state.measured
    return MeasuredView(
        availability=measured.availability,
        reason=measured.reason,
        since=measured.since,
        last_observed_at=state.last_observed_at,
        last_answer_at=state.last_answer_at,
        first_refusal_at=state.first_refusal_at,
        confirming=state.candidate,
        served_model=measured.served_model,
        seen_from=state.seen_from,
        one_place=measured.one_place,
    )


def _declared(around: Surroundings, key: CellKey) -> Iterable[DeclaredView]:
    for incident in around.incidents:
        if incident.kind is not Kind.RESTRICTION or not incident.open:
            continue
        restricts = standing([incident], key, around.at).stand is Stand.RESTRICTS
        for declaration in incident.declarations:
            if declaration.covers(key) and declaration.certainty is Certainty.CONFIRMED:
                begun = declaration.begun(around.at)
                over = declaration.until is not None and declaration.until <= around.at
                in_force = restricts and begun and not over and declaration.says is not Says.LIFTED
                yield DeclaredView(incident.id, declaration, in_force)


def _attested(around: Surroundings, state: CellState) -> AttestedView | None:
    if state.published.basis is not Basis.ATTESTED:
        return None
    word = attestation(around.attestations, state.key, around.at)
    return AttestedView(word.by_role, word.until, word.source) if word else None


def fold(model: str, user_class: str, cells: Sequence[CellView]) -> Fold:
    """A model for one class over its providers; what no check can reach counts only where there is nothing else."""
    cells = [cell for cell in cells if not cell.unreached] or cells
    best = min(cells, key=lambda cell: (_RANK[cell.availability], cell.by_design))
    return Fold(
        model=model,
        user_class=user_class,
        availability=best.availability,
        usable=sum(callable_now(cell.availability, cell.reason) for cell in cells),
        offered=len(cells),
        since=best.since,
        reason=best.reason,
        by_design=all(cell.by_design for cell in cells),
        unreached=all(cell.unreached for cell in cells),
        differs=len({(cell.availability, cell.by_design) for cell in cells}) > 1,
    )


def _began(transition: Transition, before: Span | None) -> datetime:
    """When a state began; one that keeps an older ``since``, as after unknown, began when it was recorded."""
    if before is None or transition.at > before.start:
        return transition.at
    return max(transition.recorded_at, before.start)


def _cut(span: Span, start: datetime, until: datetime) -> Iterable[Span]:
    """The span in up to three pieces: before, inside and after a window."""
    if span.start >= until or span.end <= start or span.maintenance:
        yield span
        return
    if span.start < start:
        yield replace(span, end=start)
    yield replace(span, start=max(span.start, start), end=min(span.end, until), maintenance=True)
    if span.end > until:
        yield replace(span, start=until)
