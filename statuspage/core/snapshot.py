"""The snapshot: the whole public state at one moment, from which every page, feed and document is rendered."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from checks.observation import Evidence
from statuspage.core.availability import Availability, Basis, CellKey, Disagreement, Reason, Retry, Scope
from statuspage.core.cell import Candidate, Pace, Proof, Transition
from statuspage.core.event import Alternative, Event
from statuspage.core.incident import Declaration, Incident
from statuspage.core.settings import Model, Policy, Provider, Remedy, Schedule, Site, UserClass
from statuspage.core.uptime import Day, Figures

SCHEMA = 1
"""The version of the snapshot document; it only ever grows."""


@dataclass(frozen=True, slots=True)
class MeasuredView:
    """What our checks say of a cell."""

    availability: Availability
    reason: Reason
    since: datetime
    last_observed_at: datetime | None
    last_answer_at: datetime | None
    first_refusal_at: datetime | None
    confirming: Candidate | None
    served_model: str | None
    seen_from: tuple[str, ...]
    one_place: bool = False


@dataclass(frozen=True, slots=True)
class DeclaredView:
    """One declaration that speaks of a cell. ``in_force`` is whether it holds at the snapshot's moment."""

    incident: str
    declaration: Declaration
    in_force: bool


@dataclass(frozen=True, slots=True)
class AttestedView:
    """Staff's word on a cell that no check can reach."""

    by_role: str
    until: datetime
    source: str | None


@dataclass(frozen=True, slots=True)
class CellView:
    """One cell as the public sees it: the fields of the API's cell (docs/api.md).

    ``unreached`` is a cell that no check can reach and nobody has vouched for yet: it is no part of the headline.
    ``possible_misfire`` is one that turned to a refusal by region together with several classes.
    """

    key: CellKey
    provider_model_id: str
    availability: Availability
    reason: Reason
    since: datetime
    basis: Basis
    deviates: bool
    expected: bool
    cell_seq: int
    measured: MeasuredView | None
    declared: tuple[DeclaredView, ...]
    disagreement: Disagreement | None
    scope: Scope
    evidence: Evidence | None
    proof: Proof | None
    retry: Retry
    remedy: Remedy | None
    attested: AttestedView | None
    alternatives: tuple[Alternative, ...]
    incident: str | None
    unreached: bool = False
    possible_misfire: bool = False

    @property
    def by_design(self) -> bool:
        """Whether the cell is restricted just as it is expected to be: shown calmly, never in the headline."""
        return self.availability is Availability.RESTRICTED and self.basis is Basis.EXPECTED


@dataclass(frozen=True, slots=True)
class Fold:
    """A model for one class over its providers: the best of them, and on how many it is usable."""

    model: str
    user_class: str
    availability: Availability
    usable: int
    offered: int
    since: datetime
    reason: Reason
    by_design: bool
    differs: bool
    unreached: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    """The state in one sentence and in numbers, deviations only. ``availability`` is the worst that deviates.

    ``restricted``, ``down``, ``degraded``, ``unknown`` and ``unaffected`` hold model ids, in configured order.
    """

    availability: Availability
    headline: str
    restricted: tuple[str, ...] = ()
    down: tuple[str, ...] = ()
    degraded: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    unaffected: tuple[str, ...] = ()
    unknown_cells: int = 0
    cells: int = 0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything public at ``generated_at``; events after ``as_of_seq`` are not in it.

    ``transitions`` are those of its cells in the 90 days before; ``earlier`` are those besides that tell what was seen
    of a public incident: of before, and of cells that have left the catalogue.
    ``figures`` and ``days`` are over the 90 days before ``generated_at``; ``valid_until`` is when a reader should
    stop relying on it. ``incidents`` holds public incidents, newest first, without private notes. ``recent_events``
    are newest first. ``paces`` holds hourly samples of the time to the first token over seven days.
    """

    generated_at: datetime
    as_of_seq: int
    newest_observation_at: datetime | None
    valid_until: datetime
    site: Site
    summary: Summary
    user_classes: tuple[UserClass, ...]
    providers: tuple[Provider, ...]
    models: tuple[Model, ...]
    cells: tuple[CellView, ...]
    folds: tuple[Fold, ...]
    incidents: tuple[Incident, ...]
    policy: Policy
    schedule: Schedule
    recent_events: tuple[Event, ...] = ()
    transitions: tuple[Transition, ...] = ()
    earlier: tuple[Transition, ...] = ()
    days: dict[CellKey, tuple[Day, ...]] = field(default_factory=dict)
    figures: dict[CellKey, Figures] = field(default_factory=dict)
    paces: dict[CellKey, tuple[Pace, ...]] = field(default_factory=dict)
    _of_models: dict[str, tuple[CellView, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        grouped: dict[str, list[CellView]] = {}
        for cell in self.cells:
            grouped.setdefault(cell.key.model, []).append(cell)
        object.__setattr__(self, "_of_models", {model: tuple(cells) for model, cells in grouped.items()})

    @property
    def seen(self) -> tuple[Transition, ...]:
        """Every transition that a story may tell of, oldest first."""
        return (*self.earlier, *self.transitions)

    def cell(self, key: CellKey) -> CellView:
        """The cell of that key; KeyError when there is none."""
        for cell in self.of_model(key.model):
            if cell.key == key:
                return cell
        raise KeyError(str(key))

    def of_model(self, model: str) -> tuple[CellView, ...]:
        """A model's cells, in order."""
        return self._of_models.get(model, ())
