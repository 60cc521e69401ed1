"""Declared beside measured: when, for whom and until when, with where the two differ."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from statuspage.core.availability import Availability, Disagreement
from statuspage.core.incident import Certainty, Declaration, Says
from statuspage.core.settings import UserClass
from statuspage.core.snapshot import CellView, DeclaredView, Snapshot

BEFORE = (Says.ORDERED, Says.ANNOUNCED)
"""What is said before it is done: the time from there to the first refusal is told."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What was declared of a model beside what our checks say, and where the two differ.

    ``wider`` classes are refused without a word about them, ``narrower`` ones are still answered in spite of one;
    ``lifted`` is whether somebody is refused after it was declared to be over.
    """

    facts: tuple[Declaration, ...]
    last_answer: datetime | None
    first_refusal: datetime | None
    last_observed: datetime | None
    refused: tuple[UserClass, ...]
    refused_every: bool
    wider: tuple[UserClass, ...]
    narrower: tuple[UserClass, ...]
    lifted: bool

    @property
    def lags(self) -> tuple[tuple[Says, timedelta], ...]:
        """How long after each order and each notice the first refusal came."""
        if self.first_refusal is None:
            return ()
        told = ((one.says, self.first_refusal - (one.announced_at or one.starts)) for one in self.facts)
        return tuple((says, late) for says, late in told if says in BEFORE and late > timedelta(0))


def beside(snapshot: Snapshot, cells: tuple[CellView, ...]) -> Beside | None:
    """The two columns for the cells of one model; None where nothing was declared."""
    views = [view for cell in cells for view in cell.declared]
    facts = {view.declaration: None for view in views if view.declaration.certainty is Certainty.CONFIRMED}
    if not facts:
        return None
    asked = [cell for cell in cells if cell.measured and not cell.by_design]
    refused = [cell for cell in asked if cell.measured and cell.measured.availability is Availability.RESTRICTED]
    speaks = [cell.measured for cell in refused if cell.measured]
    ids = {cell.key.user_class for cell in refused}
    meant = {cell.key.user_class for cell in asked if any(_restricts(view) for view in cell.declared)}
    return Beside(
        tuple(sorted(facts, key=lambda fact: fact.announced_at or fact.starts)),
        min((seen.last_answer_at for seen in speaks if seen.last_answer_at), default=None),
        min((seen.first_refusal_at for seen in speaks if seen.first_refusal_at), default=None),
        max((c.measured.last_observed_at for c in asked if c.measured and c.measured.last_observed_at), default=None),
        tuple(known for known in snapshot.user_classes if known.id in ids),
        bool(ids) and ids == {cell.key.user_class for cell in asked},
        tuple(known for known in snapshot.user_classes if meant and known.id in ids - meant),
        tuple(known for known in snapshot.user_classes if known.id in meant - ids),
        any(cell.disagreement is Disagreement.LIFTED_STILL_REFUSED for cell in refused),
    )


def _restricts(view: DeclaredView) -> bool:
    fact = view.declaration
    return view.in_force and fact.certainty is Certainty.CONFIRMED and fact.says is not Says.LIFTED
