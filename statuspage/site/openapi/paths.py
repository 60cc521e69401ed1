"""The operations: every path of ``/api/v1`` with its parameters and answers."""

from __future__ import annotations

from collections.abc import Sequence

from checks.observation import Cause, Group, Strength
from statuspage.core.event import EventType
from statuspage.site.openapi import compat
from statuspage.site.openapi.desk import DESK
from statuspage.site.openapi.operation import STREAM, Operation, Parameter
from statuspage.site.openapi.schemas import FORMULA, MOMENTS
from statuspage.site.openapi.staff import STAFF
from statuspage.site.openapi.subscribers import SUBSCRIBERS
from statuspage.site.openapi.subscriptions import SUBSCRIPTIONS
from statuspage.site.openapi.words import COUNT, FLAG, MOMENT, TEXT, Schema, ids, many, maybe, one_of, ref, thing

MOST_EVENTS = 500


def moments(description: str, properties: dict[str, Schema]) -> Schema:
    """A document that begins with the moments."""
    return thing(description, MOMENTS | properties)


def _names(*names: str) -> tuple[Parameter, ...]:
    return tuple(Parameter(name, "Ids, repeated or joined by commas; none means all.", many(TEXT)) for name in names)


def _named(name: str) -> tuple[Parameter, ...]:
    return (Parameter(name, f"The {name.replace('_', ' ')}'s id.", TEXT, "path", required=True),)


def _moment(name: str, description: str, required: bool = False) -> Parameter:
    told = f"{description}: RFC 3339, or a date."
    return Parameter(name, told, TEXT | {"examples": ["2026-06-13T01:59:00Z"]}, required=required)


CELL = ("model", "provider", "user_class")
COMPUTED = (422, 500)
LOG = (
    *_names(*CELL),
    Parameter("type", "Types, repeated or joined by commas; none means all.", many(one_of(EventType))),
)
AFTER = Parameter("after_seq", "Only events after this one.", COUNT | {"maximum": 10**18 - 1, "default": 0})
SINCE = Parameter(
    "after_seq", "Begin after this event; without it, with the next one.", COUNT | {"maximum": 10**18 - 1}
)

NOW: Sequence[Operation] = (
    Operation(
        "/api/v1/snapshot",
        "Everything public now",
        ref("Snapshot"),
        published=True,
    ),
    Operation("/freshness.json", "How new everything is: tiny, made to be polled", ref("Freshness"), published=True),
    Operation(
        "/api/v1/availability",
        "The cells that match; several user classes are combined",
        moments("Cells.", {"user_classes": many(TEXT), "combined": FLAG, "cells": many(ref("Cell"))}),
        _names(*CELL),
        (404, *COMPUTED),
    ),
    Operation(
        "/api/v1/route",
        "What to call now",
        ref("Route"),
        (Parameter("model", "The model's id.", TEXT | {"minLength": 1}, required=True), *_names("user_class")),
        (404, *COMPUTED),
    ),
    Operation(
        "/api/v1/models",
        "Every model with its cells",
        moments("Models.", {"models": many(ref("ModelWithCells"))}),
        published=True,
    ),
    Operation(
        "/api/v1/models/{model}",
        "One model with its cells and figures",
        moments("A model.", {"model": ref("ModelWithCells"), "figures": many(ref("CellFigures"))} | FORMULA),
        _named("model"),
        (404,),
        published=True,
    ),
    Operation(
        "/api/v1/user-classes/{user_class}",
        "One user class with its cells",
        moments("A user class.", {"user_class": ref("UserClassWithCells")}),
        _named("user_class"),
        (404,),
        published=True,
    ),
    Operation(
        "/api/v1/providers/{provider}",
        "One provider with its cells",
        moments("A provider.", {"provider": ref("ProviderWithCells")}),
        _named("provider"),
        (404,),
        published=True,
    ),
)

PAST: Sequence[Operation] = (
    Operation(
        "/api/v1/history",
        "Transitions and daily figures of the last 90 days",
        moments(
            "History.",
            {"from": maybe(MOMENT), "to": maybe(MOMENT)}
            | FORMULA
            | {"transitions": many(ref("Transition")), "days": many(ref("CellDays"))},
        ),
        (*_names(*CELL), _moment("from", "Inclusive"), _moment("to", "Exclusive")),
        (404, *COMPUTED),
        tag="Past",
    ),
    Operation(
        "/api/v1/at",
        "The snapshot as it was",
        ref("Snapshot"),
        (_moment("time", "When", required=True),),
        (404, 429, 503, *COMPUTED),
        tag="Past",
    ),
    Operation(
        "/api/v1/incidents",
        "Every public incident, the newest first",
        thing("Incidents.", {"schema": COUNT, "sandbox": FLAG, "incidents": many(ref("Incident"))}),
        published=True,
        tag="Past",
    ),
    Operation(
        "/api/v1/incidents/{incident}",
        "One public incident",
        thing("An incident.", {"schema": COUNT, "sandbox": FLAG, "incident": ref("Incident")}),
        _named("incident"),
        (404,),
        published=True,
        tag="Past",
    ),
)

