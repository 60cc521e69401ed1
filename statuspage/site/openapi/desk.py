"""The operations of the desk: incidents, maintenance, attestations and user classes, for staff and their tokens."""

from __future__ import annotations

from collections.abc import Sequence

from statuspage.core.incident import By, Certainty, Impact, Kind, Says, Stage
from statuspage.core.subscription import Format
from statuspage.services.drafting import MAX_BODY, MAX_LINE, MAX_TITLE
from statuspage.site.openapi.fingerprints import FINGERPRINTS, UNKNOWN_ANSWER
from statuspage.site.openapi.operation import Operation, Parameter
from statuspage.site.openapi.schemas import INCIDENTS
from statuspage.site.openapi.words import COUNT, FLAG, MOMENT, TEXT, Schema, ids, many, maybe, one_of, ref, thing

GUARDED = (401, 403, 429, 500, 503)
WRITTEN = (*GUARDED, 408, 409, 413, 415, 422)
FOUND = (*WRITTEN, 404)
WHEN: Schema = {"type": ["string", "null"], "format": "date-time", "description": "With an offset, or Z."}
LINE: Schema = {"type": "string", "maxLength": MAX_LINE}
REV: Schema = {"type": ["integer", "null"], "description": "The revision that was read; a newer one answers 409."}
REASON: Schema = maybe(LINE)
BODY: Schema = {"type": "string", "maxLength": MAX_BODY}

ROW: dict[str, Schema] = {
    **dict.fromkeys(("models", "providers", "user_classes", "except"), many(TEXT)),
    "from": WHEN,
    "until": WHEN,
}
FACT: dict[str, Schema] = {
    "says": one_of(Says),
    "certainty": one_of(Certainty),
    "by": maybe(one_of(By)),
    "authority": maybe(LINE),
    "basis": maybe(LINE),
    "announced_at": WHEN,
    "from": WHEN,
    "until": WHEN,
    "source": maybe(LINE),
    "scope": many(ref("WrittenRow")),
}
TERMS: dict[str, Schema] = {"quiet": FLAG, "publish_at": WHEN, "override": REASON, "base_rev": REV}
STORY: dict[str, Schema] = {
    "kind": one_of(Kind),
    "title": {"type": "string", "minLength": 1, "maxLength": MAX_TITLE},
    "body": BODY,
    "scope": many(ref("WrittenRow")),
    "statements": many(ref("Statement")),
    "impact": maybe(one_of(Impact)),
    "stage": maybe(one_of(Stage)),
    **dict.fromkeys(("started_at", "next_update_by", "scheduled_for", "scheduled_until"), WHEN),
    "draft": FLAG,
    **TERMS,
}
MORE: dict[str, Schema] = {
    "body": BODY,
    "stage": maybe(one_of(Stage)),
    "scope": maybe(many(ref("WrittenRow"))),
    "statements": many(ref("Statement")),
    "next_update_by": WHEN,
    "backdated_to": WHEN,
    "ends": FLAG,
    "draft": FLAG,
    "despite_checks": FLAG,
    **TERMS,
}
SEEN: dict[str, Schema] = {"update": maybe(LINE), "base_rev": REV}
ANSWER: dict[str, Schema] = {"provider": LINE, "fingerprint": {"type": "string", "minLength": 1, "maxLength": 200}}
WORD: dict[str, Schema] = {
    "scope": ref("WrittenRow"),
    "availability": one_of(("available", "restricted")),
    "until": {"type": "string", "format": "date-time"},
    "source": maybe(LINE),
}
CLASS: dict[str, Schema] = {
    "id": {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,62}$"},
    "name": {"type": "string", "minLength": 1, "maxLength": 200},
    "description": LINE,
}
STAFF_INCIDENT = ref("StaffIncident")


def _path(name: str) -> tuple[Parameter, ...]:
    return (Parameter(name, f"The {name.removesuffix('_id')}'s id.", TEXT, "path", required=True),)


INCIDENT, UPDATE = _path("incident"), _path("update_id")
ONE, READ = "/api/v1/incidents/{incident}", "/api/v1/staff/incidents"


def _write(
    path: str,
    summary: str,
    body: Schema | None,
    *,
    method: str = "post",
    status: int = 200,
    answer: Schema = STAFF_INCIDENT,
    required: bool = True,
) -> Operation:
    parameters = (*(INCIDENT if "{incident}" in path else ()), *(UPDATE if "{update_id}" in path else ()))
    fails = FOUND if parameters else WRITTEN
    return Operation(
        path,
        summary,
        answer,
        parameters,
        fails,
        method=method,
        body=body,
        body_required=required,
        status=status,
        tag="Staff",
        secured=True,
        also=(202,) if status == 201 or path.endswith(("publish", "approve")) or method == "patch" else (),
    )


