"""Control C1: what a credential's known-good models say, heard beside the target's own answer; pure."""

from __future__ import annotations

from collections.abc import Iterable

from checks.observation import Group, Observation
from statuspage.core.verdict import C1

ANSWERING = frozenset({Group.ANSWERED, Group.SUBSTITUTED})
REFUSING = frozenset({Group.REFUSED, Group.AMBIGUOUS})
UNHEARD = frozenset({Group.FAILED, Group.NO_ANSWER})


def first_control(seen: Observation, heard: Iterable[Observation]) -> C1:
    """What the control models say together: ok if any is; otherwise what all of them agree on."""
    outcomes = {_heard_as(seen, one) for one in heard}
    if not outcomes:
        return C1.ABSENT
    if C1.OK in outcomes:
        return C1.OK
    if outcomes == {C1.FAILED, C1.SILENT}:
        return C1.FAILED
    return outcomes.pop() if len(outcomes) == 1 else C1.INCONCLUSIVE


def _heard_as(seen: Observation, heard: Observation) -> C1:
    if heard.group in ANSWERING:
        return C1.OK
    if heard.group in REFUSING and heard.cause is seen.cause:
        return C1.REFUSED_ALIKE
    if heard.group is Group.OURS:
        return C1.OURS
    if heard.evidence.status is None:
        return C1.SILENT
    return C1.FAILED if heard.group is Group.FAILED else C1.INCONCLUSIVE
