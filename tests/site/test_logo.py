"""The publisher's own picture: one file of ours on every page, in the export too, and its new version at once."""

from __future__ import annotations

from dataclasses import replace

from statuspage.core.picture import picture
from statuspage.core.snapshot import Snapshot
from statuspage.site.export import files
from statuspage.site.press import Press
from tests.site import snapshots
from tests.site.printed import world
from tests.site.test_pages import attributes


def with_logo(colour: str) -> Snapshot:
    """A calm day of somebody who has a mark."""
    drawn = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 20"><rect fill="{colour}"/></svg>'
    calm = world(snapshots.a_calm_day)
    return replace(calm, site=replace(calm.site, logo=picture(drawn.encode())))


def test_every_page_shows_it_and_the_export_holds_it() -> None:
    blue = with_logo("blue")
    pages = Press().pages(blue, {})
    [path] = [path for path in pages if path.startswith("/assets/logo-")]
    assert pages[path].content_type == "image/svg+xml"
    for page in pages.values():
        if page.content_type.startswith("text/html"):
            said = {name: value for tag, name, value in attributes(page.body) if tag == "img"}
            assert said == {"src": path, "alt": "", "width": "84", "height": "28"}, page.path
    exported = files(pages, blue.site.url)
    assert exported[path.strip("/")] == blue.site.logo.body if blue.site.logo else False
    assert f'src="../..{path}"'.encode() in exported["models/claude-fable-5/index.html"]


def test_another_picture_has_another_address() -> None:
    press = Press()
    before = press.pages(with_logo("blue"), {})
    after = press.pages(with_logo("red"), before)
    new = [path for path in after if path.startswith("/assets/logo-")]
    assert len(new) == 1
    assert new[0] not in before
    assert new[0].encode() in after["/"].body
    assert not any("/logo-" in path for path in Press().pages(world(snapshots.a_calm_day), {}))
