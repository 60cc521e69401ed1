"""Is it me? What a pasted answer means beside what our checks see now: the cells that show it, the models it names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from checks.observation import Cause, Classification
from statuspage.core.availability import Availability
from statuspage.core.snapshot import CellView, Snapshot
from statuspage.site import matrix

SHORTEST = 4
"""Names with fewer letters than this are not looked for in a text."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a pasted text means. ``shown`` cells give this very answer now, ``named`` ones are of models in the text."""

    cause: Cause
    rule: str
    hint: str
    status: int | None
    shown: tuple[CellView, ...]
    named: tuple[CellView, ...]

    @property
    def theirs(self) -> bool:
        """Whether what we see now explains the answer."""
        return bool(self.shown) or any(_trouble(cell) for cell in self.named)


def find(snapshot: Snapshot, meant: Classification, text: str, status: int | None, provider: str = "") -> Found:
    """Put a classified answer beside the cells; with ``provider``, beside the cells of that one."""
    cells = [cell for cell in snapshot.cells if provider in ("", cell.key.provider)]
    shown = showing(cells, meant.fingerprint)
    models = mentioned(snapshot, text)
    named = tuple(cell for cell in cells if cell.key.model in models and cell not in shown)
    return Found(meant.cause, meant.rule, meant.hint, status, shown, named)


def showing(cells: Iterable[CellView], fingerprint: str | None) -> tuple[CellView, ...]:
    """The cells whose present answer has this fingerprint."""
    if fingerprint is None:
        return ()
    return tuple(cell for cell in cells if cell.evidence and cell.evidence.fingerprint == fingerprint)


def mentioned(snapshot: Snapshot, text: str) -> tuple[str, ...]:
    """The models that a text names, by id, by name or by a provider's id."""
    folded = text.casefold()
    found = []
    for model in snapshot.models:
        names = {model.id, model.name, *(offering.id for offering in model.offered)}
        if any(len(name) >= SHORTEST and _stands_in(name.casefold(), folded) for name in names):
            found.append(model.id)
    return tuple(found)


def rows(snapshot: Snapshot, cells: Iterable[CellView]) -> tuple[matrix.Row, ...]:
    """Cells as rows of a model at a provider, with its classes grouped where they are alike."""
    names = {one.id: one.name for one in snapshot.models}
    places: dict[tuple[str, str], dict[str, CellView]] = {}
    for cell in cells:
        places.setdefault((cell.key.model, cell.key.provider), {})[cell.key.user_class] = cell
    made = []
    for (model, provider), mine in places.items():
        squares = tuple(matrix.square(mine[one.id]) if one.id in mine else None for one in snapshot.user_classes)
        code = next(iter(mine.values())).provider_model_id
        groups = matrix.grouped(squares, snapshot.user_classes)
        made.append(matrix.Row(provider, names.get(model, model), f"/models/{model}", code, squares, groups))
    return tuple(made)


def _trouble(cell: CellView) -> bool:
    return cell.availability in {Availability.RESTRICTED, Availability.DOWN} and not cell.by_design


def _stands_in(name: str, text: str) -> bool:
    return name in text and re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-]|\.\d)", text) is not None
