"""What staff see of an answer that no rule knows: its page, its line in the list, and its JSON form."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from statuspage.core.availability import CellKey
from statuspage.core.cell import Transition
from statuspage.core.event import rfc3339
from statuspage.core.incident import Incident, Kind
from statuspage.core.snapshot import CellView, Snapshot
from statuspage.services.fingerprints import Standing

MOST_TURNS = 20


def page(snapshot: Snapshot, one: Standing, incidents: Iterable[Incident]) -> dict[str, Any]:
    """What was answered, where, since when and how often; and the restrictions that it may be."""
    cells = showing(snapshot.cells, one)
    first = cells[0] if cells else None
    return {
        "one": one,
        "cells": cells,
        "turns": turned(snapshot.transitions, one)[:MOST_TURNS],
        "stories": restrictions(incidents, [cell.key for cell in cells]),
        "begin": f"/staff/incidents/new?cell={first.key}" if first else "/staff/incidents/new?kind=restriction",
    }


def showing(cells: Iterable[CellView], one: Standing) -> list[CellView]:
    """The cells whose newest evidence is this answer."""
    name = (one.seen.provider, one.seen.fingerprint)
    return [cell for cell in cells if cell.evidence and (cell.key.provider, cell.evidence.fingerprint) == name]


def turned(transitions: Iterable[Transition], one: Standing) -> list[Transition]:
    """The changes that rest on this answer, the newest first."""
    found = [
        each
        for each in transitions
        if each.key.provider == one.seen.provider
        and each.measured.proof
        and one.seen.fingerprint in {seen.fingerprint for seen in each.measured.proof.confirmations}
    ]
    return sorted(found, key=lambda each: each.at, reverse=True)


def restrictions(incidents: Iterable[Incident], keys: Iterable[CellKey]) -> list[Incident]:
    """The open restrictions that it can be linked to; those that cover its cells come first."""
    touched = list(keys)
    found = [one for one in incidents if one.kind is Kind.RESTRICTION and one.open and not one.draft]
    return sorted(found, key=lambda one: not any(one.covers(key) for key in touched))


def shape(snapshot: Snapshot, one: Standing) -> dict[str, Any]:
    """Its JSON form."""
    seen = one.seen
    return {
        "provider": seen.provider,
        "fingerprint": seen.fingerprint,
        "status": seen.status,
        "sample": seen.sample,
        "first_seen": rfc3339(seen.first_seen),
        "last_seen": rfc3339(seen.last_seen),
        "count": seen.count,
        "open": one.open,
        "linked": [each.id for each in one.linked],
        "settled": {"at": rfc3339(one.settled.at), "by": one.settled.by, "why": one.settled.why}
        if one.settled
        else None,
        "cells": [
            {"model": cell.key.model, "provider": cell.key.provider, "user_class": cell.key.user_class}
            for cell in showing(snapshot.cells, one)
        ],
    }
