"""The June 2026 story through the real pipeline with the default policy: what was published, and when, beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from benchmarks.report import Options, Section, Table, figure
from statuspage import app
from statuspage.config import load
from statuspage.core.cell import Transition
from statuspage.core.event import Event, EventType
from statuspage.core.settings import Policy, Schedule, Settings
from statuspage.demo.sandbox import SandboxServer
from statuspage.demo.story import ENDS, MovedClock, Play, shift_to, tell_june_2026
from statuspage.ports import EventQuery
from statuspage.services.snapshots import record_catalogue

ROOT = Path(__file__).resolve().parents[1]
SANDBOX = "http://127.0.0.1:8091"


def _at(month: int, day: int, hour: int, minute: int, second: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, second, tzinfo=UTC)


STORY = (
    (_at(6, 9, 17, 8), "both models launch"),
    (_at(6, 12, 21, 21), "the directive is received"),
    (_at(6, 13, 0, 50), "the vendor announces it"),
    (_at(6, 13, 1, 57, 59), "the last answer"),
    (_at(6, 13, 1, 59), "the first refusal, for everyone"),
    (_at(6, 13, 2, 25), "the gateway: 500 for one model, 404 for the other"),
    (_at(6, 13, 3, 5), "staff link the 500"),
    (_at(6, 15, 16, 0), "two other models retire"),
    (_at(6, 17, 9, 40), "rumours"),
    (_at(6, 26, 21, 40), "lifted for listed organisations"),
    (_at(6, 26, 22, 14), "they are answered again"),
    (_at(6, 30, 23, 31), "lifted for everyone"),
    (_at(7, 1, 11, 20), "the gateway answers 503"),
    (_at(7, 1, 11, 59), "the gateway answers again"),
    (_at(7, 1, 19, 26), "the vendor answers again"),
    (_at(7, 1, 19, 45), "staff resolve the incident"),
)
"""What happened, when; the times of answers are those at which the sandbox begins to give them."""


def run(options: Options) -> Section:
    """Play it and list every event."""
    began = process_time()
    events, transitions = asyncio.run(_play(options))
    cpu = process_time() - began
    claim = (
        f"The scenes of the sandbox's story over real HTTP, SQLite, the default policy and a clock that is moved: "
        f"{len(events)} events, {len(transitions)} transitions, {cpu:.0f} s of CPU. A round asks at the story's "
        "moments and once a day between them; the delays are therefore confirmation alone, without the up to 60 s "
        "until the next regular round."
    )
    return Section("story", claim, (_events(events), _overlays(transitions)))


async def _play(options: Options) -> tuple[list[Event], list[Transition]]:
    with TemporaryDirectory(prefix="story") as folder:
        clock = MovedClock(ENDS)
        sandbox = SandboxServer(Path(folder), clock)
        await sandbox.start()
        try:
            settings = _settings(Path(folder), sandbox.url)
            async with app.verbs(settings, environ={}, now=clock, played=True) as used:
                play = Play(used.monitor, used.incidents, used.attestations, sandbox.panel, clock, shift_to(ENDS))
                clock.at = play.date(6, 1, 11)
                await record_catalogue(used.store, used.settings, clock(), used.ids)
                await tell_june_2026(play, ENDS, lambda done, of: options.progress(f"scene {done} of {of}", done / of))
                async with used.store.reading() as view:
                    return await view.events(EventQuery(limit=1000)), await view.transitions(None, None, None)
        finally:
            await sandbox.stop()


def _settings(folder: Path, url: str) -> Settings:
    """The shipped configuration at another address, with the default policy and schedule instead of the sandbox's."""
    moved = (ROOT / "config.yaml").read_text("utf-8").replace(SANDBOX, url)
    file = folder / "config.yaml"
    file.write_text(moved, "utf-8")
    given = load(file, {})
    return replace(given, policy=Policy(), schedule=Schedule(), store_url=f"sqlite:///{folder / 'story.db'}")


def _events(events: Sequence[Event]) -> Table:
    rows = tuple(_row(event) for event in events if event.draft.type is not EventType.CONFIG_CHANGED)
    note = (
        "Every event that was told, with the classes that it names; nothing is left out. After: how long after the "
        "story's moment it was committed."
    )
    return Table("Told", ("event", "of", "classes", "the story", "at (UTC)", "told", "after"), rows, (note,))


def _row(event: Event) -> tuple[str, ...]:
    draft = event.draft
    of = f"{draft.model} at {draft.provider}" if draft.model and draft.provider else ", ".join(draft.models)
    moment, what = _moment(draft.timestamp)
    late = _span(draft.timestamp - moment)
    return (draft.type.value, of, str(len(draft.user_classes)), what, _time(moment), _time(draft.timestamp), late)


def _overlays(transitions: Sequence[Transition]) -> Table:
    """Changes of a published availability that nobody was told of, baselines aside."""
    silent = [one for one in transitions if one.event is None and one.cell_seq > 0]
    moved = [one for one in silent if one.from_availability is not one.published.availability]
    rows = (
        ("baselines: a first verdict, told to nobody", figure(sum(one.cell_seq == 0 for one in transitions))),
        ("told", figure(sum(one.event is not None for one in transitions))),
        ("not told: another reason, scope or basis, same availability", figure(len(silent) - len(moved))),
        ("not told: another availability", figure(len(moved))),
    )
    return Table("Transitions", ("kind", "number"), rows)


def _moment(at: datetime) -> tuple[datetime, str]:
    return max((one for one in STORY if one[0] <= at), default=(at, "before the story"))


def _time(at: datetime) -> str:
    return f"{at:%m-%d %H:%M:%S}"


def _span(late: timedelta) -> str:
    total = round(late.total_seconds())
    return f"{total} s" if total < 600 else f"{total // 60} min"
