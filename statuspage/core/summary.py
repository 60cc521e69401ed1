"""The state in one sentence: which models deviate, for how many classes, and how many are untouched; pure."""

from __future__ import annotations

from collections.abc import Sequence

from statuspage.core.availability import Availability, Reason
from statuspage.core.settings import Settings
from statuspage.core.snapshot import CellView, Fold, Summary

ORDER = (Availability.RESTRICTED, Availability.DOWN, Availability.DEGRADED)
"""The order in which a headline speaks of what deviates."""

LOST = "Our monitor has lost its network: what stands here is what it knew before."

_UNKNOWN = Availability.UNKNOWN
_NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")


def summarise(cells: Sequence[CellView], folds: Sequence[Fold], settings: Settings) -> Summary:
    """The summary over all cells; what is restricted by design is no part of it."""
    names = [model.id for model in settings.models]
    folds = [fold for fold in folds if not fold.unreached]
    found: dict[str, set[Availability]] = {name: set() for name in names}
    for fold in folds:
        found[fold.model].add(_deviation(fold))
    worst = {name: _worst(kinds) for name, kinds in found.items()}
    of = {kind: tuple(name for name in names if worst[name] is kind) for kind in Availability}
    unknown_cells = sum(cell.availability is Availability.UNKNOWN for cell in cells)
    overall = next((kind for kind in ORDER if of[kind]), _calm(of, names))
    return Summary(
        availability=overall,
        headline=LOST if network_lost(cells) else headline(of, folds, settings),
        restricted=of[Availability.RESTRICTED],
        down=of[Availability.DOWN],
        degraded=of[Availability.DEGRADED],
        unknown=of[Availability.UNKNOWN],
        unaffected=of[Availability.AVAILABLE],
        unknown_cells=unknown_cells,
        cells=len(cells),
    )


def network_lost(cells: Sequence[CellView]) -> bool:
    """Whether every cell that is asked says that it is our own network."""
    asked = [cell.measured for cell in cells if cell.measured]
    return bool(asked) and all(one.reason is Reason.NETWORK and one.availability is _UNKNOWN for one in asked)


def headline(of: dict[Availability, tuple[str, ...]], folds: Sequence[Fold], settings: Settings) -> str:
    """One sentence with a subject and a class."""
    parts = [_part(kind, of[kind], folds, settings) for kind in ORDER if of[kind]]
    unaffected, unknown = len(of[Availability.AVAILABLE]), len(of[Availability.UNKNOWN])
    if not parts:
        told = any(_deviation(fold) is Availability.AVAILABLE for fold in folds)
        return _quiet(unaffected, unknown, told)
    if unaffected:
        parts.append(f"{unaffected} {_models(unaffected)} {_are(unaffected)} unaffected")
    if unknown:
        parts.append(f"we cannot tell about {unknown}")
    return "; ".join(parts) + "."


def _quiet(available: int, unknown: int, told: bool) -> str:
    if not unknown:
        return "Every model answers for every class that may use it." if available else "Nothing is watched yet."
    if not available and told:
        return "Nothing is known to be restricted or down, but we cannot tell for every user class."
    if not available:
        return "We cannot tell yet: no check has answered."
    return f"{available} {_models(available)} {_answer(available)}; we cannot tell about {unknown}."


def _part(kind: Availability, models: tuple[str, ...], folds: Sequence[Fold], settings: Settings) -> str:
    count = len(models)
    subject = settings.model(models[0]).name if count == 1 else f"{_number(count)} models"
    return f"{subject} {_are(count)} {kind.value} for {_classes(kind, models, folds)}"


def _classes(kind: Availability, models: tuple[str, ...], folds: Sequence[Fold]) -> str:
    touched_models = set(models)
    meant = [fold for fold in folds if fold.model in touched_models and not fold.by_design]
    every = {fold.user_class for fold in meant}
    touched = {fold.user_class for fold in meant if _deviation(fold) is kind}
    if touched == every:
        return "every user class" if len(every) > 1 else "its user class"
    return f"{len(touched)} of {len(every)} user classes"


def _worst(found: set[Availability]) -> Availability:
    for kind in (*ORDER, Availability.UNKNOWN):
        if kind in found:
            return kind
    return Availability.AVAILABLE


def _deviation(fold: Fold) -> Availability:
    return Availability.AVAILABLE if fold.by_design else fold.availability


def _calm(of: dict[Availability, tuple[str, ...]], names: Sequence[str]) -> Availability:
    """All is well only if something is known to be well: unknown is never shown as available."""
    if not names or len(of[Availability.UNKNOWN]) == len(names):
        return Availability.UNKNOWN
    return Availability.AVAILABLE


def _number(count: int) -> str:
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)


def _models(count: int) -> str:
    return "model" if count == 1 else "models"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _answer(count: int) -> str:
    return "answers" if count == 1 else "answer"
