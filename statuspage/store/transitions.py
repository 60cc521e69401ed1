"""Transitions: append-only, in an order of recorded time that never runs backwards within a cell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, insert, or_, select

from statuspage.core.availability import Availability, CellKey
from statuspage.core.cell import Transition
from statuspage.store import schema
from statuspage.store.cells import CellsReading, CellsWriting
from statuspage.store.codec import TRANSITION

CELL = schema.cell.c
TRANSITIONS = schema.transition.c
ORDER = (TRANSITIONS.recorded_at, TRANSITIONS.row)
RESTRICTED = Availability.RESTRICTED
PIECE = 5000
"""How many rows one statement names."""

MOST_IDLE = 10_000
"""How many decoded transitions are kept at most beside those that were asked for last."""


class TransitionsReading(CellsReading):
    """Reads transitions."""

    async def transitions(
        self, keys: Iterable[CellKey] | None, start: datetime | None, end: datetime | None
    ) -> list[Transition]:
        """Transitions recorded in [start, end), oldest first, with the last one before ``start`` of each cell."""
        numbers = None if keys is None else list((await self.known(keys)).values())
        within = select(TRANSITIONS.row).where(*_within(numbers, start, end)).order_by(*ORDER)
        rows = [row for (row,) in await self.all(within)]
        if start is not None:
            rows = [row for (row,) in await self.all(_newest(numbers, start - schema.MICROSECOND))] + rows
        return await self._decoded(rows)

    async def transitions_about(
        self, incident: str, cells: Callable[[CellKey], bool], start: datetime, end: datetime
    ) -> list[Transition]:
        """Those of these cells recorded in [start, end), oldest first, that name the incident or end a restriction.

        They are picked by their text first, and not kept: a story may be years old and its cells never at rest.
        """
        numbers = await self.numbers_of(cells)
        told = or_(*(TRANSITIONS.body.contains(word, autoescape=True) for word in (incident, RESTRICTED.value)))
        found: list[Transition] = []
        for at in range(0, len(numbers), PIECE):
            within = _within(numbers[at : at + PIECE], start, end)
            found += await self._transitions(select(TRANSITIONS.body).where(*within, told).order_by(*ORDER))
        kept = (one for one in found if one.published.incident == incident or one.reopens)
        return sorted(kept, key=lambda one: one.recorded_at)

    async def transition_of_event(self, event_id: str) -> list[Transition]:
        """The transitions that an event told."""
        return await self._transitions(
            select(TRANSITIONS.body).where(TRANSITIONS.event == event_id).order_by(TRANSITIONS.row)
        )

    async def transitions_at(self, at: datetime) -> dict[CellKey, Transition]:
        """The newest transition of each cell that was recorded at or before ``at``."""
        rows = [row for (row,) in await self.all(_newest(None, at))]
        return {one.key: one for one in await self._decoded(rows)}

    async def _decoded(self, rows: Sequence[int]) -> list[Transition]:
        """The transitions of these rows, in their order; those that a reader has seen before are not read again."""
        known = self.kept.transitions
        missing = [row for row in rows if row not in known]
        for at in range(0, len(missing), PIECE):
            wanted = missing[at : at + PIECE]
            piece = select(TRANSITIONS.row, TRANSITIONS.body).where(TRANSITIONS.row.in_(wanted))
            known |= {row: TRANSITION.decode(text) for row, text in await self.all(piece)}
        if len(known) > len(rows) + MOST_IDLE:
            self.kept.transitions = {row: known[row] for row in rows}
        return [known[row] for row in rows]

    async def _transitions(self, statement: Select[str]) -> list[Transition]:
        return [TRANSITION.decode(text) for (text,) in await self.all(statement)]


class TransitionsWriting(CellsWriting, TransitionsReading):
    """Writes transitions."""

    async def add_transitions(self, transitions: Sequence[Transition]) -> None:
        """Append transitions; a recorded time before the cell's last one becomes that one."""
        if not transitions:
            return
        numbers = await self.numbers(one.key for one in transitions)
        last = await self._last_recorded(list(numbers.values()))
        records = []
        for given in transitions:
            number = numbers[given.key]
            recorded_at = max(given.recorded_at, last[number] or given.recorded_at)
            records.append(_record(number, replace(given, recorded_at=recorded_at)))
            last[number] = recorded_at
        await self.run(insert(schema.transition), records)
        self.shown = True

    async def _last_recorded(self, numbers: Sequence[int]) -> dict[int, datetime | None]:
        """When each cell last changed; on PostgreSQL other writers of these cells now wait."""
        await self.all(select(CELL.id).where(CELL.id.in_(numbers)).order_by(CELL.id).with_for_update(key_share=True))
        last = select(func.max(TRANSITIONS.recorded_at)).where(TRANSITIONS.cell == CELL.id).scalar_subquery()
        rows = await self.all(select(CELL.id, last).where(CELL.id.in_(numbers)))
        return {row[0]: row[1] for row in rows}


def _within(numbers: Sequence[int] | None, start: datetime | None, end: datetime | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if numbers is not None:
        conditions.append(TRANSITIONS.cell.in_(numbers))
    if start is not None:
        conditions.append(TRANSITIONS.recorded_at >= start)
    if end is not None:
        conditions.append(TRANSITIONS.recorded_at < end)
    return conditions


def _newest(numbers: Sequence[int] | None, at: datetime) -> Select[str]:
    """The newest transition of each cell up to a moment: one step down an index for each cell."""
    other = schema.transition.alias("other")
    row = (
        select(other.c.row)
        .where(other.c.cell == CELL.id, other.c.recorded_at <= at)
        .order_by(other.c.recorded_at.desc(), other.c.row.desc())
        .limit(1)
        .correlate(schema.cell)
        .scalar_subquery()
    )
    newest = select(TRANSITIONS.row).join_from(schema.cell, schema.transition, TRANSITIONS.row == row).order_by(*ORDER)
    return newest if numbers is None else newest.where(CELL.id.in_(numbers))


def _record(number: int, given: Transition) -> dict[str, Any]:
    return {
        "id": given.id,
        "cell": number,
        "recorded_at": given.recorded_at,
        "event": given.event,
        "body": TRANSITION.encode(given),
    }
