"""The states of cells, and the directory that gives every cell a number."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import bindparam, select, update

from statuspage.core.availability import CellKey
from statuspage.core.cell import CellState
from statuspage.store import schema
from statuspage.store.codec import CELL_STATE
from statuspage.store.session import Session

CELL = schema.cell.c
ASKED_AGAIN = re.compile(
    r'"(last_observed_at|last_answer_at|last_valid_at|recent_usable)":("[^"\\]*"|\[[truefals,]*\])'
)
"""What differs in the document of a cell that was asked again and answered as before."""


class CellsReading(Session):
    """Reads cells."""

    async def cells(self) -> dict[CellKey, CellState]:
        """The state of every cell ever seen, also of those that left the catalogue."""
        rows = await self.all(select(CELL.id, CELL.state).where(CELL.state.is_not(None)).order_by(CELL.id))
        before = self.kept.cells
        self.kept.cells = {number: _state(text, before.get(number)) for number, text in rows}
        return {state.key: state for _, state in self.kept.cells.values()}

    async def cells_in_episode(self, event_id: str) -> set[CellKey]:
        """The cells whose open episode began with this event."""
        rows = await self.all(select(CELL.model, CELL.provider, CELL.user_class).where(CELL.episode_event == event_id))
        return {CellKey(*row) for row in rows}

    async def known(self, keys: Iterable[CellKey]) -> dict[CellKey, int]:
        """The numbers of those cells that have one."""
        wanted = set(keys)
        if not wanted <= self.directory.keys() | self.found.keys():
            await self._load_directory()
        return {key: self._number(key) for key in sorted(wanted) if key in self.directory or key in self.found}

    async def numbers_of(self, wanted: Callable[[CellKey], bool]) -> list[int]:
        """The numbers of all cells ever seen that are wanted."""
        await self._load_directory()
        return [number for key, number in {**self.directory, **self.found}.items() if wanted(key)]

    def _number(self, key: CellKey) -> int:
        return self.directory[key] if key in self.directory else self.found[key]

    async def _load_directory(self) -> None:
        for number, *names in await self.all(select(CELL.id, CELL.model, CELL.provider, CELL.user_class)):
            self.found[CellKey(*names)] = number


class CellsWriting(CellsReading):
    """Writes cells."""

    async def save_cells(self, states: Iterable[CellState]) -> None:
        """Insert or replace the state of cells."""
        by_key = {state.key: state for state in states}
        numbers = await self.numbers(by_key)
        await self.run(
            update(schema.cell).where(CELL.id == bindparam("number")),
            [_record(number, by_key[key]) for key, number in numbers.items()],
        )

    async def numbers(self, keys: Iterable[CellKey]) -> dict[CellKey, int]:
        """The numbers of cells; those that had none get one."""
        wanted = set(keys)
        numbers = await self.known(wanted)
        missing = sorted(wanted - numbers.keys())
        if not missing:
            return numbers
        insert = self.upsert(schema.cell).on_conflict_do_nothing()
        names = [{"model": key.model, "provider": key.provider, "user_class": key.user_class} for key in missing]
        await self.run(insert, names)
        return await self.known(wanted)


def _state(text: str, before: tuple[str, CellState] | None) -> tuple[str, CellState]:
    if before is None:
        return text, CELL_STATE.decode(text)
    return before if before[0] == text else (text, _later(text, *before) or CELL_STATE.decode(text))


def _later(text: str, known: str, state: CellState) -> CellState | None:
    """The state that was ``known``, asked again; None if more of it differs than what a round changes of every cell.

    A name with its quotes is found at no other place: inside of a string they are escaped.
    """
    before, after = ASKED_AGAIN.split(known), ASKED_AGAIN.split(text)
    names = after[1::3]
    if before[::3] != after[::3] or before[1::3] != names or len(set(names)) < len(names):
        return None
    try:
        new = {name: _read(name, said) for name, said in zip(names, after[2::3], strict=True)}
    except ValueError:
        return None
    return replace(state, **new)


def _read(name: str, said: str) -> Any:
    """A field of a cell's document; ValueError for one that only the whole document can refuse in words."""
    if name == "recent_usable":
        return tuple(orjson.loads(said))
    at = datetime.fromisoformat(said[1:-1])
    if at.tzinfo is None:
        raise ValueError(said)
    return at


def _record(number: int, state: CellState) -> dict[str, object]:
    event = state.episode.event if state.episode else None
    return {"number": number, "episode_event": event, "state": CELL_STATE.encode(state)}
