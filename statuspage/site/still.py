"""The still snapshot: a snapshot without its freshness, equal to the one before it when no content has changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from statuspage.core.availability import Availability, CellKey
from statuspage.core.snapshot import CellView, Snapshot
from statuspage.site import render
from statuspage.site.marks import Mark

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class Stills:
    """Takes the freshness out of snapshots, one after the other; what did not change stays the very same object."""

    _cells: dict[CellKey, tuple[CellView, CellView]] = field(default_factory=dict)

    def of(self, snapshot: Snapshot) -> Snapshot:
        """The snapshot at rest: its moments are marks, all of them of the beginning of its day."""
        day = snapshot.generated_at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        before, self._cells = self._cells, {}
        for cell in snapshot.cells:
            self._cells[cell.key] = _kept(cell, before.get(cell.key))
        return replace(
            snapshot,
            generated_at=Mark.of("generated", day),
            valid_until=Mark.of("valid", day),
            newest_observation_at=Mark.of("measured", day) if snapshot.newest_observation_at else None,
            cells=tuple(still for _, still in self._cells.values()),
            days={},
            figures={},
            paces={},
        )


def writer(snapshot: Snapshot) -> Callable[[str, str], str]:
    """How the moments that a page left open are written for a snapshot."""
    known: dict[str, datetime | None] = {
        "generated": snapshot.generated_at,
        "valid": snapshot.valid_until,
        "measured": snapshot.newest_observation_at,
    }

    def write(how: str, name: str) -> str:
        at = known[name] if name in known else _moment(snapshot, name)
        return render.moment(how, at, snapshot.generated_at.year) if at else "–"

    return write


def _kept(cell: CellView, before: tuple[CellView, CellView] | None) -> tuple[CellView, CellView]:
    if before and before[0] is cell:
        return before
    still = _still(cell)
    return cell, before[1] if before and before[1] == still else still


def _still(cell: CellView) -> CellView:
    seen = cell.measured
    if seen is None:
        return cell
    key = cell.key
    asked = Mark.of(f"asked/{key.model}", EPOCH) if seen.last_observed_at else None
    answered = seen.last_answer_at
    if answered and seen.availability is not Availability.RESTRICTED:
        answered = Mark.of(f"answer/{key.model}/{key.provider}/{key.user_class}", EPOCH)
    return replace(cell, measured=replace(seen, last_observed_at=asked, last_answer_at=answered))


def _moment(snapshot: Snapshot, name: str) -> datetime | None:
    what, model, *rest = name.split("/")
    if what == "asked":
        seen = [cell.measured for cell in snapshot.of_model(model) if cell.measured and not cell.by_design]
        return max((one.last_observed_at for one in seen if one.last_observed_at), default=None)
    cell = snapshot.cell(CellKey(model, *rest))
    return cell.measured.last_answer_at if cell.measured else None
