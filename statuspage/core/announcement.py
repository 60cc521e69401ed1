"""From cells that moved to the events that tell of it: grouped, summed up in words, with what to use instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from statuspage.core.availability import Availability, Basis, CellKey, Disagreement, Reason, callable_now
from statuspage.core.cell import CellState, Published
from statuspage.core.event import Alternative, Change, EventDraft, EventType, Severity
from statuspage.core.settings import Policy, Settings
from statuspage.core.size import parts

OF_PROVIDER = frozenset({EventType.PROVIDER_DOWN, EventType.PROVIDER_RECOVERED})
"""Types that speak of a whole provider: one event for all its models."""

OF_SIGHT = frozenset({EventType.CELL_UNKNOWN, EventType.CELL_KNOWN})
"""Types that tell what we can see: ``since`` is kept, so they take effect when they are told."""

HARMFUL = frozenset(
    {EventType.MODEL_RESTRICTED, EventType.MODEL_DOWN, EventType.PROVIDER_DOWN, EventType.MODEL_RETIRED}
)
"""Types that carry what to use instead."""

_DIFFERS = {
    Disagreement.ORDERED_NOT_APPLIED: "a restriction is declared, but our checks are still answered",
    Disagreement.LIFTED_STILL_REFUSED: "the restriction is declared lifted, but our checks are still refused",
}

TOLD_DISAGREEMENTS = frozenset(_DIFFERS)
"""Ways of differing that make an event; that nobody has explained a restriction yet is for staff alone."""

_SILENT = frozenset({Reason.NETWORK, Reason.TIMEOUT})

_VERB = {
    EventType.MODEL_RESTRICTED: "is restricted",
    EventType.MODEL_RESTORED: "is restored",
    EventType.MODEL_RETIRED: "is retired",
    EventType.MODEL_DOWN: "is down",
    EventType.MODEL_RECOVERED: "has recovered",
    EventType.MODEL_DEGRADED: "is degraded",
    EventType.PROVIDER_DOWN: "is down",
    EventType.PROVIDER_RECOVERED: "has recovered",
    EventType.CELL_UNKNOWN: "cannot be told",
    EventType.CELL_KNOWN: "is known again",
}


@dataclass(frozen=True, slots=True)
class Move:
    """One cell's published change: the state before, what is published after, and the event type that tells it."""

    state: CellState
    after: Published
    type: EventType
    restores: str | None = None

    @property
    def subject(self) -> tuple[EventType, str, str]:
        """What the event that tells it is about: one of a type for a model, or a whole provider."""
        key = self.state.key
        return (self.type, key.provider, "" if self.type in OF_PROVIDER else key.model)


def grouped(moves: Iterable[Move]) -> list[tuple[Move, ...]]:
    """Moves by subject, in order of appearance; each group becomes one event, very many cells several."""
    groups: dict[tuple[EventType, str, str], list[Move]] = {}
    for move in moves:
        groups.setdefault(move.subject, []).append(move)
    return [part for group in groups.values() for part in _parts(group)]


def _parts(group: Sequence[Move]) -> Iterable[tuple[Move, ...]]:
    left = iter(group)
    for count in parts([(move.state.key, move.state.provider_model_id) for move in group]):
        yield tuple(islice(left, count))


def draft(event_id: str, moves: Sequence[Move], settings: Settings, at: datetime, *, complete: bool) -> EventDraft:
    """The event that tells of ``moves``, which share one subject. Group and alternatives are added by the caller."""
    type_, provider, model = moves[0].subject
    changes = tuple(_change(move) for move in moves)
    return EventDraft(
        id=event_id,
        type=type_,
        timestamp=at,
        model=model or None,
        provider=provider,
        summary=summarise(moves, settings),
        severity=_severity(moves, settings),
        effective_at=min(move.after.since for move in moves) if type_ not in OF_SIGHT else at,
        detected_at=min((one.evidence.observed_at for one in changes if one.evidence), default=at),
        changes=changes,
        complete=complete,
        incident=next((move.after.incident for move in moves if move.after.incident), None),
        models=tuple(dict.fromkeys(move.state.key.model for move in moves)),
        providers=(provider,),
        user_classes=tuple(dict.fromkeys(move.state.key.user_class for move in moves)),
    )


def disagreements(
    changed: Iterable[tuple[CellState, Published]],
) -> dict[tuple[str | None, Disagreement], tuple[CellKey, ...]]:
    """The cells where a declaration and our checks have begun to differ, by incident and way of differing."""
    found: dict[tuple[str | None, Disagreement], list[CellKey]] = {}
    for state, after in changed:
        if after.disagreement in TOLD_DISAGREEMENTS and after.disagreement is not state.published.disagreement:
            found.setdefault((after.incident, after.disagreement), []).append(state.key)
    return {subject: tuple(keys) for subject, keys in found.items()}


def disagreement(
    event_id: str, incident: str | None, kind: Disagreement, keys: Sequence[CellKey], settings: Settings, at: datetime
) -> EventDraft:
    """The event that tells that a declaration and our checks differ."""
    models = tuple(dict.fromkeys(key.model for key in keys))
    providers = tuple(dict.fromkeys(key.provider for key in keys))
    names = ", ".join(settings.model(model).name for model in models)
    return EventDraft(
        id=event_id,
        type=EventType.RESTRICTION_DISAGREEMENT,
        timestamp=at,
        model=models[0] if len(models) == 1 else None,
        provider=providers[0] if len(providers) == 1 else None,
        summary=f"{names}: {_DIFFERS[kind]}",
        severity=Severity.MINOR,
        effective_at=at,
        incident=incident,
        models=models,
        providers=providers,
        user_classes=tuple(dict.fromkeys(key.user_class for key in keys)),
    )


