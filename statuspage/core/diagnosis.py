"""Is this installation healthy? What was measured of it, line by line, to ok, warn or fail with the remedy; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from checks.observation import Group, Observation
from statuspage.core.alert import Alert
from statuspage.core.availability import Availability
from statuspage.core.cell import CellState
from statuspage.core.selfcheck import CLOCK_TOLERANCE, UNKNOWN_SHARE, skew
from statuspage.core.spend import Purse

FRESH = timedelta(hours=24)
"""Alerts that were raised within this time are shown."""

LOW_DISK = 3
"""With less room than so many times what the plan keeps, the disk is a worry."""

LEAST_DISK = 200_000_000
PRIVATE = 0o077


class Health(StrEnum):
    """How a line stands."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the diagnosis; ``remedy`` is empty where all is well."""

    name: str
    health: Health
    text: str
    remedy: str = ""


def clock(ahead: Sequence[float]) -> Line:
    """Our clock beside what the newest answers say."""
    seconds = skew(ahead)
    if seconds is None:
        return Line("clock", Health.WARN, "no answer told the time yet", "start the service, then ask again")
    text = f"{abs(seconds):.0f} s {'ahead of' if seconds >= 0 else 'behind'} the providers'"
    if abs(seconds) <= CLOCK_TOLERANCE:
        return Line("clock", Health.OK, text)
    return Line("clock", Health.FAIL, text, "set the clock, and keep it set (NTP)")


def disk(free: int, kept: int) -> Line:
    """Room on the disk beside what the plan keeps there, in bytes."""
    text = f"{free / 1e9:.1f} GB free; the plan keeps {kept / 1e6:.0f} MB"
    if free < LEAST_DISK:
        return Line("disk", Health.FAIL, text, "make room: a full disk stops every round")
    if free < LOW_DISK * kept:
        return Line("disk", Health.WARN, text, "make room, or shorten retention.observations")
    return Line("disk", Health.OK, text)


def key_file(path: str, mode: int | None) -> Line:
    """The file whose key opens the webhook secrets; ``mode`` is None where there is no such file."""
    if mode is None:
        return Line("key file", Health.WARN, f"{path} is not there", "it is made at the first start, or put it back")
    if mode & PRIVATE:
        return Line("key file", Health.FAIL, f"{path} has mode {mode & 0o777:04o}", f"chmod 600 {path}")
    return Line("key file", Health.OK, f"{path} has mode {mode & 0o777:04o}")


def private_file(path: str, mode: int | None) -> Line | None:
    """The database's own file; nothing to say where there is none, as on PostgreSQL, or where it is nobody else's."""
    if mode is None or not mode & PRIVATE:
        return None
    text = f"{path} has mode {mode & 0o777:04o}: others on this machine can read drafts and notes"
    return Line("database file", Health.WARN, text, f"chmod 600 {path}*")


def cells(states: Sequence[CellState], stale: Sequence[CellState], probed: int) -> Line:
    """The share of unknown cells, and those that had no valid round of late."""
    unknown = sum(one.published.availability is Availability.UNKNOWN for one in states)
    text = f"{probed} probed, {unknown} unknown, {len(stale)} stale"
    if not states:
        return Line("cells", Health.WARN, "nothing was asked yet", "statuspage serve")
    if unknown > UNKNOWN_SHARE * len(states):
        return Line("cells", Health.FAIL, text, "look at credentials, egress and alerts below")
    if stale:
        return Line("cells", Health.WARN, text, f"is the service running? first: {stale[0].key}")
    return Line("cells", Health.OK, text)


def credential(name: str, last: Observation | None, at: datetime, fresh: timedelta) -> Line:
    """What a credential was last answered, at whatever level."""
    name = f"credential {name}"
    if last is None:
        return Line(name, Health.WARN, "never asked", "statuspage probe")
    text = f"{last.cause.value} at {last.level.value}, {_ago(at - last.at)} ago"
    if last.group is Group.OURS:
        return Line(name, Health.FAIL, text, last.hint or "check the key and the account at the provider")
    if last.group in (Group.NO_ANSWER, Group.FAILED):
        return Line(name, Health.WARN, text, "look at egress below, and at the provider's own status page")
    if abs(at - last.at) > fresh:
        return Line(name, Health.WARN, text, "is the service running?")
    return Line(name, Health.OK, text)


def money(purse: Purse) -> Line | None:
    """What a credential has spent of its cap this month; None where there is nothing to say."""
    if purse.cap_usd is None:
        return None
    name = f"money {purse.provider}/{purse.user_class}"
    text = f"{purse.spent_usd:.4f} of {purse.cap_usd:.2f} USD this month"
    if not purse.open:
        remedy = "nothing is asked at answers until the month ends: raise monthly_cap_usd, or ask less often"
        return Line(name, Health.FAIL, f"{text}; the next round may cost {purse.next_round_usd:.4f}", remedy)
    if purse.next_round_usd == 0:
        return Line(name, Health.WARN, text, "a cap needs the price of what is offered (models.<id>.offered[].price)")
    return Line(name, Health.OK, text)


def egress(name: str, status: int | None) -> Line:
    """Whether a neutral host answers through an egress."""
    name = f"egress {name}"
    if status is not None:
        return Line(name, Health.OK, f"a neutral host answered HTTP {status}")
    return Line(name, Health.FAIL, "a neutral host does not answer", "check this machine's network, or the proxy")


def alerts(kept: Iterable[Alert], at: datetime) -> list[Line]:
    """The alerts of the last day, the newest first."""
    fresh = sorted((one for one in kept if at - one.last_at <= FRESH), key=lambda one: one.last_at, reverse=True)
    if not fresh:
        return [Line("alerts", Health.OK, "none within a day")]
    return [
        Line(f"alert {one.kind.value}", Health.WARN, one.text, f"{one.count} times, last {_ago(at - one.last_at)} ago")
        for one in fresh
    ]


def failed(lines: Iterable[Line]) -> bool:
    """Whether anything failed."""
    return any(line.health is Health.FAIL for line in lines)


def newest(found: Mapping[str, Sequence[Observation]]) -> dict[str, Observation | None]:
    """The newest observation under each name."""
    return {name: max(seen, key=lambda one: one.at, default=None) for name, seen in found.items()}


def _ago(passed: timedelta) -> str:
    seconds = max(0, round(passed.total_seconds()))
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
