"""How often somebody may try to sign in: counted by where it comes from, never by name alone, so that nobody can
lock another one out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from statuspage.core.allowance import Allowance


@dataclass(frozen=True, slots=True)
class Counted:
    """One thing that is counted: what it is called, and how much of it is allowed."""

    subject: str
    allowance: Allowance


PERIOD = timedelta(minutes=10)
OF_DEVICE = Allowance(10, PERIOD)
OF_NAME_THERE = Allowance(5, PERIOD)
OF_ADDRESS = Allowance(30, PERIOD)


def counted(name: str, address: str, device: str | None) -> tuple[Counted, ...]:
    """What an attempt counts against.

    A browser in which this person has signed in before counts for itself alone: whatever others try, from wherever,
    it may try too. Everybody else counts for the address, and for this name at that address.
    """
    if device is not None:
        return (Counted(f"device {device}", OF_DEVICE),)
    return (
        Counted(f"name {address} {name}", OF_NAME_THERE),
        Counted(f"address {address}", OF_ADDRESS),
    )
