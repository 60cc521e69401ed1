"""Spend per credential and month: set aside before a round asks, settled in the transaction that stores its answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from checks.observation import Observation
from statuspage.core.availability import CellKey
from statuspage.core.settings import Settings
from statuspage.core.spend import Purse, cost_of, month_of, purse
from statuspage.ports import Reading, Store, Writing


@dataclass(frozen=True, slots=True)
class Allowed:
    """Which cells may be asked at ``answers``, which not, and what was set aside for the round, by note.

    What is set aside counts as spent: a process that is killed while it asks can never pass a cap.
    """

    open: tuple[CellKey, ...]
    shut: tuple[CellKey, ...] = ()
    purses: tuple[Purse, ...] = ()
    aside: Mapping[str, float] = field(default_factory=dict)


async def purses(tx: Reading, settings: Settings, provider: str, at: datetime) -> dict[str, Purse]:
    """The month of each credential of a provider, by user class."""
    found = {}
    for user_class in settings.provider(provider).credentials:
        spent = await tx.note(_name(provider, user_class, at))
        found[user_class] = purse(settings, provider, user_class, float(spent or 0))
    return found


async def shut_purses(tx: Reading, settings: Settings, at: datetime) -> set[tuple[str, str]]:
    """The credentials, by provider and user class, that may spend no more this month."""
    shut = set()
    for provider in settings.providers:
        if any(one.monthly_cap_usd is not None for one in provider.credentials.values()):
            found = await purses(tx, settings, provider.id, at)
            shut |= {(provider.id, name) for name, one in found.items() if not one.open}
    return shut


async def allow(store: Store, settings: Settings, provider: str, keys: Sequence[CellKey], at: datetime) -> Allowed:
    """What may be asked without passing a cap; the dearest round is set aside for those who have one."""
    classes = {key.user_class for key in keys}
    held = settings.provider(provider).credentials.items()
    capped = {name for name, one in held if one.monthly_cap_usd is not None and name in classes}
    if not capped:
        return Allowed(tuple(keys))
    async with store.writing() as tx:
        found = await purses(tx, settings, provider, at)
        shut = tuple(one for name, one in found.items() if name in capped and not one.open)
        closed = {one.user_class for one in shut}
        aside = {_name(provider, name, at): found[name].next_round_usd for name in sorted(capped - closed)}
        await _add(tx, aside)
    asked = tuple(key for key in keys if key.user_class not in closed)
    return Allowed(asked, tuple(key for key in keys if key.user_class in closed), shut, aside)


async def spend(
    tx: Writing, settings: Settings, seen: Iterable[Observation], at: datetime, aside: Mapping[str, float] | None = None
) -> None:
    """Add what answers cost to the month of their credentials, and give back what was set aside for them."""
    costs = {name: -amount for name, amount in (aside or {}).items()}
    for one in seen:
        cost = cost_of(settings, one)
        if cost:
            name = _name(one.provider, one.user_class, at)
            costs[name] = costs.get(name, 0.0) + cost
    await _add(tx, costs)


async def _add(tx: Writing, costs: Mapping[str, float]) -> None:
    for name, cost in costs.items():
        if cost:
            spent = float(await tx.note(name) or 0) + cost
            await tx.set_note(name, repr(max(0.0, round(spent, 12))))


def _name(provider: str, user_class: str, at: datetime) -> str:
    return f"spend {month_of(at)} {provider}/{user_class}"
