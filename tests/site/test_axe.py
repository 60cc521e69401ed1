"""Accessibility: axe finds nothing on any kind of page, in light, dark, forced colours and at 320 px."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from statuspage.core.snapshot import Snapshot
from tests.site import snapshots, story, ugly
from tests.site.browsing import opened, served

pytestmark = pytest.mark.browser

MODES: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "forced": {"forced_colors": "active"},
    "narrow": {},
}
EVERY_KIND = (
    "/",
    "/models/claude-fable-5/",
    "/models/claude-opus-4-8/",
    "/user-classes/",
    "/user-classes/us-persons/",
    "/providers/bedrock/",
    "/incidents/inc_directive/",
    "/events/evt_0041/",
    "/history/",
    "/history/2026-06/",
    "/history/2026-06-13/",
    "/replay/",
    "/my/?classes=us-persons,zero-retention",
    "/is-it-me/",
    "/subscribe/",
    "/methodology/",
    "/docs/api/",
    "/404.html",
)
UGLY: tuple[tuple[Callable[[], Snapshot], tuple[str, ...]], ...] = (
    (ugly.one_class, ("/", "/models/claude-fable-5/", "/user-classes/")),
    (ugly.forty_open, ("/", "/incidents/inc_n0/", "/incidents/inc_n1/")),
    (ugly.ten_classes, ("/", "/models/claude-fable-5/")),
    (ugly.few_of_five, ("/", "/models/claude-fable-5/", "/user-classes/partners/")),
    (story.hostile, ("/", "/models/claude-fable-5/")),
    (snapshots.a_first_start, ("/", "/models/claude-fable-5/", "/replay/")),
    (snapshots.all_unknown, ("/",)),
    (snapshots.an_empty_site, ("/", "/my/", "/user-classes/")),
)
WANTED = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
"""What can differ between light, dark and forced colours; the other rules are asked in light and at 320 px."""


def complaints(
    browser: Browser, address: str, paths: tuple[str, ...], mode: str, widths: tuple[int, ...] = (1280,)
) -> list[str]:
    """What axe says of these pages."""
    found = []
    with opened(browser, **MODES[mode]) as (page, said):
        for path in paths:
            page.goto(address + path)
            if path.startswith(("/my", "/replay")):
                page.wait_for_load_state("networkidle")
            for width in widths:
                page.set_viewport_size({"width": width, "height": 800})
                found += [f"{path} at {width}: {one}" for one in _violations(page, mode)]
        assert said == []
    return found


def _violations(page: Page, mode: str) -> list[str]:
    results = Axe().run(page, options=COLOURS if mode in {"dark", "forced"} else WANTED)
    return [
        f"{one['id']}: {node['target']} {node['html'][:120]}"
        for one in results.response["violations"]
        for node in one["nodes"][:3]
    ]


@pytest.fixture(scope="module")
def june(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the founding story's export."""
    with served(story.june(), tmp_path_factory.mktemp("june")) as address:
        yield address


@pytest.mark.timeout(300)
@pytest.mark.parametrize("mode", MODES)
def test_axe_finds_nothing_on_any_kind_of_page(browser: Browser, june: str, mode: str) -> None:
    widths = (320,) if mode == "narrow" else (1280,)
    assert complaints(browser, june, EVERY_KIND, mode, widths) == []


@pytest.mark.parametrize(("make", "paths"), UGLY, ids=[make.__name__ for make, _ in UGLY])
def test_axe_finds_nothing_in_ugly_states(
    browser: Browser, tmp_path: Path, make: Callable[[], Snapshot], paths: tuple[str, ...]
) -> None:
    with served(make(), tmp_path) as address:
        assert complaints(browser, address, paths, "light", (1280, 320)) == []
