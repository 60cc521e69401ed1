"""A sender killed at random instants: nothing that was committed is lost, and what comes twice is the same."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from statuspage.core.delivery import DeliveryState
from tests.faults.killing import killed

KILLS = int(os.environ.get("STATUSPAGE_KILLS", "8"))


@pytest.mark.faults
@pytest.mark.timeout(120 + 15 * KILLS)
def test_nothing_is_lost_whenever_the_sender_is_killed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    left = killed(tmp_path, KILLS)
    with capsys.disabled():
        print(
            f"\n{left.kills} kills, the cause gone after {left.gone}: {len(left.events)} events, {left.told} verdicts, "
            f"{len(left.owed)} owed, {len(left.lost)} lost, {left.duplicates} duplicates"
        )
    assert [event.seq for event in left.events] == list(range(1, len(left.events) + 1))
    assert left.untold == 0
    assert left.lost == set()
    assert set(left.received) == left.owed
    assert left.altered == 0
    assert left.states == {DeliveryState.DELIVERED: len(left.owed)}
