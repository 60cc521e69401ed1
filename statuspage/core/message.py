"""Messages: an event as people read it in a chat or a mailbox; plain text, made of the event's document alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from statuspage.core.event import EventType

Shape = Mapping[str, Any]

LONGEST_TITLE = 200
MOST_CHANGES = 30
"""Lines of changes; a provider's outage may touch hundreds of cells."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_CALLS = re.compile(r"(?i)@(?=everyone|here|channel|all\b)|<(?=[!@#])")
GAP = "\u200b"
"""Nothing to see; it keeps a chat from taking a word of the text for a call to everybody."""

BAD = frozenset(
    {
        EventType.MODEL_RESTRICTED,
        EventType.MODEL_RETIRED,
        EventType.MODEL_DOWN,
        EventType.PROVIDER_DOWN,
        EventType.RESTRICTION_EFFECTIVE,
    }
)
GOOD = frozenset(
    {
        EventType.MODEL_RESTORED,
        EventType.MODEL_RECOVERED,
        EventType.PROVIDER_RECOVERED,
        EventType.RESTRICTION_LIFTED,
        EventType.INCIDENT_RESOLVED,
        EventType.MAINTENANCE_COMPLETED,
    }
)
CALM = frozenset({EventType.CONFIG_CHANGED, EventType.DIGEST_DAILY, EventType.WEBHOOK_TEST, EventType.WEBHOOK_VERIFY})


@dataclass(frozen=True, slots=True)
class Message:
    """What a person reads. ``mood`` is ``failure``, ``warning``, ``success`` or ``info``."""

    title: str
    text: str
    mood: str = "info"


def message(event: Shape, site_name: str) -> Message:
    """An event as a message."""
    data = event["data"]
    verifying = event["type"] == EventType.WEBHOOK_VERIFY
    title = f"{site_name}: {'please confirm' if verifying else data['summary']}"
    lines = [*_changes(data), *_since(data), *_alternatives(data), str(data["links"]["html"])]
    if event["type"] in (EventType.WEBHOOK_TEST, EventType.DIGEST_DAILY, EventType.WEBHOOK_VERIFY):
        lines = [str(data["summary"]), *_counts(data)]
    return Message(heading(title), plain("\n".join(lines)), mood(EventType(event["type"])))


def mood(kind: EventType) -> str:
    """How a chat colours an event."""
    if kind in BAD:
        return "failure"
    if kind in GOOD:
        return "success"
    return "info" if kind in CALM else "warning"


def plain(text: str) -> str:
    """Text in which nothing is hidden and nobody is called."""
    return _CALLS.sub(lambda found: found.group() + GAP, _CONTROL.sub("\ufffd", text))


def heading(text: str) -> str:
    """The same on one line that is not too long."""
    line = " ".join(plain(text).split())
    return line if len(line) <= LONGEST_TITLE else line[: LONGEST_TITLE - 1] + "…"


def _changes(data: Shape) -> list[str]:
    told = [_change(one) for one in data["changes"]]
    more = len(told) - MOST_CHANGES
    return told[:MOST_CHANGES] + ([f"… and {more} more"] if more > 0 else [])


def _change(one: Shape) -> str:
    who = f"{one['model']}, {one['user_class']}" if "model" in one else str(one["user_class"])
    reason = f" ({one['reason']})" if one["reason"] else ""
    return f"{who}: {one['from']} → {one['to']}{reason}"


def _since(data: Shape) -> list[str]:
    return [f"Since {data['effective_at']}"] if data["changes"] else []


def _alternatives(data: Shape) -> list[str]:
    told: dict[str, list[str]] = {}
    for user_class, many in data["alternatives"].items():
        usable = ", ".join(f"{one['model']} at {one['provider']}" for one in many)
        if usable:
            told.setdefault(usable, []).append(user_class)
    return [f"Instead, for {', '.join(classes)}: {usable}" for usable, classes in told.items()]


def _counts(data: Shape) -> list[str]:
    return [f"{name}: {count}" for name, count in data.get("counts", {}).items()]
