"""What a reader at night asks, in a real browser: am I affected, since when, is it me, is it fresh."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.site import story, ugly
from tests.site.browsing import opened, served
from tests.site.printed import folder_of, world

pytestmark = pytest.mark.browser

PASTE = "Error code: 404 - {'error': {'message': 'Claude Fable 5 is not available'}}"


def test_am_i_affected(browser: Browser) -> None:
    with served(story.june) as address, opened(browser) as (page, said):
        page.goto(address)
        expect(page.locator("h1")).to_contain_text("Claude Fable 5 is restricted for everyone")
        page.get_by_role("link", name="Which class am I?").click()
        page.get_by_role("radio", name="Foreign nationals abroad").check()
        page.get_by_role("radio", name="No, or I do not know").check()
        page.get_by_role("link", name="What you can use now").click()
        expect(page.locator("h1")).to_contain_text("Foreign nationals abroad can use 6 of 8 models now")
        expect(page.locator("#not ~ ul")).to_contain_text("Claude Fable 5")
        assert said == []


def test_a_class_is_chosen_on_the_first_page_and_the_address_keeps_it(browser: Browser) -> None:
    with served(story.june) as address, opened(browser) as (page, said):
        page.goto(f"{address}/?class=listed")
        use = page.locator("[data-part=use]")
        expect(use).to_contain_text("Listed organisations can use 7 of 8 models now.")
        expect(page.get_by_role("slider", name="Claude Mythos 5, Listed organisations, access")).to_be_visible()
        page.get_by_label("Only what is not available").check()
        expect(use.locator(".items li:visible")).to_have_count(1)
        assert page.url.endswith("/?class=listed&only=trouble")
        page.get_by_role("combobox", name="For").select_option("every class")
        expect(use.locator(".matrix tbody:visible")).to_have_count(2)
        assert page.url.endswith("/?only=trouble")
        use.get_by_role("link", name="Restricted why?").first.click()
        expect(page.locator("#why-claude-api-us-persons")).to_be_in_viewport()
        assert said == []


def test_too_many_classes_for_columns_are_a_list(browser: Browser) -> None:
    with served(ugly.ten_classes) as address, opened(browser) as (page, _):
        page.goto(address)
        expect(page.locator(".matrix")).to_have_count(0)
        expect(page.locator(".cards > li").nth(1)).to_contain_text("Region 3")


def test_several_classes_are_combined_and_the_address_keeps_them(browser: Browser) -> None:
    with served(story.june) as address, opened(browser) as (page, said):
        page.goto(f"{address}/my/?classes=us-persons")
        expect(page.locator("#mine h2")).to_have_text("You can use 6 of 8 models now.")
        page.get_by_role("checkbox", name="Listed organisations").check()
        assert page.url.endswith("?classes=us-persons,listed")
        mythos = page.locator("#mine tbody tr", has_text="Claude Mythos 5")
        expect(mythos).to_contain_text("because of US persons · legal")
        expect(mythos).to_contain_text("claude-opus-4-8")
        page.get_by_role("checkbox", name="US persons").uncheck()
        expect(mythos).to_contain_text("not on Amazon Bedrock, Google Vertex AI")
        mythos.get_by_role("link").first.click()
        expect(page.locator("h1")).to_contain_text("Claude Mythos 5")
        assert said == []


def test_since_when_why_and_what_instead(browser: Browser) -> None:
    with served(story.june) as address, opened(browser) as (page, _):
        page.goto(address)
        page.locator(".matrix").get_by_role("link", name="Claude Fable 5").click()
        facts = page.locator(".facts")
        expect(facts).to_contain_text("13 Jun 01:59")
        expect(facts).to_contain_text("claude-opus-4-8")
        expect(page.locator("#why ~ details").first).to_contain_text("HTTP 404")
        expect(page.locator("#instead ~ table")).to_contain_text("Claude Sonnet 4.6")


def test_is_it_me(browser: Browser) -> None:
    asked: list[dict[str, object]] = []

    def answer(route: Route) -> None:
        asked.append(json.loads(route.request.post_data or "{}"))
        cell = {"model": "claude-fable-5", "provider": "claude-api", "provider_model_id": "claude-fable-5"}
        cells = [
            {**cell, "user_class": one, "availability": "restricted", "basis": "measured"}
            for one in ("us-persons", "listed")
        ]
        said = {"cause": "withdrawn", "group": "refused", "rule": "x", "hint": "", "cells": cells, "named": []}
        route.fulfill(json=said, headers={"access-control-allow-origin": "*"})

    with served(story.june) as address, opened(browser) as (page, said):
        page.route("**/api/v1/classify", answer)
        page.goto(f"{address}/is-it-me/")
        page.get_by_label("What did you get?").fill(PASTE)
        page.get_by_label("Whom did you ask?").select_option("Claude API")
        page.get_by_role("button", name="What does it mean?").press("Enter")
        expect(page.locator("#found h2")).to_have_text("It is not you.")
        expect(page.locator("#found")).to_contain_text("Restricted for US persons, Listed organisations")
        assert asked == [{"provider": "anthropic", "text": PASTE}]
        page.locator("#found").get_by_role("link").click()
        expect(page.locator("h1")).to_contain_text("Claude Fable 5")
        assert said == []


def test_an_open_page_says_within_two_refreshes_that_its_server_is_gone(browser: Browser) -> None:
    with opened(browser) as (page, _):
        with served(story.june) as address:
            page.goto(address)
            expect(page.locator("#stale")).to_be_hidden()
        page.clock.run_for("02:00")
        page.clock.run_for("02:00")
        expect(page.locator("#stale")).to_contain_text("minutes old: do not rely on it")


@pytest.mark.parametrize("changed", [False, True])
def test_an_open_page_follows_what_is_measured_and_says_what_has_changed(browser: Browser, changed: bool) -> None:
    june = world(story.june)
    later = {"as_of_seq": june.as_of_seq + changed, "newest_observation_at": "2026-06-27T02:45:40Z"}
    with served(story.june) as address, opened(browser, timezone_id="UTC") as (page, _):
        page.route(
            "**/freshness.json", lambda route: route.fulfill(json=later | {"valid_until": "2026-06-27T02:49:00Z"})
        )
        page.goto(address)
        if changed:
            told = (folder_of(story.june) / "index.html").read_text().replace("Claude Opus 4.5", "Claude Opus 4.9")
            page.route(f"{address}/", lambda route: route.fulfill(body=told, content_type="text/html"))
        page.clock.run_for("05:00")
        if changed:
            expect(page.locator("#stale")).to_contain_text("Something has changed since this page was made.")
        else:
            expect(page.locator("#stale")).to_be_hidden()
            expect(page.locator(".now .note")).to_contain_text(
                "Measured 27 Jun 2026, 02:45:40 UTC. Holds until 02:49:00"
            )
            page.clock.run_for("03:00")
            expect(page.locator("#stale")).to_contain_text("1 minutes old: do not rely on it")


def test_the_days_of_a_strip_by_keyboard(browser: Browser) -> None:
    with served(story.june) as address, opened(browser) as (page, said):
        page.goto(address)
        strip = page.get_by_role("slider", name="Claude Fable 5, access").first
        strip.focus()
        expect(strip).to_have_attribute(
            "aria-valuetext",
            "27 Jun 2026: restricted, 162 minutes. Two models suspended under an export-control directive",
        )
        page.keyboard.press("Home")
        expect(strip).to_have_attribute("aria-valuetext", "30 Mar 2026: nothing is known")
        page.keyboard.press("End")
        for _ in range(14):
            page.keyboard.press("ArrowLeft")
        expect(strip).to_have_attribute("aria-valuenow", "76")
        expect(strip.locator(".day")).to_contain_text("13 Jun 2026: restricted, 1321 minutes")
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text("13 June 2026")
        expect(page.locator("#claude-fable-5")).to_contain_text("1321 minutes")
        assert said == []


def test_the_whole_home_page_by_keyboard(browser: Browser) -> None:
    with served(ugly.one_class) as address, opened(browser) as (page, _):
        page.goto(address)
        focusable = "a[href]:visible, [tabindex='0']:visible, input:visible, summary:visible"
        wanted = page.locator(focusable).count() - 2  # a radio group is one stop, not three
        reached = set()
        for _ in range(wanted + 5):
            page.keyboard.press("Tab")
            reached.add(page.evaluate("[...document.querySelectorAll('*')].indexOf(document.activeElement)"))
        assert (
            len(reached - {-1, page.evaluate("[...document.querySelectorAll('*')].indexOf(document.body)")}) >= wanted
        )


def test_the_replay_moves_clocks_matrix_and_answers(browser: Browser) -> None:
    with served(story.june) as address, opened(browser) as (page, said):
        page.goto(f"{address}/replay/")
        moment = page.get_by_role("slider", name="Moment")
        expect(moment).to_have_attribute("aria-valuetext", "12 Jun 2026, 21:21 UTC: Ordered by the authority")
        moment.focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        expect(page.locator(".clocks [data-clock=measured] b")).to_have_text("13 Jun 2026, 01:59 UTC")
        expect(page.locator("tr[data-model=claude-fable-5] td").first).to_have_text("Restricted")
        expect(page.locator(".story > li:visible")).to_have_count(1)
        page.get_by_role("button", name="Earlier").click()
        expect(page.locator(".clocks [data-clock=measured] b")).to_have_text("not yet")
        page.get_by_role("button", name="Play").click()
        page.clock.run_for("00:41")
        expect(moment).to_have_value("3")
        assert said == []


def test_reduced_motion_leaves_the_steps_to_the_reader(browser: Browser) -> None:
    with served(story.june) as address, opened(browser, reduced_motion="reduce") as (page, _):
        page.goto(f"{address}/replay/")
        expect(page.get_by_role("button", name="Later")).to_be_visible()
        expect(page.get_by_role("button", name="Play")).to_be_hidden()


def test_every_tool_says_without_script_what_it_can(browser: Browser) -> None:
    with served(story.june) as address, opened(browser, java_script_enabled=False) as (page, _):
        page.goto(f"{address}/replay/")
        expect(page.locator(".story > li")).to_have_count(4)
        expect(page.locator(".player")).to_be_hidden()
        page.goto(f"{address}/my/")
        expect(page.locator("#without")).to_contain_text("/api/v1/availability?user_class=us-persons,foreign-abroad")
        expect(page.locator("#my")).to_be_hidden()
        page.goto(f"{address}/user-classes/")
        expect(page.locator("#which")).to_be_hidden()
        expect(page.locator(".items li")).to_have_count(6)
        page.goto(f"{address}/is-it-me/")
        assert page.locator("form").get_attribute("method") == "post"


@pytest.mark.parametrize(
    "path",
    ["/replay/", "/my/?classes=us-persons", "/is-it-me/", "/user-classes/", "/subscribe/", "/history/2026-06-13/"],
)
def test_no_tool_scrolls_sideways_and_each_prints(browser: Browser, path: str) -> None:
    with (
        served(story.june) as address,
        opened(browser, viewport={"width": 320, "height": 800}) as (page, said),
    ):
        page.goto(address + path)
        page.wait_for_load_state("networkidle")
        if path == "/replay/":
            page.get_by_role("slider").press("End")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        page.emulate_media(media="print")
        expect(page.locator("h1")).to_be_visible()
        expect(page.locator("nav")).to_be_hidden()
        assert said == []
