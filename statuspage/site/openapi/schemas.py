"""The named schemas: the shapes that ``statuspage.site.shapes`` makes, and the event."""

from __future__ import annotations

from statuspage.core.availability import Availability, Basis, Disagreement, Reason, Retry
from statuspage.core.availability import Scope as Reach
from statuspage.core.event import EventType
from statuspage.core.incident import By, Certainty, Impact, Kind, Says, Stage
from statuspage.core.settings import Need, Policy
from statuspage.core.uptime import Figures
from statuspage.site.openapi.words import (
    ADDRESS,
    COUNT,
    DAY,
    FLAG,
    MOMENT,
    NUMBER,
    SHARE,
    TEXT,
    Schema,
    ids,
    many,
    maybe,
    one_of,
    ref,
    thing,
)

KEY: dict[str, Schema] = ids("model provider provider_model_id user_class")
MOMENTS: dict[str, Schema] = {
    "schema": {"type": "integer", "const": 1},
    "as_of_seq": COUNT,
    "generated_at": MOMENT,
    "newest_observation_at": maybe(MOMENT),
    "valid_until": MOMENT,
    "sandbox": FLAG,
}
"""What every document of the present begins with."""

FORMULA: dict[str, Schema] = {"formula": thing("How the two shares are made.", {"uptime": TEXT, "access": TEXT})}
SECONDS = thing("Seconds in each availability.", dict.fromkeys(Figures.__slots__, NUMBER))
FIGURES: dict[str, Schema] = {"seconds": SECONDS, "uptime": SHARE, "access": SHARE}

_DEFAULT = Policy()
NEEDS = [name for name in Policy.__slots__ if isinstance(getattr(_DEFAULT, name), Need)]

_FACT: dict[str, Schema] = {
    "says": one_of(Says),
    "by": one_of(By),
    "certainty": one_of(Certainty),
    "authority": maybe(TEXT),
    "basis": maybe(TEXT),
    "announced_at": maybe(MOMENT),
    "from": MOMENT,
    "until": maybe(MOMENT),
    "source": maybe(TEXT),
}
ANSWER: dict[str, Schema] = {
    "observed_at": MOMENT,
    "status": maybe({"type": "integer"}),
    "error_type": maybe(TEXT),
    "error_code": maybe(TEXT),
    "excerpt": TEXT,
    "fingerprint": maybe(TEXT),
    "request_id_hash": maybe(TEXT),
    "rule": TEXT,
}
_CONTROLS = {"controls": many(thing("A control.", ids("control outcome") | {"asked": maybe(TEXT)}))}
_ROUND: dict[str, Schema] = {
    "at": MOMENT,
    "cause": TEXT,
    "rule": TEXT,
    "status": maybe({"type": "integer"}),
    "seen_from": TEXT,
    **dict.fromkeys(("fingerprint", "request_id_hash"), maybe(TEXT)),
}
_NEED = thing("Rounds that agree.", {"count": COUNT, "over": NUMBER, "apart": NUMBER})
_PROOF: dict[str, Schema] = {
    "row": TEXT,
    **dict.fromkeys(("rule", "cause", "strength"), maybe(TEXT)),
    "policy": TEXT,
    "needed": maybe(_NEED),
    "confirmations": many(thing("A round that counted.", _ROUND)),
}
_CELLS = {"cells": many(ref("Cell"))}
_STATE: dict[str, Schema] = {"availability": ref("Availability"), "reason": maybe(ref("Reason")), "since": MOMENT}

_USER_CLASS: dict[str, Schema] = {
    **ids("id name"),
    "url": ADDRESS,
    "description": TEXT,
    "observed_as": maybe(TEXT),
    "dimension": maybe(TEXT),
    "reference": FLAG,
    "attested": FLAG,
}
_PROVIDER: dict[str, Schema] = {**ids("id name"), "url": ADDRESS, "kind": TEXT}
_OFFERING = thing("A model at a provider.", {**ids("provider provider_model_id"), "primary": FLAG})
_MODEL: dict[str, Schema] = {
    **ids("id name"),
    "url": ADDRESS,
    "family": maybe(TEXT),
    "successor": maybe(TEXT),
    "alternatives": many(TEXT),
    "offered": many(_OFFERING),
}

WORDS: dict[str, Schema] = {
    "Availability": one_of(Availability) | {"description": "What a cell is, in one word."},
    "Reason": one_of(Reason) | {"description": "Why; a closed list."},
    "EventType": one_of(EventType),
}

