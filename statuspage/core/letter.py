"""Letters: what is owed to one person or one staff channel beside the public events; sent until it is taken."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from statuspage.core.alert import Alert, AlertKind
from statuspage.core.channel import StaffChannel
from statuspage.core.delivery import Decision, DeliveryState, Outcome, decide

TROUBLE_AFTER = 3
"""So many failures of one letter make its channel a matter for staff."""


class Route(StrEnum):
    """How a letter goes out; ``to`` is a channel's name or an address."""

    STAFF = "staff"
    MAIL = "mail"


@dataclass(frozen=True, slots=True)
class Letter:
    """One message owed. Its state, attempts and lease mean what they mean of a delivery; ``ended`` is the last try."""

    id: str
    route: Route
    to: str
    title: str
    text: str
    created_at: datetime
    next_attempt_at: datetime
    state: DeliveryState = DeliveryState.PENDING
    attempts: int = 0
    lease_until: datetime | None = None
    ended: Outcome | None = None


def to_staff(one: Alert, channels: Sequence[StaffChannel], site_name: str, ids: Callable[[str], str]) -> list[Letter]:
    """An alert as letters to every channel that wants its kind; never to the channel of which it says that it fails."""
    title = f"{site_name}, for staff: {one.kind.value} ({one.subject})"
    return [
        Letter(ids("let"), Route.STAFF, channel.name, title, one.text, one.last_at, one.last_at)
        for channel in channels
        if (not channel.kinds or one.kind in channel.kinds) and one.name != (AlertKind.CHANNEL, channel.name)
    ]


def settled(letter: Letter, outcome: Outcome, at: datetime, chance: float) -> tuple[Letter, Decision]:
    """The letter after an attempt, and why. It keeps the ladder of deliveries."""
    decision = decide(outcome, letter.attempts + 1, at, chance, letter.created_at)
    after = replace(
        letter,
        state=decision.state,
        attempts=letter.attempts + 1,
        next_attempt_at=decision.next_attempt_at or at,
        lease_until=None,
        ended=outcome,
    )
    return after, decision
