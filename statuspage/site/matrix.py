"""The matrix: rows of squares for every user class, and the same squares grouped where classes are alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from statuspage.core.availability import Availability, Basis, CellKey, Disagreement, Reason
from statuspage.core.cell import Candidate
from statuspage.core.settings import Model, Offering, UserClass
from statuspage.core.snapshot import CellView, Fold, Snapshot
from statuspage.site.look import LOUD, look


@dataclass(frozen=True, slots=True)
class Square:
    """What stands in one place of a matrix. ``usable`` of ``offered`` counts platforms, 1 of 1 for a single cell."""

    look: str
    availability: Availability
    reason: Reason
    since: datetime
    basis: Basis
    usable: int
    offered: int
    confirming: Candidate | None
    disagreement: Disagreement | None
    status: int | None
    anchor: str

    @property
    def loud(self) -> bool:
        """Whether it deviates."""
        return self.look in LOUD

    @property
    def partial(self) -> bool:
        """Whether it can be used on some platforms only."""
        return 0 < self.usable < self.offered

    @property
    def alike(self) -> tuple[object, ...]:
        """What two squares share when readers need not tell them apart."""
        since = None if self.look == "available" and not self.partial else self.since
        change = self.confirming and (self.confirming.availability, self.confirming.have, self.confirming.need)
        basis = self.basis if self.basis is not Basis.ATTESTED or self.loud else Basis.MEASURED
        return (self.look, self.reason, since, basis, self.usable if self.partial else 0, self.disagreement, change)


@dataclass(frozen=True, slots=True)
class Group:
    """User classes that share a square; ``every`` when they are all that there are, ``rest`` when they are most."""

    square: Square
    classes: tuple[UserClass, ...]
    every: bool
    rest: bool = False


@dataclass(frozen=True, slots=True)
class Party:
    """User classes that are alike on every platform, with the square of each; ``alike`` when these are all one kind."""

    classes: tuple[UserClass, ...]
    every: bool
    places: tuple[tuple[Row, Square], ...]

    @property
    def alike(self) -> bool:
        """Whether no platform differs."""
        return len({square.alike for _, square in self.places}) == 1


@dataclass(frozen=True, slots=True)
class Row:
    """One model, or one platform of a model. ``platforms`` unfold where they differ."""

    id: str
    name: str
    path: str
    code: str
    squares: tuple[Square | None, ...]
    groups: tuple[Group, ...]
    platforms: tuple[Row, ...] = ()

    @property
    def apart(self) -> int:
        """How many platforms say something else than the first kind of them."""
        kinds = [
            tuple((g.square.look, g.square.basis, g.square.status, g.classes) for g in row.groups)
            for row in self.platforms
        ]
        common = max((kinds.count(kind) for kind in kinds), default=0)
        return len(kinds) - common


def home(snapshot: Snapshot) -> tuple[Row, ...]:
    """Models by user classes, folded over platforms."""
    folds = folds_of(snapshot)
    return tuple(folded(snapshot, model, folds.get(model.id, ())) for model in snapshot.models)


def folds_of(snapshot: Snapshot) -> dict[str, tuple[Fold, ...]]:
    """The folds of each model."""
    found: dict[str, list[Fold]] = {}
    for fold in snapshot.folds:
        found.setdefault(fold.model, []).append(fold)
    return {name: tuple(many) for name, many in found.items()}


def folded(snapshot: Snapshot, model: Model, folds: tuple[Fold, ...]) -> Row:
    """One model by user classes, folded over its platforms."""
    mine = {fold.user_class: fold for fold in folds}
    cells: dict[str, list[CellView]] = {}
    for cell in snapshot.of_model(model.id):
        cells.setdefault(cell.key.user_class, []).append(cell)
    squares = tuple(
        _folded(mine[one.id], cells.get(one.id, [])) if one.id in mine else None for one in snapshot.user_classes
    )
    platforms = of_model(snapshot, model) if any(fold.differs for fold in folds) else ()
    groups = grouped(squares, snapshot.user_classes)
    return Row(model.id, model.name, f"/models/{model.id}", model.id, squares, groups, platforms)


def of_model(snapshot: Snapshot, model: Model) -> tuple[Row, ...]:
    """A model's platforms by user classes."""
    return tuple(_row(snapshot, model.id, offering) for offering in model.offered)


def of_provider(snapshot: Snapshot, provider_id: str) -> tuple[Row, ...]:
    """A platform's models by user classes."""
    return tuple(
        at_provider(snapshot, model, offering)
        for model in snapshot.models
        for offering in model.offered
        if offering.provider == provider_id
    )


