"""Spend per credential and month: kept as notes, in the transaction of the round that spent it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from checks.observation import Observation
from statuspage.core.settings import Settings
from statuspage.core.spend import Purse, cost_of, month_of, purse
from statuspage.ports import Reading, Writing


async def purses(tx: Reading, settings: Settings, provider: str, at: datetime) -> dict[str, Purse]:
    """The month of each credential of a provider, by user class."""
    found = {}
    for user_class in settings.provider(provider).credentials:
        spent = await tx.note(_name(provider, user_class, at))
        found[user_class] = purse(settings, provider, user_class, float(spent or 0))
    return found


async def spend(tx: Writing, settings: Settings, seen: Iterable[Observation], at: datetime) -> None:
    """Add what answers cost to the month of their credentials."""
    costs: dict[str, float] = {}
    for one in seen:
        cost = cost_of(settings, one)
        if cost:
            name = _name(one.provider, one.user_class, at)
            costs[name] = costs.get(name, 0.0) + cost
    for name, cost in costs.items():
        await tx.set_note(name, repr(float(await tx.note(name) or 0) + cost))


def _name(provider: str, user_class: str, at: datetime) -> str:
    return f"spend {month_of(at)} {provider}/{user_class}"