CATALOGUE: dict[str, Schema] = {
    "Site": thing("Who publishes.", ids("name url description time_zone") | {"contact": maybe(TEXT), "sandbox": FLAG}),
    "Summary": thing(
        "The state in one sentence and in numbers.",
        {"availability": ref("Availability"), "headline": TEXT}
        | dict.fromkeys(("restricted", "down", "degraded", "unknown", "unaffected"), many(TEXT))
        | {"unknown_cells": COUNT, "cells": COUNT},
    ),
    "UserClass": thing("People for whom access may differ.", _USER_CLASS),
    "UserClassWithCells": thing("A user class with its cells.", _USER_CLASS | _CELLS),
    "Provider": thing("One API at one address.", _PROVIDER),
    "ProviderWithCells": thing("A provider with its cells.", _PROVIDER | _CELLS),
    "Model": thing("What people want to use.", _MODEL),
    "ModelWithCells": thing("A model with its cells.", _MODEL | _CELLS),
    "Policy": thing(
        "The numbers of confirmation that are in force; lengths are seconds.",
        {
            "name": TEXT,
            "confirmation": thing(
                "What a change needs before it is published.",
                dict.fromkeys(NEEDS, _NEED),
            ),
            "reprobe_after": many(NUMBER),
            "stale_intervals": COUNT,
            **dict.fromkeys(("last_known_for", "accepts_every", "answers_every"), NUMBER),
        },
    ),
}
CELLS: dict[str, Schema] = {
    "Cell": thing(
        "A model at a provider for a user class.",
        KEY
        | _STATE
        | {
            "basis": one_of(Basis),
            "deviates": FLAG,
            "expected": FLAG,
            "cell_seq": COUNT,
            "measured": maybe(ref("Measured")),
            "declared": many(ref("Declared")),
            "disagreement": maybe(one_of(Disagreement)),
            "scope": one_of(Reach),
            "possible_misfire": FLAG,
            "evidence": maybe(ref("Evidence")),
            "proof": maybe(ref("Proof")),
            "retry": one_of(Retry),
            "remedy": maybe(ref("Remedy")),
            "attested": maybe(ref("Attested")),
            "alternatives": many(ref("Alternative")),
            "incident": maybe(TEXT),
            "url": ADDRESS,
        },
    ),
    "Measured": thing(
        "What our checks confirmed.",
        _STATE
        | dict.fromkeys(("last_observed_at", "last_answer_at", "first_refusal_at"), maybe(MOMENT))
        | {
            "confirming": maybe(
                thing("A change under way.", {"to": ref("Availability"), "have": COUNT, "need": COUNT})
            ),
            "served_model": maybe(TEXT),
            "seen_from": many(TEXT),
            "one_place": FLAG,
        },
    ),
    "Declared": thing("What was stated of a cell.", {"incident": TEXT} | _FACT | {"in_force": FLAG}),
    "Evidence": thing(
        "The redacted answer behind a state, with its controls.",
        ANSWER | _CONTROLS,
    ),
    "Proof": thing("Why a verdict stands.", _PROOF),
    "Remedy": thing(
        "Who can change a restriction, and how.",
        {"by": one_of(("user", "admin", "provider", "nobody")), "action": TEXT, "url": maybe(TEXT)},
    ),
    "Attested": thing("Staff's word.", {"by_role": TEXT, "until": MOMENT, "source": maybe(TEXT)}),
    "Alternative": thing("A model that can be called instead.", ids("model provider provider_model_id")),
    "Place": thing(
        "Where to call.",
        {**ids("model provider provider_model_id"), "availability": ref("Availability"), "since": MOMENT},
    ),
    "Transition": thing(
        "A stored change of a cell.",
        {"id": TEXT}
        | KEY
        | {
            "at": MOMENT,
            "from": ref("Availability"),
            "to": ref("Availability"),
            "reason": maybe(ref("Reason")),
            "basis": one_of(Basis),
            "cell_seq": COUNT,
            "last_answer_at": maybe(MOMENT),
            "first_refusal_at": maybe(MOMENT),
            "event": maybe(TEXT),
            "incident": maybe(TEXT),
            "proof": maybe(
                thing("Why it was published.", _PROOF | {"evidence": maybe(thing("The answer.", ANSWER))} | _CONTROLS)
            ),
        },
    ),
    "CellFigures": thing("The figures of a cell over 90 days.", ids("provider user_class") | FIGURES),
    "CellDays": thing(
        "A cell's UTC days.",
        {**ids("model provider user_class"), "days": many(thing("A day.", {"day": DAY} | FIGURES))},
    ),
}

INCIDENTS: dict[str, Schema] = {
    "Incident": thing(
        "A public story.",
        {
            **ids("id name"),
            "url": ADDRESS,
            "title": TEXT,
            "kind": one_of(Kind),
            "stage": one_of(Stage),
            "impact": one_of(Impact),
            "created_at": MOMENT,
            "updated_at": MOMENT,
            **dict.fromkeys(
                ("started_at", "resolved_at", "next_update_by", "scheduled_for", "scheduled_until"), maybe(MOMENT)
            ),
            "scope": many(ref("ScopeRow")),
            "declarations": many(ref("Declaration")),
            "updates": many(ref("Update")),
            "unaffected": many(TEXT),
            "title_edits": many(thing("A title that it had until then.", {"at": MOMENT, "title": TEXT})),
            "linked_fingerprints": many(thing("How it shows at a provider.", ids("provider fingerprint"))),
            "transitions": many(ref("Transition")),
        },
    ),
    "ScopeRow": thing(
        "Which cells are meant; an empty list means all.",
        dict.fromkeys(("models", "providers", "user_classes", "except"), many(TEXT)),
    ),
    "Declaration": thing("One stated fact.", _FACT | {"scope": many(ref("ScopeRow")), "recorded_at": MOMENT}),
    "Update": thing(
        "A public message, in Markdown, with what it said before.",
        {
            "id": TEXT,
            "at": MOMENT,
            "stage": one_of(Stage),
            "body": TEXT,
            "edits": many(thing("An edit.", {"at": MOMENT, "body": TEXT})),
            "recorded_at": MOMENT,
        },
    ),
}
