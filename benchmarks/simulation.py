"""Ninety days of 200 cells through the real judge: what was published, beside the truth and beside the arithmetic."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from time import process_time

from benchmarks.report import Options, Section, Table, figure, small
from benchmarks.simulating.engine import Engine
from benchmarks.simulating.expected import expectations, explained
from benchmarks.simulating.faults import UNREAD, Fault, Jump, Truth, happen, jumps
from benchmarks.simulating.tally import Detected, Tally, detected, due
from benchmarks.simulating.world import catalogue
from statuspage.core.settings import Policy

ERRORS = 0.02
"""The probability of an independent error, of every question, controls included."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One simulated world, played to its end."""

    engine: Engine
    tally: Tally
    faults: list[Fault]
    found: list[Detected]
    cpu: float
    jumps: list[Jump]

    def false(self, kind: str) -> int:
        """How many of the changes whose name begins so were false."""
        return sum(false for name, (_, false) in self.tally.counts().items() if name.startswith(kind))


def run(options: Options) -> Section:
    """Play the world and count."""
    outcome = play(options)
    engine = outcome.engine
    claim = (
        f"{len(engine.cells)} cells, {engine.world.lives / 86_400:.0f} days, one real answer a minute: "
        f"{figure(engine.asked)} rounds, of which {figure(engine.court.judged)} mattered and went through the "
        f"real judge, confirmation, publish rule and event table; {figure(outcome.cpu)} s of one core, "
        f"seed {options.seed}."
    )
    tables = (_counts(outcome), _false(outcome), _arithmetic(outcome), _delays(outcome), _happened(outcome))
    return Section("simulation", claim, tables)


def play(options: Options) -> Outcome:
    """Play one world; the same seed makes the same world and the same answers."""
    world = catalogue(quick=options.quick)
    faults = happen(world, options.seed)
    tally, set_by = Tally(faults), jumps(world, options.seed)
    engine = Engine(world, faults, Policy(), options.seed, ERRORS, tally.told, list(set_by))
    began = process_time()
    engine.run(lambda share: options.progress(f"{world.lives / 86_400:.0f} days", share))
    found = detected(tally, due(faults, tuple(engine.cells), world.lives))
    return Outcome(engine, tally, faults, found, process_time() - began, set_by)


def _counts(outcome: Outcome) -> Table:
    missed = _missed(outcome)
    counted = outcome.tally.counts()
    rows = [
        (kind, figure(true), figure(false), figure(missed.pop(kind, 0)) if kind in MISSABLE else "–")
        for kind, (true, false) in counted.items()
    ]
    told = [row for row in rows if not row[0].startswith("(")]
    told += [(kind, "0", "0", figure(count)) for kind, count in missed.items() if count]
    untold = [row for row in rows if row[0].startswith("(unknown") or row[0].startswith("(baseline")]
    return Table("What was published", ("change", "true", "false", "missed"), (*told, *untold), (_COUNTED, _MISSED))


MISSABLE = {
    "model.restricted": ("restricted", None),
    "model.restored": ("restored", None),
    "model.retired": ("retired", None),
    "model.down": ("down", Truth.MODEL),
    "provider.down": ("down", Truth.PROVIDER),
    "model.recovered": ("recovered", Truth.MODEL),
    "provider.recovered": ("recovered", Truth.PROVIDER),
    "model.degraded (slow)": ("degraded", Truth.SLOW),
    "cell.unknown (rate_limited)": ("unknown", Truth.LIMITED),
    "(unknown: unknown)": ("unknown", None),
}
"""The changes that something in this world calls for: by what is due, and which truth calls for it."""


def _missed(outcome: Outcome) -> dict[str, int]:
    """How many of each kind were called for and did not come."""
    limited = Truth.LIMITED.value
    found = dict.fromkeys(MISSABLE, 0)
    for kind, (wanted, truth) in MISSABLE.items():
        for one in outcome.found:
            of_truth = one.why == truth.value if truth else wanted != "unknown" or one.why != limited
            if one.kind == wanted and of_truth:
                found[kind] += len(one.missed)
    return found


_COUNTED = (
    "True: what is said is so now, or was so while it was confirmed (three minutes). In parentheses: nobody is told."
)


