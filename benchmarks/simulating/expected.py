"""What arithmetic expects of independent errors: formulas over the probability of one error and the rounds asked."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, pairwise

from benchmarks.simulating.answers import KINDS, TRANSIENT
from checks.observation import GROUPS, Cause, Group, Strength
from statuspage.core.confirmation import flapping
from statuspage.core.settings import Policy

MOST_FAILED = 4
"""Of 22 states in a row, more failed ones than so many are too rare to count."""


@dataclass(frozen=True, slots=True)
class Odds:
    """The probabilities of one round; ``c1_fails`` is that neither of two control models answers."""

    error: float
    strong: float
    weak: float
    failed: float
    unclear: float
    c1_fails: float

    @classmethod
    def of(cls, errors: float) -> Odds:
        """The odds where each question meets an independent error with probability ``errors``."""
        kinds = {KINDS[name]: share for name, share in TRANSIENT.items()}
        refused = {
            kind: share for kind, share in kinds.items() if GROUPS[kind.cause] in (Group.REFUSED, Group.AMBIGUOUS)
        }
        failed = sum(share for kind, share in kinds.items() if _fails(kind.cause))
        strong = sum(share for kind, share in refused.items() if kind.strength is Strength.STRONG)
        weak = sum(share for kind, share in refused.items() if kind.strength is not Strength.STRONG)
        unclear = sum(share for kind, share in kinds.items() if kind.cause in (Cause.CREDENTIAL, Cause.EDGE_BLOCK))
        return cls(errors, errors * strong, errors * weak, errors * failed, errors * unclear, errors**2)


@dataclass(frozen=True, slots=True)
class Expectation:
    """How many false ones independent errors should make: the formula, and its value."""

    what: str
    formula: str
    value: float


def expectations(errors: float, rounds: int, policy: Policy) -> list[Expectation]:
    """What is expected of ``rounds`` rounds."""
    odds = Odds.of(errors)
    strong, weak = policy.restricted_strong.count, policy.restricted_weak.count
    both = odds.strong + odds.weak
    unknown = policy.unknown.count
    down, provider = policy.down_model.count, policy.down_provider.count
    on = turns_unstable(odds.failed, policy)
    return [
        Expectation("rounds that met an error", "N·p", rounds * odds.error),
        Expectation("false restricted", f"N·(s^{strong} + r^{weak})", rounds * (odds.strong**strong + both**weak)),
        Expectation("false restored", "no error looks like an answer", 0.0),
        Expectation("false retired", "no error is in the list of the retired", 0.0),
        Expectation("false unknown", f"N·(k·c)^{unknown}", rounds * (odds.unclear * odds.c1_fails) ** unknown),
        Expectation("false degraded (slow)", "no error makes an answer slow", 0.0),
        Expectation("false recovered", "no error looks like an answer", 0.0),
        Expectation("false down, model", f"N·(f·(1−c))^{down}", rounds * (odds.failed * (1 - odds.c1_fails)) ** down),
        Expectation("false down, provider", f"N·(f·c)^{provider}", rounds * (odds.failed * odds.c1_fails) ** provider),
        Expectation("false degraded (unstable)", "N·P(flapping turns on)", rounds * on),
    ]


def explained(errors: float) -> str:
    """The letters of the formulas."""
    odds = Odds.of(errors)
    return (
        f"p = {odds.error:g}: a question meets an independent error; s = {odds.strong:.2g}: it looks like a strong "
        f"refusal; r = {odds.strong + odds.weak:.2g}: like any refusal; f = {odds.failed:.2g}: like a fault or "
        f"silence; k = {odds.unclear:.2g}: like a dead key or an edge; "
        f"c = p² = {odds.c1_fails:.2g}: neither control model answers; N: rounds asked."
    )


def turns_unstable(failed: float, policy: Policy) -> float:
    """The probability that one more round turns the flapping formula on.

    A failed state takes two errors running, so a run of ``n`` of them takes ``n + 1``; patterns of few are summed.
    """
    length = policy.flapping_states + 1
    total = 0.0
    for count in range(1, MOST_FAILED + 1):
        for places in combinations(range(length), count):
            steps = [after - before for before, after in pairwise(places)]
            pattern = tuple(number not in places for number in range(length))
            if 2 not in steps and _on(pattern[1:], policy) and not _on(pattern[:-1], policy):
                errors = count + 1 + sum(step > 1 for step in steps)
                total += failed**errors * (1 - failed) ** (length + 1 - errors)
    return total


def _on(recent: tuple[bool, ...], policy: Policy) -> bool:
    return flapping(recent, False, policy)


def _fails(cause: Cause) -> bool:
    return GROUPS[cause] in (Group.FAILED, Group.NO_ANSWER)
