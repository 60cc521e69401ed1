"""What an Atlassian Statuspage export says, as incidents of ours: every date kept, every mistake named; pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from html import unescape
from typing import Any

from statuspage.core.fields import Fields
from statuspage.core.incident import ENDED, Impact, Incident, Kind, Stage, Update
from statuspage.errors import FieldMistake

MOST_INCIDENTS = 20_000
MOST_UPDATES = 1_000
MOST_COMPONENTS = 1_000
MAX_NAME = 500
MAX_BODY = 200_000
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{3,63}")

STAGES = {
    "investigating": Stage.INVESTIGATING,
    "identified": Stage.IDENTIFIED,
    "monitoring": Stage.MONITORING,
    "resolved": Stage.RESOLVED,
    "postmortem": Stage.POSTMORTEM,
    "scheduled": Stage.SCHEDULED,
    "in_progress": Stage.IN_PROGRESS,
    "verifying": Stage.IN_PROGRESS,
    "completed": Stage.COMPLETED,
}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PLANNED = frozenset({Stage.SCHEDULED, Stage.IN_PROGRESS, Stage.COMPLETED})
IMPACTS = ("none", "minor", "major", "critical", "maintenance")

TAGS = re.compile(r"</?(?:p|br|a|b|strong|i|em|ul|ol|li|code|pre|div|span|h[1-6])\b[^<>]{0,2000}>", re.I)
LINK = re.compile(r"<a\b[^<>]{0,1000}?\bhref\s*=\s*[\"']([^\"'<>]{1,1000})[\"'][^<>]{0,1000}>([^<>]{1,1000})</a>", re.I)
MARKS = (
    (re.compile(r"<br\s*/?>", re.I), "\n"),
    (re.compile(r"</(?:p|div|h[1-6]|ul|ol)>", re.I), "\n\n"),
    (re.compile(r"<li\b[^<>]{0,200}>", re.I), "\n* "),
    (re.compile(r"</?(?:b|strong)\b[^<>]{0,200}>", re.I), "**"),
    (re.compile(r"</?(?:i|em)\b[^<>]{0,200}>", re.I), "*"),
    (re.compile(r"</?code\b[^<>]{0,200}>", re.I), "`"),
)


@dataclass(frozen=True, slots=True)
class Found:
    """One incident of the export. ``components`` are their names there; ``digest`` changes when the original does."""

    incident: Incident
    components: tuple[str, ...]
    address: str
    digest: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a document held. An incident with a mistake is in ``mistakes`` alone."""

    found: tuple[Found, ...]
    mistakes: tuple[FieldMistake, ...]


def read(document: Any, at: datetime) -> Reading:
    """Every incident and maintenance of an ``incidents.json``, oldest first; what lies after ``at`` did not happen."""
    root = Fields("", document if isinstance(document, dict) else {"incidents": document})
    found: dict[str, Found] = {}
    mistakes = [] if _has_lists(root.data) else [FieldMistake("the file", NOTHING)]
    for fields, planned in _each(root):
        before = len(root.mistakes)
        made = _incident(fields, planned, at)
        if made.incident.id in found:
            fields.wrong("id", f"{made.incident.id} is there twice: keep one")
        if len(root.mistakes) == before:
            found[made.incident.id] = made
    ordered = sorted(found.values(), key=lambda one: (one.incident.created_at, one.incident.id))
    return Reading(tuple(ordered), (*mistakes, *root.mistakes))


NOTHING = (
    "holds no list of incidents: save what https://YOUR-PAGE/api/v2/incidents.json answers, "
    "or scheduled-maintenances.json beside it"
)


def _has_lists(data: dict[str, Any]) -> bool:
    return any(isinstance(data.get(name), list) for name in ("incidents", "scheduled_maintenances"))


def _each(root: Fields) -> Iterator[tuple[Fields, bool]]:
    for name, planned in (("incidents", False), ("scheduled_maintenances", True)):
        for fields in root.each(name, MOST_INCIDENTS):
            yield fields, planned


