"""From what was published to what is published: which event, if any, tells of the difference, and the episode."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from statuspage.core.availability import Availability, Basis, Reason, Scope, returned
from statuspage.core.cell import CellState, Episode, Published
from statuspage.core.event import EventType

SILENT_BASES = frozenset({Basis.LAST_KNOWN, Basis.EXPECTED})
"""A restriction on one of these bases opens no episode."""

OUR_TROUBLE = frozenset(
    {Reason.CREDENTIAL, Reason.BILLING, Reason.NETWORK, Reason.PROBE_FAULT, Reason.CHECK_ID, Reason.EDGE}
)
"""Reasons for unknown that are our own affair: staff are told, the public log is not."""


OVERLAY = "overlay"
"""The row of what only lies over a restriction: the restriction stays what is known last."""


@dataclass(frozen=True, slots=True)
class Change:
    """How a cell moved. ``type`` is None where nobody is told; ``restores`` is the event whose episode ends here.

    ``opens`` and ``ends`` say what becomes of the episode.
    """

    type: EventType | None
    row: str
    opens: bool = False
    ends: bool = False
    restores: str | None = None


def compare(state: CellState, after: Published) -> Change:
    """The first row of the event table that matches. ``state.published`` is what was published before.

    Unknown is transparent: what counts is the last availability that was known.
    """
    if after.availability is Availability.UNKNOWN:
        return _to_unknown(state, after)
    before = state.last_known
    if before is None:
        return Change(None, "baseline", opens=state.episode is None and _opens(after))
    if _by_design(before) and _by_design(after):
        return _back(state, "as_expected")
    if after.availability is Availability.RESTRICTED:
        return _to_restricted(state, before, after)
    return _from(state, before, after)


def apply(state: CellState, after: Published, change: Change, at: datetime, event_id: str | None) -> CellState:
    """The state after ``change`` was published: episode, last known, and a ``cell_seq`` that counts told changes."""
    episode = None if change.ends else state.episode
    if change.opens:
        episode = Episode(at, event_id)
    passing = after.availability is Availability.UNKNOWN or change.row == OVERLAY
    known = state.last_known if passing else after
    told = state.cell_seq + (event_id is not None)
    return replace(state, published=after, episode=episode, last_known=known, cell_seq=told)


def _opens(after: Published) -> bool:
    restricted = after.availability is Availability.RESTRICTED and after.reason is not Reason.RETIRED
    return restricted and after.basis not in SILENT_BASES


def _by_design(published: Published) -> bool:
    return published.availability is Availability.RESTRICTED and published.basis is Basis.EXPECTED


def _to_unknown(state: CellState, after: Published) -> Change:
    if state.episode is not None:
        return Change(None, OVERLAY)
    was_known = state.published.availability is not Availability.UNKNOWN
    if was_known and state.last_known is not None and after.reason not in OUR_TROUBLE:
        return Change(EventType.CELL_UNKNOWN, "to_unknown")
    return Change(None, "unknown")


def _to_restricted(state: CellState, before: Published, after: Published) -> Change:
    was_restricted = before.availability is Availability.RESTRICTED
    if after.reason is Reason.RETIRED:
        if was_restricted and before.reason is Reason.RETIRED and state.episode is None:
            return _back(state, "retired_still")
        return Change(EventType.MODEL_RETIRED, "retired", ends=state.episode is not None)
    if not was_restricted and (_opens(after) or _by_design(after)) and state.episode is None:
        return Change(EventType.MODEL_RESTRICTED, "restricted", opens=_opens(after))
    if state.episode is None and _opens(after):
        return Change(None, "restricted_otherwise", opens=True)
    return _back(state, "still_restricted")


def _from(state: CellState, before: Published, after: Published) -> Change:
    back = returned(after.availability, after.reason)
    if state.episode is not None:
        if back:
            return Change(EventType.MODEL_RESTORED, "restored", ends=True, restores=state.episode.event)
        return Change(None, OVERLAY)
    if before.availability is Availability.RESTRICTED:
        return Change(EventType.MODEL_RESTORED, "opened_up") if back else Change(None, OVERLAY)
    if before.availability is after.availability:
        return _back(state, "same")
    return _technical(before, after)


def _technical(before: Published, after: Published) -> Change:
    if after.availability is Availability.DOWN:
        provider = after.scope is Scope.PROVIDER
        return Change(EventType.PROVIDER_DOWN if provider else EventType.MODEL_DOWN, "down")
    if before.availability is Availability.DOWN:
        provider = before.scope is Scope.PROVIDER
        return Change(EventType.PROVIDER_RECOVERED if provider else EventType.MODEL_RECOVERED, "recovered")
    if after.availability is Availability.DEGRADED:
        return Change(EventType.MODEL_DEGRADED, "degraded")
    return Change(EventType.MODEL_RECOVERED, "recovered")


def _back(state: CellState, row: str) -> Change:
    """Nothing but perhaps the return from an unknown that was told."""
    was = state.published
    if state.episode is None and was.availability is Availability.UNKNOWN and was.reason not in OUR_TROUBLE:
        return Change(EventType.CELL_KNOWN, "known_again")
    return Change(None, row)
