"""The June 2026 directive through the real services, over real HTTP: what was told, and what it cost."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from statuspage import app, clock
from statuspage.config import load
from statuspage.core.availability import Availability, CellKey, Reason
from statuspage.core.event import Event
from statuspage.core.snapshot import Snapshot
from statuspage.core.uptime import Figures
from statuspage.demo.story import shift_to
from statuspage.ports import EventQuery
from tests.e2e.conftest import FirstStart

pytestmark = pytest.mark.timeout(300)

FABLE, MYTHOS, VENDOR, GATEWAY = "claude-fable-5", "claude-mythos-5", "claude-api", "gateway"
PROBED = ("us-persons", "foreign-nationals-abroad", "foreign-nationals-us", "listed-organisations")
LISTED, PARTNERS = ("listed-organisations",), ("programme-partners",)
DIRECTIVE = "Two models suspended under an export-control directive"
Row = tuple[str, str | None, str | None, tuple[str, ...], str]

TOLD: list[Row] = [
    # 13 June 00:55: ordered and announced; the API still answers.
    ("incident.opened", None, None, (), "13 00:55"),
    ("restriction.announced", None, None, (), "13 00:55"),
    ("restriction.announced", None, None, (), "13 00:55"),
    ("model.restricted", MYTHOS, VENDOR, PARTNERS, "13 00:55"),
    ("restriction.disagreement", FABLE, None, (), "13 00:55"),
    # 01:59: refused to every class that is held, not only to those whom the order names.
    ("model.restricted", FABLE, VENDOR, PROBED, "13 01:59"),
    ("model.restricted", MYTHOS, VENDOR, LISTED, "13 01:59"),
    ("restriction.effective", None, None, (), "13 01:59"),
    ("restriction.amended", None, None, (), "13 01:59"),
    ("incident.updated", None, None, (), "13 01:59"),
    ("restriction.disagreement", FABLE, GATEWAY, (), "13 01:59"),
    # 02:25: the gateway answers 500 for the same reason; 03:05: staff link the two.
    ("model.down", FABLE, GATEWAY, PROBED, "13 02:25"),
    ("model.restricted", FABLE, GATEWAY, PROBED, "13 03:05"),
    ("incident.updated", None, None, (), "13 03:05"),
    # Two other models retire, and a rumour that changes nothing.
    ("incident.opened", None, None, (), "15 16:00"),
    ("incident.updated", None, None, (), "17 09:40"),
    # 26 June: lifted for listed organisations, who are answered half an hour later.
    ("restriction.lifted", MYTHOS, None, (), "26 21:40"),
    ("incident.updated", None, None, (), "26 21:40"),
    ("restriction.disagreement", MYTHOS, VENDOR, (), "26 21:40"),
    ("model.restored", MYTHOS, VENDOR, LISTED, "26 22:14"),
    # 30 June: lifted for everyone, and still refused until 1 July.
    ("restriction.lifted", None, None, (), "30 23:31"),
    ("incident.updated", None, None, (), "30 23:31"),
    ("model.restored", MYTHOS, VENDOR, PARTNERS, "30 23:31"),
    ("restriction.disagreement", FABLE, None, (), "30 23:31"),
    ("model.restored", FABLE, GATEWAY, PROBED, "1 11:59"),
    ("model.restored", FABLE, VENDOR, PROBED, "1 19:26"),
    ("incident.resolved", None, None, (), "1 19:45"),
]


@dataclass
class Past:
    """What the story left in the store."""

    events: list[Event]
    snapshot: Snapshot

    def figures(self, model: str, provider: str, user_class: str) -> Figures:
        """What one cell was over the window."""
        return self.snapshot.figures[CellKey(model, provider, user_class)]


@pytest.fixture
async def past(first_start: FirstStart, tmp_path: Path) -> AsyncIterator[Past]:
    shutil.copytree(first_start.folder / "data", tmp_path / "data")
    text = first_start.config.read_text().replace(str(first_start.folder), str(tmp_path))
    (tmp_path / "config.yaml").write_text(text)
    async with app.verbs(load(tmp_path / "config.yaml", {})) as verbs:
        yield Past(await verbs.queries.events(EventQuery(limit=500)), await verbs.queries.snapshot())


def row(event: Event) -> Row:
    """An event as the table has it; its time in the days of the story."""
    draft = event.draft
    at = draft.timestamp - shift_to(clock.now())
    classes = tuple(change.key.user_class for change in draft.changes)
    return (draft.type.value, draft.model, draft.provider, classes, f"{at.day} {at:%H:%M}")


async def test_what_was_told_is_the_story_as_it_went(past: Past) -> None:
    assert [row(event) for event in past.events] == TOLD
    assert [event.seq for event in past.events] == list(range(1, len(TOLD) + 1))


async def test_every_restriction_was_restored_and_says_which_one_it_was(past: Past) -> None:
    opened = {e.id: {c.key for c in e.draft.changes} for e in past.events if e.draft.type.value == "model.restricted"}
    for event in past.events:
        if event.draft.type.value != "model.restored":
            continue
        for change in event.draft.changes:
            assert change.restores
            opened[change.restores].discard(change.key)
        assert event.draft.complete
    assert not any(opened.values())


async def test_a_restriction_is_no_outage(past: Past) -> None:
    for user_class in PROBED:
        figures = past.figures(FABLE, VENDOR, user_class)
        assert figures.uptime == 1.0
        assert figures.access is not None
        assert figures.access < 0.4
    assert past.figures("claude-opus-4-8", VENDOR, "us-persons").access == 1.0


async def test_the_gateways_500_counted_as_an_outage_until_it_was_linked(past: Past) -> None:
    figures = past.figures(FABLE, GATEWAY, "us-persons")
    assert figures.uptime is not None
    assert 0.99 < figures.uptime < 1.0


async def test_in_the_end_everything_answers_but_what_is_closed_by_design(past: Past) -> None:
    closed = {str(cell.key) for cell in past.snapshot.cells if cell.availability is not Availability.AVAILABLE}
    assert closed == {
        "claude-fable-5@claude-api/zero-retention",
        "claude-fable-5@gateway/zero-retention",
        *(f"claude-mythos-5@claude-api/{one}" for one in (*PROBED[:3], "zero-retention")),
    }
    assert all(cell.by_design for cell in past.snapshot.cells if str(cell.key) in closed)
    assert past.snapshot.summary.availability is Availability.AVAILABLE


async def test_the_measured_restriction_has_its_legal_reason_and_its_bracket(past: Past) -> None:
    key = CellKey(FABLE, VENDOR, "us-persons")
    told = [one for one in past.snapshot.transitions if one.key == key]
    closed = next(one for one in told if one.published.availability is Availability.RESTRICTED)
    assert closed.last_answer_at
    assert closed.first_refusal_at
    assert (closed.first_refusal_at - closed.last_answer_at).total_seconds() == 61
    in_force = [one.published for one in told if one.published.incident and one.published.disagreement is None]
    assert {one.reason for one in in_force} == {Reason.LEGAL}


async def test_no_event_speaks_of_what_is_closed_by_design(past: Past) -> None:
    assert "zero-retention" not in {change.key.user_class for event in past.events for change in event.draft.changes}
    titles = {incident.title for incident in past.snapshot.incidents}
    assert DIRECTIVE in titles
