"""Monitoring: one round of one provider, from its questions to the events that its answers make."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from checks.observation import Group, Lifecycle, Observation
from checks.target import Level, Target
from statuspage.core.alert import Alert, StoreTrouble
from statuspage.core.availability import USABLE, CellKey
from statuspage.core.cell import CellState
from statuspage.core.confirmation import stale
from statuspage.core.control import ANSWERING, REFUSING
from statuspage.core.event import Event
from statuspage.core.memory import first_state, remember, renamed
from statuspage.core.moments import not_ahead
from statuspage.core.settings import Settings
from statuspage.core.spend import Purse
from statuspage.core.vouching import news, running_out
from statuspage.errors import StoreError
from statuspage.ports import Alerts, Asker, Clock, Fingerprint, Ids, Store, Writing
from statuspage.services import world as worlds
from statuspage.services.alerts import StaffAlerts, ended_by, kept, of_fingerprint, of_purse, of_round, of_store
from statuspage.services.inquiry import Inquiry, inquire
from statuspage.services.judging import Judged, Recall, judge_round
from statuspage.services.publishing import republish, tell
from statuspage.services.resting import Rests, question
from statuspage.services.spending import Allowed, allow, purses, shut_purses, spend
from statuspage.services.timekeeping import Timekeeper


@dataclass(frozen=True, slots=True)
class Result:
    """What a round brought.

    ``again`` says for which models, and how soon, something is still being confirmed.
    """

    judged: Mapping[CellKey, Judged] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    again: Mapping[str, timedelta] = field(default_factory=dict)


@dataclass
class Monitor:
    """Runs rounds: asks, judges, confirms, and commits all of it in one transaction."""

    store: Store
    asker: Asker
    settings: Settings
    clock: Clock
    ids: Ids
    recall: Recall = field(default_factory=Recall)
    alerts: Alerts = field(default_factory=StaffAlerts)
    steady: Callable[[], float] | None = None

    def __post_init__(self) -> None:
        self._timekeeper = Timekeeper(self.store, self.clock, self.steady)
        self._rests = Rests()
        self._failing: StoreTrouble | None = None

    async def round(self, provider: str, level: Level, models: Iterable[str] | None = None) -> Result:
        """One provider's cells, at one level; below ``answers`` whatever differs is asked again at once, fully."""
        await self.follow_clock()
        wanted = None if models is None else frozenset(models)
        keys = [k for k in self.settings.cells() if k.provider == provider and (wanted is None or k.model in wanted)]
        if level is Level.ANSWERS:
            return await self._fully(provider, keys)
        differing = await self._glance(provider, keys, level)
        return await self._fully(provider, [key for key in keys if key.model in differing]) if differing else Result()

    async def examine(self, provider: str, keys: Sequence[CellKey]) -> dict[CellKey, Judged]:
        """One round that stores nothing but what it cost: what ``statuspage probe`` shows.

        Every class of the models is asked, as in a real round: control C3 compares them.
        """
        models = {key.model for key in keys}
        together = [key for key in self.settings.cells() if key.provider == provider and key.model in models]
        allowed = await allow(self.store, self.settings, provider, together, self.clock())
        inquiry = await self._inquire(provider, allowed.open, Level.ANSWERS)
        async with self._writing() as tx:
            await spend(tx, self.settings, inquiry.all(), self.clock(), allowed.aside)
            world = await worlds.load(tx, self.settings)
            judged = judge_round(self._states(await tx.cells(), inquiry), inquiry, world, self.recall)
        return {key: one for key, one in judged.items() if key in keys}

    async def follow_clock(self) -> None:
        """Move along with the clock if it was set."""
        if not self._rests.loaded:
            async with self.store.reading() as tx:
                await self._rests.load(tx)
        self._rests.move(await self._timekeeper.follow(self.alerts))

    async def purses(self, provider: str) -> dict[str, Purse]:
        """What each credential of a provider has spent this month, by user class."""
        async with self.store.reading() as tx:
            return await purses(tx, self.settings, provider, self.clock())

    async def sweep(self) -> tuple[Event, ...]:
        """Publish what moves by the clock alone: stale cells, declarations that begin or end, what expires."""
        await self.follow_clock()
        async with self._writing() as tx:
            at = self.clock()
            world = await worlds.load(tx, self.settings)
            known = await tx.cells()
            shut = await shut_purses(tx, self.settings, at)
            states = [self._aged(self._state(known, key, at), at, shut) for key in world.settings.cells()]
            await self._tell_attestations(tx, world, at)
            drafts = await republish(tx, known, states, world, at, self.ids)
            return tuple(await tell(tx, drafts, world, at, self.ids))

    async def _tell_attestations(self, tx: Writing, world: worlds.World, at: datetime) -> None:
        unreached = [key for key in world.settings.cells() if world.settings.credential(key) is None]
        raised, over = news(running_out(world.attestations, unreached, at), await kept(tx))
        await self.alerts.tell(tx, raised, over, at)

    async def _fully(self, provider: str, keys: Sequence[CellKey]) -> Result:
        """Ask at ``answers`` whom the budget allows; of the others a free question may still tell a refusal."""
        allowed = await allow(self.store, self.settings, provider, keys, self.clock())
        asked = await self._inquire(provider, allowed.open, Level.ANSWERS)
        doubted = await self._doubts(provider, allowed.shut)
        return await self._settle(asked.with_(doubted) if doubted else asked, allowed)

    async def _doubts(self, provider: str, shut: Sequence[CellKey]) -> Inquiry | None:
        """What refuses even the question whether it would accept us; an acceptance proves nothing."""
        if not shut or Level.ACCEPTS not in self.asker.levels(provider):
            return None
        return (await self._inquire(provider, shut, Level.ACCEPTS, controls=True)).only(REFUSING)

    async def _inquire(
        self, provider: str, keys: Iterable[CellKey], level: Level, *, controls: bool | None = None
    ) -> Inquiry:
        inquiry = await inquire(
            self.asker, self.settings, provider, keys, level, controls=controls, resting=self._resting
        )
        inquiry = inquiry.not_ahead(self.clock())
        self.recall.note(inquiry)
        return inquiry

    def _resting(self, target: Target) -> bool:
        return self._rests.resting(question(target.provider, target.user_class, target.provider_model_id), self.clock())

    async def _glance(self, provider: str, keys: Sequence[CellKey], level: Level) -> list[str]:
        """Ask below ``answers``, remember the facts, and name the models of which something differs."""
        cheap = self._cheap(provider, level)
        if cheap is None:
            return []
        inquiry = await self._inquire(provider, keys, cheap)
        policy = self.settings.policy
        async with self._writing() as tx:
            states = self._states(await tx.cells(), inquiry)
            seen = {key: found.observation for key, found in inquiry.findings.items()}
            await tx.save_cells(remember(states[key], one, policy) for key, one in seen.items())
            await tx.add_observations(list(seen.values()))
            await self._rest(tx, inquiry)
        return sorted({key.model for key, one in seen.items() if differs(states[key], one)})

    def _cheap(self, provider: str, level: Level) -> Level | None:
        """The level below ``answers`` that this kind knows, nearest to the one wanted."""
        levels = self.asker.levels(provider)
        return level if level in levels else Level.LISTED if Level.LISTED in levels else None

    async def _rest(self, tx: Writing, inquiry: Inquiry) -> None:
        if self._rests.hear(inquiry.all()):
            await self._rests.keep(tx, self.clock())

    async def _settle(self, inquiry: Inquiry, allowed: Allowed) -> Result:
        async with self._writing() as tx:
            at = self.clock()
            world = await worlds.load(tx, self.settings)
            known = await tx.cells()
            judged = judge_round(self._states(known, inquiry), inquiry, world, self.recall)
            await tx.add_observations([one.found.observation for one in judged.values()] + list(inquiry.extra))
            await spend(tx, self.settings, inquiry.all(), at, allowed.aside)
            await self._rest(tx, inquiry)
            unread = await self._see_unknown_texts(tx, judged)
            shut = [of_purse(one, at) for one in allowed.purses]
            raised = [*unread, *shut, *of_round(judged, world.settings.policy, at)]
            await self.alerts.tell(tx, raised, ended_by(judged), at)
            drafts = await republish(tx, known, [one.state for one in judged.values()], world, at, self.ids)
            events = await tell(tx, drafts, world, at, self.ids)
        return Result(judged, tuple(events), _again(judged))

    def _states(self, known: Mapping[CellKey, CellState], inquiry: Inquiry) -> dict[CellKey, CellState]:
        """The states of the asked cells, and of their models' other cells, which the history needs."""
        asked = {key: self._state(known, key, found.observation.at) for key, found in inquiry.findings.items()}
        models = {key.model for key in asked}
        at = self.clock()
        peers = {k: s for k, s in known.items() if k.model in models and k.provider == inquiry.provider}
        return {k: not_ahead(s, at) for k, s in peers.items()} | asked

    def _state(self, known: Mapping[CellKey, CellState], key: CellKey, at: datetime) -> CellState:
        model_id = self.settings.offering(key).id
        stored = known.get(key)
        state = not_ahead(stored, at) if stored else first_state(key, model_id, at)
        return state if state.provider_model_id == model_id else renamed(state, model_id, at)

    def _aged(self, state: CellState, at: datetime, shut: Collection[tuple[str, str]]) -> CellState:
        key = state.key
        if self.settings.credential(key) is None:
            return state
        over_cap = (key.provider, key.user_class) in shut
        after = self.settings.stale_after(key)
        return stale(state, at, after, self.settings.policy, shut=over_cap) or state

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[Writing]:
        """A transaction; one that works again after others failed tells staff for how long nothing was kept."""
        try:
            async with self.store.writing() as tx:
                yield tx
                if self._failing is not None:
                    await self.alerts.tell(tx, [of_store(self._failing, self.clock())], (), self.clock())
        except StoreError as error:
            self._failing = self._failing.again() if self._failing else StoreTrouble(self.clock(), str(error))
            raise
        self._failing = None

    async def _see_unknown_texts(self, tx: Writing, judged: Mapping[CellKey, Judged]) -> list[Alert]:
        """Count the texts that no rule knows; an alert for each that was never seen before."""
        fresh = []
        for one in judged.values():
            seen = one.found.observation
            fingerprint = seen.evidence.fingerprint
            if fingerprint and seen.evidence.rule.startswith("status."):
                sample, status = seen.evidence.excerpt, seen.evidence.status
                text = Fingerprint(fingerprint, seen.provider, seen.at, seen.at, 1, sample, status)
                if await tx.see_fingerprint(text):
                    fresh.append(of_fingerprint(text))
        return fresh


def differs(state: CellState, seen: Observation) -> bool:
    """Whether an answer below ``answers`` gives cause to ask fully: it can raise a doubt, never settle one."""
    usable = state.measured.availability in USABLE
    if seen.level is Level.LISTED:
        gone = seen.lifecycle in (Lifecycle.ABSENT, Lifecycle.RETIRED)
        return (gone or seen.group not in ANSWERING) and usable
    if seen.group is Group.LIMITED:
        return False
    return (seen.group in ANSWERING) is not usable


def _again(judged: Mapping[CellKey, Judged]) -> dict[str, timedelta]:
    soonest: dict[str, timedelta] = {}
    for key, one in judged.items():
        if one.again_in is not None:
            soonest[key.model] = min(one.again_in, soonest.get(key.model, one.again_in))
    return soonest
