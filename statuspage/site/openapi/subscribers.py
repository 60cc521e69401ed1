"""The operations of ``/api/v2/subscribers``: Atlassian Statuspage's subscriber API."""

from __future__ import annotations

from collections.abc import Sequence

from statuspage.core.subscription import SubscriptionState
from statuspage.site.openapi.operation import Operation, Parameter
from statuspage.site.openapi.words import FLAG, MOMENT, TEXT, Schema, many, maybe, one_of, ref, thing

PATH = "/api/v2/subscribers.json"
FAILS = (429, 500, 503)
WISH: dict[str, Schema] = {
    "email": maybe({"type": "string", "maxLength": 254}),
    "endpoint": maybe({"type": "string", "maxLength": 2000}),
    "component_id": maybe(TEXT),
    "component_ids": many(TEXT),
    "incident_id": maybe(TEXT),
}
SHOWN: dict[str, Schema] = {
    "page": ref("V2Page"),
    "can_select_components": FLAG,
    "mode": one_of(("email_sms", "webhook")),
    "email": maybe(TEXT),
    "id": TEXT,
    "created_at": MOMENT,
    "x_subscription": TEXT,
    "x_state": one_of(SubscriptionState),
}
WEBHOOK: dict[str, Schema] = {"webhook": TEXT}
ONCE: dict[str, Schema] = {"x_secret": TEXT, "x_token": TEXT}

SUBSCRIBERS: Sequence[Operation] = (
    Operation(
        PATH,
        "Subscribe a webhook, or a mailbox where the site sends mail; it must be confirmed",
        thing("The subscriber; its id is shown to nobody else.", SHOWN | WEBHOOK | ONCE, optional=WEBHOOK),
        (Parameter("Idempotency-Key", "The same key and body make it once.", TEXT, "header"),),
        (408, 409, 413, 422, *FAILS),
        method="post",
        body=thing("Who wishes what.", {"subscriber": thing("The subscriber.", WISH, optional=WISH)}),
        status=201,
        tag="Statuspage",
    ),
    Operation(
        PATH,
        "One subscriber",
        thing("The subscriber.", SHOWN | WEBHOOK, optional=WEBHOOK),
        (Parameter("subscriber[id]", "The id that was given when it was made.", TEXT, required=True),),
        (404, 422, *FAILS),
        tag="Statuspage",
    ),
    Operation(
        "/api/v2/subscribers/{subscriber_id}.json",
        "Remove a subscriber",
        {"const": True},
        (Parameter("subscriber_id", "The id that was given when it was made.", TEXT, "path", required=True),),
        (404, *FAILS),
        method="delete",
        tag="Statuspage",
    ),
)
