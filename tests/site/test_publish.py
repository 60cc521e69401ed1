"""Publishing: bytes move only when content does, the swap is atomic, every link of an export leads somewhere."""

from __future__ import annotations

import gzip
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

import brotli
import pytest
from jinja2 import Template

from statuspage.core.availability import Availability
from statuspage.core.snapshot import Snapshot
from statuspage.site import export
from statuspage.site.assets import script, style
from statuspage.site.export import files, write_folder
from statuspage.site.leaf import Rhythm
from statuspage.site.marks import Mark
from statuspage.site.press import Press
from statuspage.site.publish import PublishedSite, leaves, render_site
from tests.site import snapshots, story
from tests.site.printed import pages_of, world
from tests.site.test_pages import attributes


def later(snapshot: Snapshot) -> Snapshot:
    """The same content a minute later: only freshness moved."""
    minute = timedelta(minutes=1)
    newest = snapshot.newest_observation_at
    return replace(
        snapshot,
        generated_at=snapshot.generated_at + minute,
        valid_until=snapshot.valid_until + minute,
        newest_observation_at=newest + minute if newest else None,
    )


def test_a_page_has_its_compressed_forms_and_a_tag() -> None:
    page = pages_of(world(story.june))["/"]
    assert page.gzip is not None
    assert page.brotli is not None
    assert gzip.decompress(page.gzip) == brotli.decompress(page.brotli) == page.body
    assert page.etag.startswith('"')


def test_the_same_snapshot_gives_the_same_bytes(anyone: Snapshot) -> None:
    assert render_site(anyone) == pages_of(anyone)


def test_freshness_moves_the_present_alone() -> None:
    june = world(story.june)
    before = pages_of(june)
    after = render_site(later(june), before)
    moved = {path for path in after if after[path] is not before[path]}
    rhythm = {leaf.path: leaf.rhythm for leaf in leaves(june)}
    assert {"/", "/freshness.json", "/api/v1/snapshot", "/models/claude-fable-5"} <= moved
    assert {rhythm[path] for path in moved} == {Rhythm.FRESHNESS}
    assert after["/history"].modified_at == june.generated_at


def the_days_of_june() -> list[Snapshot]:
    """One snapshot after the other: time passes, a cell turns, words are edited, the catalogue and the day change."""
    june = story.june()
    turned = june.cells[5]
    assert turned.measured
    down = replace(turned, availability=Availability.DOWN, since=june.generated_at, evidence=None)
    asked = replace(turned.measured, last_observed_at=june.generated_at)
    told = replace(june.incidents[0], title="Another title")
    return [
        june,
        later(june),
        replace(june, cells=tuple(down if one is turned else one for one in june.cells)),
        replace(june, cells=tuple(replace(one, measured=asked) if one is turned else one for one in june.cells)),
        replace(june, incidents=(told, *june.incidents[1:])),
        replace(june, recent_events=june.recent_events[1:]),
        replace(june, models=(replace(june.models[0], name="Renamed"), *june.models[1:])),
        replace(june, generated_at=june.generated_at + timedelta(days=1)),
        replace(june, summary=replace(june.summary, availability=Availability.AVAILABLE)),
        replace(june, site=replace(june.site, url="https://example.org/status")),
        june,
    ]


def test_what_is_printed_after_another_snapshot_is_what_is_printed_of_it_alone() -> None:
    press = Press()
    for snapshot in [*the_days_of_june(), snapshots.a_calm_day(), snapshots.an_empty_site(), story.hostile()]:
        after = {leaf.path: leaf.body for leaf in press.leaves(snapshot)}
        alone = {leaf.path: leaf.body for leaf in leaves(snapshot)}
        assert [path for path in alone if after.get(path) != alone[path]] == []
        assert after.keys() == alone.keys()
        assert not any(mark in body for body in alone.values() for mark in (b"\x02", b"\x03"))


def test_between_refreshes_only_content_moves() -> None:
    june = story.june()
    press = Press()
    before = press.pages(june, {})
    after = press.pages(later(june), before, refresh=False)
    assert {path for path in after if after[path] is not before[path]} == set()
    changed = the_days_of_june()[2]
    after = press.pages(changed, before, refresh=False)
    moved = {path for path in after if after[path] is not before[path]}
    model = changed.cells[5].key.model
    assert {"/", f"/models/{model}", f"/api/v1/models/{model}", "/api/v1/snapshot"} <= moved
    assert not [path for path in moved if path.startswith("/models/") and path != f"/models/{model}"]
    assert not any(path.startswith(("/feeds/", "/history", "/events/")) for path in moved)


def test_a_moment_that_moves_is_put_in_without_rendering_the_page_again(monkeypatch: pytest.MonkeyPatch) -> None:
    june = story.june()
    press = Press()
    before = press.pages(june, {})
    monkeypatch.setattr(Template, "render", None)
    after = press.pages(later(june), before)
    assert after["/"].body != before["/"].body
    assert after["/models/claude-fable-5"].body != before["/models/claude-fable-5"].body


