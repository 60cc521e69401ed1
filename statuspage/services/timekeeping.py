"""Notices that the wall clock was set, and moves along what is remembered by it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from statuspage.core.alert import Alert, AlertKind, alert
from statuspage.core.moments import jump, moved
from statuspage.ports import Alerts, Clock, Store, Writing

ALERT_SUBJECT = "jump"
LEAST_AT_START = timedelta(minutes=1)
"""What a former process saw so far in the future was seen under another clock; a little may be a slewed one."""


@dataclass
class Timekeeper:
    """A wall clock that anybody may set, beside a steady one that nobody can; None where time is only played.

    What a former process left behind is compared too: nothing can have been observed later than now.
    """

    store: Store
    clock: Clock
    steady: Callable[[], float] | None = None
    _last: tuple[datetime, float] | None = None

    async def follow(self, alerts: Alerts) -> timedelta:
        """If the clock was set since the last call, move along everything that tells how long ago something was."""
        by = await self._jumped()
        if by:
            async with self.store.writing() as tx:
                at = self.clock()
                await _move(tx, by)
                await alerts.tell(tx, [_alert(by, at)], (), at)
        return by

    async def _jumped(self) -> timedelta:
        if self.steady is None:
            return timedelta(0)
        now, last = (self.clock(), self.steady()), self._last
        self._last = now
        if last is not None:
            return jump(now[0] - last[0], timedelta(seconds=now[1] - last[1]))
        async with self.store.reading() as tx:
            newest = await tx.newest_observation_at()
        ahead = newest is not None and newest - now[0] >= LEAST_AT_START
        return now[0] - newest if ahead and newest else timedelta(0)


async def _move(tx: Writing, by: timedelta) -> None:
    await tx.save_cells(moved(state, by) for state in (await tx.cells()).values())
    if by < timedelta(0):
        await tx.hasten_deliveries(-by)


def _alert(by: timedelta, at: datetime) -> Alert:
    word = "forward" if by > timedelta(0) else "back"
    text = (
        f"our clock was set {word} by {abs(by.total_seconds()):.0f} seconds: what is being confirmed goes on, "
        "but times on the page before and after do not fit together; keep the clock set (NTP)"
    )
    return alert(AlertKind.CLOCK, ALERT_SUBJECT, text, at)
