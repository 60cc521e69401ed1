"""What the checks suggest for a story: the scope of what turned together, and what still refuses at its end; pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from statuspage.core.availability import Availability, CellKey
from statuspage.core.incident import Incident, Kind, ScopeRow
from statuspage.core.snapshot import CellView

TOGETHER = timedelta(minutes=60)
"""Cells that turned within this time of each other, in the same way, are taken for one story."""

Reach = tuple[tuple[str, tuple[str, ...]], ...]
"""Providers, each with the classes for which a model is touched there."""

TROUBLE = frozenset({Availability.RESTRICTED, Availability.DOWN, Availability.DEGRADED})


@dataclass(frozen=True, slots=True)
class Suggestion:
    """How a story about a cell could begin: its kind, its scope as the checks see it, and since when."""

    kind: Kind
    rows: tuple[ScopeRow, ...]
    cells: tuple[CellView, ...]
    since: datetime


def suggest(cells: Collection[CellView], seed: CellView) -> Suggestion:
    """What turned together with ``seed`` and has no story yet."""
    found = tuple(one for one in cells if one.key == seed.key or _together(one, seed))
    kind = Kind.RESTRICTION if seed.availability is Availability.RESTRICTED else Kind.INCIDENT
    began = min(one.since for one in found)
    offered = [one.key for one in cells if not one.expected or one.key == seed.key]
    return Suggestion(kind, rows([one.key for one in found], offered), found, began)


def rows(keys: Collection[CellKey], offered: Collection[CellKey]) -> tuple[ScopeRow, ...]:
    """The fewest plain rows that mean these of the cells that are ``offered``.

    Models that are touched alike share a row; what a row leaves out means all. Cells that are restricted by design
    need not be offered: a row that means them too says nothing new of them.
    """
    models: dict[Reach, list[str]] = {}
    for model in dict.fromkeys(key.model for key in keys):
        models.setdefault(_reach(model, keys, offered), []).append(model)
    return tuple(
        _row(tuple(named), providers, classes, offered)
        for reach, named in models.items()
        for providers, classes in _folded(reach)
    )


def still_affected(cells: Iterable[CellView], incident: Incident) -> tuple[CellView, ...]:
    """The cells of a story that our checks do not see answering, whatever is declared."""
    return tuple(
        one
        for one in cells
        if incident.covers(one.key) and one.measured and one.measured.availability in TROUBLE and not one.by_design
    )


def _together(one: CellView, seed: CellView) -> bool:
    alike = one.availability is seed.availability and one.incident is None and not one.by_design
    near = one.key.model == seed.key.model or one.reason is seed.reason
    return alike and near and one.measured is not None and abs(one.since - seed.since) <= TOGETHER


def _reach(model: str, keys: Collection[CellKey], offered: Collection[CellKey]) -> Reach:
    """The classes of each provider at which a model is touched; empty where it is touched wherever it is offered."""
    if {key for key in offered if key.model == model} <= set(keys):
        return ()
    found: dict[str, list[str]] = {}
    for key in keys:
        if key.model == model:
            found.setdefault(key.provider, []).append(key.user_class)
    return tuple((provider, tuple(sorted(classes))) for provider, classes in sorted(found.items()))


def _folded(reach: Reach) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Providers that are touched for the same classes, together."""
    if not reach:
        return [((), ())]
    found: dict[tuple[str, ...], list[str]] = {}
    for provider, classes in reach:
        found.setdefault(classes, []).append(provider)
    return [(tuple(providers), classes) for classes, providers in found.items()]


def _row(
    models: tuple[str, ...], providers: tuple[str, ...], classes: tuple[str, ...], offered: Collection[CellKey]
) -> ScopeRow:
    """The row, without the classes, or else the providers, that it means anyway."""
    of_models = [key for key in offered if key.model in models]
    if {key.user_class for key in of_models if key.provider in providers} <= set(classes):
        return ScopeRow(models, providers)
    every = {key.provider for key in of_models if key.user_class in classes} <= set(providers)
    return ScopeRow(models, () if every else providers, classes)
