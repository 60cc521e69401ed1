"""A clock that was set: stamps of a cell's working memory never lie ahead of it, and move along when it jumps; pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from statuspage.core.cell import CellState

LEAST_JUMP = timedelta(seconds=2)
"""A clock that is slewed by less is left alone: a round alone takes longer."""

WORKING = (
    "last_observed_at",
    "last_answer_at",
    "first_refusal_at",
    "last_valid_at",
    "holding_since",
    "refusing_since",
    "limited_since",
)
"""The fields of a cell that say how long ago something was; what was published and its ``since`` are record."""


def not_ahead(state: CellState, at: datetime) -> CellState:
    """The state with no working stamp after ``at``: such a one was made by a clock that has since been set back."""
    changed: dict[str, Any] = {
        name: at for name in WORKING if (stamp := getattr(state, name)) is not None and stamp > at
    }
    if state.measured.since > at:
        changed["measured"] = replace(state.measured, since=at)
    candidate = state.candidate
    if candidate is not None and candidate.last_at > at:
        changed["candidate"] = replace(candidate, first_at=min(candidate.first_at, at), last_at=at)
    if state.paces and state.paces[-1].at > at:
        changed["paces"] = tuple(replace(pace, at=min(pace.at, at)) for pace in state.paces)
    return replace(state, **changed) if changed else state


def moved(state: CellState, by: timedelta) -> CellState:
    """The state under a clock that has jumped ``by``: what was some seconds ago still is."""
    changed: dict[str, Any] = {name: stamp + by for name in WORKING if (stamp := getattr(state, name)) is not None}
    candidate = state.candidate
    if candidate is not None:
        first, last = candidate.first_at + by, candidate.last_at + by
        changed["candidate"] = replace(candidate, first_at=first, last_at=last)
    return replace(state, **changed)


def jump(wall: timedelta, steady: timedelta) -> timedelta:
    """By how much the wall clock jumped while a steady one went on by ``steady``; nothing for small differences."""
    ahead = wall - steady
    return ahead if abs(ahead) >= LEAST_JUMP else timedelta(0)