def with_alternatives(event: EventDraft, settings: Settings, states: Mapping[CellKey, CellState]) -> EventDraft:
    """The event with, for each of its classes, the models that are usable instead, in configured order."""
    if event.type not in HARMFUL:
        return event
    found = {
        user_class: tuple(
            dict.fromkeys(one for model in event.models for one in usable_instead(model, user_class, settings, states))
        )
        for user_class in event.user_classes
    }
    return replace(event, alternatives=found)


def usable_instead(
    model: str, user_class: str, settings: Settings, states: Mapping[CellKey, CellState]
) -> tuple[Alternative, ...]:
    """The configured alternatives of a model that this class can use now, in configured order."""
    found = []
    for alternative in settings.model(model).alternatives:
        for offering in settings.model(alternative).offered:
            state = states.get(CellKey(alternative, offering.provider, user_class))
            if state and callable_now(state.published.availability, state.published.reason):
                found.append(Alternative(alternative, offering.provider, offering.id))
    return tuple(found)


def with_group(event: EventDraft, recent: Iterable[EventDraft], policy: Policy) -> EventDraft:
    """The event linked to the story it belongs to: the same provider and reason within a few minutes."""
    reasons = {change.reason for change in event.changes}
    for told in recent:
        near = event.timestamp - told.timestamp <= policy.event_group
        if near and told.provider == event.provider and reasons & {change.reason for change in told.changes}:
            return replace(event, group=told.group or told.id)
    return replace(event, group=event.id)


def summarise(moves: Sequence[Move], settings: Settings) -> str:
    """One plain sentence: what moved, where, for whom and why."""
    _, provider, model = moves[0].subject
    place = settings.provider(provider).name
    verb = _verb(moves[0])
    subject = f"{settings.model(model).name} {verb} on {place}" if model else f"{place} {verb}"
    return f"{subject} for {_whom(moves, settings)}{_why(moves[0])}{_digest(moves[0])}{_misfired(moves, settings)}"


def _verb(move: Move) -> str:
    """From one place a whole provider that is silent is only out of our reach."""
    if move.type is EventType.PROVIDER_DOWN and move.state.measured.one_place and move.after.reason in _SILENT:
        return "is unreachable from here"
    return _VERB[move.type]


def _digest(move: Move) -> str:
    """What an unstable time held: told once, at its end."""
    before = move.state.published
    if move.type is not EventType.MODEL_RECOVERED or before.reason is not Reason.UNSTABLE:
        return ""
    return f": {move.state.flips} changes since {before.since:%Y-%m-%d %H:%M} UTC"


def _misfired(moves: Sequence[Move], settings: Settings) -> str:
    """Many classes refused by region at once may be a gateway's fault; who reads of it should know."""
    classes = {one.state.key.user_class for one in moves if one.after.reason is Reason.REGION}
    told = moves[0].type is EventType.MODEL_RESTRICTED and moves[0].after.incident is None
    return "; possibly a gateway's misfire" if told and len(classes) >= settings.policy.misfire_classes else ""


def _whom(moves: Sequence[Move], settings: Settings) -> str:
    named = list(dict.fromkeys(move.state.key.user_class for move in moves))
    offering = settings.offering(moves[0].state.key)
    if set(named) >= set(settings.classes_of(offering)):
        return "every user class"
    names = [settings.user_class(one).name for one in named]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _why(move: Move) -> str:
    after = move.after
    if after.availability is Availability.AVAILABLE:
        return ""
    if after.basis is Basis.DECLARED:
        return f" ({after.reason.value}, declared)"
    if after.basis is Basis.LINKED:
        return f" ({after.reason.value}, observed as {_observed(move)})"
    return f" ({after.reason.value})" if after.reason is not Reason.NONE else ""


def _observed(move: Move) -> str:
    """As what a restriction shows where the provider says something else."""
    proof = move.state.measured.proof
    status = proof.evidence.status if proof and proof.evidence else None
    return f"HTTP {status}" if status else "no answer"


def _change(move: Move) -> Change:
    state, after = move.state, move.after
    proof = state.measured.proof
    known = state.last_known.availability if state.last_known else state.published.availability
    from_unknown = move.type in OF_SIGHT
    shown = after.basis in (Basis.MEASURED, Basis.LINKED)
    return Change(
        key=state.key,
        provider_model_id=state.provider_model_id,
        from_availability=state.published.availability if from_unknown else known,
        to_availability=after.availability,
        reason=after.reason,
        basis=after.basis,
        cell_seq=state.cell_seq + 1,
        restores=move.restores,
        evidence=proof.evidence if proof and shown else None,
    )


def _severity(moves: Sequence[Move], settings: Settings) -> Severity:
    match moves[0].type:
        case EventType.PROVIDER_DOWN:
            return Severity.CRITICAL
        case EventType.MODEL_RESTRICTED | EventType.MODEL_DOWN | EventType.MODEL_RETIRED:
            touched = {move.state.key.user_class for move in moves}
            classes = settings.classes_of(settings.offering(moves[0].state.key))
            return Severity.CRITICAL if touched >= set(classes) else Severity.MAJOR
        case EventType.MODEL_DEGRADED:
            return Severity.MINOR
        case _:
            return Severity.NONE
