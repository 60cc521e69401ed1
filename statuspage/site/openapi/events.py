"""The named schemas of events and of problems."""

from __future__ import annotations

from statuspage.core.availability import Basis
from statuspage.core.event import Severity
from statuspage.site.openapi.schemas import ANSWER
from statuspage.site.openapi.words import (
    ADDRESS,
    COUNT,
    FLAG,
    MOMENT,
    TEXT,
    Schema,
    ids,
    many,
    maybe,
    one_of,
    ref,
    table,
    thing,
)

EVENTS: dict[str, Schema] = {
    "Event": thing(
        "The public fact that something changed; also the body of a webhook.",
        {
            "id": TEXT,
            "type": ref("EventType"),
            "timestamp": MOMENT,
            "seq": maybe(COUNT),
            "schema": {"type": "integer", "const": 1},
            "data": ref("EventData"),
        },
    ),
    "EventData": thing(
        "What happened.",
        {
            "model": maybe(TEXT),
            "provider": maybe(TEXT),
            "changes": many(ref("Change")),
            "complete": FLAG,
            "summary": TEXT,
            "effective_at": MOMENT,
            "detected_at": maybe(MOMENT),
            "severity": one_of(Severity),
            "incident": maybe(TEXT),
            "alternatives": table(many(ref("Alternative"))),
            "group": maybe(TEXT),
            "links": thing("Where more is.", dict.fromkeys(("self", "current", "html"), ADDRESS)),
            "test": FLAG,
            "challenge": TEXT,
        },
        optional=("challenge",),
    ),
    "Change": thing(
        "One cell's part; it names its model where the event is about a whole provider.",
        {
            "model": TEXT,
            **ids("user_class provider_model_id"),
            "from": ref("Availability"),
            "to": ref("Availability"),
            "reason": maybe(ref("Reason")),
            "cell_seq": COUNT,
            "basis": one_of(Basis),
            "restores": maybe(TEXT),
            "evidence": maybe(thing("The redacted answer behind it.", ANSWER)),
        },
        optional=("model",),
    ),
}

PROBLEM: dict[str, Schema] = {
    "Problem": thing(
        "What is wrong (RFC 9457).",
        {
            **ids("type title"),
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": TEXT,
            "errors": many({"type": "object", "additionalProperties": TEXT}),
        },
        optional=("errors",),
    )
}
