"""Judging one round: what each cell remembers, its history and its controls, to its ruling and its next state."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from checks.observation import Observation
from statuspage.core.availability import CellKey
from statuspage.core.cell import CellState, Confirmation, Proof
from statuspage.core.confirmation import Round, advance
from statuspage.core.control import UNHEARD
from statuspage.core.memory import history_of, remember
from statuspage.core.settings import Settings
from statuspage.core.verdict import C2, Finding, History, Ruling, judge
from statuspage.services.inquiry import Finding as Found
from statuspage.services.inquiry import Inquiry
from statuspage.services.world import World


@dataclass(frozen=True, slots=True)
class Judged:
    """One cell's part in a round: the answer, the controls, the ruling and the state that came of it."""

    found: Found
    ruling: Ruling
    state: CellState
    again_in: timedelta | None


@dataclass
class Recall:
    """What is remembered between rounds and may be lost at a restart: who sends limit headers, by how many seconds our
    clock was ahead of a provider's."""

    limiting: set[str] = field(default_factory=set)
    ahead: dict[str, float] = field(default_factory=dict)

    def note(self, inquiry: Inquiry) -> None:
        """Remember a round's answers."""
        for seen in (*(found.observation for found in inquiry.findings.values()), *inquiry.extra):
            if seen.clock_ahead is not None:
                self.ahead[seen.provider] = seen.clock_ahead
            if seen.limit_headers:
                self.limiting.add(seen.provider)

    def keep(self, providers: Collection[str]) -> None:
        """Forget providers that left the configuration."""
        self.limiting &= set(providers)
        self.ahead = {provider: seconds for provider, seconds in self.ahead.items() if provider in providers}


def judge_round(
    states: dict[CellKey, CellState], inquiry: Inquiry, world: World, recall: Recall
) -> dict[CellKey, Judged]:
    """Judge every finding; ``states`` holds the asked cells and their models' other cells, before this round."""
    for key, found in inquiry.findings.items():
        states[key] = remember(states[key], found.observation, world.settings.policy)
    return {key: _judge(key, inquiry, states, world, recall) for key in inquiry.findings}


def _judge(key: CellKey, inquiry: Inquiry, states: Mapping[CellKey, CellState], world: World, recall: Recall) -> Judged:
    found = inquiry.findings[key]
    seen = found.observation
    heard = Finding(seen.cause, seen.strength, http=seen.evidence.status is not None)
    ruling = judge(heard, found.controls, _history(key, inquiry, states, world, recall))
    moved = advance(states[key], _round(key, found, ruling, inquiry, world.settings), world.settings.policy)
    return Judged(found, ruling, moved.state, moved.again_in)


def _history(
    key: CellKey, inquiry: Inquiry, states: Mapping[CellKey, CellState], world: World, recall: Recall
) -> History:
    seen = inquiry.findings[key].observation
    return history_of(
        states[key],
        seen,
        (state for other, state in states.items() if other != key and other.model == key.model),
        world.settings.policy,
        linked=world.linked(states[key], seen.evidence.fingerprint),
        expected=world.settings.expectation(key) is not None,
        listed=_listed(key, inquiry),
        sends_limit_headers=key.provider in recall.limiting,
    )


def _listed(key: CellKey, inquiry: Inquiry) -> bool:
    """Whether some class's model list names the model, as far as this round asked."""
    model_id = inquiry.findings[key].observation.provider_model_id
    same = (one for one in inquiry.findings.values() if one.observation.provider_model_id == model_id)
    return any(one.controls.c2 in (C2.LISTED, C2.RETIRED) for one in same)


def _round(key: CellKey, found: Found, ruling: Ruling, inquiry: Inquiry, settings: Settings) -> Round:
    seen = found.observation
    troubled = (f.observation for f in inquiry.findings.values() if f.observation.group in UNHEARD)
    places = {one.observation.egress for other, one in inquiry.findings.items() if other.model == key.model}
    return Round(
        at=seen.at,
        ruling=ruling,
        confirmation=_confirmation(seen),
        proof=Proof(seen.evidence, ruling.row.value, seen.cause, seen.strength, found.asked, (), settings.policy.name),
        served_model=seen.served_model,
        egresses=tuple(sorted({f"{one.vantage}/{one.egress}" for one in troubled})) or (seen.vantage,),
        places=len(places),
        stale_after=settings.stale_after(key),
    )


def _confirmation(seen: Observation) -> Confirmation:
    said = seen.evidence
    return Confirmation(
        seen.at, seen.cause, said.rule, said.status, seen.vantage, said.fingerprint, said.request_id_hash
    )
