"""One simulated round: its questions and controls, then the real judge, confirmation, publication and transition."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from benchmarks.simulating.answers import BEGIN, KINDS
from benchmarks.simulating.asking import Oracle, Questioner
from benchmarks.simulating.faults import DAY, LINKED_AFTER, Fault, Jump, Truth
from benchmarks.simulating.world import Cell
from checks.observation import Cause, Group, Observation
from statuspage.core import transition
from statuspage.core.availability import Availability, CellKey
from statuspage.core.cell import CellState, Published
from statuspage.core.confirmation import stale
from statuspage.core.control import ANSWERING, REFUSING
from statuspage.core.incident import Impact, Incident, Kind, Link, ScopeRow, Stage
from statuspage.core.moments import LEAST_JUMP, moved, not_ahead
from statuspage.core.publish import Word, publish
from statuspage.core.settings import Settings
from statuspage.core.transition import Change
from statuspage.services.inquiry import Finding, Inquiry
from statuspage.services.judging import Judged, Recall, judge_round
from statuspage.services.world import World

Told = Callable[[float, CellState, Published, Change], None]
"""Is told each change of what is published: when, the cell before it, what is published now, and how it is told."""

UNDECLARED = Word()
_LINK_STANDS = DAY
"""Staff are in no hurry to close an incident: its links stand for a day after the model is back."""


@dataclass
class Court:
    """Hears the cells of one provider at a time."""

    settings: Settings
    cells: Mapping[CellKey, Cell]
    oracle: Oracle
    faults: Sequence[Fault]
    told: Told
    jumps: Sequence[Jump] = ()
    ahead: float = 0.0
    judged: int = 0
    met: int = 0
    _classes: dict[tuple[str, str], list[CellKey]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for key in self.cells:
            self._classes.setdefault((key.provider, key.model), []).append(key)
        self._egress = {key.user_class: cell.egress for key, cell in self.cells.items()}
        self._recall = Recall(limiting={one.id for one in self.settings.providers})
        self._world = World(self.settings, (), ())
        failing = [fault for fault in self.faults if fault.truth is Truth.REFUSED and fault.note == "500"]
        self._links = [(one.start + LINKED_AFTER, one.end + _LINK_STANDS, one) for one in failing]
        self._moments = sorted(moment for begins, ends, _ in self._links for moment in (begins, ends))

    def classes_of(self, provider: str, model: str) -> Sequence[CellKey]:
        """The cells of a model at a provider."""
        return self._classes[provider, model]

    def move(self, at: float) -> list[Fault]:
        """Let time pass; the faults that began or ended since."""
        if self.jumps and self.jumps[0].at <= at:
            self._set_clock(self.jumps[0])
            self.jumps = self.jumps[1:]
        while self._moments and self._moments[0] <= at:
            del self._moments[0]
            standing = [fault for begins, ends, fault in self._links if begins <= at < ends]
            self._world = World(self.settings, tuple(_linked(fault) for fault in standing), ())
        return self.oracle.weather.move(at)

    def now(self, at: float) -> datetime:
        """What our clock says."""
        return BEGIN + timedelta(seconds=at + self.ahead)

    def _set_clock(self, jump: Jump) -> None:
        """Our clock is set; the monitor notices by its steady clock and moves along, as the service does."""
        by = timedelta(seconds=jump.ahead - self.ahead)
        for cell in self.cells.values():
            state = cell.caught_up(self.settings.policy, self.ahead)
            cell.state = moved(state, by) if abs(by) >= LEAST_JUMP else state
        self.ahead = jump.ahead

    def hear(
        self, provider: str, asked: Sequence[Cell], failing: set[CellKey], at: float
    ) -> tuple[dict[str, float], dict[CellKey, float]]:
        """One round: for which models something is still being confirmed, and which cells are to be left alone."""
        moment = self.now(at)
        seen: dict[CellKey, Observation] = {}
        for cell in asked:
            key = cell.key
            erred = self.oracle.erred
            kind = self.oracle.answer(provider, key.model, key.user_class, errs=key in failing or None)
            seen[key] = kind.observed(moment, provider, key.model, key.user_class, cell.egress)
            cell.asked += 1
            self.met += self.oracle.erred - erred
        questioner = Questioner(self.oracle, provider, moment, seen, self._egress, self._resting)
        findings = {key: self._finding(key, one, questioner) for key, one in seen.items()}
        judged = judge_round(self._states(seen), Inquiry(provider, findings), self._world, self._recall)
        self.judged += len(judged)
        for key, one in judged.items():
            self._publish(self.cells[key], one.state, at)
        return _again(judged), _paused(judged)

    def sweep(self, cells: Iterable[Cell], at: float) -> None:
        """Publish what moves by the clock alone."""
        moment = self.now(at)
        for cell in cells:
            old = stale(
                not_ahead(cell.state, moment), moment, self.settings.stale_after(cell.key), self.settings.policy
            )
            if old is not None or cell.state.measured.availability is Availability.UNKNOWN:
                self._publish(cell, old or cell.state, at)

    def _finding(self, key: CellKey, seen: Observation, questioner: Questioner) -> Finding:
        if seen.group in ANSWERING:
            return Finding(seen)
        return Finding(seen, questioner.controls(key, self._classes[key.provider, key.model]))

    def _resting(self, key: CellKey) -> Cause:
        rests = self.cells[key].rests
        return rests.cause if rests else Cause.OK

    def _states(self, seen: Mapping[CellKey, Observation]) -> dict[CellKey, CellState]:
        """The asked cells' states; their models' others only matter where something is refused."""
        policy = self.settings.policy
        states = {key: not_ahead(self.cells[key].caught_up(policy, self.ahead), one.at) for key, one in seen.items()}
        for key, one in seen.items():
            if one.group in REFUSING:
                for peer in self._classes[key.provider, key.model]:
                    if peer not in states:
                        states[peer] = self.cells[peer].caught_up(policy, self.ahead)
        return states

    def _publish(self, cell: Cell, state: CellState, at: float) -> None:
        """Publish as the service does; what is measured as before and known is published as before."""
        unmoved = state.measured == cell.state.measured and state.measured.availability is not Availability.UNKNOWN
        cell.state = state
        if unmoved:
            return
        moment = self.now(at)
        after = publish(state, UNDECLARED, moment, self.settings.policy)
        change = transition.compare(state, after)
        if after != state.published or change.type is not None or change.opens:
            cell.state = transition.apply(state, after, change, moment, "evt" if change.type else None)
            self.told(at, state, after, change)


def _linked(fault: Fault) -> Incident:
    """A restriction to which staff have linked the provider's fingerprint; it declares nothing."""
    at = BEGIN + timedelta(seconds=fault.start + LINKED_AFTER)
    link = Link(fault.provider or "", KINDS["500"].evidence.fingerprint or "", "staff", at)
    scope = ScopeRow(fault.models or (), (link.provider,), fault.classes or ())
    return Incident(
        f"inc_{fault.start}", Kind.RESTRICTION, "withdrawn", Stage.IDENTIFIED, Impact.MAJOR, at, at, (scope,),
        links=(link,),
    )  # fmt: skip


def _again(judged: Mapping[CellKey, Judged]) -> dict[str, float]:
    soonest: dict[str, float] = {}
    for key, one in judged.items():
        if one.again_in is not None:
            wait = one.again_in.total_seconds()
            soonest[key.model] = min(wait, soonest.get(key.model, wait))
    return soonest


def _paused(judged: Mapping[CellKey, Judged]) -> dict[CellKey, float]:
    seen = {key: one.found.observation for key, one in judged.items()}
    return {key: one.retry_after for key, one in seen.items() if one.retry_after and one.group is Group.LIMITED}
