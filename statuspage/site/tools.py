"""The pages that people use rather than read: is it me, my access, which class, subscribe, replay; and one day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from statuspage.core.availability import USABLE
from statuspage.core.settings import UserClass
from statuspage.core.snapshot import Snapshot
from statuspage.core.subscription import Filters
from statuspage.core.uptime import ACCESS_FORMULA, UPTIME_FORMULA
from statuspage.core.wish import TYPES
from statuspage.site import badges, calendar, days, isitme
from statuspage.site import replay as story
from statuspage.site.days import DayOf
from statuspage.site.leaf import CALENDAR, HTML, JSON, TEXT, Leaf, Rhythm
from statuspage.site.render import page


def leaves(snapshot: Snapshot) -> Iterator[Leaf]:
    """Every page of this module, the badges, the calendar, and what robots and language models read."""
    yield Leaf("/user-classes", HTML, user_classes(snapshot), Rhythm.FRESHNESS)
    yield Leaf("/my", HTML, my(snapshot), Rhythm.CONTENT)
    yield Leaf("/is-it-me", HTML, is_it_me(snapshot), Rhythm.CONTENT)
    yield Leaf("/subscribe", HTML, subscribe(snapshot), Rhythm.CONTENT)
    yield Leaf("/replay", HTML, replay(snapshot), Rhythm.CONTENT)
    yield Leaf("/replay.json", JSON, story.document(snapshot), Rhythm.CONTENT)
    found = days.troubles(snapshot)
    today = days.window(snapshot)[-1]
    for one in days.window(snapshot):
        rhythm = Rhythm.FRESHNESS if one == today else Rhythm.CONTENT
        yield Leaf(f"/history/{one}", HTML, day(snapshot, one, found.get(one, ())), rhythm)
    yield from badges.leaves(snapshot)
    yield Leaf("/maintenance.ics", CALENDAR, calendar.maintenance(snapshot), Rhythm.CONTENT)
    yield Leaf("/llms.txt", TEXT, page("llms.txt", snapshot, "/llms.txt"), Rhythm.CONTENT)
    yield Leaf("/robots.txt", TEXT, page("robots.txt", snapshot, "/robots.txt"), Rhythm.CONTENT)


def user_classes(snapshot: Snapshot) -> bytes:
    """Every user class, and the questions that lead to one's own."""
    asked: dict[str, list[UserClass]] = {}
    for one in snapshot.user_classes:
        asked.setdefault(one.dimension, []).append(one)
    usable = {
        one.id: sum(fold.availability in USABLE for fold in snapshot.folds if fold.user_class == one.id)
        for one in snapshot.user_classes
    }
    offered = {one.id: sum(fold.user_class == one.id for fold in snapshot.folds) for one in snapshot.user_classes}
    return page("user_classes.html", snapshot, "/user-classes", asked=asked, usable=usable, offered=offered)


def my(snapshot: Snapshot) -> bytes:
    """Several classes combined, composed by the browser."""
    return page("my.html", snapshot, "/my")


def is_it_me(snapshot: Snapshot, found: isitme.Found | None = None, text: str = "", provider: str = "") -> bytes:
    """The form for a pasted error, and what was found of one."""
    return page(
        "is_it_me.html",
        snapshot,
        "/is-it-me",
        found=found,
        text=text,
        chosen=provider,
        shown=isitme.rows(snapshot, found.shown) if found else (),
        named=isitme.rows(snapshot, found.named) if found else (),
    )


def subscribe(snapshot: Snapshot) -> bytes:
    """How to be told."""
    return page("subscribe.html", snapshot, "/subscribe", types=TYPES, none_wished=Filters())


def replay(snapshot: Snapshot) -> bytes:
    """What happened, moment by moment."""
    return page("replay.html", snapshot, "/replay", replay=story.replay(snapshot))


def day(snapshot: Snapshot, shown: date, troubled: tuple[DayOf, ...]) -> bytes:
    """One UTC day."""
    window = days.window(snapshot)
    before, after = shown - timedelta(days=1), shown + timedelta(days=1)
    return page(
        "day.html",
        snapshot,
        f"/history/{shown}",
        shown=shown,
        before=before if before >= window[0] else None,
        after=after if after <= window[-1] else None,
        today=shown == window[-1],
        models=troubled,
        incidents=days.open_on(snapshot.incidents, shown),
        uptime_formula=UPTIME_FORMULA,
        access_formula=ACCESS_FORMULA,
    )
