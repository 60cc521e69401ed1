"""How large an event may be: many cells are told in parts, and what can be looked up is left out first."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from statuspage.core.availability import CellKey
from statuspage.core.event import EventDraft, document

BODY_LIMIT = 20 * 1024
"""No body is longer, in bytes."""

CHANGES_LIMIT = 14 * 1024
"""As many bytes go to the changes of one event, without their evidence."""

SUMMARY_LIMIT = 1000
SHOWN = (3, 1, 0)
"""How many pieces of evidence, and alternatives of each class, are left where all of them are too much."""

_CHANGE = 260
"""The bytes of a change beside its names."""

LAST_SEQ = 10**15


def parts(cells: Sequence[tuple[CellKey, str]]) -> tuple[int, ...]:
    """How many cells go into each event, one after the other; a cell comes with the provider's name for its model."""
    found, room = [0], CHANGES_LIMIT
    for key, provider_model_id in cells:
        weight = _CHANGE + len(json.dumps([key.model, key.user_class, provider_model_id]))
        if weight > room and found[-1]:
            found.append(0)
            room = CHANGES_LIMIT
        found[-1] += 1
        room -= weight
    return tuple(found)


def fitting(draft: EventDraft, site_url: str) -> EventDraft:
    """The event, without as much of its evidence, alternatives and summary as makes its body too long."""
    smaller = draft
    for smaller in _smaller(draft):
        if _size(document(smaller, LAST_SEQ, site_url)) <= BODY_LIMIT:
            break
    return smaller


def _size(body: Mapping[str, Any]) -> int:
    """The bytes of a body as it is sent."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return len(text.encode("utf-8", "surrogatepass"))


def _smaller(draft: EventDraft) -> Iterator[EventDraft]:
    """The event and ever smaller ones: who is told of a change can look up its evidence and ask `/route` instead."""
    yield draft
    for shown in SHOWN:
        changes = tuple(
            one if number < shown else replace(one, evidence=None) for number, one in enumerate(draft.changes)
        )
        draft = replace(draft, changes=changes)
        yield draft
    if len(draft.summary) > SUMMARY_LIMIT:
        draft = replace(draft, summary=draft.summary[:SUMMARY_LIMIT] + "…")
        yield draft
    for shown in SHOWN:
        some = {name: many[:shown] for name, many in draft.alternatives.items()}
        draft = replace(draft, alternatives=some if shown else {})
        yield draft
