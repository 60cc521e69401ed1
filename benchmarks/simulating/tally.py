"""Counting a simulation: each published change held against the truth, and each truth against what was published."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.simulating.faults import HOUR, LINKED_AFTER, MINUTE, ORDER, Fault, Truth
from statuspage.core.availability import Availability, CellKey, Reason
from statuspage.core.cell import CellState, Published
from statuspage.core.transition import Change

GRACE = 3 * MINUTE
"""How long after a fault its confirmation may still fall."""

RETURNED = 2 * HOUR
"""How long a recovery or a restoration is waited for."""

FAILING = frozenset({Truth.PROVIDER, Truth.MODEL, Truth.BURST})
CLOSED = frozenset({Truth.REFUSED, Truth.RETURNING})
ENDED = frozenset({Truth.RETIRED})
OURS = frozenset({Truth.LOST, Truth.KEY, Truth.MONEY})
BLIND = OURS | {Truth.LIMITED}


@dataclass(frozen=True, slots=True)
class Shown:
    """One change of what is published of a cell."""

    at: float
    kind: str
    availability: Availability
    reason: Reason
    true: bool
    because: str


@dataclass(frozen=True, slots=True)
class Due:
    """What should be published of a cell between two moments, because something is so since ``start``."""

    kind: str
    why: str
    key: CellKey
    start: float
    end: float
    wanted: frozenset[Availability]


@dataclass
class Tally:
    """Takes every change as it is published."""

    faults: Sequence[Fault]
    shown: dict[CellKey, list[Shown]] = field(default_factory=dict)
    _lately: list[tuple[float, int]] = field(default_factory=list)
    _next: int = 0

    def told(self, at: float, state: CellState, after: Published, change: Change) -> None:
        """Note one change, and whether it is true."""
        so = self._so_of(state.key, at)
        kind = kind_of(change, after)
        now = {fault.truth for fault in so if fault.end > at}
        true = _true(kind, after.reason, {fault.truth for fault in so}, now)
        because = "; ".join(sorted({_why(fault) for fault in so})) or "independent errors alone"
        self.shown.setdefault(state.key, []).append(Shown(at, kind, after.availability, after.reason, true, because))

    def counts(self) -> dict[str, tuple[int, int]]:
        """How many of each kind were true and false."""
        found: Counter[tuple[str, bool]] = Counter()
        for many in self.shown.values():
            found.update((one.kind, one.true) for one in many)
        return {kind: (found[kind, True], found[kind, False]) for kind in sorted({kind for kind, _ in found})}

    def false(self) -> Counter[tuple[str, str]]:
        """The false ones of each kind, by what was so of the cell just then."""
        return Counter((one.kind, one.because) for many in self.shown.values() for one in many if not one.true)

    def _so_of(self, key: CellKey, at: float) -> list[Fault]:
        """What is so of a cell or was a short while ago."""
        while self._next < len(self.faults) and self.faults[self._next].start <= at:
            heapq.heappush(self._lately, (self.faults[self._next].end, self._next))
            self._next += 1
        while self._lately and self._lately[0][0] < at - GRACE:
            heapq.heappop(self._lately)
        return [self.faults[number] for _, number in self._lately if self.faults[number].of(key)]


def kind_of(change: Change, after: Published) -> str:
    """How a change is named in the tables: by its event, by its row where nobody is told."""
    if change.type is None:
        return f"({change.row}: {after.availability.value})"
    if after.availability in (Availability.DEGRADED, Availability.UNKNOWN):
        return f"{change.type.value} ({after.reason.value})"
    return change.type.value


def _why(fault: Fault) -> str:
    return f"{fault.truth.value}: {fault.note}" if fault.note else fault.truth.value


def _true(kind: str, reason: Reason, lately: set[Truth], now: set[Truth]) -> bool:
    """Whether a published change is borne out by what is so now, or was while it was being confirmed."""
    word = kind.partition(" ")[0]
    if word == "model.degraded" and reason in (Reason.SUBSTITUTED, Reason.REFUSING):
        return bool(lately & CLOSED)
    if word == "model.degraded" and reason is Reason.SLOW:
        return Truth.SLOW in lately
    if word in _BORNE_OUT:
        return bool(lately & _BORNE_OUT[word])
    if word in _UNDONE:
        closed = word == "cell.known" and reason in (Reason.RETIRED, Reason.WITHDRAWN)
        return bool(lately & (CLOSED | ENDED)) if closed else not now & _UNDONE[word]
    return bool(lately) or word != "(unknown:"


_BORNE_OUT: Mapping[str, frozenset[Truth]] = {
    "model.restricted": CLOSED | {Truth.MISFIRE, Truth.RETIRED},
    "model.retired": frozenset({Truth.RETIRED}),
    "model.down": FAILING | CLOSED,
    "provider.down": FAILING | CLOSED,
    "model.degraded": FAILING | CLOSED | BLIND,
    "cell.unknown": frozenset(Truth),
}
"""What must be so, or have been a moment ago, for a change to be true."""

_UNDONE: Mapping[str, frozenset[Truth]] = {
    "model.restored": CLOSED | {Truth.MISFIRE, Truth.RETIRED},
    "model.recovered": CLOSED | FAILING | OURS | {Truth.RETIRED, Truth.SLOW},
    "provider.recovered": CLOSED | FAILING | OURS | {Truth.RETIRED},
    "cell.known": CLOSED | FAILING | OURS | {Truth.RETIRED},
}
"""What must be so no longer."""


def due(faults: Sequence[Fault], cells: Sequence[CellKey], lives: float) -> list[Due]:
    """Everything that should be published, where nothing that hides it is so of the cell at the same time."""
    found: list[Due] = []
    for key in cells:
        mine = [fault for fault in faults if fault.of(key)]
        for fault in mine:
            if fault.start < lives - 3 * HOUR and (fault.end < lives - 3 * HOUR or fault.truth is Truth.RETIRED):
                found += _due(key, fault, mine)
    return found


def _due(key: CellKey, fault: Fault, mine: Sequence[Fault]) -> Iterable[Due]:
    shown = _PUBLISHED.get(fault.truth)
    others = [other for other in mine if other is not fault]
    start = fault.start + (LINKED_AFTER if fault.note == "500" else 0.0)
    soon = min(fault.end, start + 30 * MINUTE)
    if shown and fault.end - start >= shown.least and _clear(start, soon, fault, others):
        yield Due(shown.kind, _why(fault), key, start, fault.end + GRACE, shown.wanted)
    last = fault.truth in CLOSED and not any(one.truth in CLOSED and one.start == fault.end for one in mine)
    if last and _clear(fault.end, fault.end + RETURNED, None, others):
        why = f"real answers again after {_said(fault, mine)}"
        yield Due("restored", why, key, fault.end, fault.end + RETURNED, _AVAILABLE)
    lasting = shown is not None and fault.end - fault.start >= shown.least
    if (
        fault.truth in FAILING | {Truth.SLOW}
        and lasting
        and _clear(fault.start - GRACE, fault.end + HOUR, fault, others)
    ):
        yield Due("recovered", fault.truth.value, key, fault.end, fault.end + HOUR, _AVAILABLE)


def _said(last: Fault, mine: Sequence[Fault]) -> str:
    """How the withdrawal was said that ends with this stage."""
    began = [one for one in mine if one.truth is Truth.REFUSED and one.start <= last.start]
    return began[-1].note if began else last.note


def _clear(start: float, end: float, fault: Fault | None, others: Iterable[Fault]) -> bool:
    """Whether nothing else that would be seen first is so of the cell at that time; bursts are too short to hide."""
    rank = ORDER.index(fault.truth) if fault else len(ORDER)
    return not any(
        other.start < end
        and other.end > start - GRACE
        and (ORDER.index(other.truth) <= rank or (other.truth in CLOSED | ENDED and fault is not None))
        for other in others
        if other.truth is not Truth.BURST
    )


@dataclass(frozen=True, slots=True)
class _Rule:
    kind: str
    wanted: frozenset[Availability]
    least: float


_AVAILABLE = frozenset({Availability.AVAILABLE})
_RESTRICTED = frozenset({Availability.RESTRICTED})
_DOWN = frozenset({Availability.DOWN})
_DEGRADED = frozenset({Availability.DEGRADED})
_UNKNOWN = frozenset({Availability.UNKNOWN})

_PUBLISHED = {
    Truth.REFUSED: _Rule("restricted", _RESTRICTED, 3 * MINUTE),
    Truth.MISFIRE: _Rule("restricted", _RESTRICTED | _UNKNOWN, 3 * MINUTE),
    Truth.PROVIDER: _Rule("down", _DOWN, 3 * MINUTE),
    Truth.MODEL: _Rule("down", _DOWN, 3 * MINUTE),
    Truth.KEY: _Rule("unknown", _UNKNOWN, 3 * MINUTE),
    Truth.LIMITED: _Rule("unknown", _UNKNOWN, 5 * MINUTE),
    Truth.MONEY: _Rule("unknown", _UNKNOWN, 3 * MINUTE),
    Truth.RETIRED: _Rule("retired", _RESTRICTED, 3 * MINUTE),
    Truth.SLOW: _Rule("degraded", _DEGRADED, 5 * MINUTE),
    Truth.LOST: _Rule("unknown", _UNKNOWN, 3 * MINUTE),
}


@dataclass(frozen=True, slots=True)
class Detected:
    """Of everything of one kind that was due: how much was seen, after how many seconds; the rest was missed."""

    kind: str
    why: str
    delays: tuple[float, ...]
    already: int
    missed: tuple[Due, ...]


def detected(tally: Tally, dues: Iterable[Due]) -> list[Detected]:
    """What was due against what was published; what was published so already when it began has no delay."""
    groups: dict[tuple[str, str], list[tuple[Due, float | None]]] = {}
    for one in dues:
        groups.setdefault((one.kind, one.why), []).append((one, _delay(tally.shown.get(one.key, []), one)))
    return [
        Detected(
            kind,
            why,
            tuple(sorted(delay for _, delay in many if delay is not None and delay > 0)),
            sum(delay == 0 for _, delay in many),
            tuple(one for one, delay in many if delay is None),
        )
        for (kind, why), many in sorted(groups.items())
    ]


def _delay(shown: Iterable[Shown], wanted: Due) -> float | None:
    """After how many seconds it was published; 0 where it was so before, None where it never was."""
    standing = False
    for one in shown:
        if one.at > wanted.end:
            break
        is_so = one.availability in wanted.wanted
        if one.at > wanted.start:
            if standing:
                return 0.0
            if is_so:
                return one.at - wanted.start
        standing = is_so
    return 0.0 if standing else None
