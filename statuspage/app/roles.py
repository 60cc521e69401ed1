"""What one process of the service does, and the right to watch, which one process at a time has."""

from __future__ import annotations

import signal
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import structlog

from statuspage.core.settings import Settings
from statuspage.errors import UsageError
from statuspage.runtime.local import Chore
from statuspage.store.engine import sqlite_file
from statuspage.store.lock import Lead, hold, lead

LEAD_EVERY = timedelta(seconds=5)

log = structlog.get_logger(__name__)


class Role(StrEnum):
    """What a process does: ``worker`` asks, judges and sends; ``web`` serves pages, the API and staff; ``all`` both."""

    ALL = "all"
    WEB = "web"
    WORKER = "worker"

    @property
    def watches(self) -> bool:
        """Whether it asks providers and sends what is owed."""
        return self is not Role.WEB

    @property
    def shows(self) -> bool:
        """Whether it serves readers."""
        return self is not Role.WORKER


@dataclass
class Part:
    """What a process may do until it ends; ``lost`` when the right to watch has gone to whoever wants it."""

    lead: Lead | None = None
    lost: bool = False

    def chores(self) -> tuple[Chore, ...]:
        """The chore that looks after the right to watch, where it hangs on a connection."""
        return (Chore("lead", LEAD_EVERY, self.look),) if self.lead else ()

    async def look(self) -> None:
        """End the process, in order, when the right to watch is lost: another one may have it by now."""
        if self.lead and not self.lost and not await self.lead.holds():
            self.lost = True
            log.error("the connection that holds the right to watch is lost: ending, to be started again")
            signal.raise_signal(signal.SIGTERM)


async def take_part(role: Role, settings: Settings, stack: AsyncExitStack) -> Part:
    """Take the right to watch until the stack ends, where the role needs it.

    UsageError where the store is one process's own; StoreBusy where another process watches.
    """
    file = sqlite_file(settings.store_url)
    if file:
        if role is not Role.ALL:
            raise UsageError(
                f"--role {role} needs PostgreSQL under ``store: url``: one process owns an SQLite file. Use --role all"
            )
        file.parent.mkdir(parents=True, exist_ok=True)
        stack.enter_context(hold(file))
        return Part()
    if not role.watches:
        return Part()
    return Part(await stack.enter_async_context(lead(settings.store_url)))
