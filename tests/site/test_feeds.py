"""Feeds: three formats that say the same, that every reader can parse, and that never change by themselves."""

from __future__ import annotations

import locale
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import feedparser
import orjson
import pytest

from statuspage.core.event import EventType
from statuspage.core.snapshot import Snapshot
from statuspage.site import compat_feeds, feeds
from statuspage.site.papers import every_feed
from tests.site import snapshots, story

ATOM = "{http://www.w3.org/2005/Atom}"


def everything(snapshot: Snapshot) -> feeds.Feed:
    """The feed of every event."""
    return next(iter(every_feed(snapshot)))


def test_every_feed_parses_without_complaint(anyone: Snapshot) -> None:
    for one in every_feed(anyone):
        for write in (feeds.atom, feeds.rss):
            body = write(one)
            assert feedparser.parse(body).bozo == 0
            assert body == write(one)
        shape = orjson.loads(feeds.json(one))
        assert shape["version"] == "https://jsonfeed.org/version/1.1"
        assert shape["feed_url"].endswith(f"{one.path}.json")


def test_one_event_has_one_id_everywhere() -> None:
    june = story.june()
    seen: dict[str, set[str]] = {}
    for one in every_feed(june):
        ids = [item["id"] for item in orjson.loads(feeds.json(one))["items"]]
        assert ids == [entry.id for entry in feedparser.parse(feeds.atom(one)).entries]
        assert ids == [entry.id for entry in feedparser.parse(feeds.rss(one)).entries]
        seen[one.path] = set(ids)
    assert "tag:status.example,2026:events/evt_0036" in seen["/feeds/models/claude-fable-5"]
    assert seen["/feeds/models/claude-fable-5"] < seen["/feeds/all"]
    assert len(seen["/feeds/incidents"]) == 2
    assert "tag:status.example,2026:events/evt_0037" in seen["/feeds/providers/bedrock"]
    assert "tag:status.example,2026:events/evt_0037" in seen["/feeds/user-classes/us-persons"]


def test_links_and_dates_are_right() -> None:
    one = everything(story.june())
    atom = ElementTree.fromstring(feeds.atom(one))
    rels = [(link.get("rel"), link.get("href")) for link in atom.findall(f"{ATOM}link")]
    assert ("self", "https://status.example/feeds/all.atom") in rels
    assert ("alternate", "https://status.example/") in rels
    entry = atom.find(f"{ATOM}entry")
    assert entry is not None
    link = entry.find(f"{ATOM}link")
    assert link is not None
    assert dict(link.attrib) == {
        "href": "https://status.example/events/evt_0041",
        "rel": "alternate",
        "type": "text/html",
    }
    assert atom.findtext(f"{ATOM}updated") == "2026-06-26T22:14:00.000041+00:00"
    channel = ElementTree.fromstring(feeds.rss(one))[0]
    assert channel.findtext("link") == "https://status.example/"
    assert channel.findtext("lastBuildDate") == "Fri, 26 Jun 2026 22:14:00 +0000"
    assert channel.findtext("item/pubDate") == "Fri, 26 Jun 2026 22:14:00 +0000"
    terms = [category.get("term") for category in entry.findall(f"{ATOM}category")]
    assert {"model.restored", "claude-mythos-5", "claude-api", "us-persons", "available", "legal"} <= set(terms)


def test_no_date_touches_the_process_s_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: Any) -> str:
        raise AssertionError("the locale of the process was touched")

    monkeypatch.setattr(locale, "setlocale", forbidden)
    assert b"<pubDate>" in feeds.rss(everything(story.june()))


@pytest.mark.parametrize("name", ["Status", "Status (sandbox)", "Status (Sandbox)"])
def test_simulated_data_are_called_so_once(name: str) -> None:
    june = story.june()
    simulated = replace(june, site=replace(june.site, name=name, sandbox=True))
    bodies = [body for _, _, body in compat_feeds.feeds(simulated)] + [feeds.atom(everything(simulated))]
    for title in [feedparser.parse(body).feed.title for body in bodies]:
        assert title.lower().count("(sandbox)") == 1, title


def test_an_empty_feed_is_valid_and_never_now() -> None:
    one = everything(snapshots.a_calm_day())
    assert b"<updated>2000-01-01T00:00:00+00:00</updated>" in feeds.atom(one)
    assert b"lastBuildDate" not in feeds.rss(one)
    assert orjson.loads(feeds.json(one))["items"] == []


def test_a_hostile_title_survives() -> None:
    one = everything(story.hostile())
    title = f"{story.EVIL} &  ]]> {story.ARABIC}"
    assert orjson.loads(feeds.json(one))["items"][0]["title"] == title
    assert ElementTree.fromstring(feeds.atom(one)).findtext(f"{ATOM}entry/{ATOM}title") == title
    item = ElementTree.fromstring(feeds.rss(one)).find("channel/item")
    assert item is not None
    assert "‹script›" in (item.findtext("title") or "")
    assert "&lt;script&gt;" in (item.findtext("description") or "")


def test_the_newest_fifty_and_only_public_ones() -> None:
    many = [story.event(n, EventType.MODEL_DOWN, snapshots.NOW, f"Event {n}") for n in range(1, 80)]
    hidden = [
        story.event(90, EventType.WEBHOOK_TEST, snapshots.NOW, "x"),
        story.event(91, EventType.CELL_UNKNOWN, snapshots.NOW, "y"),
    ]
    made = feeds.feed(snapshots.SITE, "/feeds/all", "/", "All", [*many, *hidden])
    assert len(made.items) == 50
    assert made.items[0].title == "Event 79"