def _false(outcome: Outcome) -> Table:
    found = outcome.tally.false().most_common()
    rows = tuple((kind, because, figure(count)) for (kind, because), count in found)
    return Table(
        "What was false, and what was so then", ("change", "what was so", "times"), rows or (("none", "", "0"),)
    )


def _arithmetic(outcome: Outcome) -> Table:
    engine = outcome.engine
    measured = {
        "rounds that met an error": figure(engine.court.met),
        "false restricted": figure(outcome.false("model.restricted")),
        "false restored": figure(outcome.false("model.restored")),
        "false retired": figure(outcome.false("model.retired")),
        "false unknown": figure(outcome.false("cell.unknown") + outcome.false("(unknown")),
        "false degraded (slow)": figure(outcome.false("model.degraded (slow)")),
        "false recovered": figure(outcome.false("model.recovered") + outcome.false("provider.recovered")),
        "false down, model": figure(outcome.false("model.down")),
        "false down, provider": figure(outcome.false("provider.down")),
        "false degraded (unstable)": figure(outcome.false("model.degraded (unstable)")),
    }
    rows = tuple(
        (one.what, one.formula, small(one.value), measured.get(one.what, "–"))
        for one in expectations(ERRORS, engine.asked, engine.policy)
    )
    columns = ("what", "formula", "expected", "found")
    return Table("Beside the arithmetic of independent errors", columns, rows, (explained(ERRORS), *_REMARKS))


_REMARKS = (
    "Found counts what faults of the world made too: a false one that no independent error explains is a defect.",
)


def _delays(outcome: Outcome) -> Table:
    rows = tuple(_delay(one) for one in outcome.found)
    notes = (
        "Seconds from when it is so to when it is published. Expected, where U is uniform over the minute between two "
        "rounds: " + "; ".join(f"{what} {formula}" for what, formula in EXPECTED_DELAYS),
        "The 500 counts from when staff link it, 40 minutes after it began; until then it is published as down.",
    )
    columns = ("published", "because", "seen", "missed", "already", "p50", "p95", "max")
    return Table("Detection delays (s)", columns, rows, notes)


_MISSED = (
    "Missed: it was so for at least three minutes (a storm: five) and was not published until three minutes after its "
    "end (a restoration: two hours, a recovery: one). Already: it was published so before it began. What something "
    "greater hid at the same time (an outage during a withdrawal) is not asked for."
)


def _delay(one: Detected) -> tuple[str, ...]:
    some = one.delays
    shares = [figure(some[min(len(some) - 1, int(len(some) * share))]) if some else "–" for share in (0.5, 0.95, 1.0)]
    return (one.kind, one.why, figure(len(some)), figure(len(one.missed)), figure(one.already), *shares)


EXPECTED_DELAYS = (
    ("restricted by a strong 404", "U + 5 (p50 35, p95 62)"),
    ("by a weak one", "U + 5 + 10 + 20 (p50 65, p95 92)"),
    ("down of a model", "U + 60 (p50 90, p95 117)"),
    ("down of a provider", "U + 55 (p50 85, p95 112)"),
    ("restored", "U + 600 (p50 630), and ten minutes anew after each error in between"),
    ("unknown", "U + 5 (p50 35), on hold U + 180"),
    ("degraded (slow)", "U + 5 + 10 (p50 45, p95 72)"),
    ("retired by the list", "as a strong one"),
)


def _happened(outcome: Outcome) -> Table:
    many = Counter(fault.truth for fault in outcome.faults)
    rows = tuple((truth.value, figure(many[truth])) for truth in Truth)
    unread = sum(fault.note == UNREAD for fault in outcome.faults)
    set_ = len(outcome.jumps)
    rows += (("withdrawn in words that no rule knows", figure(unread)), ("our clock was set", figure(set_)))
    return Table("What happened in this world", ("what", "times"), rows, (_WORLD,))


_WORLD = (
    "Withdrawals come back through stages: 503, 503 with some answers, content filter, substituted, real answers; each "
    "is skipped at times. Our clock is set ahead or back by seconds to hours, and right again after a while."
)
