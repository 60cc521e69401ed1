"""Replay: the moments of what happened, in order, and the document from which a matrix is shown at each of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import orjson

from checks.observation import Evidence
from statuspage.core.availability import USABLE, Availability, Basis, CellKey, Reason
from statuspage.core.cell import Transition
from statuspage.core.event import rfc3339
from statuspage.core.incident import By, Certainty, Incident, Kind, Says, ScopeRow
from statuspage.core.settings import Model
from statuspage.core.snapshot import SCHEMA, Snapshot
from statuspage.site.look import look

MOST = 90
"""How many moments are told at most: those of declared restrictions first, then the newest."""

FEWEST = 3
"""With fewer moments a story is not told alone."""

REFUSALS = {403, 451}
"""The statuses that say what a restriction is; any other one misleads whoever reads it alone."""


@dataclass(frozen=True, slots=True)
class Step:
    """One moment: declared (``by`` is who) or measured (``by`` is None, and ``says`` is a look).

    ``clock`` is which of the clocks it moves: ordered, announced, measured or none; ``lag`` is since the order.
    """

    at: datetime
    clock: str
    says: str
    by: By | None
    scope: ScopeRow
    reason: Reason = Reason.NONE
    basis: Basis = Basis.NONE
    seen_at: datetime | None = None
    answer: Evidence | None = None
    incident: str | None = None
    event: str | None = None
    lag: timedelta | None = None

    @property
    def misleading(self) -> bool:
        """Whether the answer alone says something else than the verdict."""
        status = self.answer.status if self.answer else None
        return self.says == "restricted" and status is not None and status not in REFUSALS


@dataclass(frozen=True, slots=True)
class Replay:
    """The moments, and the models that ever changed; ``others`` counts those that never did.

    ``stories`` are those that have enough moments to be told alone, newest first.
    """

    steps: tuple[Step, ...]
    models: tuple[Model, ...]
    others: int
    stories: tuple[Incident, ...]


def replay(snapshot: Snapshot) -> Replay:
    """What there is to replay of the window that the snapshot covers."""
    told = [*_declared(snapshot), *_measured(snapshot)]
    told.sort(key=lambda step: (step.incident is None, -step.at.timestamp()))
    steps = sorted(told[:MOST], key=lambda step: (step.at, step.by is None))
    moved = {one.key.model for one in snapshot.transitions if one.event}
    models = tuple(model for model in snapshot.models if model.id in moved)
    moments = Counter(step.incident for step in steps)
    stories = tuple(one for one in snapshot.incidents if moments[one.id] >= FEWEST)
    return Replay(_with_lags(steps), models, len(snapshot.models) - len(models), stories)


def document(snapshot: Snapshot) -> bytes:
    """Every change of every model that ever changed, oldest first: cells by number, as ``cells`` lists them."""
    shown = {model.id for model in replay(snapshot).models}
    changes = [one for one in snapshot.transitions if one.key.model in shown]
    numbers = {key: at for at, key in enumerate(dict.fromkeys(one.key for one in changes))}
    return orjson.dumps(
        {
            "schema": SCHEMA,
            "sandbox": snapshot.site.sandbox,
            "cells": [_cell(key) for key in numbers],
            "changes": [_change(one, numbers[one.key]) for one in changes],
        }
    )


def _cell(key: CellKey) -> dict[str, str]:
    return {"model": key.model, "provider": key.provider, "user_class": key.user_class}


def _change(one: Transition, cell: int) -> dict[str, object]:
    said = one.published
    return {
        "at": rfc3339(one.recorded_at),
        "cell": cell,
        "availability": said.availability.value,
        "by_design": _look(one) == "expected",
        "reason": said.reason.value or None,
    }


def _look(one: Transition) -> str:
    return look(one.published.availability, one.published.basis is Basis.EXPECTED)


def _declared(snapshot: Snapshot) -> Iterable[Step]:
    for incident in snapshot.incidents:
        if incident.kind is not Kind.RESTRICTION:
            continue
        for one in incident.declarations:
            if one.certainty is Certainty.CONFIRMED:
                at = one.announced_at or one.starts
                clock = one.says.value if one.says in {Says.ORDERED, Says.ANNOUNCED} else ""
                scope = (one.scope or incident.scope or (ScopeRow(),))[0]
                yield Step(at, clock, one.says.value, one.by, scope, incident=incident.id)


def _measured(snapshot: Snapshot) -> Iterable[Step]:
    groups: dict[tuple[object, ...], list[Transition]] = {}
    for one in snapshot.transitions:
        if one.event and _look(one) != "expected":
            minute = one.recorded_at.replace(second=0, microsecond=0)
            groups.setdefault((minute, one.key.provider, _look(one)), []).append(one)
    return [_step(snapshot, many) for many in groups.values()]


def _step(snapshot: Snapshot, many: list[Transition]) -> Step:
    first = many[0]
    held = next((one.measured.proof for one in many if one.measured.proof and one.measured.proof.evidence), None)
    closed = first.published.availability is Availability.RESTRICTED
    return Step(
        at=first.recorded_at,
        clock="measured",
        says=_look(first),
        by=None,
        scope=_scope(snapshot, [one.key for one in many], first.published.availability in USABLE),
        reason=next((one.published.reason for one in many if one.published.reason is not Reason.NONE), Reason.NONE),
        basis=first.published.basis,
        seen_at=first.first_refusal_at if closed else None,
        answer=held.evidence if held and first.published.availability is not Availability.AVAILABLE else None,
        incident=next((one.published.incident for one in many if one.published.incident), None)
        or _story(snapshot, first),
        event=first.event,
    )


def _scope(snapshot: Snapshot, keys: list[CellKey], opens: bool) -> ScopeRow:
    """Who was touched; empty for every class asked. What stays closed by design is not opened with the rest."""
    models = tuple(dict.fromkeys(key.model for key in keys))
    classes = tuple(dict.fromkeys(key.user_class for key in keys))
    asked = {
        cell.key.user_class
        for model in models
        for cell in snapshot.of_model(model)
        if cell.key.provider == keys[0].provider and cell.measured and (opens or not cell.expected)
    }
    return ScopeRow(models, (keys[0].provider,), () if asked and asked <= set(classes) else classes)


def _story(snapshot: Snapshot, one: Transition) -> str | None:
    """The restriction whose time and scope a change falls into."""
    for incident in snapshot.incidents:
        began, ended = incident.started_at or incident.created_at, incident.resolved_at
        inside = began <= one.recorded_at and (ended is None or one.recorded_at <= ended)
        if incident.kind is Kind.RESTRICTION and inside and incident.covers(one.key):
            return incident.id
    return None


def _with_lags(steps: list[Step]) -> tuple[Step, ...]:
    ordered: dict[str | None, datetime] = {}
    made = []
    for step in steps:
        if step.clock == "ordered":
            ordered.setdefault(step.incident, step.at)
        since = ordered.get(step.incident) if step.incident else None
        late = (step.seen_at or step.at) - since if since else None
        made.append(replace(step, lag=late if late and late > timedelta(0) else None))
    return tuple(made)
