"""The other shape's size: never over the limit, no cell lost, and what can be looked up goes first."""

from __future__ import annotations

from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from statuspage.core import compat
from statuspage.core.availability import CellKey
from statuspage.core.event import Alternative, EventDraft, EventType, document
from statuspage.core.size import BODY_LIMIT, fitting, parts
from statuspage.senders.statuspage import body
from tests.core.test_size import NAMES, SITE, change, event

KEYS = st.tuples(NAMES, NAMES, NAMES)


def bodies(draft: EventDraft) -> tuple[dict[str, Any], bytes]:
    """The event as it is stored, and its body in the other shape."""
    stored = orjson.dumps(document(fitting(draft, SITE), 1041, SITE))
    return orjson.loads(stored), body(stored)


def cells(count: int) -> list[CellKey]:
    return [CellKey(f"model-{number}", "vendor", "abroad") for number in range(count)]


@settings(max_examples=60)
@given(st.lists(KEYS, max_size=150), st.integers(0, 60), st.text(max_size=8000), st.booleans())
def test_no_body_is_over_the_limit_and_no_cell_is_lost(
    named: list[tuple[str, str, str]], others: int, summary: str, calm: bool
) -> None:
    keys = [(CellKey(model, "vendor", user_class), provider_id) for model, user_class, provider_id in named]
    told = keys[: parts(keys)[0]]
    instead = {one: tuple(Alternative(f"model-{n}", "cloud", "x" * 50) for n in range(others)) for _, one, _ in named}
    kind = EventType.CONFIG_CHANGED if calm else EventType.PROVIDER_DOWN
    draft = event(*(change(*one) for one in told), alternatives=instead, summary=summary * 2, type=kind)
    stored, other = bodies(draft)
    assert len(other) <= BODY_LIMIT
    found = orjson.loads(other)
    assert [one["id"] for one in found.get("x_components", [])] == [compat.leaf_id(key) for key, _ in told]
    assert {one["status"] for one in found.get("x_components", [])} <= {"major_outage"}
    bare = [[one | {"evidence": None} for one in shown["data"]["changes"]] for shown in (stored, found["x_event"])]
    assert bare[0] == bare[1]


def test_what_fits_rides_along_as_it_was_stored() -> None:
    stored = orjson.dumps(document(event(*map(change, cells(4))), 1041, SITE))
    assert stored in body(stored)


def test_evidence_goes_first_and_the_first_stays_longest() -> None:
    _, other = bodies(event(*map(change, cells(12))))
    found = orjson.loads(other)
    evidence = [one["evidence"] is not None for one in found["x_event"]["data"]["changes"]]
    assert evidence == [True] * 3 + [False] * 9
    assert {len(one) for one in found["x_components"]} == {10}, "components are told whole"


def test_components_are_told_briefly_before_alternatives_go() -> None:
    instead = {"abroad": tuple(Alternative(f"model-{number}", "cloud", "x") for number in range(40))}
    stored, other = bodies(event(*map(change, cells(34)), alternatives=instead))
    found = orjson.loads(other)
    assert {tuple(one) for one in found["x_components"]} == {("id", "status")}
    assert found["x_event"]["data"]["alternatives"] == stored["data"]["alternatives"]
    assert not any(one["evidence"] for one in found["x_event"]["data"]["changes"])


def test_a_long_summary_is_cut_wherever_it_stands() -> None:
    _, other = bodies(event(summary="ü" * 4500, type=EventType.INCIDENT_UPDATED))
    found = orjson.loads(other)
    wanted = "ü" * 1000 + "…"
    assert found["incident"]["name"] == found["incident"]["incident_updates"][0]["body"] == wanted
    assert found["x_event"]["data"]["summary"] == wanted
