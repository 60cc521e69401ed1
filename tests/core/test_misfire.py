"""A possible gateway misfire: three classes of a provider that turn to a refusal by region at once, unexplained."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from statuspage.core.availability import Availability, Basis, CellKey, Reason
from statuspage.core.cell import CellState
from statuspage.core.misfire import possible_misfires
from tests.core.builders import POLICY, after, measured, restricted


def refused(user_class: str, since: datetime, reason: Reason = Reason.REGION, provider: str = "vendor") -> CellState:
    key = CellKey("fable", provider, user_class)
    return replace(restricted(key), measured=measured(Availability.RESTRICTED, reason, since=since))


def flagged(*states: CellState) -> set[str]:
    return {key.user_class for key in possible_misfires(states, POLICY)}


def test_three_classes_at_once_are_a_possible_misfire_and_two_are_not() -> None:
    a, b, c = (refused(name, after(seconds)) for name, seconds in (("a", 0), ("b", 60), ("c", 240)))
    assert flagged(a, b, c) == {"a", "b", "c"}
    assert flagged(a, b) == set()


def test_classes_that_turn_one_after_another_are_not() -> None:
    assert flagged(*(refused(name, after(minutes=6 * n)) for n, name in enumerate("abcd"))) == set()


def test_a_class_that_was_refused_long_before_is_no_part_of_it() -> None:
    assert flagged(refused("old", after(hours=-9)), *(refused(name, after(0)) for name in "abc")) == {"a", "b", "c"}


@pytest.mark.parametrize("other", [{"reason": Reason.LEGAL}, {"provider": "cloud"}], ids=["reason", "provider"])
def test_other_reasons_and_other_providers_do_not_add_up(other: dict[str, object]) -> None:
    assert flagged(refused("a", after(0)), refused("b", after(0)), refused("c", after(0), **other)) == set()  # type: ignore[arg-type]


def test_what_staff_have_explained_is_no_misfire() -> None:
    explained = [replace(one, published=replace(one.published, incident="inc_1"))
                 for one in (refused(name, after(0)) for name in "abc")]  # fmt: skip
    assert flagged(*explained) == set()
    design = [replace(one, published=replace(one.published, basis=Basis.EXPECTED))
              for one in (refused(name, after(0)) for name in "abc")]  # fmt: skip
    assert flagged(*design) == set()
