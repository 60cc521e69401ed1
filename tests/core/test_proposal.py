"""From a draft to a public story: nothing of a draft's past shows, and nothing that was public is lost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from statuspage.core.incident import Edit, Kind, Proposal, ScopeRow, Stage, Update
from statuspage.core.proposal import applied, edited, published, retitled, turned, with_proposal, without
from statuspage.core.review import Override, Review
from tests.core.builders import ABROAD, T0, after, declared, incident

FIRST = Update("upd_1", T0, Stage.IDENTIFIED, "First.")
SECOND = Update("upd_2", T0, Stage.IDENTIFIED, "Second.")
LATER = after(hours=3)


def test_a_published_draft_does_not_tell_how_long_it_was_known() -> None:
    draft = incident(declared(), draft=True, updates=(FIRST, SECOND))
    public = published(draft, LATER)
    assert {public.created_at, public.updated_at, public.declarations[0].recorded_at} == {LATER}
    assert [one.body for one in sorted(public.updates, key=lambda one: one.at)] == ["First.", "Second."]
    assert all(LATER - one.at < after(1) - T0 and one.at <= LATER for one in public.updates)
    assert not public.draft


def test_a_backdated_update_of_a_draft_keeps_its_moment() -> None:
    backdated = replace(FIRST, recorded_at=T0)
    [kept] = published(incident(draft=True, updates=(backdated,)), LATER).updates
    assert (kept.at, kept.recorded_at) == (T0, LATER)


def test_a_proposal_changes_what_it_names_and_leaves() -> None:
    only_abroad = (ScopeRow(models=("fable",), user_classes=(ABROAD,)),)
    change = Proposal(
        "upd_9", T0, "Lifted for some.", Stage.MONITORING, only_abroad, (declared(),), after(hours=9),
        review=Review(override=Override("p", "p", T0, "now")),
    )  # fmt: skip
    before = with_proposal(incident(next_update_by=after(hours=1)), change)
    new = applied(before, change, LATER)
    assert (new.scope, new.stage, new.next_update_by) == (only_abroad, Stage.MONITORING, after(hours=9))
    assert new.updates == (Update("upd_9", LATER, Stage.MONITORING, "Lifted for some."),)
    assert new.declarations[0].recorded_at == LATER
    assert (new.proposals, [one.reason for one in new.overrides]) == ((), ["now"])


def test_a_proposal_that_names_nothing_leaves_all_as_it_is() -> None:
    before = incident(next_update_by=after(hours=1))
    assert applied(before, Proposal("upd_9", T0), LATER) == replace(before, updated_at=LATER)


def test_an_end_ends() -> None:
    over = applied(incident(next_update_by=after(1)), Proposal("upd_9", T0, ends=True), LATER)
    assert (over.stage, over.resolved_at, over.next_update_by, over.open) == (Stage.RESOLVED, LATER, None, False)
    planned = incident(kind=Kind.MAINTENANCE, stage=Stage.IN_PROGRESS)
    assert applied(planned, Proposal("upd_9", T0, ends=True), LATER).stage is Stage.COMPLETED


def test_a_backdated_update_says_when_it_was_written_and_never_lies_in_the_future() -> None:
    back = applied(incident(), Proposal("upd_9", T0, "It began at one.", backdated_to=after(60)), LATER)
    assert (back.updates[0].at, back.updates[0].recorded_at, back.updated_at) == (after(60), LATER, LATER)
    ahead = applied(incident(), Proposal("upd_9", T0, "x", backdated_to=after(hours=9)), LATER)
    assert ahead.updates[0].at == LATER


def test_a_waiting_proposal_is_replaced_or_taken_away() -> None:
    one = with_proposal(incident(), Proposal("upd_9", T0, "a"))
    again = with_proposal(one, Proposal("upd_9", T0, "b"))
    assert [each.body for each in again.proposals] == ["b"]
    assert without(again, "upd_9").proposals == ()


def test_an_edit_keeps_what_was_said_before() -> None:
    twice = edited(edited(incident(updates=(FIRST, SECOND)), "upd_1", "1st.", after(1)), "upd_1", "One.", after(2))
    assert twice.updates[0].body == "One."
    assert twice.updates[0].edits == (Edit(after(1), "First."), Edit(after(2), "1st."))
    assert twice.updates[1] == SECOND


def test_a_title_keeps_what_it_was_unless_it_was_never_public() -> None:
    renamed = retitled(incident(), "A better title", LATER)
    assert (renamed.title, renamed.title_edits) == ("A better title", (Edit(LATER, "Export directive"),))
    assert retitled(incident(draft=True), "x", LATER).title_edits == ()
    assert retitled(renamed, "A better title", after(1)) is renamed


@pytest.mark.parametrize(
    ("stage", "at", "wanted"),
    [
        (Stage.SCHEDULED, 59, Stage.SCHEDULED),
        (Stage.SCHEDULED, 60, Stage.IN_PROGRESS),
        (Stage.SCHEDULED, 999, Stage.IN_PROGRESS),
        (Stage.IN_PROGRESS, 119, Stage.IN_PROGRESS),
        (Stage.IN_PROGRESS, 120, Stage.COMPLETED),
        (Stage.COMPLETED, 999, Stage.COMPLETED),
    ],
)
def test_planned_work_begins_and_ends_by_the_clock(stage: Stage, at: int, wanted: Stage) -> None:
    planned = incident(kind=Kind.MAINTENANCE, stage=stage, scheduled_for=after(60), scheduled_until=after(120))
    assert turned(planned, after(at)).stage is wanted


def test_planned_work_without_an_end_is_ended_by_people_and_a_draft_never_begins() -> None:
    planned = incident(kind=Kind.MAINTENANCE, stage=Stage.IN_PROGRESS, scheduled_for=T0)
    assert turned(planned, after(days=9)) == planned
    draft = replace(planned, draft=True, stage=Stage.SCHEDULED)
    assert turned(draft, after(days=9)) == draft
    other = incident(stage=Stage.SCHEDULED, scheduled_for=T0)
    assert turned(other, after(1)) == other
