"""The words of Atlassian Statuspage: permanent ids, and statuses that never say better than it is."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from statuspage.core import compat
from statuspage.core.availability import Availability, CellKey
from statuspage.core.compat import Component, Indicator
from statuspage.core.incident import Impact, Incident, Kind, ScopeRow, Stage

NOON = datetime(2026, 6, 12, 12, tzinfo=UTC)
STORY = Incident("inc_1", Kind.RESTRICTION, "Two models", Stage.IDENTIFIED, Impact.MINOR, NOON, NOON)
C = Component


def test_ids_are_permanent() -> None:
    """These are in bookmarks, dashboards and databases of others: they may never change."""
    assert compat.page_id("https://status.example") == "vwew1085m122"
    assert compat.group_id("claude-fable-5") == "2vo77pwepj07"
    assert compat.leaf_id(CellKey("claude-fable-5", "claude-api", "us-persons")) == "yk0skghrugja"
    assert compat.incident_id("inc_directive") == "qy2m2aogp565"
    assert compat.incident_number("inc_old_0") == 115890566420196


def test_ids_differ_and_have_the_form() -> None:
    keys = [CellKey(f"m{a}", f"p{b}", f"c{c}") for a in range(20) for b in range(5) for c in range(10)]
    made = {compat.leaf_id(key) for key in keys} | {compat.group_id(f"m{a}") for a in range(20)}
    assert len(made) == 1020
    assert all(re.fullmatch("[0-9a-z]{12}", one) for one in made)
    assert compat.leaf_id(CellKey("a", "bc", "d")) != compat.leaf_id(CellKey("ab", "c", "d"))


@pytest.mark.parametrize(
    ("availability", "status"),
    [
        (Availability.AVAILABLE, C.OPERATIONAL),
        (Availability.DEGRADED, C.DEGRADED),
        (Availability.UNKNOWN, C.DEGRADED),
        (Availability.DOWN, C.MAJOR),
        (Availability.RESTRICTED, C.MAJOR),
    ],
)
def test_leaves(availability: Availability, status: Component) -> None:
    assert compat.leaf_status(availability) is status
    restricted = availability is Availability.RESTRICTED
    assert compat.leaf_status(availability, maintained=True) is (C.MAJOR if restricted else C.MAINTENANCE)


@pytest.mark.parametrize(
    ("leaves", "group", "page"),
    [
        ([], C.OPERATIONAL, Indicator.NONE),
        ([C.OPERATIONAL] * 3, C.OPERATIONAL, Indicator.NONE),
        ([C.OPERATIONAL, C.DEGRADED], C.DEGRADED, Indicator.MINOR),
        ([C.OPERATIONAL, C.OPERATIONAL, C.MAJOR], C.PARTIAL, Indicator.MAJOR),
        ([C.OPERATIONAL, C.MAJOR], C.PARTIAL, Indicator.MAJOR),
        ([C.DEGRADED, C.MAJOR, C.MAJOR], C.PARTIAL, Indicator.CRITICAL),
        ([C.MAJOR, C.MAJOR], C.MAJOR, Indicator.CRITICAL),
        ([C.MAINTENANCE, C.OPERATIONAL], C.MAINTENANCE, Indicator.MAINTENANCE),
        ([C.MAINTENANCE, C.DEGRADED], C.DEGRADED, Indicator.MINOR),
        ([C.MAINTENANCE, C.MAJOR, C.OPERATIONAL], C.PARTIAL, Indicator.MAJOR),
    ],
)
def test_groups_and_the_page(leaves: list[Component], group: Component, page: Indicator) -> None:
    assert compat.group_status(leaves) is group
    assert compat.roll_up(leaves) is page


def test_nobody_investigates_a_restriction() -> None:
    said = {(kind, stage): compat.incident_status(kind, stage) for kind in Kind for stage in Stage}
    assert said[Kind.RESTRICTION, Stage.INVESTIGATING] == "identified"
    assert said[Kind.INCIDENT, Stage.INVESTIGATING] == "investigating"
    planned = {status for (kind, _), status in said.items() if kind is Kind.MAINTENANCE}
    assert planned == {"scheduled", "in_progress", "completed"}
    others = {status for (kind, _), status in said.items() if kind is not Kind.MAINTENANCE}
    assert others == {"investigating", "identified", "monitoring", "resolved", "postmortem"}


@pytest.mark.parametrize(
    ("rows", "impact"),
    [
        ((ScopeRow(),), "critical"),
        ((ScopeRow(user_classes=("a",)),), "major"),
        ((ScopeRow(excepted=("b",)),), "major"),
        ((ScopeRow(user_classes=("a",)), ScopeRow(user_classes=("b",))), "critical"),
        ((), "minor"),
    ],
)
def test_the_impact_of_a_restriction_is_its_scope(rows: tuple[ScopeRow, ...], impact: str) -> None:
    assert compat.incident_impact(replace(STORY, scope=rows), ("a", "b")) == impact


def test_other_impacts_are_what_staff_say() -> None:
    assert compat.incident_impact(replace(STORY, kind=Kind.INCIDENT), ("a",)) == "minor"
    assert compat.incident_impact(replace(STORY, kind=Kind.MAINTENANCE), ("a",)) == "maintenance"
