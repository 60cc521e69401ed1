"""``/history.rss`` and ``/history.atom`` in Atlassian Statuspage's shape: one entry an incident."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from itertools import pairwise
from xml.etree.ElementTree import Element, SubElement, tostring

from statuspage.core import compat as words
from statuspage.core.incident import Incident, Update
from statuspage.core.moment import short_month
from statuspage.core.snapshot import Snapshot
from statuspage.site.compat import told
from statuspage.site.feeds import EPOCH, TYPES, host
from statuspage.site.prose import inline, printable
from statuspage.site.shapes import is_maintenance

ENTRIES = 25
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
SAME_STAGE = "Update"
"""The label of a message that leaves the stage as it was."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One incident as both formats tell it. ``published`` moves with the updates until the end, as readers expect."""

    tag: str
    title: str
    link: str
    published: datetime
    updated: datetime
    content: str


def feeds(snapshot: Snapshot) -> Iterator[tuple[str, str, bytes]]:
    """Both feeds: path, content type, bytes."""
    entries = [entry(snapshot, one) for one in newest(snapshot)]
    for suffix, write in (("rss", rss), ("atom", atom)):
        yield f"/history.{suffix}", f"{TYPES[suffix]}; charset=utf-8", write(snapshot, entries)


def newest(snapshot: Snapshot) -> list[Incident]:
    """The incidents and maintenances that are told, the newest first."""
    return sorted(snapshot.incidents, key=lambda one: one.created_at, reverse=True)[:ENTRIES]


def entry(snapshot: Snapshot, one: Incident) -> Entry:
    """One incident."""
    updates = told(one)
    planned = one.scheduled_for if is_maintenance(one) else None
    return Entry(
        tag=f"tag:{host(snapshot.site)},2005:Incident/{words.incident_number(one.id)}",
        title=printable(one.title).strip() or one.id,
        link=f"{snapshot.site.url}/incidents/{one.id}",
        published=planned or one.resolved_at or updates[0].at,
        updated=one.updated_at,
        content=_planned(one) + "".join(_paragraph(label, each) for label, each in labelled(one)),
    )


def labelled(one: Incident) -> list[tuple[str, Update]]:
    """The updates, the newest first, each with its word: the stage that it brought, or that it brought none."""
    updates = told(one)
    said = [words.incident_status(one.kind, each.stage) for each in updates]
    labels = [SAME_STAGE if now == before else _label(now) for now, before in pairwise(said)]
    return list(zip([*labels, _label(said[-1])], updates, strict=True))


def atom(snapshot: Snapshot, entries: list[Entry]) -> bytes:
    """The feed as Atom."""
    site = snapshot.site
    root = Element("feed", {"xmlns": "http://www.w3.org/2005/Atom", LANGUAGE: "en-US"})
    _add(root, "id", f"tag:{host(site)},2005:/history")
    _add(root, "link", rel="alternate", type="text/html", href=f"{site.url}/")
    _add(root, "link", rel="self", type=TYPES["atom"], href=f"{site.url}/history.atom")
    _add(root, "title", _title(snapshot))
    _add(root, "updated", _iso(_updated(entries)))
    _add(SubElement(root, "author"), "name", printable(site.name))
    for one in entries:
        made = SubElement(root, "entry")
        _add(made, "id", one.tag)
        _add(made, "published", _iso(one.published))
        _add(made, "updated", _iso(one.updated))
        _add(made, "link", rel="alternate", type="text/html", href=one.link)
        _add(made, "title", one.title)
        _add(made, "content", one.content, type="html")
    return _bytes(root)


def rss(snapshot: Snapshot, entries: list[Entry]) -> bytes:
    """The feed as RSS 2.0."""
    root = Element("rss", version="2.0")
    channel = SubElement(root, "channel")
    _add(channel, "title", _title(snapshot))
    _add(channel, "link", f"{snapshot.site.url}/")
    _add(channel, "description", "Statuspage")
    _add(channel, "pubDate", format_datetime(_updated(entries)))
    for one in entries:
        made = SubElement(channel, "item")
        _add(made, "title", one.title)
        _add(made, "description", one.content)
        _add(made, "pubDate", format_datetime(one.published))
        _add(made, "link", one.link)
        _add(made, "guid", one.link)
    return _bytes(root)


def _paragraph(label: str, one: Update) -> str:
    body = "<br />".join(inline(line) for line in printable(one.body).strip().splitlines())
    body = body.replace("<strong>", "<b>").replace("</strong>", "</b>")  # readers take each <strong> for a label
    return f"<p><small>{_moment(one.at)} UTC</small><br><strong>{label}</strong> - {body}</p>"


def _planned(one: Incident) -> str:
    if not is_maintenance(one) or one.scheduled_for is None:
        return ""
    until = f" - {_time(one.scheduled_until)}" if one.scheduled_until else ""
    return f"<p><strong>THIS IS A SCHEDULED EVENT {_moment(one.scheduled_for)}{until} UTC</strong></p>"


def _moment(at: datetime) -> str:
    return f"{short_month(at)} <var data-var='date'>{at.day:2d}</var>, {_time(at)}"


def _time(at: datetime) -> str:
    return f"<var data-var='time'>{at:%H:%M}</var>"


def _label(status: str) -> str:
    return status.replace("_", " ").capitalize()


def _title(snapshot: Snapshot) -> str:
    return f"{printable(snapshot.site.label)} Status - Incident History"


def _updated(entries: list[Entry]) -> datetime:
    return max((one.updated for one in entries), default=EPOCH)


def _iso(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _add(parent: Element, name: str, text: str | None = None, **attributes: str) -> None:
    SubElement(parent, name, attributes).text = text


def _bytes(root: Element) -> bytes:
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode").encode()
