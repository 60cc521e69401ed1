"""The drop-in for Atlassian Statuspage: what its clients take for granted holds for every snapshot."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import feedparser
import orjson
import pytest

from statuspage.core import compat as words
from statuspage.core.availability import Availability, CellKey
from statuspage.core.incident import Incident, Kind, ScopeRow, Stage
from statuspage.core.snapshot import CellView, Snapshot
from statuspage.site import compat, compat_feeds
from statuspage.site.export import files
from statuspage.site.publish import PublishedSite
from tests.site import snapshots, story
from tests.site.printed import pages_of, world

ATOM = "{http://www.w3.org/2005/Atom}"
DATES = ("created_at", "updated_at", "started_at", "display_at", "scheduled_for", "scheduled_until")


def said(snapshot: Snapshot) -> dict[str, Any]:
    """Every document, by the end of its path."""
    return {path.removeprefix("/api/v2/"): orjson.loads(body) for path, body in compat.documents(snapshot)}


def summary(snapshot: Snapshot) -> Any:
    """The summary."""
    return said(snapshot)["summary.json"]


def objects(value: Any) -> list[dict[str, Any]]:
    """Every object in a document."""
    if isinstance(value, list):
        return [one for each in value for one in objects(each)]
    if isinstance(value, dict):
        return [value, *(one for each in value.values() for one in objects(each))]
    return []


def test_each_path_has_its_keys(anyone: Snapshot) -> None:
    keys = {path: sorted(body) for path, body in said(anyone).items()}
    assert keys == {
        "summary.json": ["components", "incidents", "page", "scheduled_maintenances", "status"],
        "status.json": ["page", "status"],
        "components.json": ["components", "page"],
        "incidents.json": ["incidents", "page"],
        "incidents/unresolved.json": ["incidents", "page"],
        "scheduled-maintenances.json": ["page", "scheduled_maintenances"],
        "scheduled-maintenances/upcoming.json": ["page", "scheduled_maintenances"],
        "scheduled-maintenances/active.json": ["page", "scheduled_maintenances"],
    }


def test_what_clients_trip_over(anyone: Snapshot) -> None:
    for body in said(anyone).values():
        for one in objects(body):
            assert all(one[name] for name in DATES if name in one)
            assert one.get("tweet_id") is None
            if "group" in one:
                assert ("components" in one) is one["group"]
                assert one["created_at"] <= one["updated_at"]


def test_every_reference_resolves_and_no_id_is_twice(anyone: Snapshot) -> None:
    components = summary(anyone)["components"]
    groups = {one["id"]: one for one in components if one["group"]}
    leaves = {one["id"]: one for one in components if not one["group"]}
    assert len(groups) + len(leaves) == len(components)
    assert {one["group_id"] for one in leaves.values()} == set(groups)
    assert [name for one in groups.values() for name in one["components"]] == list(leaves)
    for group in groups.values():
        positions = [leaves[name]["position"] for name in group["components"]]
        assert positions == list(range(1, len(positions) + 1))


def test_a_model_is_a_group_and_the_primary_provider_comes_first() -> None:
    model = replace(snapshots.MODELS[0], offered=snapshots.MODELS[0].offered[::-1])
    made = snapshots.snapshot(snapshots.calm, snapshots.all_answer(), (model,))
    group, first, *_ = summary(made)["components"]
    assert group["name"] == "Claude Fable 5"
    assert group["status"] == "operational"
    assert first["name"] == "Claude Fable 5 — Claude API — US persons"
    assert (first["x_provider"], first["x_user_class"], first["x_availability"]) == (
        "claude-api",
        "us-persons",
        "available",
    )


def test_what_is_by_design_or_never_asked_is_left_out() -> None:
    calm = summary(snapshots.a_calm_day())
    assert calm["status"]["indicator"] == "none"
    assert calm["status"]["description"] == "All Systems Operational"
    mine = [one for one in calm["components"] if one.get("x_model") == "claude-fable-5" and not one["group"]]
    assert "zero-retention" not in {one["x_user_class"] for one in mine}
    first = summary(snapshots.a_first_start())
    assert first["components"] == []
    assert first["status"]["description"] == "Not Checked Yet"


def test_what_we_cannot_tell_is_never_operational() -> None:
    lost = summary(snapshots.all_unknown())
    assert {one["status"] for one in lost["components"]} == {"degraded_performance"}
    assert {one.get("x_availability") for one in lost["components"] if not one["group"]} == {"unknown"}
    assert lost["status"]["indicator"] == "minor"


def test_a_restriction_is_an_outage_with_its_reason() -> None:
    june = summary(story.june())
    groups = {one["x_model"]: one["status"] for one in june["components"] if one["group"]}
    assert groups["claude-fable-5"] == "major_outage"
    assert groups["claude-mythos-5"] == "partial_outage"
    assert groups["claude-opus-4-8"] == "operational"
    leaf = next(one for one in june["components"] if one["id"] == "yk0skghrugja")
    assert leaf["status"] == "major_outage"
    assert leaf["x_availability"] == "restricted"
    assert leaf["x_reason_kind"] == "legal"
    assert leaf["x_incident"] == "inc_directive"
    [incident] = june["incidents"]
    assert incident["status"] == "monitoring"
    assert incident["impact"] == "critical"
    assert incident["shortlink"] == "https://status.example/incidents/inc_directive"
    assert [one["display_at"] for one in incident["incident_updates"]] == sorted(
        (one["display_at"] for one in incident["incident_updates"]), reverse=True
    )
    assert {one["x_model"] for one in incident["components"]} == set(story.BOTH)


def test_maintenance_shows_on_what_it_covers_but_hides_no_restriction() -> None:
    planned = maintenance(Stage.IN_PROGRESS)
    made = replace(story.june(), incidents=(planned,))
    body = said(made)
    status = {(one["x_model"], one["status"]) for one in body["summary.json"]["components"] if not one["group"]}
    assert ("claude-opus-4-8", "under_maintenance") in status
    assert ("claude-fable-5", "under_maintenance") not in status
    assert len(body["scheduled-maintenances/active.json"]["scheduled_maintenances"]) == 1
    assert body["scheduled-maintenances/upcoming.json"]["scheduled_maintenances"] == []
    shown = body["summary.json"]["scheduled_maintenances"][0]
    assert shown["impact"] == "maintenance"
    assert shown["scheduled_for"] < shown["scheduled_until"]


def test_lists_are_the_newest_first_and_bounded() -> None:
    made = story.many_incidents()
    many = tuple(replace(one, id=f"{one.id}_{n}") for n in range(2) for one in made.incidents)
    body = said(replace(made, incidents=many))
    every = body["incidents.json"]["incidents"]
    assert len(every) == compat.MOST
    assert [one["created_at"] for one in every] == sorted((one["created_at"] for one in every), reverse=True)
    assert {one["status"] for one in body["incidents/unresolved.json"]["incidents"]} == {"investigating"}
    assert all(one["incident_updates"] for one in every)


def test_bytes_move_with_content_alone() -> None:
    june = story.june()
    later = replace(june, generated_at=june.generated_at + timedelta(minutes=1))
    assert dict(compat.documents(june)) == dict(compat.documents(later))
    assert list(compat_feeds.feeds(june)) == list(compat_feeds.feeds(later))


def test_they_are_published_and_exported_under_their_own_names() -> None:
    pages = pages_of(world(story.june))
    site = PublishedSite(pages)
    exported = files(pages, "https://status.example")
    for path in compat.DOCUMENTS:
        assert site.page(path) is pages[path]
        assert exported[path.strip("/")] == pages[path].body
        assert f"{path.strip('/')}.json" not in exported
    assert exported["history.rss"] == pages["/history.rss"].body
    assert site.page("/proxy/status.example") is None


def maintenance(stage: Stage) -> Incident:
    """Planned work on two models."""
    at = snapshots.NOW
    made = replace(story.resolved(), id="inc_planned", kind=Kind.MAINTENANCE, stage=stage, resolved_at=None)
    rows = (ScopeRow(models=("claude-opus-4-8", "claude-fable-5")),)
    return replace(made, scope=rows, scheduled_for=at, scheduled_until=at + timedelta(hours=2))


def test_feeds_have_one_entry_an_incident_and_25_at_most(anyone: Snapshot) -> None:
    for path, content_type, body in compat_feeds.feeds(anyone):
        parsed = feedparser.parse(body)
        assert parsed.bozo == 0
        assert len(parsed.entries) == min(len(anyone.incidents), compat_feeds.ENTRIES)
        assert content_type == f"application/{path.rsplit('.')[-1]}+xml; charset=utf-8"


def test_the_atom_feed_is_in_the_shape() -> None:
    [_, (path, _, body)] = compat_feeds.feeds(story.june())
    feed = ElementTree.fromstring(body)
    assert path == "/history.atom"
    assert feed.get("{http://www.w3.org/XML/1998/namespace}lang") == "en-US"
    assert feed.findtext(f"{ATOM}id") == "tag:status.example,2005:/history"
    assert feed.findtext(f"{ATOM}title") == "Model availability Status - Incident History"
    resolved, entry = feed.findall(f"{ATOM}entry")
    assert resolved.findtext(f"{ATOM}title") == "Slow answers on Google Vertex AI", "the newest comes first"
    number = words.incident_number("inc_directive")
    assert entry.findtext(f"{ATOM}id") == f"tag:status.example,2005:Incident/{number}"
    assert entry.findtext(f"{ATOM}title") == "Two models suspended under an export-control directive"
    assert entry.findtext(f"{ATOM}published") == "2026-06-27T02:00:00Z", "it moves with the newest update while open"
    content = entry.findtext(f"{ATOM}content") or ""
    assert content.startswith(
        "<p><small>Jun <var data-var='date'>27</var>, <var data-var='time'>02:00</var> UTC</small>"
        "<br><strong>Update</strong> - The partial lift"
    )
    assert [part.partition("<")[0] for part in content.split("<strong>")[1:]] == ["Update", "Monitoring", "Identified"]


def test_the_rss_feed_is_in_the_shape() -> None:
    [(_, _, body), _] = compat_feeds.feeds(story.june())
    channel = ElementTree.fromstring(body)[0]
    assert channel.findtext("description") == "Statuspage"
    ended = channel.findall("item")[0]
    assert ended.findtext("guid") == ended.findtext("link") == "https://status.example/incidents/inc_old_1"
    assert ended.findtext("pubDate") == "Tue, 23 Jun 2026 03:03:20 +0000"
    assert "<strong>Resolved</strong> - Answers are" in (ended.findtext("description") or "")


def test_messages_are_marked_up_but_every_strong_word_is_a_label() -> None:
    old = story.resolved()
    body = (
        "It is **not** your key, see [the order](https://example.org/o).\n<script>alert(1)</script> [x](javascript:1)"
    )
    made = replace(old, updates=(replace(old.updates[0], body=body),))
    shown = replace(snapshots.a_calm_day(), incidents=(made,))
    content = compat_feeds.entry(shown, made).content
    assert (
        'It is <b>not</b> your key, see <a href="https://example.org/o" rel="nofollow noopener">the order</a>.<br />'
        in content
    )
    assert content.count("<strong>") == 1
    assert "<script" not in content
    assert 'href="javascript' not in content


def test_a_maintenance_says_when() -> None:
    made = replace(snapshots.a_calm_day(), incidents=(maintenance(Stage.SCHEDULED),))
    [entry] = [compat_feeds.entry(made, one) for one in compat_feeds.newest(made)]
    assert entry.published == snapshots.NOW
    assert entry.content.startswith(
        "<p><strong>THIS IS A SCHEDULED EVENT Jun <var data-var='date'>27</var>, "
        "<var data-var='time'>02:41</var> - <var data-var='time'>04:41</var> UTC</strong></p>"
    )


@pytest.mark.parametrize("day", [5, 21])
def test_days_are_padded(day: int) -> None:
    made = story.resolved()
    update = replace(made.updates[0], at=made.updates[0].at.replace(day=day))
    entry = compat_feeds.entry(snapshots.a_calm_day(), replace(made, updates=(update,)))
    assert f"<var data-var='date'>{day:2d}</var>" in entry.content


def test_one_class_restricted_is_a_partial_outage() -> None:
    def judge(key: CellKey, provider_model_id: str) -> CellView:
        some = key.model == "claude-opus-4-8" and key.user_class == "foreign-abroad"
        return snapshots.cell(key, provider_model_id, Availability.RESTRICTED if some else Availability.AVAILABLE)

    body = summary(snapshots.snapshot(judge, snapshots.all_answer()))
    assert {one["x_model"]: one["status"] for one in body["components"] if one["group"]}["claude-opus-4-8"] == (
        "partial_outage"
    )
    assert body["status"] == body["status"] | {"indicator": "major", "description": "Partial System Outage"}
