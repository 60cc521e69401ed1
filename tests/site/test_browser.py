"""The pages in a real browser: they fit, they are quiet, they warn when they are old."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.site import snapshots, story
from tests.site.browsing import opened, served

pytestmark = pytest.mark.browser

PATHS = (
    "/",
    "/models/claude-fable-5/",
    "/incidents/inc_directive/",
    "/events/evt_0041/",
    "/history/",
    "/methodology/",
    "/user-classes/us-persons/",
    "/providers/bedrock/",
    "/404.html",
)


SHIFTS = """
window.shifts = 0;
new PerformanceObserver((list) => { for (const one of list.getEntries()) window.shifts += one.value; })
  .observe({ type: "layout-shift", buffered: true });
"""


@pytest.mark.parametrize("make", [story.june, story.hostile], ids=lambda make: make.__name__)
def test_no_page_scrolls_sideways(browser: Browser, make: Any) -> None:
    with served(make) as address, opened(browser) as (page, said):
        for path in PATHS if make is story.june else ("/", "/models/claude-fable-5/"):
            page.goto(address + path)
            for width in (1280, 768, 360, 320):
                page.set_viewport_size({"width": width, "height": 800})
                assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
        assert said == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_home_page_is_three_requests_and_draws_its_state(browser: Browser, tmp_path: Path, scheme: Any) -> None:
    with served(story.june) as address, opened(browser, color_scheme=scheme) as (page, said):
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.add_init_script(SHIFTS)
        page.goto(address)
        kinds = [url for url in asked if not url.endswith("freshness.json") and not url.startswith("data:")]
        assert len(kinds) == 3
        assert all(url.startswith(address) for url in kinds)
        assert page.context.cookies() == []
        assert page.evaluate("window.shifts") == 0
        assert said == []
        picture = page.screenshot(path=tmp_path / f"home-{scheme}.png", full_page=True)
        assert len(picture) > 20_000
        paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (paper == "rgb(19, 20, 22)") is (scheme == "dark")


def test_without_script_the_age_is_part_of_the_answer(browser: Browser) -> None:
    with served(story.june) as address, opened(browser, java_script_enabled=False) as (page, _):
        page.goto(address)
        assert "Holds until 02:44:20" in page.inner_text("main")
        assert not page.is_visible("#stale")


def test_an_old_page_says_how_old_it_is(browser: Browser) -> None:
    with served(story.june) as address, opened(browser, "2026-06-27T03:14:20Z") as (page, _):
        page.goto(address)
        page.wait_for_selector("#stale:not([hidden])")
        assert "30 minutes old: do not rely on it" in page.inner_text("#stale")


def test_the_choices_of_the_reader_are_kept(browser: Browser) -> None:
    with (
        served(story.june) as address,
        opened(browser, timezone_id="Asia/Tokyo", color_scheme="light") as (page, _),
    ):
        page.goto(address)
        page.check("[name=look][value=dark]")
        page.check("#local input")
        assert "13 Jun, 10:59" in page.inner_text(".facts")
        page.goto(address + "/models/claude-fable-5/")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(19, 20, 22)"
        assert "13 Jun, 10:59" in page.inner_text(".facts")


def test_a_link_to_the_evidence_opens_it(browser: Browser) -> None:
    with served(story.june) as address, opened(browser) as (page, _):
        page.goto(f"{address}/models/claude-fable-5/#why-bedrock-listed")
        assert page.is_visible("#why-bedrock-listed")


def test_it_reads_in_forced_colours(browser: Browser) -> None:
    with served(snapshots.a_calm_day) as address, opened(browser, forced_colors="active") as (page, said):
        page.goto(address)
        assert page.is_visible("h1")
        assert said == []


@pytest.mark.parametrize("path", PATHS)
def test_paper_shows_what_is_said_and_nothing_to_press(browser: Browser, path: str) -> None:
    with served(story.june) as address, opened(browser, color_scheme="dark") as (page, said):
        page.goto(address + path)
        page.check("[name=look][value=dark]")
        page.emulate_media(media="print")
        page.set_viewport_size({"width": 794, "height": 1123})
        assert page.is_visible("h1")
        assert page.locator("nav:visible, input:visible, select:visible, button:visible, .ask:visible").count() == 0
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(252, 252, 250)"
        assert page.evaluate("document.documentElement.scrollWidth") <= 794
        assert said == []
