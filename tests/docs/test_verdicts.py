"""The page on verdicts speaks of every row of the judge, and of every number of the policy that confirms."""

from __future__ import annotations

from pathlib import Path

import pytest

from statuspage.core.availability import Reason
from statuspage.core.verdict import C1, C2, C3, C4, C5, Row

TEXT = (Path(__file__).parents[2] / "docs" / "verdicts.md").read_text("utf-8")


@pytest.mark.parametrize("row", Row)
def test_every_row_is_explained(row: Row) -> None:
    assert f"| `{row.value}` |" in TEXT


@pytest.mark.parametrize("outcome", sorted({one.value for kind in (C1, C2, C3, C4, C5) for one in kind}))
def test_every_outcome_of_a_control_is_named(outcome: str) -> None:
    assert f"`{outcome}`" in TEXT


@pytest.mark.parametrize("reason", [one for one in Reason if one is not Reason.NONE])
def test_every_reason_is_named(reason: Reason) -> None:
    assert f"`{reason.value}`" in TEXT
