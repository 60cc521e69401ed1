"""The named schemas of ``/api/v2``, the shape of Atlassian Statuspage."""

from __future__ import annotations

from statuspage.core.availability import Availability, Basis, Reason, Retry
from statuspage.core.compat import Component, Indicator
from statuspage.core.incident import Kind
from statuspage.site.openapi.words import (
    ADDRESS,
    COUNT,
    DAY,
    FLAG,
    MOMENT,
    TEXT,
    Schema,
    ids,
    many,
    maybe,
    one_of,
    ref,
    thing,
)

CODE: Schema = {"type": "string", "pattern": "^[0-9a-z]{12}$"}
NOTHING: Schema = {"type": "null"}
STATUSES = (
    "investigating",
    "identified",
    "monitoring",
    "resolved",
    "postmortem",
    "scheduled",
    "in_progress",
    "verifying",
    "completed",
)
_LEAF_ONLY: dict[str, Schema] = {
    **ids("x_provider x_provider_model_id x_user_class"),
    "x_availability": one_of(Availability),
    "x_reason_kind": maybe(one_of(Reason)),
    "x_basis": one_of(Basis),
    "x_since": MOMENT,
    "x_retry": one_of(Retry),
    "x_incident": maybe(TEXT),
}
_GROUP_ONLY: dict[str, Schema] = {"components": many(CODE)}
_PLANNED_ONLY: dict[str, Schema] = {"scheduled_for": MOMENT, "scheduled_until": MOMENT}

COMPAT: dict[str, Schema] = {
    "V2Page": thing(
        "The page.",
        {
            "id": CODE,
            "name": TEXT,
            "url": ADDRESS,
            "time_zone": TEXT,
            "updated_at": MOMENT,
            "x_sandbox": FLAG,
        },
    ),
    "V2Status": thing(
        "The page in one word, of what is not by design.",
        {
            "indicator": one_of(Indicator),
            "description": TEXT,
            "x_availability": one_of(Availability),
            "x_headline": TEXT,
        },
    ),
    "V2Component": thing(
        "A model (`group`), or a model at a provider for a user class (a leaf, with `x_` fields).",
        {
            "id": CODE,
            "name": TEXT,
            "status": one_of(Component),
            "description": maybe(TEXT),
            "position": COUNT,
            "showcase": FLAG,
            "only_show_if_degraded": FLAG,
            "start_date": maybe(DAY),
            "page_id": CODE,
            "created_at": MOMENT,
            "updated_at": MOMENT,
            "group": FLAG,
            "group_id": maybe(CODE),
            "x_model": TEXT,
            **_GROUP_ONLY,
            **_LEAF_ONLY,
        },
        optional=(*_GROUP_ONLY, *_LEAF_ONLY),
    ),
    "V2Incident": thing(
        "An incident, or with `scheduled_for` a maintenance.",
        {
            "id": CODE,
            "page_id": CODE,
            "name": TEXT,
            "status": one_of(STATUSES),
            "impact": one_of(Indicator),
            "created_at": MOMENT,
            "updated_at": MOMENT,
            "started_at": MOMENT,
            "monitoring_at": maybe(MOMENT),
            "resolved_at": maybe(MOMENT),
            "shortlink": ADDRESS,
            "reminder_intervals": NOTHING,
            "incident_updates": many(ref("V2Update")) | {"minItems": 1},
            "components": many(ref("V2Component")),
            "x_incident": TEXT,
            "x_kind": one_of(Kind),
            **_PLANNED_ONLY,
        },
        optional=_PLANNED_ONLY,
    ),
    "V2Update": thing(
        "A message; the newest comes first.",
        {
            "id": CODE,
            "incident_id": CODE,
            "status": one_of(STATUSES),
            "body": TEXT,
            "created_at": MOMENT,
            "updated_at": MOMENT,
            "display_at": MOMENT,
            "affected_components": NOTHING,
            "deliver_notifications": FLAG,
            "custom_tweet": NOTHING,
            "tweet_id": NOTHING,
        },
    ),
}

_PAGE: dict[str, Schema] = {"page": ref("V2Page")}
_COMPONENTS: dict[str, Schema] = {"components": many(ref("V2Component"))}
_INCIDENTS: dict[str, Schema] = {"incidents": many(ref("V2Incident"))}
_MAINTENANCES: dict[str, Schema] = {"scheduled_maintenances": many(ref("V2Incident"))}
_STATUS: dict[str, Schema] = {"status": ref("V2Status")}

DOCUMENTS: dict[str, tuple[str, Schema]] = {
    "/api/v2/summary.json": (
        "Everything open, in Statuspage's shape",
        thing("A summary.", _PAGE | _COMPONENTS | _INCIDENTS | _MAINTENANCES | _STATUS),
    ),
    "/api/v2/status.json": ("The page in one word", thing("A status.", _PAGE | _STATUS)),
    "/api/v2/components.json": ("Every component", thing("Components.", _PAGE | _COMPONENTS)),
    "/api/v2/incidents.json": ("The 50 newest incidents", thing("Incidents.", _PAGE | _INCIDENTS)),
    "/api/v2/incidents/unresolved.json": ("The open incidents", thing("Incidents.", _PAGE | _INCIDENTS)),
    "/api/v2/scheduled-maintenances.json": ("The 50 newest", thing("Maintenances.", _PAGE | _MAINTENANCES)),
    "/api/v2/scheduled-maintenances/upcoming.json": ("Those to come", thing("Maintenances.", _PAGE | _MAINTENANCES)),
    "/api/v2/scheduled-maintenances/active.json": ("Those under way", thing("Maintenances.", _PAGE | _MAINTENANCES)),
}
"""Each path with what it is for and what it answers."""
