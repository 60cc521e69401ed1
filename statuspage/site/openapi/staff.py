"""The operations of staff: they take an API token with the scope that each names."""

from __future__ import annotations

from collections.abc import Sequence

from statuspage.core.staff import ActorKind, Role
from statuspage.site.openapi.operation import Operation, Parameter
from statuspage.site.openapi.words import COUNT, MOMENT, TEXT, Schema, many, maybe, one_of, ref, thing

GUARDED = (401, 403, 429, 500, 503)
ACTOR: Schema = thing(
    "Who did it; a token names its maker.",
    {"kind": one_of(ActorKind), "id": TEXT, "label": TEXT, "role": one_of(Role), "maker": maybe(TEXT)},
)
HASH: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}

STAFF: Sequence[Operation] = (
    Operation(
        "/api/v1/audit",
        "Who of staff did what, the newest first; scope audit",
        thing(
            "Entries, where to go on, and the newest entry of all.",
            {
                "entries": many(ref("AuditEntry")),
                "next_before": maybe(COUNT),
                "head": thing("The newest entry.", {"number": COUNT, "hash": HASH}),
            },
        ),
        (
            Parameter("actor", "Only what this actor did, such as person:ada.", TEXT),
            Parameter("subject", "Only what was done to this, such as inc_….", TEXT),
            Parameter(
                "before", "Only entries before this number.", {"type": "integer", "minimum": 1, "maximum": 2**62}
            ),
            Parameter("limit", "At most so many.", {"type": "integer", "minimum": 1, "maximum": 500, "default": 100}),
        ),
        (*GUARDED, 422),
        secured=True,
        tag="Staff",
    ),
)

SCHEMAS: dict[str, Schema] = {
    "AuditEntry": thing(
        "One deed. hash is sha256 of previous, number and sealed, joined by line feeds.",
        {
            "number": COUNT,
            "at": MOMENT,
            "actor": ACTOR,
            "action": TEXT,
            "subject": TEXT,
            "detail": {"type": "object", "additionalProperties": True},
            "previous": HASH,
            "hash": HASH,
            "sealed": TEXT,
        },
    )
}
