"""The simulated world's settings, and one of its cells with the rounds in which it rests."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from benchmarks.simulating.answers import BEGIN, KINDS, Kind
from benchmarks.simulating.asking import CONTROLS
from benchmarks.simulating.faults import DAY, SIGNATURES, Catalogue, Fault, Truth
from checks.observation import Cause
from checks.target import Credential
from statuspage.core.availability import Availability, CellKey
from statuspage.core.cell import CellState, Pace
from statuspage.core.memory import PACE_EVERY, PACES, first_state
from statuspage.core.settings import (
    ClassCredential,
    Model,
    Offering,
    Policy,
    Provider,
    Schedule,
    Settings,
    UserClass,
)

EVERY = 60.0
"""Seconds between a cell's rounds."""

CLASSES = ("us-persons", "abroad", "foreign-in-us", "listed", "zero-retention")
PROXIED = ("abroad", "listed")
"""The classes that are asked through a second egress."""


def catalogue(*, quick: bool = False) -> Catalogue:
    """200 cells for 90 days, or 50 for 9 days."""
    models = tuple(f"model-{number}" for number in range(1, 3 if quick else 9))
    return Catalogue(tuple(SIGNATURES), models, CLASSES, (9 if quick else 90) * DAY)


def egress_of(user_class: str) -> str:
    """The egress of a class's credentials."""
    return "http://proxy.example:3128" if user_class in PROXIED else "direct"


def settings_for(world: Catalogue, policy: Policy) -> Settings:
    """Every model at every provider for every class, asked for a real answer every minute."""
    return Settings(
        user_classes=tuple(UserClass(one, one, reference=one == world.classes[0]) for one in world.classes),
        providers=tuple(_provider(one, world.classes) for one in world.providers),
        models=tuple(Model(one, one, tuple(Offering(p, one) for p in world.providers)) for one in world.models),
        schedule=Schedule(answers_every=timedelta(seconds=EVERY)),
        policy=policy,
    )


def _provider(name: str, classes: tuple[str, ...]) -> Provider:
    held = {one: ClassCredential(Credential(f"{name}/{one}", "", egress_of(one))) for one in classes}
    return Provider(name, name, "openai", f"https://{name}.example", held, CONTROLS, "https://neutral.example")


@dataclass(slots=True)
class Cell:
    """One cell. While it rests, each round brings the same answer, and rounds are only counted until it matters."""

    key: CellKey
    egress: str
    state: CellState = field(init=False)
    rests: Kind | None = None
    fails_next: int = -1
    accounted: int = -1
    counted: int = 0
    counted_at: float = 0.0
    asked: int = 0

    def __post_init__(self) -> None:
        self.state = first_state(self.key, self.key.model, BEGIN)

    def count(self, at: float, times: int = 1) -> None:
        """Count rounds of a resting cell, the last at ``at``; less than none for one that was left out."""
        self.asked += times
        self.counted += times
        self.counted_at = at

    def caught_up(self, policy: Policy, ahead: float = 0.0) -> CellState:
        """The state with the counted rounds in it: what judging each of them would have left, on our clock."""
        if self.counted > 0 and self.rests is not None:
            at = BEGIN + timedelta(seconds=self.counted_at + ahead)
            self.state = replace(self.state, last_observed_at=at, last_valid_at=at)
            if self.rests.cause is Cause.OK:
                more = (True,) * min(self.counted, policy.flapping_states)
                recent = (*self.state.recent_usable, *more)[-policy.flapping_states :]
                self.state = replace(self.state, last_answer_at=at, recent_usable=recent)
                self.state = _paced(self.state, at, self.rests)
        self.counted = 0
        return self.state

    def may_rest(self, policy: Policy, faults: Iterable[Fault]) -> Kind | None:
        """The answer that would change nothing of the cell but its times, if it will get just that from now on."""
        state = self.state
        if state.candidate or state.holding_since or state.limited_since or state.refusing_since or state.unstable:
            return None
        if len(state.recent_usable) < policy.flapping_states:
            return None
        met = [fault for fault in faults if fault.of(self.key)]
        if not met:
            return KINDS["ok"] if self._answered() else None
        only = met[0] if len(met) == 1 and met[0].truth is Truth.REFUSED else None
        return KINDS[only.answers[0]] if only and self._refused(only) else None

    def _answered(self) -> bool:
        state = self.state
        working = state.measured.availability is Availability.AVAILABLE and state.episode is None
        return working and state.first_refusal_at is None and state.recent_usable[-1]

    def _refused(self, fault: Fault) -> bool:
        state = self.state
        standing = state.measured.availability is Availability.RESTRICTED and state.first_refusal_at is not None
        silent = fault.note != "500" or (state.measured.linked and not any(state.recent_usable))
        return standing and silent


def _paced(state: CellState, at: datetime, rests: Kind) -> CellState:
    """The samples of the time to first token that the counted rounds would have left, one an hour."""
    found = list(state.paces)
    while found and at - found[-1].at >= PACE_EVERY and rests.first_token is not None:
        found.append(Pace(found[-1].at + PACE_EVERY, rests.first_token))
    return replace(state, paces=tuple(found[-PACES:]))
