"""Watching the watcher: what canaries, clocks, egresses and the share of unknown cells say of ourselves; pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from checks.observation import Cause, Observation
from statuspage.core.alert import Alert, AlertKind, Name, alert
from statuspage.core.availability import Availability
from statuspage.core.cell import CellState

CLOCK_TOLERANCE = 10.0
"""Seconds by which our clock may differ from the providers': their ``date`` is whole seconds, and answers take time."""

UNKNOWN_SHARE = 0.5
"""More unknown cells than this share of those that can be probed is our own trouble until proven otherwise."""

_CODE = re.compile(r"[A-Z]{2}")
_LINE = re.compile(r"^(?:loc|country)=([A-Z]{2})\s*$", re.M)


@dataclass(frozen=True, slots=True)
class SelfReport:
    """What a self-check found: alerts to raise and to end, and whether rounds can be trusted."""

    raised: tuple[Alert, ...] = ()
    ended: tuple[Name, ...] = ()
    healthy: bool = True


def canaries(heard: Mapping[Cause, Observation], at: datetime) -> SelfReport:
    """Canaries answer what nobody can mistake; one that is mistaken means that the checks are broken."""
    wrong = [
        alert(
            AlertKind.CANARY,
            cause.value,
            f"a canary that must be {cause.value} was taken for {seen.cause.value} by rule {seen.evidence.rule}: "
            "do not trust new verdicts; restart, then look for what was installed last",
            at,
        )
        for cause, seen in heard.items()
        if seen.cause is not cause
    ]
    right = [(AlertKind.CANARY, cause.value) for cause, seen in heard.items() if seen.cause is cause]
    return SelfReport(tuple(wrong), tuple(right), not wrong)


def clock(ahead: Iterable[float], at: datetime) -> SelfReport:
    """Our clock beside the providers': the median of what their answers say, by how many seconds it is ahead."""
    ahead = list(ahead)
    seconds = skew(ahead)
    if seconds is None or not doubtful(ahead):
        return SelfReport(ended=((AlertKind.CLOCK, "clock"),))
    word = "ahead of" if seconds > 0 else "behind"
    text = f"our clock is {abs(seconds):.0f} seconds {word} the providers': set it, and keep it set (NTP)"
    return SelfReport((alert(AlertKind.CLOCK, "clock", text, at),))


def doubtful(ahead: Iterable[float]) -> bool:
    """Whether our clock is so far from the providers' that nothing should be deleted by it."""
    seconds = skew(ahead)
    return seconds is not None and abs(seconds) > CLOCK_TOLERANCE


def skew(ahead: Iterable[float]) -> float | None:
    """By how many seconds our clock is ahead, as far as the providers' answers tell."""
    known = list(ahead)
    return median(known) if known else None


def unknown(states: Iterable[CellState], at: datetime) -> SelfReport:
    """The share of probed cells of which nothing is known."""
    found = [state.published.availability is Availability.UNKNOWN for state in states]
    if not found or sum(found) <= UNKNOWN_SHARE * len(found):
        return SelfReport(ended=((AlertKind.UNKNOWN, "cells"),))
    text = (
        f"{sum(found)} of {len(found)} probed cells are unknown: look at keys, network and limits (statuspage doctor)"
    )
    return SelfReport((alert(AlertKind.UNKNOWN, "cells", text, at),))


def egress(subject: str, declared: str, body: bytes | None, at: datetime) -> SelfReport:
    """Where an egress comes out, beside where the configuration says that it does; None when nothing answered."""
    found = country_in(body) if body is not None else None
    if found == declared:
        return SelfReport(ended=((AlertKind.EGRESS, subject),))
    what = f"comes out in {found}" if found else "did not tell its country"
    text = f"the egress of {subject} {what}, declared is {declared}: mend the egress, or correct country"
    return SelfReport((alert(AlertKind.EGRESS, subject, text, at),))


def country_in(body: bytes) -> str | None:
    """The country in an answer: two letters alone, a line ``loc=DE``, or JSON with a key ``country…``."""
    text = body.decode("utf-8", "replace").strip()
    if _CODE.fullmatch(text.upper()):
        return text.upper()
    if line := _LINE.search(text):
        return line[1]
    return _country_of(text)


def together(reports: Iterable[SelfReport]) -> SelfReport:
    """Several findings as one."""
    found = list(reports)
    raised = tuple(one for report in found for one in report.raised)
    ended = tuple(name for report in found for name in report.ended)
    return SelfReport(raised, ended, all(report.healthy for report in found))


def _country_of(text: str) -> str | None:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return None
    values = [said.get(key) for key in ("country_code", "countryCode", "country")] if isinstance(said, dict) else []
    return next((one.upper() for one in values if isinstance(one, str) and _CODE.fullmatch(one.upper())), None)
