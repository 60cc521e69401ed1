"""What a cell remembers of its answers, and the history that the judge is given."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from checks.observation import Cause, Group, Observation
from checks.target import Level
from statuspage.core.availability import Availability, Basis, CellKey, Reason
from statuspage.core.cell import CellState, Measured, Pace, Published
from statuspage.core.confirmation import flapping
from statuspage.core.settings import Policy
from statuspage.core.verdict import History

PACE_EVERY = timedelta(hours=1)
PACES = 168
"""One sample of the time to first token an hour makes seven days."""

PACES_NEEDED = 12
"""Below this many samples there is no median worth comparing with."""

REFUSAL_GROUPS = frozenset({Group.REFUSED, Group.AMBIGUOUS})


def first_state(key: CellKey, provider_model_id: str, at: datetime) -> CellState:
    """A cell of which nothing is known yet."""
    unknown = Published(Availability.UNKNOWN, Reason.INCONCLUSIVE, at, Basis.NONE)
    return CellState(key, provider_model_id, Measured(Availability.UNKNOWN, Reason.INCONCLUSIVE, at), unknown)


def renamed(state: CellState, provider_model_id: str, at: datetime) -> CellState:
    """The cell under a new provider model id: unknown until answered; an open episode and its history stay."""
    fresh = first_state(state.key, provider_model_id, max(at, state.published.since))
    return replace(fresh, cell_seq=state.cell_seq, episode=state.episode, published=state.published, renamed=True)


def remember(state: CellState, seen: Observation, policy: Policy) -> CellState:
    """The state with the facts of one observation; a check below ``answers`` never tells of an answer."""
    at = seen.at if state.last_observed_at is None else max(seen.at, state.last_observed_at)
    place = seen.vantage if seen.egress == "direct" else f"{seen.vantage} via proxy"
    state = replace(state, last_observed_at=at, seen_from=tuple(dict.fromkeys((*state.seen_from, place)))[-4:])
    if seen.group in REFUSAL_GROUPS and state.first_refusal_at is None:
        state = replace(state, first_refusal_at=at)
    if seen.level is not Level.ANSWERS:
        return state
    return _flapped(_spelled(state, seen, at), seen, policy)


def slow(state: CellState, seen: Observation, policy: Policy) -> bool:
    """Whether the first token took more than ``slow_factor`` times the cell's own seven-day median, and a second."""
    if seen.timings.first_token is None or len(state.paces) < PACES_NEEDED:
        return False
    usual = median(pace.seconds for pace in state.paces)
    return seen.timings.first_token > max(policy.slow_factor * usual, policy.slow_floor.total_seconds())


def history_of(
    state: CellState,
    seen: Observation,
    peers: Iterable[CellState],
    policy: Policy,
    *,
    linked: bool,
    expected: bool,
    listed: bool,
    sends_limit_headers: bool,
) -> History:
    """What the past says, for the judge. ``state`` already remembers ``seen``; ``peers`` are the model's other cells
    at the provider. ``listed`` is whether some class's model list names it."""
    others = [peer for peer in peers if peer.provider_model_id == state.provider_model_id]
    refused_at = state.first_refusal_at or seen.at
    return History(
        linked=linked,
        answered_before=_answered_before(state, refused_at, policy),
        peer_answered_before=any(_answered_before(peer, refused_at, policy) for peer in others),
        known_to_exist=listed or any(one.last_answer_at for one in (state, *others)),
        expected=expected,
        slow=slow(state, seen, policy),
        refusing_long=_lasted(state.refusing_since, seen.at, policy.refusing_after),
        limited_long=_lasted(state.limited_since, seen.at, policy.limited_after),
        limits_hidden=sends_limit_headers and not seen.limit_headers,
        closed=state.closed,
        renamed=state.renamed,
    )


def _spelled(state: CellState, seen: Observation, at: datetime) -> CellState:
    answered = seen.group is Group.ANSWERED
    refusing = (state.refusing_since or at) if seen.cause is Cause.CONTENT_FILTER else None
    limited = (state.limited_since or at) if seen.group is Group.LIMITED else None
    state = replace(state, refusing_since=refusing if answered else state.refusing_since, limited_since=limited)
    if not answered or (seen.cause is Cause.CONTENT_FILTER and state.closed):
        return state
    return _paced(replace(state, last_answer_at=at, first_refusal_at=None, renamed=False), seen, at)


def _paced(state: CellState, seen: Observation, at: datetime) -> CellState:
    due = not state.paces or at - state.paces[-1].at >= PACE_EVERY
    if seen.cause is not Cause.OK or seen.timings.first_token is None or not due:
        return state
    return replace(state, paces=(*state.paces, Pace(at, seen.timings.first_token))[-PACES:])


def _flapped(state: CellState, seen: Observation, policy: Policy) -> CellState:
    usable = {Group.ANSWERED: True, Group.FAILED: False, Group.NO_ANSWER: False}.get(seen.group)
    if usable is None:
        return state
    recent = (*state.recent_usable, usable or not _failing(state))[-policy.flapping_states :]
    unstable = flapping(recent, state.unstable, policy)
    if unstable and not state.unstable:
        flips = sum(one is not other for one, other in pairwise(recent))
    else:
        flips = state.flips + (state.unstable and recent[-1] is not recent[-2])
    return replace(state, recent_usable=recent, unstable=unstable, flips=flips)


def _failing(state: CellState) -> bool:
    """Whether the round before failed too: a lone error among answers is no change of state."""
    going = state.candidate.availability if state.candidate else state.measured.availability
    return going is Availability.DOWN


def _answered_before(state: CellState, refused_at: datetime, policy: Policy) -> bool:
    answered = state.last_answer_at
    return answered is not None and refused_at - answered <= policy.history_anchor


def _lasted(since: datetime | None, at: datetime, long: timedelta) -> bool:
    return since is not None and at - since >= long
