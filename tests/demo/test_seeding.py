"""The sandbox's history is told whole or not at all: a start that is cut off is told anew from its beginning."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from statuspage import app
from statuspage.app import sandbox as seeding
from statuspage.config import load
from statuspage.core.incident import Kind
from statuspage.demo.story import ACTOR, Play
from statuspage.errors import StatuspageError
from statuspage.ports import EventQuery
from statuspage.services.incidents import Opening
from tests.shipped import free_port, write_config


async def _tell(play: Play, until: datetime, progress: Callable[[int, int], None] | None, *, dies: bool) -> None:
    play.panel.follow({"do": "restrict", "model": "claude-fable-5"})
    await play.incidents.open(Opening(Kind.NOTICE, "The first scene"), ACTOR)
    if dies:
        raise StatuspageError("the power went")
    play.clock.at = until - timedelta(hours=1)
    await play.incidents.open(Opening(Kind.NOTICE, "The last scene"), ACTOR)


async def _dying(play: Play, until: datetime, progress: Callable[[int, int], None] | None) -> None:
    await _tell(play, until, progress, dies=True)


async def _whole(play: Play, until: datetime, progress: Callable[[int, int], None] | None) -> None:
    await _tell(play, until, progress, dies=False)


async def test_a_history_that_was_cut_off_is_told_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(write_config(tmp_path, free_port()), {})
    monkeypatch.setattr(seeding, "tell_june_2026", _dying)
    with pytest.raises(StatuspageError, match="the power went"):
        async with app.verbs(settings) as used, AsyncExitStack() as stack:
            await seeding.start_sandbox(used, stack, None)
    monkeypatch.setattr(seeding, "tell_june_2026", _whole)
    for _ in range(2):
        async with app.verbs(settings) as used, AsyncExitStack() as stack:
            await seeding.start_sandbox(used, stack, None)
            events = await used.queries.events(EventQuery())
            told = [(one.seq, one.draft.summary) for one in events if "scene" in one.draft.summary]
    assert told == [(1, "The first scene"), (2, "The last scene")]
