"""Attestations that run out: told once before, once at the end, and never of one that another has followed."""

from __future__ import annotations

from datetime import timedelta

from statuspage.core.alert import AlertKind
from statuspage.core.vouching import news, running_out
from tests.core.builders import HOME, VOUCHED, after, attested

WEEK = attested(True)
"""Recorded at the beginning, for seven days."""


def names(*attestations: object, hours: float) -> list[str]:
    return [one.subject for one in running_out(attestations, [VOUCHED, HOME], after(hours=hours))]  # type: ignore[arg-type]


def test_a_day_before_and_at_the_end() -> None:
    assert names(WEEK, hours=6 * 24 - 0.1) == []
    assert names(WEEK, hours=6 * 24) == ["att_1 ends"]
    assert names(WEEK, hours=7 * 24 - 0.1) == ["att_1 ends"]
    assert names(WEEK, hours=7 * 24) == ["att_1 ended"]


def test_a_short_one_is_told_when_a_quarter_is_left() -> None:
    short = attested(True, until=after(hours=4))
    assert (names(short, hours=2.9), names(short, hours=3)) == ([], ["att_1 ends"])


def test_one_that_another_has_followed_is_not_told() -> None:
    second = attested(False, after(hours=1), id="att_2", until=after(days=30))
    assert names(WEEK, second, hours=7 * 24) == []
    assert names(attested(True, scope=WEEK.scope, until=after(hours=1)), WEEK, hours=2) in ([], ["att_1 ended"])


def test_one_that_speaks_for_nothing_is_not_told() -> None:
    assert running_out([WEEK], [HOME], after(days=9)) == []


def test_each_is_news_once_and_over_when_it_is_answered() -> None:
    [ends] = running_out([WEEK], [VOUCHED], after(days=7) - timedelta(hours=1))
    [ended] = running_out([WEEK], [VOUCHED], after(days=7))
    assert news([ends], []) == ([ends], set())
    assert news([ends], [ends]) == ([], set())
    assert news([ended], [ends]) == ([ended], {(AlertKind.ATTESTATION, "att_1 ends")})
    assert news([], [ended]) == ([], {(AlertKind.ATTESTATION, "att_1 ended")})