EVENTS: Sequence[Operation] = (
    Operation(
        "/api/v1/events",
        "The log, oldest first, complete and never re-ordered",
        thing("A piece of the log.", {"events": many(ref("Event")), "next_after_seq": COUNT, "sandbox": FLAG}),
        (
            AFTER,
            *LOG,
            Parameter(
                "limit", "How many at most.", {"type": "integer", "minimum": 1, "maximum": MOST_EVENTS, "default": 100}
            ),
        ),
        (404, 503, *COMPUTED),
        tag="Events",
    ),
    Operation(
        "/api/v1/events/stream",
        "The log as server-sent events, from now on or after a `seq`",
        TEXT,
        (
            SINCE,
            *LOG,
            Parameter(
                "Last-Event-ID", "The last `seq` that was seen; it counts more than `after_seq`.", TEXT, "header"
            ),
        ),
        (404, 429, 503, *COMPUTED),
        content_type=STREAM,
        tag="Events",
    ),
    Operation(
        "/api/v1/events/{event_id}",
        "One event, the very bytes that webhooks carry",
        ref("Event"),
        (Parameter("event_id", "The event's id.", TEXT, "path", required=True),),
        (404, 500, 503),
        tag="Events",
    ),
)

TOOLS: Sequence[Operation] = (
    Operation(
        "/api/v1/classify",
        "What a pasted answer means; nothing is stored",
        ref("Classified"),
        fails=(408, 413, 429, *COMPUTED),
        method="post",
        body=ref("Pasted"),
        tag="Tools",
    ),
    Operation(
        "/api/openapi.json",
        "This description",
        {"type": "object"},
        published=True,
        tag="Tools",
    ),
)

COMPAT: Sequence[Operation] = tuple(
    Operation(path, summary, answer, published=True, tag="Statuspage")
    for path, (summary, answer) in compat.DOCUMENTS.items()
)

OPERATIONS: Sequence[Operation] = (
    *NOW,
    *PAST,
    *EVENTS,
    *SUBSCRIPTIONS,
    *STAFF,
    *DESK,
    *TOOLS,
    *COMPAT,
    *SUBSCRIBERS,
)

ANSWERS: dict[str, Schema] = {
    "Freshness": thing("How new everything is.", MOMENTS),
    "Snapshot": moments(
        "Everything public now; then read events `after_seq=as_of_seq` and nothing is missed.",
        {
            "site": ref("Site"),
            "summary": ref("Summary"),
            "user_classes": many(ref("UserClass")),
            "providers": many(ref("Provider")),
            "models": many(ref("Model")),
            "cells": many(ref("Cell")),
            "incidents": many(ref("Incident")),
            "maintenances": many(ref("Incident")),
            "policy": ref("Policy"),
        },
    ),
    "Route": thing(
        "Places to call, the best first; an empty list is an answer too.",
        {
            "model": TEXT,
            "user_classes": many(TEXT),
            "use": many(ref("Place")),
            "as_of_seq": COUNT,
            "valid_until": MOMENT,
            "sandbox": FLAG,
        },
    ),
    "Pasted": thing(
        "An answer of a provider, at most 64 KiB.",
        {
            "provider": TEXT,
            "status": maybe({"type": "integer", "minimum": 100, "maximum": 599}),
            "headers": {"type": ["object", "null"]},
            "body": {"description": "A text, or the JSON that it was."},
            "text": {"type": "string", "description": "A whole paste instead: status and body are found in it."},
        },
        optional=("provider", "status", "headers", "body", "text"),
    ),
    "Classified": thing(
        "What it means, the cells that show this very answer now, and those of the models that it names.",
        {
            "cause": one_of(Cause),
            "group": one_of(Group),
            "strength": maybe(one_of(Strength)),
            "rule": TEXT,
            "hint": maybe(TEXT),
            "status": maybe({"type": "integer"}),
            "cells": many(thing("A cell.", ids("model provider user_class"))),
            "named": many(thing("A cell.", ids("model provider user_class"))),
        },
    ),
}
