"""The public document of an event: its shape, its words and its ids."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from statuspage.core.availability import Availability, Basis, Reason
from statuspage.core.event import (
    SCHEMA,
    Alternative,
    Change,
    EventDraft,
    EventType,
    Severity,
    document,
    evidence_document,
    rfc3339,
)
from tests.core.builders import AT_HOME, HOME, T0, after, evidence

URL = "https://status.example"
CHANGE = Change(
    HOME,
    "fable-5",
    Availability.AVAILABLE,
    Availability.RESTRICTED,
    Reason.LEGAL,
    Basis.MEASURED,
    7,
    evidence=evidence(),
)
DRAFT = EventDraft(
    "evt_0123",
    EventType.MODEL_RESTRICTED,
    after(9),
    "fable",
    "vendor",
    "Fable 5 is restricted",
    Severity.MAJOR,
    T0,
    after(1),
    (CHANGE,),
    incident="inc_1",
    alternatives={AT_HOME: (Alternative("opus", "vendor", "opus-4"),)},
    group="evt_0100",
)


def test_an_event_has_the_shape_of_the_contract() -> None:
    told = document(DRAFT, 41, URL)
    assert list(told) == ["id", "type", "timestamp", "seq", "schema", "data"]
    assert told["data"] == {
        "model": "fable",
        "provider": "vendor",
        "changes": [
            {
                "user_class": AT_HOME,
                "provider_model_id": "fable-5",
                "from": "available",
                "to": "restricted",
                "reason": "legal",
                "cell_seq": 7,
                "basis": "measured",
                "restores": None,
                "evidence": evidence_document(evidence()),
            }
        ],
        "complete": True,
        "summary": "Fable 5 is restricted",
        "effective_at": "2026-06-12T00:00:00.000Z",
        "detected_at": "2026-06-12T00:00:01.000Z",
        "severity": "major",
        "incident": "inc_1",
        "alternatives": {AT_HOME: [{"model": "opus", "provider": "vendor", "provider_model_id": "opus-4"}]},
        "group": "evt_0100",
        "links": {
            "self": f"{URL}/api/v1/events/evt_0123",
            "current": f"{URL}/api/v1/models/fable",
            "html": f"{URL}/events/evt_0123",
        },
        "test": False,
    }


def test_an_event_names_its_type_number_and_time() -> None:
    told = document(DRAFT, 41, URL)
    assert (told["id"], told["type"], told["seq"], told["schema"]) == ("evt_0123", "model.restricted", 41, SCHEMA)
    assert told["timestamp"] == "2026-06-12T00:00:09.000Z"


def test_the_id_is_the_drafts_own_and_has_no_dot() -> None:
    told = document(DRAFT, 1, URL)
    assert told["id"] == DRAFT.id
    assert "." not in told["id"], "a webhook's signature separates its parts by dots"


def test_an_event_of_a_provider_names_the_models_of_its_changes() -> None:
    told = document(replace(DRAFT, type=EventType.PROVIDER_DOWN, model=None), 1, URL)
    assert told["data"]["model"] is None
    assert told["data"]["changes"][0]["model"] == "fable"
    assert told["data"]["links"]["current"] == f"{URL}/api/v1/snapshot"


def test_what_is_not_there_is_null() -> None:
    bare = EventDraft("evt_1", EventType.CONFIG_CHANGED, T0, None, None, "Changed", Severity.NONE, T0)
    told = document(bare, None, URL)
    assert told["seq"] is None
    assert (told["data"]["detected_at"], told["data"]["changes"], told["data"]["alternatives"]) == (None, [], {})
    quiet = replace(CHANGE, reason=Reason.NONE, evidence=None, restores="evt_9")
    change = document(replace(bare, changes=(quiet,)), None, URL)["data"]["changes"][0]
    assert (change["reason"], change["evidence"], change["restores"]) == (None, None, "evt_9")


def test_a_challenge_is_shown_only_where_there_is_one() -> None:
    assert "challenge" not in document(DRAFT, 1, URL)["data"]
    assert document(replace(DRAFT, challenge="c"), None, URL)["data"]["challenge"] == "c"


def test_a_document_is_plain_json() -> None:
    told = document(DRAFT, 41, URL)
    assert json.loads(json.dumps(told)) == told


@pytest.mark.parametrize("secret", ["quiet", "user_classes", "models", "providers"])
def test_what_only_matching_needs_is_not_public(secret: str) -> None:
    assert secret not in document(DRAFT, 1, URL)["data"]


def test_times_are_in_milliseconds_rounded_down() -> None:
    assert rfc3339(after(0.0019)) == "2026-06-12T00:00:00.001Z"
