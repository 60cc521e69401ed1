"""The operations on answers that no rule knows, for staff and their tokens."""

from __future__ import annotations

from collections.abc import Sequence

from statuspage.services.fingerprints import MAX_WHY
from statuspage.site.openapi.operation import Operation, Parameter
from statuspage.site.openapi.words import COUNT, MOMENT, TEXT, Schema, ids, many, maybe, ref, thing

LOOKING = (401, 403, 429, 500, 503)
FINDING = (*LOOKING, 404)
WRITING = (*FINDING, 408, 409, 413, 415, 422)
ALL = "/api/v1/staff/fingerprints"
ONE = ALL + "/{provider}/{fingerprint}"
NAME = (
    Parameter("provider", "The provider's id.", TEXT, "path", required=True),
    Parameter("fingerprint", "The answer's fingerprint.", TEXT, "path", required=True),
)
WHY: Schema = {"why": {"type": "string", "maxLength": MAX_WHY}}
UNKNOWN = ref("UnknownAnswer")

UNKNOWN_ANSWER: Schema = thing(
    "An answer that no rule knows, and what staff made of it.",
    {
        **ids("provider fingerprint"),
        "status": maybe(COUNT),
        "sample": {"type": "string", "description": "Redacted."},
        "first_seen": MOMENT,
        "last_seen": MOMENT,
        "count": COUNT,
        "open": {"type": "boolean", "description": "Whether nobody has decided yet."},
        "linked": many(TEXT),
        "settled": maybe(thing("Somebody said that it is nothing.", {"at": MOMENT, **ids("by why")})),
        "cells": many(thing("A cell that answers so now.", ids("model provider user_class"))),
    },
)

FINGERPRINTS: Sequence[Operation] = (
    Operation(
        ALL, "Answers that no rule knows, newest first; scope view",
        thing("Every one.", {"fingerprints": many(UNKNOWN)}), (), LOOKING, tag="Staff", secured=True,
    ),
    Operation(ONE, "One of them; scope view", UNKNOWN, NAME, FINDING, tag="Staff", secured=True),
    Operation(
        f"{ONE}/settle", "Say that it is nothing; scope write", UNKNOWN, NAME, WRITING, method="post",
        body=thing("Why.", WHY, optional=WHY), body_required=False, tag="Staff", secured=True,
    ),
    Operation(
        f"{ONE}/settle", "Take that back; scope write", UNKNOWN, NAME, FINDING, method="delete",
        tag="Staff", secured=True,
    ),
)  # fmt: skip
