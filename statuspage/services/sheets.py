"""Sheets: what somebody has typed into a form and not saved yet; kept for a week, so that no text is lost."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from statuspage.core.event import rfc3339
from statuspage.errors import FieldMistake, Invalid
from statuspage.ports import Clock, Store

KEPT_FOR = timedelta(days=7)
MAX_SHEET = 64 * 1024
MOST_SHEETS = 50
"""So many forms are kept for one person: the one that was typed into longest ago makes room for the next."""

PREFIX = "sheet:"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A form as it was typed: ``fields`` is its urlencoded body."""

    at: datetime
    path: str
    fields: str


@dataclass
class Sheets:
    """A person's unsaved forms, by the path at which the form stands. Nobody else sees them."""

    store: Store
    clock: Clock

    async def keep(self, person: str, path: str, fields: str) -> Sheet:
        """Keep what was typed; the sheet before it is replaced."""
        if len(fields) > MAX_SHEET:
            raise Invalid((FieldMistake("body", f"must have at most {MAX_SHEET} characters"),))
        sheet = Sheet(self.clock(), path, fields)
        async with self.store.writing() as tx:
            await tx.drop_notes(PREFIX, rfc3339(sheet.at - KEPT_FOR))
            await tx.set_note(_name(person, path), f"{rfc3339(sheet.at)} {json.dumps([path, fields])}")
            await tx.keep_notes(_all_of(person), MOST_SHEETS)
        return sheet

    async def find(self, person: str, path: str) -> Sheet | None:
        """What was typed at a path and not saved."""
        async with self.store.reading() as view:
            text = await view.note(_name(person, path))
        if text is None:
            return None
        at, _, kept = text.partition(" ")
        return Sheet(datetime.fromisoformat(at), *json.loads(kept))

    async def drop(self, person: str, path: str) -> None:
        """Forget what was typed: it is saved, or unwanted."""
        async with self.store.writing() as tx:
            await tx.drop_notes(_name(person, path), "~")


def _name(person: str, path: str) -> str:
    """The note of a sheet; no name of one begins another's."""
    return _all_of(person) + hashlib.sha256(path.encode()).hexdigest()


def _all_of(person: str) -> str:
    """How the notes of a person's sheets begin."""
    return f"{PREFIX}{hashlib.sha256(person.encode()).hexdigest()[:32]}:"