def test_a_moment_that_moves_cannot_be_frozen_by_a_template() -> None:
    mark = Mark.of("valid", snapshots.NOW)
    assert (mark.year, mark.date()) == (2026, snapshots.NOW.date())
    with pytest.raises(TypeError, match="moves with freshness"):
        mark.isoformat()
    with pytest.raises(TypeError, match="moves with freshness"):
        mark.strftime("%H")
    with pytest.raises(TypeError, match="moves with freshness"):
        f"{mark:%H}"
    assert f"{mark + timedelta(hours=1):%H:%M}" == "03:41"


def test_the_swap_keeps_old_assets_and_answers_json_twins() -> None:
    first = pages_of(world(story.june))
    site = PublishedSite(first)
    old = replace(first[style().path], path="/assets/site-old.css")
    site.replace({**first, old.path: old})
    site.replace(pages_of(world(snapshots.a_calm_day)))
    assert site.page("/assets/site-old.css") is old
    assert site.page("/incidents/inc_directive") is None
    assert site.page("/api/v1/models.json") is site.page("/api/v1/models")
    assert site.page("/404") is None
    assert site.not_found is not None
    assert site.not_found.status == 404


def test_the_budgets_hold() -> None:
    big = story.twenty_by_six()
    render_site(big)
    started = time.process_time()
    pages = render_site(big)
    assert time.process_time() - started < 1.5, "the budget is 0.5 s on a quiet machine"
    weight = sum(len(pages[path].brotli or b"") for path in ("/", style().path, script().path))
    assert weight < 30 * 1024


def test_every_link_of_an_export_leads_to_a_file(anyone: Snapshot) -> None:
    exported = files(pages_of(anyone), anyone.site.url)
    ids = {
        name: {value for _, what, value in attributes(body) if what == "id"}
        for name, body in exported.items()
        if name.endswith(".html")
    }
    for name in ids:
        if name != "404.html":
            for address in links(exported[name]) - LIVE:
                target, fragment = resolve(name, address)
                assert target in exported, (name, address)
                assert not fragment or fragment in ids[target], (name, address)


LIVE = {
    f"{site}/{page}"
    for site in ("https://status.example", "https://status.example/sub")
    for page in ("subscribe", "subscriptions")
}
"""What only the running service answers; a folder's pages say where it is."""


@pytest.mark.parametrize("url", ["https://status.example", "https://status.example/sub"])
def test_forms_of_an_export_lead_to_the_running_service(anyone: Snapshot, url: str) -> None:
    at = replace(anyone, site=replace(anyone.site, url=url))
    exported = files(pages_of(at), url)
    for name, path in (("subscribe/index.html", "subscribe"), ("is-it-me/index.html", "is-it-me")):
        actions = {value for _, what, value in attributes(exported[name]) if what == "action"}
        assert f"{url}/{path}" in actions
        assert not {one for one in actions if one.startswith(".")}


def test_a_page_whose_address_nobody_else_knows_says_so(anyone: Snapshot) -> None:
    for url, said in (("https://status.example", False), ("http://127.0.0.1:8080", True)):
        page = pages_of(replace(anyone, site=replace(anyone.site, url=url)))["/subscribe"]
        assert (b"has not set <code>site.url</code> yet" in page.body) is said


def links(body: bytes) -> set[str]:
    """The addresses in a page that stay on the site; ``<link>`` also names the one that the page has at the service."""
    found = [
        value
        for tag, name, value in attributes(body)
        if name in {"href", "src", "data-freshness"} and (tag, value[:4]) != ("link", "http")
    ]
    ours = ("status.example", None)
    return {one for one in found if not one.startswith("data:") and urlsplit(one).hostname in ours}


def resolve(name: str, address: str) -> tuple[str, str]:
    """The file that a plain file server answers with for an address in a page."""
    parts = urlsplit(address)
    assert not parts.scheme, address
    where = PurePosixPath(name).parent
    for step in unquote(parts.path).split("/") if parts.path else ():
        where = where.parent if step == ".." else where / step
    folder = parts.path.endswith("/") or parts.path in {".", ".."}
    target = name if not parts.path else str(where / "index.html" if folder else where)
    return target, parts.fragment


def test_a_folder_is_replaced_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "site"
    write_folder(pages_of(world(story.june)), out, "https://status.example")
    assert (out / "models/claude-fable-5/index.html").is_file()
    assert (out / "api/v1/models.json").is_file()
    assert (out / "api/v1/models/claude-fable-5").read_bytes() == (
        out / "api/v1/models/claude-fable-5.json"
    ).read_bytes()
    assert (out / "404.html").is_file()
    write_folder(pages_of(world(snapshots.a_calm_day)), out, "https://status.example")
    assert not (out / "incidents").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
    monkeypatch.setattr(export, "_exchange", lambda *_: False)
    write_folder(pages_of(world(story.june)), out, "https://status.example")
    assert (out / "incidents/inc_directive/index.html").is_file()
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
