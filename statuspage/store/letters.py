"""Letters: what is owed to people and staff channels beside the public events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from statuspage.core.delivery import DeliveryState
from statuspage.core.letter import Letter
from statuspage.errors import NotFound
from statuspage.store import schema
from statuspage.store.codec import LETTER
from statuspage.store.session import Session

LETTERS = schema.letter.c


class LettersReading(Session):
    """Reads letters."""

    async def letters(self, limit: int = 100) -> list[Letter]:
        """The newest letters."""
        rows = await self.all(select(LETTERS.body).order_by(LETTERS.created_at.desc(), LETTERS.id).limit(limit))
        return [LETTER.decode(text) for (text,) in rows]

    async def next_letter_at(self) -> datetime | None:
        """When the next letter is due, None when nothing is owed."""
        found: datetime | None = await self.value(select(func.min(LETTERS.due_at)))
        return found


class LettersWriting(LettersReading):
    """Writes letters."""

    async def add_letters(self, letters: Sequence[Letter]) -> None:
        """Append letters that are owed."""
        await self.run(insert(schema.letter), [_record(one) for one in letters])

    async def save_letter(self, letter: Letter) -> None:
        """Replace a letter."""
        if not await self.run(update(schema.letter).where(LETTERS.id == letter.id).values(_record(letter))):
            raise NotFound(f"no letter {letter.id}")

    async def claim_letters(self, now: datetime, lease: timedelta, limit: int) -> list[Letter]:
        """Lease due letters, the oldest first."""
        due = select(LETTERS.body).where(LETTERS.due_at <= now).order_by(LETTERS.due_at, LETTERS.id).limit(limit)
        claimed = [replace(LETTER.decode(text), lease_until=now + lease) for (text,) in await self.all(due)]
        for one in claimed:
            await self.save_letter(one)
        return claimed

    async def forget_letters(self, before: datetime) -> int:
        """Delete letters that are over and older; how many."""
        over = LETTERS.due_at.is_(None), LETTERS.created_at < before
        return await self.run(delete(schema.letter).where(*over))


def _record(letter: Letter) -> dict[str, Any]:
    pending = letter.state is DeliveryState.PENDING
    return {
        "id": letter.id,
        "created_at": letter.created_at,
        "due_at": max(letter.next_attempt_at, letter.lease_until or letter.next_attempt_at) if pending else None,
        "body": LETTER.encode(letter),
    }
