"""Monitoring: one round of one provider, from its questions to the events that its answers make."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from checks.observation import Group, Lifecycle, Observation
from checks.target import Level
from statuspage.core.alert import Alert
from statuspage.core.availability import USABLE, CellKey
from statuspage.core.cell import CellState
from statuspage.core.confirmation import stale
from statuspage.core.event import Event
from statuspage.core.memory import first_state, remember, renamed
from statuspage.core.moments import not_ahead
from statuspage.core.settings import Settings
from statuspage.core.spend import Purse
from statuspage.ports import Alerts, Asker, Clock, Fingerprint, Ids, Store, Writing
from statuspage.services import world as worlds
from statuspage.services.alerts import StaffAlerts, ended_by, of_fingerprint, of_purse, of_round
from statuspage.services.inquiry import ANSWERING, Inquiry, inquire
from statuspage.services.judging import Judged, Recall, judge_round
from statuspage.services.publishing import republish, tell
from statuspage.services.spending import purses, spend
from statuspage.services.timekeeping import Timekeeper


@dataclass(frozen=True, slots=True)
class Result:
    """What a round brought.

    ``again`` says for which models, and how soon, something is still being confirmed; ``paused`` for how many seconds
    the provider asked to be left alone about a model.
    """

    judged: Mapping[CellKey, Judged] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    again: Mapping[str, timedelta] = field(default_factory=dict)
    paused: Mapping[str, float] = field(default_factory=dict)


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

    async def round(self, provider: str, level: Level, models: Iterable[str] | None = None) -> Result:
        """One provider's cells, at one level; below ``answers`` whatever differs is asked again at once, fully."""
        await self.follow_clock()
        wanted = None if models is None else frozenset(models)
        keys = [k for k in self.settings.cells() if k.provider == provider and (wanted is None or k.model in wanted)]
        if level is Level.ANSWERS:
            affordable = await self._affordable(provider, keys)
            return await self._settle(await self._inquire(provider, affordable, Level.ANSWERS))
        differing = await self._glance(provider, keys, level)
        return await self.round(provider, Level.ANSWERS, differing) if differing else Result()

    async def examine(self, provider: str, keys: Sequence[CellKey]) -> dict[CellKey, Judged]:
        """One round that stores nothing but what it cost: what ``statuspage probe`` shows.

        Every class of the models is asked, as in a real round: control C3 compares them.
        """
        models = {key.model for key in keys}
        together = [key for key in self.settings.cells() if key.provider == provider and key.model in models]
        inquiry = await self._inquire(provider, await self._affordable(provider, together), Level.ANSWERS)
        async with self.store.writing() as tx:
            await spend(tx, self.settings, inquiry.all(), self.clock())
            world = await worlds.load(tx, self.settings)
            judged = judge_round(self._states(await tx.cells(), inquiry), inquiry, world, self.recall)
        return {key: one for key, one in judged.items() if key in keys}

    async def follow_clock(self) -> None:
        """Move along with the clock if it was set."""
        await self._timekeeper.follow(self.alerts)

    async def purses(self, provider: str) -> dict[str, Purse]:
        """What each credential of a provider has spent this month, by user class."""
        async with self.store.reading() as tx:
            return await purses(tx, self.settings, provider, self.clock())

    async def _affordable(self, provider: str, keys: Sequence[CellKey]) -> list[CellKey]:
        """The cells whose credential may still spend; where one may not, staff are told and its cells grow stale."""
        held = self.settings.provider(provider).credentials.values()
        found = await self.purses(provider) if any(one.monthly_cap_usd is not None for one in held) else {}
        shut = {name: one for name, one in found.items() if not one.open and name in {key.user_class for key in keys}}
        if not shut:
            return list(keys)
        async with self.store.writing() as tx:
            at = self.clock()
            await self.alerts.tell(tx, [of_purse(one, at) for one in shut.values()], (), at)
        return [key for key in keys if key.user_class not in shut]

    async def sweep(self) -> tuple[Event, ...]:
        """Publish what moves by the clock alone: stale cells, declarations that begin or end, what expires."""
        await self.follow_clock()
        async with self.store.writing() as tx:
            at = self.clock()
            world = await worlds.load(tx, self.settings)
            known = await tx.cells()
            states = [self._aged(self._state(known, key, at), at) for key in world.settings.cells()]
            drafts = await republish(tx, known, states, world, at, self.ids)
            return tuple(await tell(tx, drafts, world, at, self.ids))

    async def _inquire(self, provider: str, keys: Iterable[CellKey], level: Level) -> Inquiry:
        inquiry = await inquire(self.asker, self.settings, provider, keys, level)
        inquiry = inquiry.not_ahead(self.clock())
        self.recall.note(inquiry)
        return inquiry

    async def _glance(self, provider: str, keys: Sequence[CellKey], level: Level) -> list[str]:
        """Ask below ``answers``, remember the facts, and name the models of which something differs."""
        inquiry = await self._inquire(provider, keys, self._possible(provider, level))
        policy = self.settings.policy
        async with self.store.writing() as tx:
            states = self._states(await tx.cells(), inquiry)
            seen = {key: found.observation for key, found in inquiry.findings.items()}
            await tx.save_cells(remember(states[key], one, policy) for key, one in seen.items())
            await tx.add_observations(list(seen.values()))
        return sorted({key.model for key, one in seen.items() if differs(states[key], one)})

    def _possible(self, provider: str, level: Level) -> Level:
        levels = self.asker.levels(provider)
        return level if level in levels else Level.LISTED if Level.LISTED in levels else Level.ANSWERS

    async def _settle(self, inquiry: Inquiry) -> Result:
        async with self.store.writing() as tx:
            at = self.clock()
            world = await worlds.load(tx, self.settings)
            known = await tx.cells()
            judged = judge_round(self._states(known, inquiry), inquiry, world, self.recall)
            await tx.add_observations([one.found.observation for one in judged.values()] + list(inquiry.extra))
            await spend(tx, self.settings, inquiry.all(), at)
            unread = await self._see_unknown_texts(tx, judged)
            raised = [*unread, *of_round(judged, world.settings.policy, at)]
            await self.alerts.tell(tx, raised, ended_by(judged), at)
            drafts = await republish(tx, known, [one.state for one in judged.values()], world, at, self.ids)
            events = await tell(tx, drafts, world, at, self.ids)
        return Result(judged, tuple(events), _again(judged), _paused(judged))

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

    def _aged(self, state: CellState, at: datetime) -> CellState:
        if self.settings.credential(state.key) is None:
            return state
        return stale(state, at, self.settings.stale_after(state.key), self.settings.policy) or state

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


def _paused(judged: Mapping[CellKey, Judged]) -> dict[str, float]:
    longest: dict[str, float] = {}
    for key, one in judged.items():
        seen = one.found.observation
        if seen.retry_after and seen.group is Group.LIMITED:
            longest[key.model] = max(seen.retry_after, longest.get(key.model, 0.0))
    return longest
