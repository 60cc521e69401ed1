"""Asking the simulated world: what a question meets, and what the controls of a round say."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate
from random import Random

from benchmarks.simulating.answers import KINDS, TRANSIENT, Kind
from benchmarks.simulating.faults import ORDER, Fault, Truth
from checks.observation import GROUPS, Cause, Observation
from statuspage.core.availability import CellKey
from statuspage.core.control import ANSWERING, REFUSING, UNHEARD, first_control
from statuspage.core.verdict import C1, C2, C3, C4, C5, Controls

CONTROLS = ("control-a", "control-b")

_OK = KINDS["ok"]
_NAMES = tuple(TRANSIENT)
_STEPS = tuple(accumulate(TRANSIENT.values()))


@dataclass
class Weather:
    """What is so just now: the faults that have begun and not ended."""

    faults: Sequence[Fault]
    active: list[Fault] = field(default_factory=list)
    _next: int = 0
    _ends: list[tuple[float, int]] = field(default_factory=list)

    def move(self, at: float) -> list[Fault]:
        """Move to ``at``; the faults that began or ended since."""
        changed: list[Fault] = []
        while self._next < len(self.faults) and self.faults[self._next].start <= at:
            changed.append(self.faults[self._next])
            heapq.heappush(self._ends, (self.faults[self._next].end, self._next))
            self._next += 1
        while self._ends and self._ends[0][0] <= at:
            changed.append(self.faults[heapq.heappop(self._ends)[1]])
        if changed:
            running = [self.faults[number] for _, number in self._ends]
            self.active = sorted(running, key=lambda fault: ORDER.index(fault.truth))
        return changed


@dataclass
class Oracle:
    """Answers questions about the world as it is: independent errors with probability ``errors``, then the faults."""

    weather: Weather
    random: Random
    errors: float
    asked: int = 0
    erred: int = 0

    def answer(self, provider: str, model: str | None, user_class: str, *, errs: bool | None = None) -> Kind:
        """What one question meets; ``errs`` where it is known whether it meets an independent error."""
        self.asked += 1
        if errs or (errs is None and self.random.random() < self.errors):
            self.erred += 1
            return KINDS[self.random.choices(_NAMES, cum_weights=_STEPS)[0]]
        for fault in self.weather.active:
            if fault.covers(provider, model, user_class) and (fault.share >= 1 or self.random.random() < fault.share):
                return KINDS[fault.answers[0] if len(fault.answers) == 1 else self.random.choice(fault.answers)]
        return _OK

    @property
    def lost(self) -> bool:
        """Whether our own network is lost."""
        return bool(self.weather.active) and self.weather.active[0].truth is Truth.LOST


@dataclass
class Questioner:
    """The controls of one round, asked once for each credential, as the service's rounds do it."""

    oracle: Oracle
    provider: str
    at: datetime
    seen: dict[CellKey, Observation]
    egress: Mapping[str, str]
    resting: Callable[[CellKey], Cause]
    _c1: dict[str, list[Observation]] = field(default_factory=dict)

    def controls(self, key: CellKey, peers: Iterable[CellKey]) -> Controls:
        """What is asked besides, because the target was not answered."""
        seen = self.seen[key]
        c1 = first_control(seen, self._control_models(key.user_class))
        unheard = seen.group in UNHEARD and c1 is not C1.OK
        return Controls(
            c1=c1,
            c2=self._listed(key) if seen.group in REFUSING else C2.UNKNOWN,
            c3=self._reach(key, seen, peers),
            c4=self._nameless() if seen.cause in (Cause.EDGE_BLOCK, Cause.REGION) else C4.UNKNOWN,
            c5=(C5.SILENT if self.oracle.lost else C5.OK) if unheard else C5.ABSENT,
        )

    def _control_models(self, user_class: str) -> list[Observation]:
        if user_class not in self._c1:
            answers = [self.oracle.answer(self.provider, None, user_class) for _ in CONTROLS]
            self._c1[user_class] = [
                answer.observed(self.at, self.provider, model, user_class, self.egress[user_class])
                for model, answer in zip(CONTROLS, answers, strict=True)
            ]
        return self._c1[user_class]

    def _listed(self, key: CellKey) -> C2:
        """A withdrawn model stays in the catalogue; one that is retired is listed as such."""
        over = any(one.truth is Truth.RETIRED and one.of(key) for one in self.oracle.weather.active)
        if over and self.oracle.answer(self.provider, None, "").cause is Cause.OK:
            return C2.RETIRED
        return C2.LISTED if self.oracle.answer(self.provider, None, "").cause is Cause.OK else C2.UNKNOWN

    def _nameless(self) -> C4:
        return C4.UNAUTHENTICATED if self.oracle.answer(self.provider, None, "").cause is Cause.OK else C4.UNKNOWN

    def _reach(self, key: CellKey, seen: Observation, peers: Iterable[CellKey]) -> C3:
        """The other classes' answers; one that is not in ``seen`` was answered as it steadily is."""
        causes = {
            self.seen[peer].cause if peer in self.seen else self.resting(peer) for peer in peers if peer is not key
        }
        if any(GROUPS[cause] in ANSWERING for cause in causes):
            return C3.OK
        return C3.REFUSED_ALIKE if causes == {seen.cause} else C3.UNKNOWN
