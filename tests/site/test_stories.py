"""Stories: what a past incident's page says was seen then; nothing that happens later changes it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from statuspage.core.availability import Availability, Basis, CellKey, Disagreement, Reason
from statuspage.core.cell import Measured, Published, Transition
from statuspage.core.incident import Stage
from statuspage.core.snapshot import CellView, Snapshot
from statuspage.site import stories
from statuspage.site.publish import leaves
from tests.site import snapshots, story
from tests.site.printed import world
from tests.site.snapshots import NOW, REFUSED
from tests.site.story import BOTH

A = Availability
DAY = timedelta(days=1)
LIFTED = NOW + 4 * DAY
PATH = "/incidents/inc_directive"
FIRST = CellKey(BOTH[0], "claude-api", "us-persons")


def turn(name: str, key: CellKey, at: datetime, before: Availability, after: Availability) -> Transition:
    """A cell that turned without any story."""
    shown = Published(after, Reason.NONE, at, Basis.MEASURED, after is not A.AVAILABLE)
    return Transition(f"tra_{name}", key, key.model, at, at, before, shown, Measured(after, Reason.NONE, at), 4, None)


def at_rest(cell: CellView, availability: Availability = A.AVAILABLE, since: datetime = LIFTED) -> CellView:
    """The cell as it stands when the story is over."""
    return snapshots.cell(cell.key, cell.provider_model_id, availability, since=since, expected=cell.expected)


def over() -> Snapshot:
    """The day on which the directive was lifted: both models are answered again, one class after the other."""
    june = world(story.june)
    directive = replace(june.incidents[0], stage=Stage.RESOLVED, resolved_at=LIFTED + DAY)
    again = (
        turn("one", FIRST, LIFTED, A.RESTRICTED, A.AVAILABLE),
        turn("two", replace(FIRST, user_class="listed"), LIFTED + timedelta(hours=1), A.RESTRICTED, A.DEGRADED),
    )
    return replace(
        june,
        generated_at=LIFTED + 2 * DAY,
        valid_until=LIFTED + 2 * DAY,
        incidents=(directive, *june.incidents[1:]),
        transitions=(*june.transitions, *again),
        cells=tuple(at_rest(one) if one.key.model in BOTH and not one.by_design else one for one in june.cells),
    )


def happened_since(before: Snapshot) -> Snapshot:
    """Some days later the models went down, were closed for other reasons, and opened again."""
    later = before.generated_at + 3 * DAY
    turns = (
        turn("three", FIRST, later, A.AVAILABLE, A.DOWN),
        turn("four", FIRST, later + DAY, A.DOWN, A.RESTRICTED),
        turn("five", FIRST, later + 2 * DAY, A.RESTRICTED, A.AVAILABLE),
    )
    cells = tuple(
        replace(at_rest(one, A.RESTRICTED, later), disagreement=Disagreement.UNEXPLAINED)
        if one.key.model in BOTH
        else one
        for one in before.cells
    )
    return replace(
        before,
        generated_at=later + 3 * DAY,
        valid_until=later + 3 * DAY,
        transitions=(*before.transitions, *turns),
        cells=cells,
    )


def page(snapshot: Snapshot) -> bytes:
    """The permalink of the directive's story."""
    return next(leaf.body for leaf in leaves(snapshot) if leaf.path == PATH)


def test_a_past_story_s_clocks_are_those_of_then() -> None:
    then = over()
    clocks = stories.clocks(then, then.incidents[0])
    seen = [(one.says, one.at, one.scope[0].models, one.scope[0].user_classes) for one in clocks if one.measured]
    refused = ("us-persons", "foreign-abroad", "foreign-in-us", "listed")
    assert seen == [("refused", REFUSED, (), refused), ("answered", LIFTED, (BOTH[0],), ("us-persons",))]


def test_nothing_that_happens_later_changes_the_page_of_a_past_story() -> None:
    then = over()
    assert page(then) == page(happened_since(then))


@pytest.mark.parametrize("availability", list(A))
def test_how_its_cells_stand_now_says_nothing_of_a_past_story(availability: Availability) -> None:
    then = over()
    now = replace(then, cells=tuple(at_rest(one, availability, then.generated_at) for one in then.cells))
    assert stories.clocks(now, then.incidents[0]) == stories.clocks(then, then.incidents[0])
