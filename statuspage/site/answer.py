"""The answer over a page: for whom, since when, what to use instead, whether to retry, when to look again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from statuspage.core.availability import Availability, Retry
from statuspage.core.event import Alternative
from statuspage.core.settings import Model, UserClass
from statuspage.core.snapshot import CellView, Snapshot
from statuspage.site import stories
from statuspage.site.look import LOUD, first, look
from statuspage.site.matrix import by_fold


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reader needs in the first two seconds. ``retries`` holds each advice that some touched cell gives."""

    look: str
    since: datetime | None
    ordered: datetime | None
    instead: tuple[Alternative, ...]
    retries: tuple[Retry, ...]
    look_again: datetime | None
    incident: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """A model's state over the ``offered`` classes: the loudest look, and for whom it holds."""

    look: str
    classes: tuple[UserClass, ...]
    every: bool
    expected: tuple[UserClass, ...]
    offered: int


def of_home(snapshot: Snapshot) -> Answer:
    """The answer of the first page."""
    return _answer(snapshot, snapshot.cells, look(snapshot.summary.availability))


def of_model(snapshot: Snapshot, model: Model) -> Answer:
    """The answer of a model's page."""
    return _answer(snapshot, snapshot.of_model(model.id), standing(snapshot, model).look)


def standing(snapshot: Snapshot, model: Model) -> Standing:
    """The loudest state of a model and the classes that it concerns, folded over platforms."""
    looks = {
        fold.user_class: look(fold.availability, fold.by_design) for fold in snapshot.folds if fold.model == model.id
    }
    loudest = first(looks.values())
    here = tuple(one for one in snapshot.user_classes if looks.get(one.id) == loudest)
    calm = tuple(one for one in snapshot.user_classes if looks.get(one.id) == "expected")
    return Standing(loudest, here, len(here) == len(looks), () if loudest == "expected" else calm, len(looks))


def touched(cells: tuple[CellView, ...]) -> tuple[CellView, ...]:
    """The cells whose trouble concerns the reader: those that deviate, folded over the platforms of a class."""
    found = []
    for many in by_fold(cells).values():
        looks = {look(cell.availability, cell.by_design) for cell in many}
        if "available" not in looks:
            found += [cell for cell in many if look(cell.availability, cell.by_design) in LOUD]
    return tuple(found)


def _answer(snapshot: Snapshot, cells: tuple[CellView, ...], shown: str) -> Answer:
    mine = touched(cells)
    incident = next((cell.incident for cell in mine if cell.incident), None)
    return Answer(
        shown,
        min((cell.since for cell in mine), default=None),
        stories.ordered_at(mine),
        _instead(snapshot, mine),
        tuple(one for one in Retry if one in {cell.retry for cell in mine}),
        _look_again(snapshot, {cell.incident for cell in mine}),
        incident if any(one.id == incident for one in snapshot.incidents) else None,
    )


def _instead(snapshot: Snapshot, cells: tuple[CellView, ...]) -> tuple[Alternative, ...]:
    gone = {cell.key.model for cell in cells if cell.availability is not Availability.DEGRADED}
    best: dict[str, Alternative] = {}
    for cell in cells:
        for one in cell.alternatives:
            if one.model not in gone:
                best.setdefault(one.model, one)
                break
    order = [model.id for model in snapshot.models]
    return tuple(sorted(best.values(), key=lambda one: order.index(one.model) if one.model in order else 0))[:3]


def _look_again(snapshot: Snapshot, incidents: set[str | None]) -> datetime | None:
    due = (one.next_update_by for one in snapshot.incidents if one.open and one.id in incidents)
    return min((moment for moment in due if moment), default=None)
