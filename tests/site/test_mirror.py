"""The mirror: a folder follows the publications; only what changed is written, each file in one step."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from statuspage.site import mirror as mirrors
from statuspage.site.export import files
from statuspage.site.mirror import Mirror
from statuspage.site.press import Pages, Press
from statuspage.site.publish import render_site
from tests.site import snapshots, story
from tests.site.printed import pages_of, world
from tests.site.test_publish import later

URL = "https://status.example"


def there(out: Path) -> dict[str, bytes]:
    """What a folder holds."""
    return {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()}


def told_otherwise() -> Pages:
    """The pages of June a minute later, when its first story has another title and there was one more event."""
    june = later(world(story.june))
    told = replace(june.incidents[0], title="Another title")
    return render_site(replace(june, incidents=(told, *june.incidents[1:]), as_of_seq=june.as_of_seq + 1))


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests are about names and bytes, not about disks."""
    monkeypatch.setattr("os.fsync", lambda _: None)


def test_a_folder_follows_what_is_published(tmp_path: Path) -> None:
    out, june, press = tmp_path / "site", world(story.june), Press()
    mirror = Mirror(out, URL)
    pages: Pages = {}
    told = replace(june.incidents[0], title="Another title")
    days = [june, later(june), replace(june, incidents=(told, *june.incidents[1:])), world(snapshots.a_calm_day), june]
    for day in days:
        pages = press.pages(day, pages)
        mirror.put(pages)
        assert there(out) == files(pages, URL)
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_only_what_changed_is_written(tmp_path: Path) -> None:
    out, june, press = tmp_path / "site", world(story.june), Press()
    mirror = Mirror(out, URL)
    pages = press.pages(june, {})
    assert mirror.put(pages) == len(files(pages, URL))
    assert mirror.put(pages) == 0
    before = {path: path.stat().st_ino for path in out.rglob("*") if path.is_file()}
    fresh = press.pages(later(june), pages)
    moved = {path for path in fresh if fresh[path] is not pages[path]}
    written = mirror.put(fresh)
    assert written == sum(before[path] != path.stat().st_ino for path in before)
    assert len(moved) <= written <= 2 * len(moved), "a document lies under two names"


def test_a_page_is_never_there_before_what_it_leads_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mirror, order = Mirror(tmp_path / "site", URL), list[str]()
    mirror.put(pages_of(world(story.june)))
    replaced = mirrors._replace

    def noted(file: Path, body: bytes) -> None:
        order.append(str(file.relative_to(tmp_path / "site")))
        replaced(file, body)

    monkeypatch.setattr(mirrors, "_replace", noted)
    mirror.put(told_otherwise())
    assert order[-2:] == ["index.html", "freshness.json"]
    first_page = next(at for at, name in enumerate(order) if name.endswith(".html"))
    assert all(name.endswith(".html") for name in order[first_page:-1])


@pytest.mark.parametrize("again", ["the same run", "the next run"])
def test_what_a_full_disk_cut_off_is_made_good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, again: str) -> None:
    out, left = tmp_path / "site", iter(range(3))
    mirror = Mirror(out, URL)
    mirror.put(pages_of(world(story.june)))
    replaced = mirrors._replace

    def full(file: Path, body: bytes) -> None:
        if next(left, None) is None:
            file.with_name(f".{file.name}.new").write_bytes(body[:10])
            raise OSError(28, "No space left on device")
        replaced(file, body)

    after = told_otherwise()
    with monkeypatch.context() as patched:
        patched.setattr(mirrors, "_replace", full)
        with pytest.raises(OSError, match="No space"):
            mirror.put(after)
    (mirror if again == "the same run" else Mirror(out, URL)).put(after)
    assert there(out) == files(after, URL)


@pytest.mark.parametrize("harm", ["gone", "other"])
def test_a_folder_that_somebody_else_made_is_written_whole(tmp_path: Path, harm: str) -> None:
    out, pages = tmp_path / "site", pages_of(world(story.june))
    mirror = Mirror(out, URL)
    mirror.put(pages)
    out.rename(tmp_path / "old")
    if harm == "other":
        (out / "stranger").mkdir(parents=True)
        (out / "kept").mkdir()
    mirror.put(pages)
    assert there(out) == files(pages, URL)
    shutil.rmtree(tmp_path / "old")
