"""What was published last is there after a restart, whole or not at all, and says how old it is."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from statuspage.site import shelf
from tests.site import snapshots
from tests.site.printed import pages_of, world
from tests.site.snapshots import NOW


def test_the_pages_come_back_with_their_bytes_and_tags(tmp_path: Path) -> None:
    pages = pages_of(world(snapshots.a_calm_day))
    shelf.put(pages, tmp_path / "published", NOW)
    again = shelf.take(tmp_path / "published", NOW + timedelta(seconds=90))
    assert again.keys() == pages.keys()
    for path, page in pages.items():
        kept = again[path]
        assert (kept.body, kept.etag, kept.content_type, kept.status) == (
            page.body, page.etag, page.content_type, page.status,
        )  # fmt: skip
        assert kept.age == (0 if path.startswith("/assets/") else 90)


def test_only_what_changed_is_written_and_what_is_gone_is_removed(tmp_path: Path) -> None:
    pages = pages_of(world(snapshots.an_empty_site))
    shelf.put(pages, tmp_path, NOW)
    before = {file.name: file.stat().st_mtime_ns for file in (tmp_path / "bodies").iterdir()}
    fewer = {path: page for path, page in pages.items() if path != "/llms.txt"}
    shelf.put(fewer, tmp_path, NOW)
    after = {file.name: file.stat().st_mtime_ns for file in (tmp_path / "bodies").iterdir()}
    assert len(after) == len(before) - 1
    assert after.items() <= before.items()


@pytest.mark.parametrize("harm", ["cut", "gone", "index", "strange", "format"])
def test_what_is_damaged_is_not_served(tmp_path: Path, harm: str) -> None:
    pages = pages_of(world(snapshots.an_empty_site))
    shelf.put(pages, tmp_path, NOW)
    body = next(file for file in (tmp_path / "bodies").iterdir() if file.read_bytes() == pages["/"].body)
    index = tmp_path / "index.json"
    if harm == "cut":
        body.write_bytes(pages["/"].body[:100])
    elif harm == "gone":
        body.unlink()
    elif harm == "index":
        index.write_bytes(index.read_bytes()[:200])
    elif harm == "strange":
        index.write_text("[]", "utf-8")
    else:
        index.write_text('{"format": 1}', "utf-8")
    again = shelf.take(tmp_path, NOW)
    assert "/" not in again
    assert bool(again) is (harm in {"cut", "gone"})


def test_where_nothing_was_kept_there_is_nothing(tmp_path: Path) -> None:
    assert shelf.take(tmp_path / "nowhere", NOW) == {}
