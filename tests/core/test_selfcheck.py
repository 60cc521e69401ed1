"""Watching the watcher: canaries, clocks, unknown cells and where an egress comes out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.observation import Cause
from statuspage.core import selfcheck
from statuspage.core.alert import AlertKind
from statuspage.core.availability import Availability
from statuspage.core.selfcheck import CLOCK_TOLERANCE, SelfReport, country_in, skew, together
from tests.core.builders import T0, seen, settled

RIGHT = {cause: seen(cause) for cause in (Cause.OK, Cause.CREDENTIAL, Cause.WITHDRAWN)}


def kinds(report: SelfReport) -> list[tuple[AlertKind, str]]:
    return [one.name for one in report.raised]


def test_canaries_that_answer_as_they_must_end_their_alerts() -> None:
    report = selfcheck.canaries(RIGHT, T0)
    assert report.healthy
    assert report.raised == ()
    assert set(report.ended) == {(AlertKind.CANARY, cause.value) for cause in RIGHT}


@pytest.mark.parametrize("cause", RIGHT)
def test_a_canary_that_is_mistaken_makes_us_unwell(cause: Cause) -> None:
    report = selfcheck.canaries(RIGHT | {cause: seen(Cause.SERVER_ERROR)}, T0)
    assert not report.healthy
    assert kinds(report) == [(AlertKind.CANARY, cause.value)]
    assert (AlertKind.CANARY, cause.value) not in report.ended


@pytest.mark.parametrize(
    ("ahead", "raised"),
    [
        ([], False),
        ([0.4, CLOCK_TOLERANCE], False),
        ([-3600.0], True),
        ([30.0, 31.0, 0.0], True),
        ([0.0, 0.5, 3600.0], False),
    ],
)
def test_our_clock_is_wrong_only_if_most_providers_say_so(ahead: list[float], raised: bool) -> None:
    report = selfcheck.clock(ahead, T0)
    assert bool(report.raised) is raised
    assert report.healthy
    assert bool(report.ended) is not raised


def test_nobody_told_the_time() -> None:
    assert skew([]) is None


@pytest.mark.parametrize(("unknown", "raised"), [(0, False), (2, False), (3, True)])
def test_many_unknown_cells_are_our_own_trouble(unknown: int, raised: bool) -> None:
    states = [settled(Availability.UNKNOWN)] * unknown + [settled(Availability.AVAILABLE)] * (4 - unknown)
    assert bool(selfcheck.unknown(states, T0).raised) is raised


def test_without_cells_nothing_is_unknown() -> None:
    assert selfcheck.unknown([], T0).raised == ()


@pytest.mark.parametrize(
    ("body", "country"),
    [
        (b"DE\n", "DE"),
        (b"de", "DE"),
        (b"ip=203.0.113.7\nloc=DE\ntls=TLSv1.3\n", "DE"),
        (b'{"ip": "203.0.113.7", "country": "DE"}', "DE"),
        (b'{"country": "Germany", "country_code": "de"}', "DE"),
        (b'{"country": 49}', None),
        (b"[1]", None),
        (b"Germany", None),
        (b"", None),
    ],
)
def test_where_an_answer_says_it_came_from(body: bytes, country: str | None) -> None:
    assert country_in(body) == country


@given(st.binary())
def test_no_answer_makes_it_raise(body: bytes) -> None:
    country_in(body)


def test_an_egress_elsewhere_is_told_and_ends_when_it_is_mended() -> None:
    wrong = selfcheck.egress("vendor/abroad", "DE", b"US", T0)
    assert kinds(wrong) == [(AlertKind.EGRESS, "vendor/abroad")]
    assert "comes out in US, declared is DE" in wrong.raised[0].text
    assert "did not tell" in selfcheck.egress("vendor/abroad", "DE", None, T0).raised[0].text
    assert selfcheck.egress("vendor/abroad", "DE", b"DE", T0).ended == ((AlertKind.EGRESS, "vendor/abroad"),)


def test_one_unwell_part_makes_the_whole_unwell() -> None:
    assert together([]).healthy
    assert not together([SelfReport(), SelfReport(healthy=False)]).healthy


def test_nothing_is_deleted_by_a_clock_that_differs_from_the_providers() -> None:
    assert not selfcheck.doubtful([])
    assert not selfcheck.doubtful([1.0, 9.0, 3600.0])
    assert selfcheck.doubtful([-3600.0, 86400.0, 86400.0])
