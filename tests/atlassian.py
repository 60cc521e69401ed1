"""An Atlassian Statuspage's ``incidents.json`` as such pages serve it: 50 stories of every shape, made by rule."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

START = datetime(2025, 11, 3, 8, 12, 44, 123000, tzinfo=UTC)
COMPONENTS = ("claude.ai", "Claude API (api.anthropic.com)", "Claude Fable 5", "Console")
IMPACTS = ("none", "minor", "major", "critical")
STEPS = ("investigating", "identified", "monitoring", "resolved")
ALPHABET = "bcdfghjklmnpqrstvwxyz0123456789"
ZONES = ("Z", "+00:00", "-07:00", "+07:00")
"""Pages print their own zone; the moments are the same."""


def code(number: int, kind: str) -> str:
    """Twelve characters as such pages make them."""
    found, rest = "", (number + 1) * 7_919_993_111 + sum(map(ord, kind)) * 104_729
    for _ in range(12):
        rest, digit = divmod(rest, len(ALPHABET))
        found += ALPHABET[digit]
    return found


def printed(moment: datetime, zone: str = "Z") -> str:
    """A moment as such a page prints it."""
    shift = timedelta(0) if zone in {"Z", "+00:00"} else timedelta(hours=int(zone[:3]))
    local = moment + shift
    return local.strftime("%Y-%m-%dT%H:%M:%S.") + f"{local.microsecond // 1000:03d}{zone}"


def component(name: str) -> dict[str, Any]:
    return {
        "id": code(sum(map(ord, name)), "component"),
        "name": name,
        "status": "operational",
        "created_at": printed(START - timedelta(days=400)),
        "updated_at": printed(START),
        "position": 1,
        "description": None,
        "showcase": True,
        "start_date": "2024-01-01",
        "group_id": None,
        "page_id": "kctbh9vrtdwd",
        "group": False,
        "only_show_if_degraded": False,
    }


def update(incident: str, number: int, status: str, body: str | None, at: datetime, zone: str) -> dict[str, Any]:
    return {
        "id": code(number, incident + status),
        "status": status,
        "body": body,
        "incident_id": incident,
        "created_at": printed(at, zone),
        "updated_at": printed(at + timedelta(seconds=1), zone),
        "display_at": printed(at, zone),
        "affected_components": None,
        "deliver_notifications": True,
        "custom_tweet": None,
        "tweet_id": None,
    }


def incident(number: int) -> dict[str, Any]:
    """One story: of four steps, of one, with a null body, with HTML, with a postmortem, not over yet."""
    start, zone, name = START + timedelta(hours=31 * number), ZONES[number % 4], code(number, "incident")
    steps = STEPS if number % 5 else STEPS[-1:]
    bodies = {
        0: None,
        1: 'We are <b>looking</b> into it.<br />See <a href="https://example.net/a?b=1&amp;c=2">more</a>.',
    }
    told = [
        update(name, at, step, bodies.get((number + at) % 7, f"Step {step} of story {number}: élevé errors — 429s."),
               start + timedelta(minutes=20 * at), zone)
        for at, step in enumerate(steps)
    ]  # fmt: skip
    status = "resolved"
    if number % 11 == 3:
        status = "postmortem"
        told.append(update(name, 9, "postmortem", "## What happened\n\nA deploy.", start + timedelta(days=3), zone))
    if number == 49:
        status, told = "monitoring", told[:-1]
    ended = None if number == 49 else start + timedelta(minutes=20 * (len(steps) - 1))
    return {
        "id": name,
        "name": f"Elevated errors on model {number} 🔥",
        "status": status,
        "created_at": printed(start, zone),
        "updated_at": printed(start + timedelta(hours=2), zone),
        "monitoring_at": None,
        "resolved_at": printed(ended, zone) if ended else None,
        "impact": IMPACTS[number % 4],
        "shortlink": f"https://stspg.io/{name}",
        "started_at": printed(start - timedelta(minutes=4), zone) if number % 3 else None,
        "page_id": "kctbh9vrtdwd",
        "incident_updates": told[::-1],
        "components": [component(one) for one in COMPONENTS[: number % 5]],
        "reminder_intervals": None,
    }


def maintenance(number: int) -> dict[str, Any]:
    """Planned work: over, or left open by whoever planned it."""
    start, name = START + timedelta(days=9 * number), code(number, "maintenance")
    return {
        **incident(number * 7 + 1),
        "id": name,
        "name": f"Database maintenance {number}",
        "status": "scheduled" if number == 2 else "completed",
        "impact": "maintenance",
        "scheduled_for": printed(start + timedelta(days=2)),
        "scheduled_until": printed(start + timedelta(days=2, hours=3)),
        "created_at": printed(start),
        "updated_at": printed(start + timedelta(days=2, hours=3)),
        "started_at": None,
        "resolved_at": None if number == 2 else printed(start + timedelta(days=2, hours=3)),
        "incident_updates": [
            update(name, 1, "completed", "Done.", start + timedelta(days=2, hours=3), "Z"),
            update(name, 0, "scheduled", "We will be moving a database.", start, "Z"),
        ][number == 2 :],
    }


def document() -> dict[str, Any]:
    """The file: the newest first, as such pages serve it."""
    return {
        "page": {"id": "kctbh9vrtdwd", "name": "Claude", "url": "https://status.example.com", "time_zone": "Etc/UTC"},
        "incidents": [incident(number) for number in reversed(range(50))],
        "scheduled_maintenances": [maintenance(number) for number in reversed(range(4))],
    }