DESK: Sequence[Operation] = (
    Operation(
        READ,
        "Every incident, drafts included; scope view",
        thing("Incidents, newest first.", {"incidents": many(STAFF_INCIDENT)}),
        (),
        GUARDED,
        tag="Staff",
        secured=True,
    ),
    Operation(
        f"{READ}/{{incident}}", "One incident with all that is private; scope view", STAFF_INCIDENT, INCIDENT,
        (*GUARDED, 404), tag="Staff", secured=True,
    ),
    Operation(
        f"{READ}/{{incident}}/rehearsal",
        "What publishing it would make public, and who would be told; scope view",
        ref("Rehearsal"),
        (
            *INCIDENT,
            Parameter("update", "Of a public incident: this waiting update.", TEXT),
            Parameter("quiet", "As if it were published quietly.", FLAG),
        ),
        (*GUARDED, 404),
        tag="Staff",
        secured=True,
    ),
    _write(
        "/api/v1/incidents",
        "Open an incident; 202 while it waits for its time or for a second person; scope publish, or write for a draft",
        thing("What is written.", STORY, optional=[name for name in STORY if name != "title"]),
        status=201,
    ),
    _write(
        "/api/v1/maintenances",
        "Plan maintenance; it begins and ends by the clock; scope publish",
        thing(
            "What is planned.",
            {name: schema for name, schema in STORY.items() if name != "kind"},
            optional=[name for name in STORY if name not in ("title", "scheduled_for", "kind")],
        ),
        status=201,
    ),
    _write(
        ONE,
        "Write a draft again, or correct a public title; scope write, or publish for a title",
        thing("What is to change.", STORY, optional=STORY),
        method="patch",
    ),
    _write(ONE, "Discard a draft; scope write", thing("What was seen.", SEEN, SEEN), method="delete", required=False),
    _write(
        f"{ONE}/updates",
        "Add an update; what ends the story asks what the checks say; scope publish, or write for a draft",
        thing("What is written.", MORE, optional=MORE),
        status=201,
    ),
    _write(
        f"{ONE}/updates/{{update_id}}",
        "Write a waiting update again, or correct the words of a public one (body alone); scope publish",
        thing("What is to change.", MORE, optional=MORE),
        method="patch",
    ),
    _write(
        f"{ONE}/updates/{{update_id}}", "Discard a waiting update; scope write",
        thing("What was seen.", SEEN, SEEN), method="delete", required=False,
    ),
    _write(
        f"{ONE}/notes",
        "Add a private remark; scope write",
        thing("The remark.", {"body": {**BODY, "minLength": 1}, "base_rev": REV}, optional=("base_rev",)),
        status=201,
    ),
    _write(
        f"{ONE}/publish",
        "Make a draft, or a waiting update, public, or ask for it; 202 while it waits; scope publish",
        thing("How.", {"update": maybe(LINE), **TERMS}, optional=("update", *TERMS)),
        required=False,
    ),
    _write(
        f"{ONE}/approve", "Be the second person; scope approve", thing("What was seen.", SEEN, SEEN), required=False
    ),
    _write(f"{ONE}/link", "Say that an answer is this restriction; scope publish", thing("The answer.", ANSWER)),
    _write(f"{ONE}/link", "Take that back; scope publish", thing("The answer.", ANSWER), method="delete"),
    _write(
        "/api/v1/attestations",
        "Vouch for cells that no check can reach; scope attest",
        thing("The word.", WORD, optional=("scope", "source")),
        status=201,
        answer=ref("Attestation"),
    ),
    _write(
        "/api/v1/user-classes",
        "Make a user class without a deploy; scope attest",
        thing("The class.", CLASS, optional=("description",)),
        status=201,
        answer=thing("The class.", CLASS),
    ),
    *FINGERPRINTS,
)  # fmt: skip

_REVIEW: dict[str, Schema] = {
    "writers": many(TEXT),
    "asked": maybe(
        thing(
            "Who asked for publication.",
            {"by": TEXT, "at": MOMENT, "quiet": FLAG, "publish_at": maybe(MOMENT), "held": FLAG},
        )
    ),
    "approvals": many(thing("A second person.", {"by": TEXT, "at": MOMENT})),
    "override": maybe(thing("One person alone.", {"by": TEXT, "at": MOMENT, "reason": TEXT})),
}

SCHEMAS: dict[str, Schema] = {
    "WrittenRow": thing("Which cells are meant; an empty list means all.", ROW, optional=ROW),
    "Statement": thing(
        "One statement; without a scope it is about that of the story.", FACT, optional=[n for n in FACT if n != "says"]
    ),
    "Review": thing("The way of a text to the public.", _REVIEW),
    "Waiting": thing(
        "An update that is not public yet.",
        {
            "id": TEXT,
            "created_at": MOMENT,
            "body": TEXT,
            "stage": maybe(one_of(Stage)),
            "scope": maybe(many(ref("ScopeRow"))),
            "declarations": many(ref("Declaration")),
            "next_update_by": maybe(MOMENT),
            "backdated_to": maybe(MOMENT),
            "ends": FLAG,
            "review": ref("Review"),
        },
    ),
    "StaffIncident": thing(
        "An incident as staff see it.",
        {
            **INCIDENTS["Incident"]["properties"],
            "rev": COUNT,
            **dict.fromkeys(("draft", "discarded", "quiet"), FLAG),
            "review": ref("Review"),
            "waiting": many(ref("Waiting")),
            "notes": many(thing("A private remark.", {"at": MOMENT, **ids("by body")})),
            "overrides": many(thing("One person alone.", {"by": TEXT, "at": MOMENT, "reason": TEXT})),
        },
    ),
    "Rehearsal": thing(
        "What a publication would do; it was carried out and undone.",
        {
            "incident": ref("Incident"),
            "events": many(thing("What would be told.", ids("type summary"))),
            "told": many(
                thing(
                    "Who would be told on one channel, and with how many messages.",
                    {"channel": one_of(Format), "count": COUNT, "failing": COUNT, "messages": COUNT},
                )
            ),
            "headline": TEXT,
        },
    ),
    "UnknownAnswer": UNKNOWN_ANSWER,
    "Attestation": thing(
        "Staff's word on cells that no check can reach.",
        {
            "id": TEXT,
            "scope": ref("ScopeRow"),
            "availability": one_of(("available", "restricted")),
            "recorded_at": MOMENT,
            "until": MOMENT,
            "by_role": TEXT,
            "source": maybe(TEXT),
            "cells": many(thing("A cell.", ids("model provider user_class"))),
        },
    ),
}
