"""The pages that people use rather than read: is it me, my access, which class, subscribe, replay; and one day."""

from __future__ import annotations

from datetime import date, timedelta

from statuspage.core.availability import USABLE
from statuspage.core.settings import UserClass
from statuspage.core.snapshot import Snapshot
from statuspage.core.subscription import Filters
from statuspage.core.uptime import ACCESS_FORMULA, UPTIME_FORMULA
from statuspage.core.wish import TYPES
from statuspage.site import days, isitme
from statuspage.site import replay as story
from statuspage.site.days import DayOf
from statuspage.site.render import page


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
