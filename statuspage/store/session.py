"""A transaction on one connection, from which each aggregate's verbs are made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from sqlalchemy import CursorResult, Executable, Row, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from statuspage.core.availability import CellKey
from statuspage.core.cell import CellState, Transition
from statuspage.store.secrets import KeyRing
from statuspage.store.settle import settled
from statuspage.store.translate import translated

Record: TypeAlias = Mapping[str, Any]
Found: TypeAlias = Row[*tuple[Any, ...]]
"""A row of whatever was asked for."""


@dataclass
class Kept:
    """What readers have decoded before: the same text is the same object, and committed transitions never change."""

    cells: dict[int, tuple[str, CellState]] = field(default_factory=dict)
    transitions: dict[int, Transition] = field(default_factory=dict)


class Session:
    """One transaction.

    ``directory`` holds the ids of the cells known so far; ``found`` those that this transaction adds to it; ``kept``
    is what earlier readers have decoded.
    ``shown`` tells whether the transaction wrote anything that a page could show.
    """

    def __init__(
        self, connection: AsyncConnection, keys: KeyRing, directory: Mapping[CellKey, int], kept: Kept | None = None
    ) -> None:
        self.keys = keys
        self.directory = directory
        self.kept = kept or Kept()
        self.found: dict[CellKey, int] = {}
        self.shown = False
        self._connection = connection

    async def all(self, statement: Executable, values: Record | None = None) -> Sequence[Found]:
        """Every row of an answer."""
        return (await self._execute(statement, values)).all()

    async def first(self, statement: Executable, values: Record | None = None) -> Found | None:
        """The first row of an answer, None when there is none."""
        return (await self._execute(statement, values)).first()

    async def value(self, statement: Executable) -> Any:
        """The single value of an answer, None when there is none."""
        return (await self._execute(statement)).scalar()

    async def run(self, statement: Executable, values: Record | Sequence[Record] | None = None) -> int:
        """Run a statement, once for each record; the number of rows it touched."""
        if isinstance(values, Sequence) and not values:
            return 0
        return (await self._execute(statement, values)).rowcount

    def upsert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """An insert of this dialect, which can say what happens on a conflict."""
        return sqlite.insert(table) if self.on_sqlite else postgresql.insert(table)

    @property
    def on_sqlite(self) -> bool:
        """Whether the database is SQLite."""
        return self._connection.dialect.name == "sqlite"

    async def _execute(
        self, statement: Executable, values: Record | Sequence[Record] | None = None
    ) -> CursorResult[*tuple[Any, ...]]:
        with translated():
            return await settled(self._connection.dialect, self._connection.execute(statement, values))
