"""Stories: what an incident touches and spares, and its clocks: ordered, announced, measured."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from statuspage.core.availability import USABLE, Availability, CellKey
from statuspage.core.incident import By, Certainty, Declaration, Incident, Kind, Says, ScopeRow
from statuspage.core.settings import Model
from statuspage.core.snapshot import CellView, Snapshot


@dataclass(frozen=True, slots=True)
class Clock:
    """One moment of a story: declared (``says``, ``by``) or measured (``refused``, ``answered``)."""

    at: datetime
    says: str
    by: By | None
    scope: tuple[ScopeRow, ...]
    after: timedelta | None = None

    @property
    def measured(self) -> bool:
        """Whether our checks saw it."""
        return self.by is None


@dataclass(frozen=True, slots=True)
class Story:
    """An incident with what the snapshot knows of it."""

    incident: Incident
    clocks: tuple[Clock, ...]
    facts: tuple[Declaration, ...]
    claims: tuple[Declaration, ...]
    covered: tuple[Model, ...]
    spared: tuple[Model, ...]
    spared_usable: bool


def stories(snapshot: Snapshot) -> tuple[Story, ...]:
    """The open stories, newest first; planned work comes last."""
    opened = [one for one in snapshot.incidents if one.open]
    opened.sort(key=lambda one: one.kind is Kind.MAINTENANCE)
    return tuple(story(snapshot, one) for one in opened)


def story(snapshot: Snapshot, incident: Incident) -> Story:
    """One incident with its clocks, and with what it spares."""
    touched = {cell.key.model for cell in snapshot.cells if incident.covers(cell.key)}
    spared = tuple(model for model in snapshot.models if model.id not in touched)
    return Story(
        incident,
        clocks(snapshot, incident),
        tuple(one for one in incident.declarations if one.certainty is Certainty.CONFIRMED),
        tuple(one for one in incident.declarations if one.certainty is Certainty.CLAIMED),
        tuple(model for model in snapshot.models if model.id in touched),
        spared,
        _usable(snapshot, {model.id for model in spared}),
    )


def clocks(snapshot: Snapshot, incident: Incident) -> tuple[Clock, ...]:
    """Ordered, announced, measured: each where it is known, in order of time."""
    declared = [
        Clock(one.announced_at or one.starts, one.says.value, one.by, one.scope)
        for one in _firsts(incident.declarations)
    ]
    marks = sorted([*declared, *_measured(snapshot, incident)], key=lambda clock: clock.at)
    befores: list[Clock | None] = [None, *marks]
    return tuple(
        Clock(one.at, one.says, one.by, one.scope, one.at - before.at if before else None)
        for before, one in zip(befores, marks, strict=False)
    )


def first_refusal(snapshot: Snapshot, incident: Incident) -> datetime | None:
    """When our checks first saw what the incident declares."""
    cells = snapshot.cells if incident.open else ()
    mine = (cell.measured for cell in cells if cell.incident == incident.id and cell.measured)
    seen = [one.first_refusal_at or one.since for one in mine if one.availability is Availability.RESTRICTED]
    told = [
        one.first_refusal_at or one.at
        for one in snapshot.seen
        if one.published.incident == incident.id and one.published.availability is Availability.RESTRICTED
    ]
    return min([*seen, *told], default=None)


def ordered_at(cells: Iterable[CellView]) -> datetime | None:
    """When the restriction of these cells was ordered, if it was."""
    facts = (view.declaration for cell in cells for view in cell.declared)
    moments = (one.announced_at or one.starts for one in facts if one.says is Says.ORDERED)
    return min(moments, default=None)


def _firsts(declarations: Iterable[Declaration]) -> list[Declaration]:
    confirmed = [one for one in declarations if one.certainty is Certainty.CONFIRMED]
    found: dict[Says, Declaration] = {}
    for one in sorted(confirmed, key=lambda fact: fact.announced_at or fact.starts):
        found.setdefault(one.says, one)
    return list(found.values())


def _measured(snapshot: Snapshot, incident: Incident) -> list[Clock]:
    refused = first_refusal(snapshot, incident)
    if incident.kind is not Kind.RESTRICTION or refused is None:
        return []
    marks = [Clock(refused, "refused", None, (_refused(snapshot, incident),))]
    again = _answered(snapshot, incident, refused)
    if again:
        at, key = min(again, key=lambda one: (one[0], str(one[1])))
        row = ScopeRow(models=(key.model,), user_classes=(key.user_class,))
        marks.append(Clock(at, "answered", None, (row,)))
    return marks


def _answered(snapshot: Snapshot, incident: Incident, refused: datetime) -> list[tuple[datetime, CellKey]]:
    """When covered cells were answered again. What was seen stays: only an open story looks at how cells stand now."""
    seen = [(one.at, one.key) for one in snapshot.seen if one.reopens and one.at > refused and incident.covers(one.key)]
    if not incident.open:
        return seen
    now = [
        (cell.since, cell.key)
        for cell in snapshot.cells
        if incident.covers(cell.key) and cell.availability in USABLE and cell.measured and cell.since > refused
    ]
    return seen + now


def _refused(snapshot: Snapshot, incident: Incident) -> ScopeRow:
    """Who was refused, of all classes that we can ask about these models; empty for every one of them.

    Classes for which a model is closed by design are not among them, however their cells stand now. Where none of the
    models is offered any more, it is who was seen refused.
    """
    models = {cell.key.model for cell in snapshot.cells if incident.covers(cell.key)}
    mine = [cell for cell in snapshot.cells if cell.key.model in models and cell.measured and not cell.expected]
    asked = {cell.key.user_class: None for cell in mine}
    now = mine if incident.open else ()
    closed = {cell.key.user_class for cell in now if _closed(cell.incident, cell.availability, incident)}
    told = (one for one in snapshot.seen if _closed(one.published.incident, one.published.availability, incident))
    closed |= {one.key.user_class for one in told}
    if asked and closed >= set(asked):
        return ScopeRow()
    return ScopeRow(user_classes=tuple(one for one in asked or sorted(closed) if one in closed))


def _closed(named: str | None, availability: Availability, incident: Incident) -> bool:
    return named == incident.id and availability is Availability.RESTRICTED


def _usable(snapshot: Snapshot, models: set[str]) -> bool:
    mine = [cell for cell in snapshot.cells if cell.key.model in models]
    return bool(mine) and all(cell.availability in USABLE for cell in mine)
