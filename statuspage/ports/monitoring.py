"""What the use cases need for verdicts: cells, observations, transitions, and error texts that no rule knows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from checks.observation import Observation
from statuspage.core.availability import CellKey
from statuspage.core.cell import CellState, Transition


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """An error text that no rule knows, as staff see it. ``sample`` is redacted."""

    fingerprint: str
    provider: str
    first_seen: datetime
    last_seen: datetime
    count: int
    sample: str
    status: int | None


class MonitoringReading(Protocol):
    """A consistent view of what was asked, judged and published."""

    async def cells(self) -> dict[CellKey, CellState]:
        """The state of every cell ever seen, also of those that left the catalogue."""
        ...

    async def cells_in_episode(self, event_id: str) -> set[CellKey]:
        """The cells whose open episode began with this event."""
        ...

    async def transitions(
        self, keys: Iterable[CellKey] | None, start: datetime | None, end: datetime | None
    ) -> list[Transition]:
        """Transitions recorded in [start, end), oldest first, with the last one before ``start`` of each cell."""
        ...

    async def transitions_about(
        self, incident: str, cells: Callable[[CellKey], bool], start: datetime, end: datetime
    ) -> list[Transition]:
        """Those of these cells recorded in [start, end), oldest first, that name the incident or end a restriction."""
        ...

    async def transition_of_event(self, event_id: str) -> list[Transition]:
        """The transitions that an event told."""
        ...

    async def transitions_at(self, at: datetime) -> dict[CellKey, Transition]:
        """The newest transition of each cell that was recorded at or before ``at``."""
        ...

    async def observations(self, key: CellKey, start: datetime, limit: int = 1000) -> list[Observation]:
        """Raw observations of a cell since ``start``, oldest first."""
        ...

    async def newest_observation_at(self, until: datetime | None = None) -> datetime | None:
        """When the newest observation was made, of those up to ``until``."""
        ...

    async def fingerprints(self) -> list[Fingerprint]:
        """Error texts that no rule knows, newest first."""
        ...


class MonitoringWriting(MonitoringReading, Protocol):
    """Changes of what was asked, judged and published, in a transaction."""

    async def save_cells(self, states: Iterable[CellState]) -> None:
        """Insert or replace the state of cells."""
        ...

    async def add_observations(self, observations: Sequence[Observation]) -> None:
        """Append raw observations."""
        ...

    async def add_transitions(self, transitions: Sequence[Transition]) -> None:
        """Append transitions."""
        ...

    async def see_fingerprint(self, seen: Fingerprint) -> bool:
        """Count an error text that no rule knows; True when it is the first of its kind."""
        ...
