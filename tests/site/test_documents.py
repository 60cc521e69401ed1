"""Documents: exactly the contract's keys, in a stable order, with names that exist."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jsonschema
import orjson
import pytest

from statuspage.core.availability import Availability
from statuspage.core.snapshot import Snapshot
from statuspage.errors import NotFound
from statuspage.site import documents, shapes
from tests.site import snapshots, story


def keys(names: str) -> list[str]:
    """The names of an object's keys."""
    return names.split()


NULLABLE = ["string", "null"]
CELL: dict[str, Any] = {
    "type": "object",
    "required": keys(
        "model provider provider_model_id user_class availability reason since basis deviates "
        "cell_seq measured declared disagreement scope evidence retry remedy attested alternatives "
        "incident url"
    ),
    "properties": {
        "availability": {"enum": [one.value for one in Availability]},
        "reason": {"type": NULLABLE, "minLength": 1},
        "since": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"},
        "measured": {
            "type": ["object", "null"],
            "required": keys(
                "availability reason since last_observed_at last_answer_at first_refusal_at confirming "
                "served_model seen_from"
            ),
        },
        "declared": {
            "type": "array",
            "items": {"required": keys("incident says by certainty authority basis announced_at from until source")},
        },
        "evidence": {
            "type": ["object", "null"],
            "required": keys(
                "observed_at status error_type error_code excerpt fingerprint request_id_hash rule controls"
            ),
        },
        "retry": {"enum": ["no", "later", "yes"]},
        "remedy": {"type": ["object", "null"], "required": ["by", "action", "url"]},
        "attested": {"type": ["object", "null"], "required": ["by_role", "until", "source"]},
        "url": {"type": "string", "pattern": "^https://"},
    },
}
NAMED = {"type": "array", "items": {"required": ["id", "name", "url"]}}
WHOLE = {
    "required": keys(
        "schema as_of_seq generated_at newest_observation_at valid_until site summary user_classes "
        "providers models cells incidents maintenances policy"
    ),
    "properties": {
        "cells": {"type": "array", "items": CELL},
        "user_classes": NAMED,
        "providers": NAMED,
        "models": NAMED,
        "incidents": NAMED,
        "maintenances": NAMED,
    },
}


def load(body: bytes) -> dict[str, Any]:
    """A document as data."""
    made: dict[str, Any] = orjson.loads(body)
    return made


def test_the_snapshot_has_the_contract_s_shape(anyone: Snapshot) -> None:
    made = load(documents.whole(anyone))
    jsonschema.validate(made, WHOLE)
    assert len(made["cells"]) == len(anyone.cells)
    assert documents.whole(anyone) == documents.whole(anyone)


def test_nothing_private_is_in_a_document() -> None:
    june = story.june()
    for body in (documents.whole(june), documents.incidents(june), documents.incident(june, "inc_directive")):
        assert b"PRIVATE" not in body
        assert b"api.example" not in body


def test_maintenances_stand_apart() -> None:
    made = load(documents.whole(story.many_incidents()))
    assert len(made["maintenances"]) == 1
    assert len(made["incidents"]) == 12


def test_every_document_labels_the_sandbox() -> None:
    one = replace(story.june(), site=replace(snapshots.SITE, sandbox=True))
    for body in (
        documents.whole(one),
        documents.freshness(one),
        documents.availability(one),
        documents.route(one, "claude-fable-5"),
        documents.models(one),
        documents.incidents(one),
        documents.history(one),
    ):
        assert load(body)["sandbox"] is True


def test_several_classes_are_combined_to_the_most_restrictive() -> None:
    june = story.june()
    both = load(documents.availability(june, ["claude-mythos-5"], ["claude-api"], ["us-persons", "listed"]))
    assert [(cell["user_class"], cell["availability"]) for cell in both["cells"]] == [("us-persons", "restricted")]
    one = load(documents.availability(june, ["claude-mythos-5"], ["claude-api"], ["listed"]))
    assert [cell["availability"] for cell in one["cells"]] == ["available"]
    assert len(load(documents.availability(june))["cells"]) == len(june.cells)


