"""Starting over: a history that was only half played goes; people, subscriptions and their secrets stay."""

from __future__ import annotations

from sqlalchemy import delete, update

from statuspage.store import schema
from statuspage.store.session import Session

PLAYED = (
    schema.attempt,
    schema.delivery,
    schema.event_subject,
    schema.event,
    schema.transition,
    schema.observation,
    schema.fingerprint,
    schema.revision,
)
"""The tables of a history, those that refer to others first."""


class BeginningWriting(Session):
    """Deletes histories."""

    async def start_over(self) -> None:
        """Delete every event, transition, observation and revision; ``seq`` begins again."""
        for table in PLAYED:
            await self.run(delete(table))
        await self.run(update(schema.cell).values(state=None, episode_event=None))
        await self.run(update(schema.counter).where(schema.counter.c.name == "event").values(value=0))
        self.shown = True
