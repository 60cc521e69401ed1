"""Several classes that turn to a refusal by region at once: a gateway may have misfired; a flag, never a verdict."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from statuspage.core.availability import Availability, Basis, CellKey, Reason
from statuspage.core.cell import CellState, Measured, Published
from statuspage.core.settings import Policy


def possible_misfires(states: Iterable[CellState], policy: Policy) -> frozenset[CellKey]:
    """The cells that are refused by region together with so many classes of the same provider, and unexplained."""
    turned: dict[str, list[CellState]] = {}
    for state in states:
        if by_region(state.measured) and _unexplained(state.published):
            turned.setdefault(state.key.provider, []).append(state)
    return frozenset(one.key for cells in turned.values() for one in cells if _together(one, cells, policy))


def by_region(measured: Measured) -> bool:
    """Whether a cell is measured as refused by region."""
    return measured.availability is Availability.RESTRICTED and measured.reason is Reason.REGION


def _unexplained(published: Published) -> bool:
    """Whether neither staff nor the configuration says why."""
    return published.incident is None and published.basis is not Basis.EXPECTED


def _together(one: CellState, cells: Iterable[CellState], policy: Policy) -> bool:
    at_once = {other.key.user_class for other in cells if _near(other.measured.since, one.measured.since, policy)}
    return len(at_once) >= policy.misfire_classes


def _near(one: datetime, other: datetime, policy: Policy) -> bool:
    return abs(one - other) <= policy.event_group
