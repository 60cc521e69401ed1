"""The check protocol: one dialect's way to ask, at each level that its API has."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from checks.observation import Observation
from checks.target import Level, Target

Now = Callable[[], datetime]
"""Reads wall time in UTC; injected, so that a check can be replayed at any time."""


class Check(Protocol):
    """Ask one provider one question.

    Never raises for the far side's faults: a refused connection, a timeout, garbage and an error body are all
    observations. A programming mistake still raises.
    """

    levels: frozenset[Level]
    """The levels that this dialect can ask."""

    async def ask(self, target: Target, level: Level) -> Observation:
        """Ask ``target`` at ``level``; ``target.credential`` None asks without a credential (control C4)."""
        ...
