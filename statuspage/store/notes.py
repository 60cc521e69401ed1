"""Small named facts of the installation."""

from __future__ import annotations

from sqlalchemy import delete, select

from statuspage.store import schema
from statuspage.store.session import Session

NOTE = schema.note.c


class NotesReading(Session):
    """Reads notes."""

    async def note(self, name: str) -> str | None:
        """A small named fact of the installation (for example when the sandbox was seeded)."""
        found: str | None = await self.value(select(NOTE.value).where(NOTE.name == name))
        return found


class NotesWriting(NotesReading):
    """Writes notes."""

    async def set_note(self, name: str, value: str) -> None:
        """Write a small named fact of the installation."""
        fresh = self.upsert(schema.note).values(name=name, value=value)
        await self.run(fresh.on_conflict_do_update(index_elements=[NOTE.name], set_={"value": value}))

    async def drop_notes(self, prefix: str, below: str) -> int:
        """Delete the notes whose names begin so and whose values sort before ``below``; how many."""
        named = NOTE.name.startswith(prefix, autoescape=True)
        return await self.run(delete(schema.note).where(named, NOTE.value < below))

    async def keep_notes(self, prefix: str, most: int) -> int:
        """Delete the notes whose names begin so, but for the ``most`` whose values sort last; how many."""
        named = NOTE.name.startswith(prefix, autoescape=True)
        newest = select(NOTE.name).where(named).order_by(NOTE.value.desc(), NOTE.name).limit(most)
        return await self.run(delete(schema.note).where(named, NOTE.name.not_in(newest)))
