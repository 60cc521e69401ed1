"""Forms of staff: what was typed comes back as typed, and means what the verbs take."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from statuspage.core.incident import Certainty, Kind, Says, ScopeRow
from statuspage.errors import Invalid
from statuspage.services.incidents import Opening
from statuspage.services.written import More, Story, read
from statuspage.site import desk_forms
from statuspage.site.desk_forms import Fact, Form, Row
from tests.core.builders import incident

NOW = datetime(2026, 6, 13, 2, 30, tzinfo=UTC)
POSTED = [
    ("incident_id", "inc_1"),
    ("base_rev", "3"),
    ("kind", "restriction"),
    ("title", " Two models suspended "),
    ("body", "It is **ordered**.\r\nWe look."),
    ("next_in", "+2h"),
    ("started_at", "12 Jun 21:21"),
    ("scope-0-models", "fable"),
    ("scope-0-models", "mythos"),
    ("scope-0-from", "01:59"),
    ("scope-1-models", "opus"),
    ("scope-1-except", "us-persons"),
    ("fact-0-says", "ordered"),
    ("fact-0-authority", "The authority"),
    ("fact-0-announced_at", "12 Jun 21:21"),
    ("fact-0-source", "https://example.org/"),
    ("fact-1-says", "announced"),
    ("fact-1-claimed", "1"),
    ("fact-1-user_classes", "abroad"),
    ("fact-2-says", ""),
    ("csrf", "secret"),
]


def opening(form: Form) -> Opening:
    return read(Story, desk_forms.story(form, NOW)).opening()


def test_what_was_posted_means_what_it_says() -> None:
    made = opening(desk_forms.of_fields(POSTED))
    assert (made.kind, made.title, made.body) == (
        Kind.RESTRICTION,
        "Two models suspended",
        "It is **ordered**.\nWe look.",
    )
    assert made.next_update_by == datetime(2026, 6, 13, 4, 30, tzinfo=UTC)
    assert made.started_at == datetime(2026, 6, 12, 21, 21, tzinfo=UTC)
    two, opus = ScopeRow(models=("fable", "mythos")), ScopeRow(models=("opus",), excepted=("us-persons",))
    assert made.scope == (two, opus)
    ordered, ordered_later, *claims = made.statements
    assert (ordered.scope, ordered.effective_from) == ((two,), datetime(2026, 6, 13, 1, 59, tzinfo=UTC))
    assert (ordered_later.scope, ordered_later.effective_from) == ((opus,), None)
    assert {one.certainty for one in claims} == {Certainty.CLAIMED}
    assert {row.user_classes for one in claims for row in one.scope} == {("abroad",)}


def test_saved_data_stands_in_the_form_again() -> None:
    form = desk_forms.of_fields(POSTED)
    data = read(Story, desk_forms.story(form, NOW)).model_dump(by_alias=True)
    again = desk_forms.of_story(data, base_rev="3")
    assert opening(again) == opening(form)


def test_what_cannot_be_read_is_named_and_kept() -> None:
    form = desk_forms.of_fields([*POSTED, ("next_in", desk_forms.OTHER), ("next_at", "soonish")])
    assert form.next_at == "soonish"
    with pytest.raises(Invalid) as caught:
        opening(form)
    assert [(one.field, one.detail) for one in caught.value.mistakes] == [
        ("next_update_by", "must be a moment such as 2026-06-13T01:59:00Z")
    ]


def test_an_update_states_something_about_the_story_so_far_for_the_classes_that_it_names() -> None:
    story = incident(scope=(ScopeRow(models=("fable",), providers=("vendor",)),))
    form = Form(body="Lifted.", facts=(Fact(says="lifted", user_classes=("us",)),), rows=(Row(models=("opus",)),))
    written = read(More, desk_forms.more(form, NOW, story.scope)).continuation(story)
    assert written.scope is None
    [lifted] = written.statements
    assert (lifted.says, lifted.scope) == (Says.LIFTED, (ScopeRow(("fable",), ("vendor",), ("us",)),))


@pytest.mark.parametrize(
    "fields", [[], [("scope-99-models", "x")] * 3, [("fact-0-nothing", "x"), ("stage", "nowhere")]]
)
def test_whatever_is_posted_is_a_form(fields: list[tuple[str, str]]) -> None:
    form = desk_forms.of_fields(fields)
    assert desk_forms.of_fields(fields) == form
    assert len(desk_forms.with_row(form).rows) == len(form.rows) + 1


def test_rows_have_a_limit() -> None:
    form = Form()
    for _ in range(50):
        form = desk_forms.with_fact(desk_forms.with_row(form))
    assert (len(form.rows), len(form.facts)) == (desk_forms.MOST_ROWS, desk_forms.MOST_ROWS)


def test_only_a_restriction_states_something() -> None:
    said = {"kind": "incident", "title": "T", "statements": [{"says": "ordered"}]}
    with pytest.raises(Invalid, match="only a restriction"):
        read(Story, said).opening()
    with pytest.raises(Invalid, match="need a statement"):
        read(Story, {"title": "T", "scope": [{"until": "2026-06-13T01:59:00Z"}]}).opening()
    with pytest.raises(Invalid) as caught:
        read(Story, {"titel": "T", "scope": [{"models": "x"}], "started_at": "2026-06-13"})
    assert {one.field for one in caught.value.mistakes} == {"titel", "scope[0].models", "started_at"}
