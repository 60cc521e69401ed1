"""The doctor's lines: ok, warn or fail, and never a failure without its remedy."""

from __future__ import annotations

from datetime import timedelta

import pytest

from checks.observation import Cause
from statuspage.core import diagnosis
from statuspage.core.alert import AlertKind, alert
from statuspage.core.availability import Availability
from statuspage.core.diagnosis import Health, Line
from statuspage.core.spend import Purse
from tests.core.builders import T0, after, seen, settled

KNOWN, UNKNOWN = settled(Availability.AVAILABLE), settled(Availability.UNKNOWN)
FRESH = timedelta(minutes=15)

LINES = [
    (diagnosis.clock([]), Health.WARN),
    (diagnosis.clock([0.4]), Health.OK),
    (diagnosis.clock([-3600.0]), Health.FAIL),
    (diagnosis.disk(10**12, 10**9), Health.OK),
    (diagnosis.disk(2 * 10**9, 10**9), Health.WARN),
    (diagnosis.disk(10**7, 0), Health.FAIL),
    (diagnosis.key_file("key", 0o100600), Health.OK),
    (diagnosis.key_file("key", 0o100644), Health.FAIL),
    (diagnosis.key_file("key", None), Health.WARN),
    (diagnosis.cells([], [], 3), Health.WARN),
    (diagnosis.cells([KNOWN, KNOWN], [], 2), Health.OK),
    (diagnosis.cells([KNOWN, KNOWN], [KNOWN], 2), Health.WARN),
    (diagnosis.cells([KNOWN, UNKNOWN, UNKNOWN], [], 3), Health.FAIL),
    (diagnosis.credential("c", None, T0, FRESH), Health.WARN),
    (diagnosis.credential("c", seen(Cause.OK), T0, FRESH), Health.OK),
    (diagnosis.credential("c", seen(Cause.WITHDRAWN), T0, FRESH), Health.OK),
    (diagnosis.credential("c", seen(Cause.OK), after(hours=2), FRESH), Health.WARN),
    (diagnosis.credential("c", seen(Cause.CREDENTIAL), T0, FRESH), Health.FAIL),
    (diagnosis.credential("c", seen(Cause.BILLING), T0, FRESH), Health.FAIL),
    (diagnosis.credential("c", seen(Cause.NETWORK), T0, FRESH), Health.WARN),
    (diagnosis.egress("direct", 200), Health.OK),
    (diagnosis.egress("direct", None), Health.FAIL),
]


@pytest.mark.parametrize(("line", "health"), LINES)
def test_how_a_line_stands(line: Line, health: Health) -> None:
    assert line.health is health
    assert bool(line.remedy) is (health is not Health.OK)
    assert diagnosis.failed([line]) is (health is Health.FAIL)


@pytest.mark.parametrize(
    ("purse", "health"),
    [
        (Purse("p", "c", 1.0, 0.1, 5.0), Health.OK),
        (Purse("p", "c", 4.95, 0.1, 5.0), Health.FAIL),
        (Purse("p", "c", 0.0, 0.0, 5.0), Health.WARN),
        (Purse("p", "c", 1.0, 0.0, None), None),
    ],
)
def test_money_is_named_where_there_is_a_cap(purse: Purse, health: Health | None) -> None:
    line = diagnosis.money(purse)
    assert (line.health if line else None) is health


def test_alerts_of_the_last_day_are_shown_the_newest_first() -> None:
    told = [alert(AlertKind.CAP, name, name, after(hours=hours)) for name, hours in (("old", 0), ("a", 30), ("b", 40))]
    lines = diagnosis.alerts(told, after(hours=41))
    assert [line.text for line in lines] == ["b", "a"]
    assert {line.health for line in lines} == {Health.WARN}
    assert [line.health for line in diagnosis.alerts([], T0)] == [Health.OK]


def test_the_newest_observation_of_each_name() -> None:
    early, late = seen(Cause.OK), seen(Cause.OK, after(5))
    assert diagnosis.newest({"a": [early, late], "b": []}) == {"a": late, "b": None}


def test_a_database_that_others_can_read_is_said() -> None:
    assert diagnosis.private_file("s.db", 0o100600) is None
    assert diagnosis.private_file("s.db", None) is None
    line = diagnosis.private_file("s.db", 0o100644)
    assert line
    assert (line.health, line.remedy) == (Health.WARN, "chmod 600 s.db*")
