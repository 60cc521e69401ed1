"""The rate limit of a provider: when the next question may go out, so that no minute ever holds more than allowed."""

from __future__ import annotations

from dataclasses import dataclass

MINUTE = 60.0
BURST_SHARE = 10
"""One in so many of a minute's questions may go out at once; the others are spread evenly."""


@dataclass(frozen=True, slots=True)
class Quota:
    """At most ``per_minute`` questions in any 60 seconds, a small burst included (the generic cell rate algorithm)."""

    per_minute: int

    @property
    def burst(self) -> int:
        """How many questions may go out at the same moment after a quiet minute."""
        return max(1, self.per_minute // BURST_SHARE)

    @property
    def spacing(self) -> float:
        """Seconds between two questions when the burst is used up."""
        return MINUTE / (self.per_minute - self.burst + 1)

    def used_up(self, now: float) -> float:
        """What is ``promised`` at the start of a process: a former one may just have used up the burst."""
        return now + self.burst * self.spacing

    def reserve(self, promised: float, now: float) -> tuple[float, float]:
        """When the next question may go out, and what to hand in as ``promised`` for the one after it (seconds)."""
        due = max(promised, now)
        return max(now, due - (self.burst - 1) * self.spacing), due + self.spacing
