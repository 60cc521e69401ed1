"""The size of events: no body is over twenty kibibytes, no change is lost, and what can be looked up goes first."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.observation import Evidence
from statuspage.core.availability import Availability, Basis, CellKey, Reason
from statuspage.core.event import Alternative, Change, EventDraft, EventType, Severity, document
from statuspage.core.size import BODY_LIMIT, fitting, parts

AT = datetime(2026, 6, 12, 21, 21, tzinfo=UTC)
SITE = "https://status.example.org"
EVIDENCE = Evidence(AT, 404, "not_found_error", "model_not_found", "é" * 500, "f" * 16, "a" * 16, "withdrawn.not_found")
NAMES = st.text("abcdefghij-", min_size=1, max_size=100)


def change(key: CellKey, provider_model_id: str = "fable-5") -> Change:
    return Change(
        key, provider_model_id, Availability.AVAILABLE, Availability.RESTRICTED, Reason.RATE_LIMITED, Basis.LAST_KNOWN,
        1_000_000, "evt_57ba102a024a957680ad98bb", EVIDENCE,
    )  # fmt: skip


def event(*changes: Change, **fields: Any) -> EventDraft:
    made = EventDraft(
        "evt_57ba102a024a957680ad98bb", EventType.PROVIDER_DOWN, AT, None, "vendor", "The vendor is down",
        Severity.CRITICAL, AT, AT, changes,
    )  # fmt: skip
    return replace(made, **fields)


def size(draft: EventDraft) -> int:
    return len(orjson.dumps(document(draft, 1041, SITE)))


def test_an_event_of_usual_size_is_left_as_it_is() -> None:
    usual = event(*(change(CellKey("fable", "vendor", f"class-{number}")) for number in range(6)))
    assert fitting(usual, SITE) is usual
    assert size(event(change(CellKey("fable", "vendor", "abroad")))) < 4096


def test_evidence_goes_before_alternatives_and_both_leave_the_first() -> None:
    cells = [CellKey(f"model-{number}", "vendor", "abroad") for number in range(30)]
    instead = {"abroad": tuple(Alternative(f"model-{number}", "cloud", "x") for number in range(40))}
    found = fitting(event(*map(change, cells), alternatives=instead), SITE)
    assert [one.evidence is not None for one in found.changes] == [True] * 3 + [False] * 27
    assert found.alternatives == instead
    crowd = {f"class-{number}": instead["abroad"] for number in range(20)}
    found = fitting(event(*map(change, cells), alternatives=crowd), SITE)
    assert {len(many) for many in found.alternatives.values()} == {3}
    assert size(found) <= BODY_LIMIT


@settings(max_examples=40)
@given(st.lists(st.tuples(NAMES, NAMES, NAMES), min_size=1, max_size=150), st.integers(0, 60), st.text(max_size=5000))
def test_every_cell_is_told_once_and_no_body_is_over_the_limit(
    cells: list[tuple[str, str, str]], others: int, summary: str
) -> None:
    keys = [(CellKey(model, "vendor", user_class), provider_id) for model, user_class, provider_id in cells]
    counts = parts(keys)
    assert sum(counts) == len(keys)
    assert min(counts) > 0
    instead = {one: tuple(Alternative(f"model-{n}", "cloud", "x" * 50) for n in range(others)) for _, one, _ in cells}
    left = iter(keys)
    for count in counts:
        changes = [change(*next(left)) for _ in range(count)]
        found = fitting(event(*changes, alternatives=instead, summary=summary * 3), SITE)
        assert size(found) <= BODY_LIMIT
        assert [replace(one, evidence=None) for one in found.changes] == [
            replace(one, evidence=None) for one in changes
        ]
