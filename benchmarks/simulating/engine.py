"""The rounds of a simulated world, minute by minute; rounds that would change nothing but times are only counted."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from benchmarks.simulating.asking import Oracle, Weather
from benchmarks.simulating.court import Court, Told
from benchmarks.simulating.faults import Catalogue, Fault, Jump
from benchmarks.simulating.world import EVERY, Cell, egress_of, settings_for
from statuspage.core.availability import CellKey
from statuspage.core.settings import Policy


@dataclass
class Engine:
    """Runs a world from beginning to end."""

    world: Catalogue
    faults: list[Fault]
    policy: Policy
    seed: int
    errors: float
    told: Told
    jumps: list[Jump] = field(default_factory=list)
    cells: dict[CellKey, Cell] = field(init=False)
    oracle: Oracle = field(init=False)

    def __post_init__(self) -> None:
        settings = settings_for(self.world, self.policy)
        self.cells = {key: Cell(key, egress_of(key.user_class)) for key in settings.cells()}
        self.oracle = Oracle(Weather(self.faults), Random(self.seed), self.errors)
        self.court = Court(settings, self.cells, self.oracle, self.faults, self.told, self.jumps)
        self._chance = Random(self.seed + 1)
        self._done = dict.fromkeys(self.world.providers, -1)
        self._restless: dict[str, dict[CellKey, None]] = {one: {} for one in self.world.providers}
        for key in self.cells:
            self._restless[key.provider][key] = None
        self._failing: dict[tuple[str, int], list[CellKey]] = {}
        self._again: list[tuple[float, str, str]] = []
        self._paused: dict[CellKey, float] = {}

    @property
    def asked(self) -> int:
        """How many times a cell was asked, the skipped rounds included."""
        return sum(cell.asked for cell in self.cells.values())

    def run(self, progress: Callable[[float], None] = lambda _share: None) -> None:
        """Every minute of every provider, and between them the rounds that confirm something."""
        ticks = int(self.world.lives / EVERY)
        for tick in range(ticks):
            for provider in self.world.providers:
                at = self._time(provider, tick)
                self._until(at)
                self._move(at)
                self._beat(provider, tick, at)
            if tick % 500 == 0:
                progress(tick / ticks)
        for cell in self.cells.values():
            self._account(cell)

    def _time(self, provider: str, tick: int) -> float:
        return tick * EVERY + self.world.providers.index(provider) * EVERY / len(self.world.providers)

    def _until(self, at: float) -> None:
        """The rounds between the regular ones; those that fall together are one."""
        while self._again and self._again[0][0] <= at:
            due, provider, model = heapq.heappop(self._again)
            while self._again and self._again[0] == (due, provider, model):
                heapq.heappop(self._again)
            self._move(due)
            self._confirm(provider, model, due)

    def _move(self, at: float) -> None:
        for fault in self.court.move(at):
            for cell in self.cells.values():
                if fault.of(cell.key):
                    self._wake(cell)

    def _beat(self, provider: str, tick: int, at: float) -> None:
        """A regular round of a provider."""
        failing = {key for key in self._failing.pop((provider, tick), ()) if self.cells[key].fails_next == tick}
        self._paused = {key: until for key, until in self._paused.items() if until > at}
        sleeping = {key for key in self._paused if key.provider == provider}
        for key in sleeping:
            self._left_alone(key, failing, tick)
        for key in sorted(failing):
            self._wake(self.cells[key])
        asked = [self.cells[key] for key in self._restless[provider] if key not in sleeping]
        self._done[provider] = tick
        self._round(provider, asked, failing, at)
        self.court.sweep((self.cells[key] for key in self._restless[provider]), at)
        self._rest([cell for cell in asked if not cell.rests], at)

    def _left_alone(self, key: CellKey, failing: set[CellKey], tick: int) -> None:
        """A regular round that passes over a cell, because the provider asked for it."""
        cell = self.cells[key]
        if cell.rests:
            cell.count(cell.counted_at, -1)
        if key in failing:
            failing.discard(key)
            self._fails_after(cell, tick)

    def _confirm(self, provider: str, model: str, at: float) -> None:
        """One model asked again: its resting cells fail with the probability of an independent error."""
        failing = set()
        awake = [key for key in self.court.classes_of(provider, model) if self._paused.get(key, 0.0) <= at]
        for key in awake:
            cell = self.cells[key]
            if cell.rests and self._chance.random() < self.errors:
                failing.add(key)
                self._wake(cell)
            elif cell.rests:
                self._account(cell)
                cell.count(at)
        asked = [self.cells[key] for key in awake if not self.cells[key].rests]
        self._round(provider, asked, failing, at)
        self._rest(asked, at)

    def _round(self, provider: str, asked: list[Cell], failing: set[CellKey], at: float) -> None:
        if not asked:
            return
        for cell in asked:
            self._catch_up_peers(cell)
        again, paused = self.court.hear(provider, asked, failing, at)
        for model, delay in again.items():
            heapq.heappush(self._again, (at + delay, provider, model))
        for key, wait in paused.items():
            self._paused[key] = at + wait

    def _catch_up_peers(self, cell: Cell) -> None:
        for key in self.court.classes_of(cell.key.provider, cell.key.model):
            if self.cells[key].rests:
                self._account(self.cells[key])

    def _wake(self, cell: Cell) -> None:
        """From here on every round of the cell is judged."""
        if cell.rests:
            self._account(cell)
            cell.caught_up(self.policy, self.court.ahead)
            cell.rests, cell.fails_next = None, -1
        self._restless[cell.key.provider][cell.key] = None

    def _rest(self, cells: Sequence[Cell], at: float) -> None:
        """Let cells rest that get the same answer again and again."""
        for cell in cells:
            rests = cell.may_rest(self.policy, self.oracle.weather.active)
            if rests:
                del self._restless[cell.key.provider][cell.key]
                done = self._done[cell.key.provider]
                cell.rests, cell.accounted, cell.counted_at = rests, done, at
                self._fails_after(cell, done)

    def _fails_after(self, cell: Cell, tick: int) -> None:
        wait = 1 + int(math.log(1 - self._chance.random()) / math.log(1 - self.errors))
        cell.fails_next = tick + wait
        self._failing.setdefault((cell.key.provider, cell.fails_next), []).append(cell.key)

    def _account(self, cell: Cell) -> None:
        """Count the regular rounds of a resting cell that nobody played."""
        done = self._done[cell.key.provider]
        if cell.rests and done > cell.accounted:
            cell.count(max(cell.counted_at, self._time(cell.key.provider, done)), done - cell.accounted)
            cell.accounted = done
