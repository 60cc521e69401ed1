"""Allowances: how many requests of one kind somebody may make in a period, decided without keeping any history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Allowance:
    """``count`` requests at once, and as many again in each period (the generic cell rate algorithm)."""

    count: int
    period: timedelta

    def take(self, promised: datetime | None, now: datetime) -> tuple[datetime, timedelta | None]:
        """What to hand in as ``promised`` next time, and how long to wait; None when the request may pass.

        A clock that is set back never makes anybody wait for longer than a period.
        """
        spacing = self.period / self.count
        due = min(max(promised or now, now), now + self.period)
        wait = due + spacing - (now + self.period)
        return (due, wait) if wait > timedelta(0) else (due + spacing, None)