def test_route_offers_the_model_itself_then_its_alternatives_in_order() -> None:
    june = story.june()
    gone = load(documents.route(june, "claude-fable-5", ["us-persons"]))
    assert [(one["model"], one["provider"]) for one in gone["use"]] == [
        ("claude-opus-4-8", "claude-api"),
        ("claude-opus-4-8", "bedrock"),
        ("claude-sonnet-4-6", "claude-api"),
        ("claude-sonnet-4-6", "vertex"),
    ]
    listed = load(documents.route(june, "claude-mythos-5", ["listed"]))
    assert listed["use"][0] == {
        "model": "claude-mythos-5",
        "provider": "claude-api",
        "provider_model_id": "claude-mythos-5",
        "availability": "available",
        "since": "2026-06-26T22:14:00.000Z",
    }
    both = load(documents.route(june, "claude-mythos-5", ["listed", "us-persons"]))
    assert both["use"][0]["model"] == "claude-opus-4-8"
    assert load(documents.route(june, "claude-fable-5"))["user_classes"] == ["us-persons"]


def test_unknown_names_are_not_found() -> None:
    june = story.june()
    with pytest.raises(NotFound, match="no model 'gpt'"):
        documents.route(june, "gpt")
    with pytest.raises(NotFound, match="no user class 'x'"):
        documents.availability(june, user_classes=["x"])
    with pytest.raises(NotFound, match="no provider 'x'"):
        documents.provider(june, "x")
    with pytest.raises(NotFound, match="no incident 'x'"):
        documents.incident(june, "x")


def test_an_incident_tells_what_it_spares_and_what_moved() -> None:
    made = load(documents.incident(story.june(), "inc_directive"))["incident"]
    assert made["unaffected"][0] == "claude-opus-4-8"
    assert [one["id"] for one in made["updates"]] == ["upd_3", "upd_2", "upd_1"]
    assert made["updates"][1]["edits"]
    assert len(made["transitions"]) == 4
    assert {"says", "scope", "recorded_at"} <= set(made["declarations"][0])


def test_history_holds_transitions_days_and_the_formula() -> None:
    june = story.june()
    made = load(documents.history(june, ["claude-fable-5"], ["claude-api"], ["us-persons"], start=story.ANNOUNCED))
    assert [one["to"] for one in made["transitions"]] == ["restricted"]
    assert set(made["formula"]) == {"uptime", "access"}
    days = made["days"][0]["days"]
    assert days[0]["day"] == "2026-06-13"
    assert set(days[0]) == {"day", "seconds", "uptime", "access"}


def test_why_do_you_say_so() -> None:
    june = story.june()
    given = next(one.proof for one in june.cells if one.proof and one.proof.confirmations)
    proved = replace(june.transitions[0], measured=replace(june.transitions[0].measured, proof=given))
    proof = shapes.transition(proved)["proof"]
    assert (proof["row"], proof["policy"]) == (given.row, given.policy)
    assert proof["rule"] == (given.evidence.rule if given.evidence else None)
    assert len(proof["confirmations"]) == len(given.confirmations)
    parts = {"at", "cause", "rule", "status", "seen_from", "fingerprint", "request_id_hash"}
    assert parts == set().union(*proof["confirmations"])
    assert len(proof["controls"]) == len(given.controls)
    assert proof["evidence"]["rule"] == proof["rule"]
    cell = shapes.cell(next(one for one in june.cells if one.proof), "https://status.example")
    assert {"row", "rule", "cause", "strength", "policy", "needed", "confirmations"} == set(cell["proof"])


def test_freshness_is_tiny() -> None:
    body = documents.freshness(story.june())
    assert len(body) < 300
    assert {"as_of_seq", "generated_at", "newest_observation_at", "valid_until"} <= set(load(body))


def test_the_log_carries_the_webhook_s_own_bytes() -> None:
    june = story.june()
    body = documents.events(reversed(june.recent_events), 41)
    assert june.recent_events[0].body in body
    assert load(body)["next_after_seq"] == 41


def test_one_thing_comes_with_its_cells() -> None:
    june = story.june()
    assert {one["user_class"] for one in load(documents.user_class(june, "listed"))["user_class"]["cells"]} == {
        "listed"
    }
    assert {one["provider"] for one in load(documents.provider(june, "vertex"))["provider"]["cells"]} == {"vertex"}
    model = load(documents.model(june, "claude-fable-5"))
    assert {one["model"] for one in model["model"]["cells"]} == {"claude-fable-5"}
    assert model["figures"][0]["access"] == pytest.approx(0.1936, abs=0.001)
    assert len(load(documents.models(june))["models"]) == 8
