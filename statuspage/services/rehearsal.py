"""Rehearsals: a publication carried out inside a transaction that is undone, so that staff see exactly what comes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from statuspage.core.event import Event
from statuspage.core.incident import Incident, Proposal
from statuspage.core.proposal import applied, published
from statuspage.core.settings import Settings
from statuspage.core.snapshot import Snapshot
from statuspage.core.staff import CLOCK
from statuspage.core.subscription import Format, Subscription, SubscriptionState, owes
from statuspage.ports import Clock, Ids, Reading, Store
from statuspage.services import snapshots
from statuspage.services import world as worlds
from statuspage.services.commits import Deed, commit, find
from statuspage.services.publication import concerned
from statuspage.services.reviewing import proposal


@dataclass(frozen=True, slots=True)
class Audience:
    """Who is told on one channel: how many, how many of those are failing now, and how many messages each gets."""

    channel: str
    count: int
    failing: int
    messages: int


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a publication would do: the page as it would be, the events, and who is told.

    ``concerned`` is whether it is of a kind that two people publish.
    """

    incident: Incident
    snapshot: Snapshot
    events: tuple[Event, ...]
    audiences: tuple[Audience, ...]
    concerned: bool


class _Undone(Exception):
    """Ends the transaction without a trace."""


@dataclass
class Rehearsals:
    """Rehearse the publication of a draft or of a waiting update."""

    store: Store
    settings: Settings
    clock: Clock
    ids: Ids

    async def rehearse(self, incident_id: str, update_id: str | None = None, *, quiet: bool = False) -> Rehearsal:
        """What would be public, and who would be told, if it were published now."""
        found: list[Rehearsal] = []
        try:
            async with self.store.writing() as tx:
                world = await worlds.load(tx, self.settings)
                at = world.recording(self.clock())
                before = find(world.incidents, incident_id)
                after = _after(before, update_id, at, quiet=quiet)
                deed = Deed(CLOCK, "incident.rehearse", {}, quiet)
                kept, events = await commit(tx, world, before, after, deed, at, self.ids)
                shown = await snapshots.take(tx, self.settings, at)
                twice = concerned(before, _proposed(before, update_id), self.settings.staffing.two_people)
                found.append(Rehearsal(kept, shown, tuple(events), await _audiences(tx, events), twice))
                raise _Undone
        except _Undone:
            return found[0]


def _after(before: Incident, update_id: str | None, at: datetime, *, quiet: bool) -> Incident:
    update = _proposed(before, update_id)
    if update:
        return applied(before, update, at)
    return published(before, at, quiet=quiet) if before.draft else before


def _proposed(before: Incident, update_id: str | None) -> Proposal | None:
    return proposal(before, update_id) if update_id is not None else None


async def _audiences(tx: Reading, events: Sequence[Event]) -> tuple[Audience, ...]:
    live = [one for one in await tx.subscriptions() if one.state is SubscriptionState.LIVE]
    return tuple(_audience(shape, [one for one in live if one.format is shape], events) for shape in Format)


def _audience(shape: Format, subscriptions: Iterable[Subscription], events: Sequence[Event]) -> Audience:
    told = {one.id: sum(owes(one, event.draft) for event in events) for one in subscriptions}
    reached = [one for one in subscriptions if told[one.id]]
    return Audience(
        channel=shape.value,
        count=len(reached),
        failing=sum(one.failing_since is not None for one in reached),
        messages=max(told.values(), default=0),
    )