def at_provider(snapshot: Snapshot, model: Model, offering: Offering) -> Row:
    """One model at one platform by user classes."""
    cells = {cell.key: cell for cell in snapshot.of_model(model.id)}
    squares = _squares(snapshot, cells, model.id, offering.provider)
    return Row(
        model.id, model.name, f"/models/{model.id}", offering.id, squares, grouped(squares, snapshot.user_classes)
    )


def grouped(squares: Iterable[Square | None], classes: tuple[UserClass, ...]) -> tuple[Group, ...]:
    """The squares of a row, one for each kind, with the classes that share it; most of them, when calm, come last."""
    kinds: dict[tuple[object, ...], tuple[Square, list[UserClass]]] = {}
    shown = tuple(squares)
    for square, user_class in zip(shown, classes, strict=True):
        if square is not None:
            kinds.setdefault(square.alike, (square, []))[1].append(user_class)
    many = len(classes)
    made = [
        Group(square, tuple(here), len(here) == many, None not in shown and _most(square, len(here), many))
        for square, here in kinds.values()
    ]
    return tuple(sorted(made, key=lambda group: group.rest))


def parties(rows: tuple[Row, ...], classes: tuple[UserClass, ...]) -> tuple[Party, ...]:
    """The rows of one model turned round: what each sort of user sees on every platform, told once."""
    kinds: dict[tuple[object, ...], tuple[int, list[UserClass]]] = {}
    for at, one in enumerate(classes):
        squares = [row.squares[at] for row in rows]
        if any(squares):
            key = tuple((square.alike, square.status) if square else None for square in squares)
            kinds.setdefault(key, (at, []))[1].append(one)
    made = []
    for at, here in kinds.values():
        places = tuple((row, square) for row in rows if (square := row.squares[at]))
        made.append(Party(tuple(here), len(here) == len(classes), places))
    return tuple(made)


def by_fold(cells: Iterable[CellView]) -> dict[tuple[str, str], list[CellView]]:
    """Cells by model and user class."""
    found: dict[tuple[str, str], list[CellView]] = {}
    for cell in cells:
        found.setdefault((cell.key.model, cell.key.user_class), []).append(cell)
    return found


def anchor(key: CellKey) -> str:
    """Where a model's page says why a cell is what it is."""
    return f"why-{key.provider}-{key.user_class}"


def square(cell: CellView) -> Square:
    """The square of one cell."""
    usable = int(cell.availability in {Availability.AVAILABLE, Availability.DEGRADED})
    return Square(
        look(cell.availability, cell.by_design),
        cell.availability,
        cell.reason,
        cell.since,
        cell.basis,
        usable,
        1,
        cell.measured.confirming if cell.measured else None,
        cell.disagreement,
        cell.evidence.status if cell.evidence else None,
        anchor(cell.key),
    )


def _most(square: Square, here: int, of: int) -> bool:
    return not square.loud and here > 2 and of / 2 < here < of


def _row(snapshot: Snapshot, model_id: str, offering: Offering) -> Row:
    cells = {cell.key: cell for cell in snapshot.of_model(model_id)}
    names = {one.id: one.name for one in snapshot.providers}
    squares = _squares(snapshot, cells, model_id, offering.provider)
    name = names.get(offering.provider, offering.provider)
    path = f"/providers/{offering.provider}"
    return Row(offering.provider, name, path, offering.id, squares, grouped(squares, snapshot.user_classes))


def _squares(
    snapshot: Snapshot, cells: dict[CellKey, CellView], model_id: str, provider_id: str
) -> tuple[Square | None, ...]:
    keys = (CellKey(model_id, provider_id, one.id) for one in snapshot.user_classes)
    return tuple(square(cells[key]) if key in cells else None for key in keys)


def _folded(fold: Fold, cells: list[CellView]) -> Square:
    same = [one for one in cells if one.availability is fold.availability]
    speaker = next(iter(same), None)
    changes = (one.measured.confirming for one in same if one.measured and one.measured.confirming)
    odd = (one.disagreement for one in same if one.disagreement)
    return Square(
        look(fold.availability, fold.by_design),
        fold.availability,
        fold.reason,
        fold.since,
        speaker.basis if speaker else Basis.NONE,
        fold.usable,
        fold.offered,
        next(changes, None),
        next(odd, None),
        None,
        anchor(speaker.key) if speaker and fold.availability is not Availability.AVAILABLE else "who",
    )
