"""Alerts: what staff should know and the public page does not say; kept once each, however often they come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

QUIET = timedelta(hours=24)
"""An alert that was not raised for so long is news when it comes again."""

KEPT_FOR = timedelta(days=30)
MOST = 100


class AlertKind(StrEnum):
    """What an alert is about; together with its subject it makes the alert the same one."""

    CREDENTIAL = "credential"
    CHECK_ID = "check_id"
    PROBE_FAULT = "probe_fault"
    NETWORK = "network"
    FINGERPRINT = "fingerprint"
    MISFIRE = "misfire"
    CAP = "cap"
    CANARY = "canary"
    CLOCK = "clock"
    EGRESS = "egress"
    UNKNOWN = "unknown"
    WEBHOOK = "webhook"
    APPROVAL = "approval"
    OVERRIDE = "override"
    CHANNEL = "channel"
    ENDPOINT = "endpoint"
    STORE = "store"
    ATTESTATION = "attestation"


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing that staff should look at. ``text`` says what it is and what would mend it; it holds no secret."""

    kind: AlertKind
    subject: str
    text: str
    first_at: datetime
    last_at: datetime
    count: int = 1

    @property
    def name(self) -> tuple[AlertKind, str]:
        """What makes it the same alert."""
        return self.kind, self.subject


Name = tuple[AlertKind, str]


@dataclass(frozen=True, slots=True)
class StoreTrouble:
    """That the store could not be written: since when, why, and how many transactions failed."""

    since: datetime
    why: str
    times: int = 1

    def again(self) -> StoreTrouble:
        """The same trouble, once more."""
        return replace(self, times=self.times + 1)


@dataclass(frozen=True, slots=True)
class Kept:
    """The alerts that are kept, and those of them that are news."""

    alerts: tuple[Alert, ...]
    news: tuple[Alert, ...]


def alert(kind: AlertKind, subject: str, text: str, at: datetime) -> Alert:
    """An alert that is raised for the first time, as far as its maker knows."""
    return Alert(kind, subject, text, at, at)


def merged(before: Iterable[Alert], raised: Iterable[Alert], ended: Iterable[Name], at: datetime) -> Kept:
    """What is kept after some alerts were raised and others ended: newest last, old ones forgotten."""
    over = set(ended)
    told = (_by(one, at) for one in before if one.name not in over)
    kept = {one.name: one for one in told if at - one.last_at < KEPT_FOR}
    news: dict[Name, Alert] = {}
    for one in raised:
        known = kept.pop(one.name, None)
        kept[one.name] = _again(known, one) if known else one
        if known is None or one.last_at - known.last_at >= QUIET:
            news[one.name] = kept[one.name]
    return Kept(tuple(kept.values())[-MOST:], tuple(news.values()))


def _by(one: Alert, at: datetime) -> Alert:
    """An alert that is not from the future: the clock may have been set back."""
    return replace(one, first_at=min(one.first_at, at), last_at=at) if one.last_at > at else one


def _again(known: Alert, now: Alert) -> Alert:
    return replace(now, first_at=known.first_at, last_at=max(known.last_at, now.last_at), count=known.count + 1)
