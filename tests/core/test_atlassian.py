"""Another status page's incidents, read: dates kept, mistakes named with their place, nothing left to the clock."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statuspage.core.atlassian import markdown, read
from statuspage.core.incident import Kind, Stage
from tests import atlassian
from tests.atlassian import START

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def one(**changes: Any) -> dict[str, Any]:
    return {**atlassian.incident(1), **changes}


def wrong(**changes: Any) -> list[tuple[str, str]]:
    found = read({"incidents": [one(**changes)]}, NOW)
    assert found.found == ()
    return [(mistake.field, mistake.detail) for mistake in found.mistakes]


def test_every_story_is_read_with_its_dates_whatever_the_zone() -> None:
    reading = read(atlassian.document(), NOW)
    assert reading.mistakes == ()
    assert len(reading.found) == 54
    assert [found.incident.created_at for found in reading.found] == sorted(
        f.incident.created_at for f in reading.found
    )
    stories = {found.incident.id: found for found in reading.found}
    for number in range(50):
        told = stories[atlassian.code(number, "incident")].incident
        start = START + timedelta(hours=31 * number)
        assert told.created_at == start
        assert told.started_at == (start - timedelta(minutes=4) if number % 3 else start)
        assert told.kind is Kind.INCIDENT
        assert told.updates[0].at == start
        assert [update.at for update in told.updates] == sorted(update.at for update in told.updates)


def test_the_story_that_goes_on_is_open_and_every_other_is_over() -> None:
    still_open = [found.incident for found in read(atlassian.document(), NOW).found if found.incident.open]
    assert [(incident.id, incident.stage) for incident in still_open] == [
        (atlassian.code(49, "incident"), Stage.MONITORING)
    ]


def test_planned_work_that_nobody_ended_ended_when_it_should_have() -> None:
    found = {one.incident.id: one.incident for one in read(atlassian.document(), NOW).found}
    left = found[atlassian.code(2, "maintenance")]
    assert (left.kind, left.stage) == (Kind.MAINTENANCE, Stage.COMPLETED)
    assert left.resolved_at == left.scheduled_until
    begun = read({"incidents": [atlassian.maintenance(2)]}, START + timedelta(days=20, hours=1)).found[0].incident
    assert begun.stage is Stage.IN_PROGRESS


def test_a_null_body_stays_a_step_without_words() -> None:
    told = read({"incidents": [atlassian.incident(7)]}, NOW).found[0].incident
    assert (told.updates[0].stage, told.updates[0].body) == (Stage.INVESTIGATING, "")


def test_a_postmortem_beside_the_updates_becomes_the_last_one() -> None:
    told = one(status="postmortem", postmortem_body="It was DNS.", postmortem_published_at="2026-01-02T00:00:00Z")
    incident = read({"incidents": [told]}, NOW).found[0].incident
    assert (incident.updates[-1].stage, incident.updates[-1].body) == (Stage.POSTMORTEM, "It was DNS.")


def test_a_bare_list_is_read_too() -> None:
    assert len(read([one()], NOW).found) == 1


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"id": None}, "incidents[0].id", "is missing"),
        ({"id": "../../etc/passwd"}, "incidents[0].id", "is no id"),
        ({"name": ""}, "incidents[0].name", "is missing"),
        ({"name": 7}, "incidents[0].name", "is a number: write a text"),
        ({"name": "x" * 501}, "incidents[0].name", "at most 500"),
        ({"status": "done"}, "incidents[0].status", "write one of investigating, identified"),
        ({"impact": "huge"}, "incidents[0].impact", "write one of none, minor"),
        ({"created_at": None}, "incidents[0].created_at", "is missing"),
        ({"created_at": "yesterday"}, "incidents[0].created_at", "'yesterday' is no time: write it like 2026-"),
        ({"created_at": "2026-01-01T00:00:00"}, "incidents[0].created_at", "has no zone"),
        ({"created_at": "2126-01-01T00:00:00Z"}, "incidents[0].created_at", "lies in the future"),
        ({"resolved_at": 12}, "incidents[0].resolved_at", "is no time"),
        ({"incident_updates": {}}, "incidents[0].incident_updates", "must be a list"),
        ({"incident_updates": [7]}, "incidents[0].incident_updates[0]", "must be an object"),
        ({"incident_updates": [{"id": "u"}]}, "incidents[0].incident_updates[0].created_at", "is missing"),
        ({"components": "all"}, "incidents[0].components", "must be a list"),
    ],
)
def test_a_mistake_names_its_place_and_what_would_be_right(changes: dict[str, Any], field: str, says: str) -> None:
    found = wrong(**changes)
    assert [place for place, _ in found] == [field]
    assert says in found[0][1]


def test_the_same_story_twice_is_a_mistake() -> None:
    found = read({"incidents": [one(), one()]}, NOW)
    assert [mistake.field for mistake in found.mistakes] == ["incidents[1].id"]


@pytest.mark.parametrize("document", [{}, {"page": {}}, [], 7, None, "x", {"incidents": {}}])
def test_another_kind_of_file_is_told_where_the_right_one_is(document: Any) -> None:
    found = read(document, NOW)
    assert found.found == ()
    assert document == [] or "/api/v2/incidents.json" in found.mistakes[0].detail


def test_little_html_becomes_markdown_and_the_rest_falls_away() -> None:
    assert markdown('<p>We <b>are</b> on it.<br/>See <a href="https://a.example/?b=1&amp;c=2">this</a>.</p>') == (
        "We **are** on it.\nSee [this](https://a.example/?b=1&c=2)."
    )
    assert markdown("<ul><li>one</li><li>two</li></ul>") == "* one\n* two"
    assert markdown("5 < 6 and a <custom> word") == "5 < 6 and a <custom> word"
    assert markdown("plain\r\ntext") == "plain\ntext"


NAMES = st.sampled_from([*one(), "x"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*list(one()), "x"]), inner, max_size=4)
    ),
    max_leaves=10,
)


@settings(max_examples=150, deadline=None)
@given(value=JSON, field=st.sampled_from([*one(), "scheduled_for", "postmortem_body"]))
def test_whatever_a_field_holds_it_is_read_or_named(value: Any, field: str) -> None:
    story = copy.deepcopy(one())
    story[field] = value
    reading = read({"incidents": [story]}, NOW)
    assert bool(reading.mistakes) != bool(reading.found)


@settings(max_examples=100, deadline=None)
@given(document=JSON)
def test_no_document_makes_it_raise(document: Any) -> None:
    read(document, NOW)
