"""What pages show of cells and days, computed before they are rendered: rows, items, lanes, shares, charts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from statuspage.core.availability import USABLE, CellKey
from statuspage.core.settings import Model, Remedy, UserClass
from statuspage.core.snapshot import Snapshot
from statuspage.site import latency, matrix, strips
from statuspage.site.strips import Lane, Shares


@dataclass(frozen=True, slots=True)
class Item:
    """One model on the page of a user class, with what that class can use instead of it."""

    model: Model
    square: matrix.Square
    remedy: Remedy | None
    instead: tuple[tuple[Model, str], ...]


@dataclass(frozen=True, slots=True)
class Home:
    """What the first page shows of cells and days."""

    rows: tuple[matrix.Row, ...]
    strips: tuple[tuple[Model, tuple[Lane, Lane]], ...]


@dataclass(frozen=True, slots=True)
class ModelDays:
    """What a model's page shows of its days: lanes under the names of class and platform, shares, charts."""

    strips: tuple[tuple[str, str, Lane], ...]
    shares: tuple[Shares, ...]
    charts: tuple[latency.Chart, ...]


@dataclass(frozen=True, slots=True)
class ClassList:
    """What the page of a user class shows: its items, and both lanes of each model."""

    items: tuple[Item, ...]
    strips: tuple[tuple[Model, tuple[Lane, Lane]], ...]


Told = Callable[[CellKey], tuple[int, ...] | None]
"""Which of the stories of a page, by their numbers, cover a cell; None lets the snapshot's own be looked through."""


def untold(_: CellKey) -> None:
    """Look through the snapshot's own stories."""


def of_home(snapshot: Snapshot, rows: tuple[matrix.Row, ...] | None = None, told: Told = untold) -> Home:
    """The rows of the first page, and both lanes of each model."""
    cells = [(model, strips.reference_cell(snapshot, model)) for model in snapshot.models] if snapshot.days else []
    lanes = tuple((model, strips.lanes(snapshot, key, told(key))) for model, key in cells if key)
    return Home(matrix.home(snapshot) if rows is None else rows, lanes)


def of_model(snapshot: Snapshot, one: Model, told: Told = untold) -> ModelDays:
    """What a model's page shows of its days."""
    known = (cell.key for cell in snapshot.of_model(one.id) if cell.key in snapshot.figures)
    models = {other.id: other for other in snapshot.models}
    alternatives = [models[name] for name in one.alternatives if name in models]
    shares = tuple(strips.shares(snapshot, key) for key in known)
    return ModelDays(_lanes_of(snapshot, one, told), shares, latency.charts(snapshot, one, alternatives))


Usable = dict[str, dict[str, str]]
"""By user class and model, the id under which the first platform that can be used offers it."""


def usable(snapshot: Snapshot) -> Usable:
    """What each class can use."""
    found: Usable = {one.id: {} for one in snapshot.user_classes}
    for cell in snapshot.cells:
        if cell.availability in USABLE:
            found[cell.key.user_class].setdefault(cell.key.model, cell.provider_model_id)
    return found


def of_class(
    snapshot: Snapshot, one: UserClass, rows: tuple[matrix.Row, ...], told: Told = untold, known: Usable | None = None
) -> ClassList:
    """What the page of a user class lists, and both lanes of each model."""
    here = (known or usable(snapshot))[one.id]
    keys = [(model, strips.reference_cell(snapshot, model, one.id)) for model in snapshot.models]
    lanes = (
        tuple((model, strips.lanes(snapshot, key, told(key))) for model, key in keys if key) if snapshot.days else ()
    )
    return ClassList(tuple(_items(snapshot, one, rows, here)), lanes)


def _lanes_of(snapshot: Snapshot, one: Model, told: Told) -> tuple[tuple[str, str, Lane], ...]:
    names = {other.id: other.name for other in snapshot.providers}
    led = any(other.reference for other in snapshot.user_classes)
    made: list[tuple[str, str, Lane]] = []
    for known in snapshot.user_classes:
        key = strips.reference_cell(snapshot, one, known.id)
        if key is None or key not in snapshot.days:
            continue
        uptime, access = strips.lanes(snapshot, key, told(key))
        where = names.get(key.provider, key.provider)
        if known.reference or (not made and not led):
            made.insert(0, (known.name, where, uptime))
        made.append((known.name, where, access))
    return tuple(made)


def _items(snapshot: Snapshot, one: UserClass, rows: tuple[matrix.Row, ...], usable: dict[str, str]) -> Iterable[Item]:
    at = snapshot.user_classes.index(one)
    models = {model.id: model for model in snapshot.models}
    for row in rows:
        square = row.squares[at]
        if square and square.availability in USABLE:
            yield Item(models[row.id], square, None, ())
        elif square:
            gone = models[row.id]
            names = (name for name in gone.alternatives if name in usable and name in models)
            instead = tuple((models[name], usable[name]) for name in names)
            yield Item(gone, square, _remedy(snapshot, row.id, one), instead)


def _remedy(snapshot: Snapshot, model_id: str, one: UserClass) -> Remedy | None:
    mine = (cell for cell in snapshot.of_model(model_id) if cell.key.user_class == one.id)
    return next((cell.remedy for cell in mine if cell.remedy and cell.availability not in USABLE), None)
