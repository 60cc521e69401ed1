"""Attestations that run out: staff are told before it happens, and when it has happened; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from statuspage.core.alert import Alert, AlertKind, Name, alert
from statuspage.core.availability import CellKey
from statuspage.core.incident import Attestation

DAY_BEFORE = timedelta(days=1)
SHARE = 4
"""A short attestation is not told a day before, but when a quarter of it is left."""


def running_out(attestations: Iterable[Attestation], cells: Sequence[CellKey], at: datetime) -> list[Alert]:
    """What to say of the attestations that speak last for some of ``cells``, which no check can reach."""
    last: dict[Attestation, int] = {}
    known = list(attestations)
    for key in cells:
        mine = [one for one in known if one.scope.covers(key)]
        if mine:
            newest = max(mine, key=lambda one: one.recorded_at)
            last[newest] = last.get(newest, 0) + 1
    return [told for one, count in last.items() if (told := _told(one, count, at)) is not None]


def news(found: Iterable[Alert], kept: Iterable[Alert]) -> tuple[list[Alert], set[Name]]:
    """Which of ``found`` are not kept yet, and which kept ones are over; so that each is told once."""
    now = {one.name: one for one in found}
    before = {one.name for one in kept if one.kind is AlertKind.ATTESTATION}
    return [one for name, one in now.items() if name not in before], before - now.keys()


def _told(one: Attestation, count: int, at: datetime) -> Alert | None:
    cells = f"{count} cell" if count == 1 else f"{count} cells"
    word = "available" if one.available else "restricted"
    if at >= one.until:
        text = f"the word that {cells} are {word} ended {one.until:%Y-%m-%d %H:%M} UTC: they are unknown; attest anew"
        return alert(AlertKind.ATTESTATION, f"{one.id} ended", text, at)
    if one.until - at <= min(DAY_BEFORE, (one.until - one.recorded_at) / SHARE):
        text = f"the word that {cells} are {word} ends {one.until:%Y-%m-%d %H:%M} UTC: attest anew before that"
        return alert(AlertKind.ATTESTATION, f"{one.id} ends", text, at)
    return None
