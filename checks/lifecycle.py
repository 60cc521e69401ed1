"""Read what a provider's catalogue says of a model's life; pure, and never a word about access."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from checks.observation import Lifecycle

STAGE_FIELDS = ("lifecycle", "lifecycle_status", "lifecycleStatus", "status", "state", "stage")
ENDED = {"retired", "decommissioned", "shutdown", "shut_down", "end_of_life", "eol", "expired", "archived"}
END_FIELDS = ("retired_at", "retirement_date", "retires_at", "shutdown_at", "shutdown_date", "expiration_date")


def lifecycle_of(entry: Mapping[str, object], now: datetime) -> Lifecycle:
    """Retired when the entry says so, or names an end that has passed and no stage; else listed.

    Deprecated is still listed, also after its announced end: schedules slip, and only the stage says that it is over.
    """
    stages = [stage for name in STAGE_FIELDS if (stage := entry.get(name)) and isinstance(stage, str | Mapping)]
    ended = any(_is_ended(stage) for stage in stages) or entry.get("archived") is True
    passed = not stages and any(_has_passed(entry.get(name), now) for name in END_FIELDS)
    return Lifecycle.RETIRED if ended or passed else Lifecycle.LISTED


def _is_ended(stage: object) -> bool:
    if isinstance(stage, Mapping):
        return any(_is_ended(stage.get(name)) for name in STAGE_FIELDS)
    return isinstance(stage, str) and stage.lower().replace("-", "_") in ENDED


def _has_passed(end: object, now: datetime) -> bool:
    if isinstance(end, bool):
        return False
    if isinstance(end, int | float):
        return end <= now.timestamp()
    if not isinstance(end, str):
        return False
    try:
        moment = datetime.fromisoformat(end)
    except ValueError:
        return False
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) <= now
