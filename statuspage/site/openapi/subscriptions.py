"""The operations of self-serve subscriptions: made by anybody, managed with the token that is shown once."""

from __future__ import annotations

from collections.abc import Sequence

from statuspage.core.delivery import DeliveryState, Failure
from statuspage.core.event import EventType
from statuspage.core.subscription import BODIES, Format, SubscriptionState
from statuspage.site.openapi.operation import Operation, Parameter
from statuspage.site.openapi.words import (
    COUNT,
    FLAG,
    MOMENT,
    NUMBER,
    TEXT,
    Schema,
    ids,
    many,
    maybe,
    one_of,
    ref,
    thing,
)

ONE = "/api/v1/subscriptions/{subscription_id}"
MINE = (Parameter("subscription_id", "The subscription's id.", TEXT, "path", required=True),)
KEY = Parameter("Idempotency-Key", "The same key and body make it once.", TEXT, "header")
MANAGED = (401, 429, 500, 503)
WRITTEN = (*MANAGED, 409, 413, 415, 422)
MET: dict[str, Schema] = {
    "succeeded": FLAG,
    "status": maybe({"type": "integer"}),
    "failure": maybe(one_of(Failure)),
    "duration_ms": COUNT,
}
STATE: Schema = one_of(SubscriptionState)
ADVICE: Schema = maybe(TEXT)
FILTERS: dict[str, Schema] = {
    **dict.fromkeys(("models", "providers", "user_classes"), many(TEXT)),
    "types": many(one_of(EventType)),
}
WISH: dict[str, Schema] = {
    "url": {"type": "string", "format": "uri", "maxLength": 2000},
    "filters": thing("What to hear of; an empty list means all.", FILTERS, optional=FILTERS),
    "format": {"enum": [one.value for one in BODIES]},
    "email": maybe({"type": "string", "maxLength": 254}),
}
SHOWN: dict[str, Schema] = {
    "id": TEXT,
    "url": TEXT,
    "filters": thing("What it hears of; an empty list means all.", FILTERS),
    "format": {"enum": [one.value for one in (*BODIES, Format.EMAIL)]},
    "email": maybe(TEXT),
    "state": STATE,
    "next": ADVICE,
    "created_at": MOMENT,
    "verification": maybe(ref("Verification")),
    "disabled": maybe(thing("Its end.", {"at": maybe(MOMENT), "reason": maybe(TEXT), "missed_since": maybe(MOMENT)})),
    "failing_since": maybe(MOMENT),
    "failures_running": COUNT,
    "paused_until": maybe(MOMENT),
    "last_success_at": maybe(MOMENT),
}
SECRETS: dict[str, Schema] = ids("secret token")

SUBSCRIPTIONS: Sequence[Operation] = (
    Operation(
        "/api/v1/subscriptions",
        "Subscribe a webhook; nothing but its verification is sent until it is verified",
        thing("The subscription with its secret and token, which are shown once.", SHOWN | SECRETS),
        (KEY,),
        (409, 413, 415, 422, 429, 500, 503),
        method="post",
        body=thing("What is wished for.", WISH, optional=("filters", "format", "email")),
        status=201,
        tag="Subscriptions",
    ),
    Operation(ONE, "One subscription", ref("Subscription"), MINE, MANAGED, tag="Subscriptions", secured=True),
    Operation(
        ONE,
        "Change it; with another URL it must be verified again",
        ref("Subscription"),
        MINE,
        WRITTEN,
        method="patch",
        body=thing("What is to change.", WISH, optional=WISH),
        tag="Subscriptions",
        secured=True,
    ),
    Operation(ONE, "End it", None, MINE, MANAGED, method="delete", status=204, tag="Subscriptions", secured=True),
    Operation(
        f"{ONE}/verify",
        "Send the verification again, now",
        thing("What it met.", MET | {"state": STATE, "next": ADVICE}),
        MINE,
        (*MANAGED, 409, 422),
        method="post",
        tag="Subscriptions",
        secured=True,
    ),
    Operation(
        f"{ONE}/test",
        "Send a signed `webhook.test`, now",
        ref("Outcome"),
        MINE,
        (*MANAGED, 409, 422),
        method="post",
        tag="Subscriptions",
        secured=True,
    ),
    Operation(
        f"{ONE}/secret/rotate",
        "A new secret; the old one signs too for a while, in seconds",
        thing("The new secret, shown once.", {"secret": TEXT, "old_valid_until": MOMENT}),
        MINE,
        WRITTEN,
        method="post",
        body=thing("How long the old one stays valid.", {"old_valid_for": NUMBER}, optional=("old_valid_for",)),
        body_required=False,
        tag="Subscriptions",
        secured=True,
    ),
    Operation(
        f"{ONE}/deliveries",
        "The newest deliveries with the attempts of each",
        thing("The log.", {"deliveries": many(ref("Delivery"))}),
        (*MINE, Parameter("limit", "How many at most.", {"type": "integer", "minimum": 1, "maximum": 100})),
        (*MANAGED, 422),
        tag="Subscriptions",
        secured=True,
    ),
    Operation(
        f"{ONE}/deliveries/{{delivery_id}}/resend",
        "Send one delivery again, now, outside its schedule",
        ref("Outcome"),
        (*MINE, Parameter("delivery_id", "The delivery's id.", TEXT, "path", required=True)),
        (*MANAGED, 404, 409, 422),
        method="post",
        tag="Subscriptions",
        secured=True,
    ),
    Operation(
        f"{ONE}/recover",
        "Owe again every matching event since a moment, also those that were never attempted",
        thing("How many are owed.", {"owed": COUNT}),
        MINE,
        WRITTEN,
        method="post",
        body=thing("Since when.", {"since": TEXT | {"examples": ["2026-06-13T01:59:00Z"]}}),
        status=202,
        tag="Subscriptions",
        secured=True,
    ),
)

SCHEMAS: dict[str, Schema] = {
    "Subscription": thing("A webhook subscription.", SHOWN),
    "Verification": thing(
        "How far it is with the verification.",
        {
            "verified_at": maybe(MOMENT),
            "expires_at": maybe(MOMENT),
            "attempts": COUNT,
            "next_attempt_at": maybe(MOMENT),
            "last": maybe(
                thing("The last try.", {"at": MOMENT} | {name: MET[name] for name in MET if name != "succeeded"})
            ),
        },
    ),
    "Outcome": thing("What one attempt met.", MET | {"answer": TEXT}),
    "Delivery": thing(
        "One event owed.",
        {
            **ids("id event"),
            "seq": COUNT,
            "state": one_of(DeliveryState),
            "created_at": MOMENT,
            "next_attempt_at": maybe(MOMENT),
            "attempts": many(
                thing("A try.", {"at": MOMENT} | MET | {"answer": TEXT, "next_attempt_at": maybe(MOMENT)})
            ),
        },
    ),
}
