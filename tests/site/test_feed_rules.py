"""Feeds against schemas of each format, and against what the W3C's validator documents as warnings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import orjson
import pytest
from lxml import etree

from statuspage.core.event import EventType
from statuspage.core.incident import Edit
from statuspage.core.snapshot import Snapshot
from statuspage.site import compat_feeds, feeds
from statuspage.site.papers import every_feed
from tests.site import snapshots, story
from tests.site.printed import pages_of, world

SCHEMAS = Path(__file__).parent / "schemas"
ATOM = etree.RelaxNG(etree.parse(SCHEMAS / "atom.rng"))
RSS = etree.RelaxNG(etree.parse(SCHEMAS / "rss.rng"))
JSON = jsonschema.Draft202012Validator(orjson.loads((SCHEMAS / "jsonfeed.json").read_bytes()))
NS = {"a": "http://www.w3.org/2005/Atom"}

HOSTILE = [
    "]]> & &amp; &#x41; <b>bold</b> </script>",
    "turned \u202e round \u2066 and \u2069 back",
    "controls \x00\x07\x0b\x1b and \ud800 alone",
    "emoji 🧑\u200d🚀 \U0001f525 and \ufffe \uffff",
    " \n\t spaces \n",
    "x" * 3000,
    "<![CDATA[ x ]]>",
    "{{7*7}} ${x} %s",
]


def hostile(text: str) -> Snapshot:
    """A day on which somebody gave everything a hostile name."""
    told = [story.event(n, EventType.INCIDENT_UPDATED, snapshots.NOW, text) for n in (7, 8, 9)]
    calm = snapshots.a_calm_day()
    site = replace(calm.site, name=text, description=text)
    return replace(calm, site=site, recent_events=tuple(told))


def documents(snapshot: Snapshot) -> Iterator[tuple[str, bytes]]:
    """Every feed of a site: its path and its bytes."""
    for one in every_feed(snapshot):
        for suffix, write in feeds.FORMATS.items():
            yield f"{one.path}.{suffix}", write(one)
    yield from ((path, body) for path, _, body in compat_feeds.feeds(snapshot))


def complaints(path: str, body: bytes) -> list[str]:
    """What a validator would say."""
    if path.endswith(".json"):
        return [error.message for error in JSON.iter_errors(orjson.loads(body))]
    root = etree.fromstring(body)
    schema = ATOM if path.endswith(".atom") else RSS
    said = [] if schema.validate(root) else [str(schema.error_log)]
    return said + (atom_warnings(root) if path.endswith(".atom") else rss_warnings(root, path))


def atom_warnings(root: Any) -> list[str]:
    """MissingSelf, DuplicateAtomLink, DuplicateEntries, DuplicateUpdated, ImplausibleDate, and order."""
    rels = Counter((one.get("rel"), one.get("type")) for one in root.findall("a:link", NS))
    ids = Counter(root.xpath("a:entry/a:id/text()", namespaces=NS))
    updated = root.xpath("a:entry/a:updated/text()", namespaces=NS)
    dates = root.xpath("//a:updated/text() | //a:published/text()", namespaces=NS)
    rules = {
        "no link to itself": not any(rel == "self" for rel, _ in rels),
        "two links of one kind": max(rels.values()) > 1,
        "two entries with one id": bool(ids) and max(ids.values()) > 1,
        "two entries with one updated": len(set(updated)) < len(updated),
        "a date that nobody believes": any(not "1990" <= date < "2100" for date in dates),
        "the feed is older than an entry": bool(updated) and root.findtext("a:updated", namespaces=NS) < max(updated),
    }
    return [rule for rule, broken in rules.items() if broken]


def rss_warnings(root: Any, path: str) -> list[str]:
    """ContainsHTML in titles, duplicate guids, MissingAtomSelfLink (which that other shape never had)."""
    guids = Counter(root.xpath("channel/item/guid/text()"))
    titles = root.xpath("channel/title/text() | channel/item/title/text()")
    ours = path.startswith("/feeds/")
    rules = {
        "two items with one guid": bool(guids) and max(guids.values()) > 1,
        "markup in a title": ours and any(re.search(r"<[^>]*>|&#?\w+;", title) for title in titles),
        "no link to itself": ours and not root.findall("channel/a:link", NS),
    }
    return [rule for rule, broken in rules.items() if broken]


def test_every_feed_is_valid_and_without_a_warning(anyone: Snapshot) -> None:
    assert {path: said for path, body in documents(anyone) if (said := complaints(path, body))} == {}


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_titles_and_names_too(text: str) -> None:
    for path, body in documents(hostile(text)):
        assert complaints(path, body) == [], path
        assert not re.search("[\u202a-\u202e\u2066-\u2069]", body.decode()) or path.startswith("/history")


def test_the_rules_can_fail() -> None:
    one = next(iter(every_feed(hostile("x"))))
    wrong = feeds.atom(one).replace(b'rel="self"', b'rel="alternate"')
    assert "no link to itself" in complaints("/feeds/x.atom", wrong)
    twice = replace(one, items=(one.items[0], one.items[0]))
    assert {"two entries with one id", "two entries with one updated"} <= set(complaints("/x.atom", feeds.atom(twice)))
    assert complaints("/feeds/x.rss", feeds.rss(one).replace(b"<title>x", b"<title>&lt;b&gt;x"))
    assert complaints("/feeds/x.json", feeds.json(one).replace(b'"id"', b'"guid"'))


def corrected() -> tuple[Snapshot, Snapshot]:
    """A story in which a message is told by an event, and the same after staff corrected it."""
    june = story.june()
    incident = next(one for one in june.incidents if one.updates)
    update = replace(incident.updates[-1], recorded_at=None)
    event = story.event(99, EventType.INCIDENT_UPDATED, update.at, f"Update: {incident.title}")
    event = replace(event, draft=replace(event.draft, incident=incident.id))
    before = replace(june, recent_events=(*june.recent_events, event))
    later = update.at + timedelta(hours=3)
    mended = replace(update, body="What is right.", edits=(Edit(later, update.body),))
    others = [one for one in june.incidents if one.id != incident.id]
    after = replace(before, incidents=(*others, replace(incident, updates=(*incident.updates[:-1], mended))))
    return before, after


def test_a_correction_keeps_its_id_and_moves_updated() -> None:
    old, new = ({one.tag: one for one in next(iter(every_feed(when))).items} for when in corrected())
    assert old.keys() == new.keys()
    [tag] = [tag for tag in old if old[tag] != new[tag]]
    was, now = old[tag], new[tag]
    assert (now.at, now.url) == (was.at, was.url)
    assert now.updated - was.updated == timedelta(hours=3)
    assert now.title == f"{was.title} (corrected)"
    assert now.text.endswith("What is right.")


def test_every_page_leads_to_its_feed() -> None:
    pages = pages_of(world(story.june))
    for one in every_feed(story.june()):
        body = pages[one.page].body.decode() if one.page != "/history" else pages["/subscribe"].body.decode()
        for suffix in ("atom", "rss", "json"):
            assert f'href="{one.path}.{suffix}"' in body, one.path
