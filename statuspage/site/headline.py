"""Headlines: which models, or which whole platforms, deviate and for whom; the template makes the sentence of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from statuspage.core.availability import Availability
from statuspage.core.incident import Certainty
from statuspage.core.settings import Model, Provider, UserClass
from statuspage.core.snapshot import Fold, Snapshot
from statuspage.site.look import LOUD, look

NAMED = 2
"""More models than this are counted, not named."""


@dataclass(frozen=True, slots=True)
class Part:
    """Models that share a state and the classes that it holds for; ``spared`` are those that it could hold for.

    A part of a whole platform names it in ``place``.
    """

    look: str
    models: tuple[Model, ...]
    classes: tuple[UserClass, ...] = ()
    spared: tuple[UserClass, ...] = ()
    place: Provider | None = None

    @property
    def named(self) -> bool:
        """Whether its models are few enough to be named."""
        return len(self.models) <= NAMED


def of_model(snapshot: Snapshot, model: Model, kind: str) -> Part | None:
    """What a model's own page says first, when that is loud."""
    if kind not in LOUD:
        return None
    meant = _meant_by_model(snapshot, frozenset((model.id,)))
    touched, spared = _reach(meant.get(model.id, ()), kind)
    return Part(kind, (model,), _classes(snapshot, touched), _classes(snapshot, spared))


@dataclass(frozen=True, slots=True)
class Cause:
    """The declared basis of a restriction, and the story that tells it."""

    incident: str
    basis: str


def parts(snapshot: Snapshot) -> tuple[Part, ...]:
    """What deviates, the most telling first; platforms that fail or are closed as a whole come after the models."""
    told = [part for kind in LOUD for part in _of_models(snapshot, kind)]
    places = [part for one in snapshot.providers if (part := _of_place(snapshot, one))]
    return (*told, *(part for part in places if not _covered(part, told)))


def cause(snapshot: Snapshot, incident: str | None) -> Cause | None:
    """Why the reader is refused, in the words of what was declared."""
    found = next((one for one in snapshot.incidents if one.id == incident), None)
    facts = (one for one in found.declarations if one.certainty is Certainty.CONFIRMED) if found else ()
    basis = next((one.basis for one in facts if one.basis), None)
    return Cause(incident, basis) if incident and basis else None


def doubt(snapshot: Snapshot) -> str:
    """The commonest reason for which we cannot tell."""
    found = Counter(cell.reason.value for cell in snapshot.cells if cell.availability is Availability.UNKNOWN)
    return found.most_common(1)[0][0] if found else ""


def _of_models(snapshot: Snapshot, kind: str) -> list[Part]:
    ids = frozenset[str](getattr(snapshot.summary, kind))
    shared: dict[tuple[frozenset[str], frozenset[str]], list[Model]] = {}
    folds = _meant_by_model(snapshot, ids)
    for model in snapshot.models:
        if model.id in ids:
            shared.setdefault(_reach(folds.get(model.id, ()), kind), []).append(model)
    if len(ids) > NAMED and len(shared) > 1:
        touched = frozenset[str]().union(*(here for here, _ in shared))
        spared = frozenset[str]().union(*(free for _, free in shared)) - touched
        shared = {(touched, spared): [model for model in snapshot.models if model.id in ids]}
    return [
        Part(kind, tuple(models), _classes(snapshot, touched), _classes(snapshot, spared))
        for (touched, spared), models in shared.items()
    ]


def _meant_by_model(snapshot: Snapshot, ids: frozenset[str]) -> dict[str, list[Fold]]:
    found: dict[str, list[Fold]] = {}
    for fold in snapshot.folds:
        if fold.model in ids and _meant(fold):
            found.setdefault(fold.model, []).append(fold)
    return found


def _reach(meant: Sequence[Fold], kind: str) -> tuple[frozenset[str], frozenset[str]]:
    """The classes for which a model is in a state, and those for which it could be: by design is neither."""
    touched = frozenset(fold.user_class for fold in meant if look(fold.availability) == kind)
    return touched, frozenset(fold.user_class for fold in meant) - touched


def _meant(fold: Fold) -> bool:
    return not fold.by_design and not fold.unreached


def _of_place(snapshot: Snapshot, one: Provider) -> Part | None:
    cells = [cell for cell in snapshot.cells if cell.key.provider == one.id and cell.measured and not cell.by_design]
    found = {cell.availability for cell in cells}
    if len(found) != 1 or not found <= {Availability.DOWN, Availability.RESTRICTED}:
        return None
    ids = {cell.key.model for cell in cells}
    models = tuple(model for model in snapshot.models if model.id in ids)
    return Part(look(found.pop()), models, place=one) if len(models) > 1 else None


def _covered(part: Part, told: list[Part]) -> bool:
    named = {model.id for one in told if one.look == part.look for model in one.models}
    return {model.id for model in part.models} <= named


def _classes(snapshot: Snapshot, ids: frozenset[str]) -> tuple[UserClass, ...]:
    return tuple(one for one in snapshot.user_classes if one.id in ids)
