"""The past as readers ask for it: by the second, a few at a time, beside the event loop, so often for one address."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from statuspage.core.allowance import Allowance
from statuspage.core.snapshot import Snapshot
from statuspage.ports import Clock
from statuspage.services.queries import Queries
from statuspage.web.limits import Limit

LOOKING_BACK = Allowance(60, timedelta(minutes=1))

AT_ONCE = 2
"""So many pasts are rebuilt at one time: each takes seconds of a processor where the catalogue is large."""

MOST_KEPT = 8
KEPT_FOR = timedelta(minutes=1)

Draw = Callable[[Snapshot, datetime], bytes]


@dataclass
class Past:
    """Rebuilds the past for readers; the last few answers are kept for a minute, as many may follow one link."""

    queries: Queries
    clock: Clock
    looking: Limit = field(init=False)
    _room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    _kept: OrderedDict[tuple[str, datetime], tuple[datetime, bytes]] = field(default_factory=OrderedDict)

    def __post_init__(self) -> None:
        said = f"{LOOKING_BACK.count} looks at the past a minute from one address"
        self.looking = Limit(LOOKING_BACK, self.clock, said)

    async def shown(self, address: str, at: datetime, draw: Draw, kind: str) -> bytes:
        """What was public at a moment, drawn; parts of a second are cut off, so that one second is one answer.

        An answer that is kept waits for nobody; whoever had to wait looks again whether it has been made meanwhile.
        """
        self.looking.take(address)
        at = at.replace(microsecond=0)
        known = self._known((kind, at))
        if known is not None:
            return known
        async with self._room:
            known = self._known((kind, at))
            if known is not None:
                return known
            body = await asyncio.to_thread(draw, await self.queries.at(at), at)
            self._keep((kind, at), body)
            return body

    def _known(self, which: tuple[str, datetime]) -> bytes | None:
        until, body = self._kept.get(which, (self.clock(), None))
        return body if self.clock() < until else None

    def _keep(self, which: tuple[str, datetime], body: bytes) -> None:
        """Keep an answer; not that of a moment ago, of which something may still be about to be written down."""
        now = self.clock()
        if which[1] + KEPT_FOR > now:
            return
        self._kept[which] = now + KEPT_FOR, body
        self._kept.move_to_end(which)
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