def _incident(fields: Fields, planned: bool, at: datetime) -> Found:
    stage = STAGES[fields.one_of("status", tuple(STAGES), "investigating")]
    impact = fields.one_of("impact", IMPACTS, "none")
    planned = planned or stage in PLANNED or impact == "maintenance" or bool(fields.data.get("scheduled_for"))
    created = fields.moment("created_at", needed=True) or at
    if created > at:
        fields.wrong("created_at", "lies in the future: an export holds what has happened")
    updates = _updates(fields, stage)
    made = Incident(
        id=_id(fields),
        kind=Kind.MAINTENANCE if planned else Kind.INCIDENT,
        title=fields.text("name", MAX_NAME, needed=True).strip(),
        stage=stage,
        impact=Impact.NONE if impact == "maintenance" else Impact(impact),
        created_at=created,
        updated_at=fields.moment("updated_at") or max((one.at for one in updates), default=created),
        updates=updates,
        started_at=fields.moment("started_at") or created,
        resolved_at=fields.moment("resolved_at"),
        scheduled_for=(fields.moment("scheduled_for") or created) if planned else None,
        scheduled_until=fields.moment("scheduled_until") if planned else None,
        quiet=True,
    )
    names = tuple(name for one in fields.each("components", MOST_COMPONENTS) if (name := one.text("name", MAX_NAME)))
    address = fields.text("shortlink", 2_000)
    return Found(_settled(made, at), names, address, _digest(fields.data))


def _id(fields: Fields) -> str:
    found = fields.text("id", 64, needed=True)
    if found and not ID.fullmatch(found):
        fields.wrong("id", f"{found[:60]!r} is no id: letters, digits, - and _ only, 4 to 64 of them")
    return found


def _updates(fields: Fields, stage: Stage) -> tuple[Update, ...]:
    found = [_update(one, stage) for one in fields.each("incident_updates", MOST_UPDATES)]
    told = fields.text("postmortem_body", MAX_BODY)
    if told and all(one.stage is not Stage.POSTMORTEM for one in found):
        when = fields.moment("postmortem_published_at") or fields.moment("postmortem_body_last_updated_at")
        latest = when or max((one.at for one in found), default=None) or fields.moment("created_at")
        if latest:
            found.append(Update(f"{fields.data.get('id')}-postmortem", latest, Stage.POSTMORTEM, markdown(told)))
    return tuple(sorted(found, key=lambda one: one.at))


def _update(fields: Fields, stage: Stage) -> Update:
    told = fields.moment("display_at") or fields.moment("created_at", needed=True)
    word = fields.one_of("status", tuple(STAGES), "")
    return Update(
        id=fields.text("id", 64, needed=True),
        at=told or EPOCH,
        stage=STAGES.get(word, stage),
        body=markdown(fields.text("body", MAX_BODY)),
    )


def _settled(one: Incident, at: datetime) -> Incident:
    """Nothing is left to the clock that was due before the import: it would be told to subscribers."""
    if one.stage in ENDED:
        latest = max((each.at for each in one.updates), default=one.updated_at)
        return replace(one, resolved_at=one.resolved_at or latest)
    if one.kind is Kind.MAINTENANCE and one.scheduled_until and one.scheduled_until <= at:
        return replace(one, stage=Stage.COMPLETED, resolved_at=one.scheduled_until)
    if one.stage is Stage.SCHEDULED and one.scheduled_for and one.scheduled_for <= at:
        return replace(one, stage=Stage.IN_PROGRESS)
    return one


def markdown(body: str) -> str:
    """An update's text as Markdown: such pages serve plain text, Markdown, or a little HTML."""
    text = body.replace("\r\n", "\n").replace("\r", "\n")
    if not TAGS.search(text):
        return text.strip()
    text = LINK.sub(r"[\2](\1)", text)
    for mark, written in MARKS:
        text = mark.sub(written, text)
    return re.sub(r"\n{3,}", "\n\n", unescape(TAGS.sub("", text))).strip()


def _digest(data: dict[str, Any]) -> str:
    spelled = json.dumps(data, sort_keys=True, separators=(",", ":"), default=str)
    return sha256(spelled.encode("utf-8", "replace")).hexdigest()[:16]
