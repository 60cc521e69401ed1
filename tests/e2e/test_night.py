"""A night in Chromium: from the alert to the postmortem, by two people, one of them on a phone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from statuspage import clock
from tests.e2e.conftest import FirstStart
from tests.e2e.night import OPUS, Night, calm, fallen
from tests.site.browsing import chromium

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

VENDOR, GATEWAY, ABROAD, HOME = "claude-api", "gateway", "foreign-nationals-abroad", "us-persons"
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "color_scheme": "dark"}
SECOND = "Ask for a second person"


@pytest.fixture
def night(first_start: FirstStart, tmp_path: Path) -> Iterator[Night]:
    """The shipped service, which asks for answers as often as whether it would be answered: the night is short."""
    config = first_start.moved_to(tmp_path)
    shipped = config.read_text()
    assert "answers_every: 15s" in shipped
    config.write_text(shipped.replace("answers_every: 15s", "answers_every: 5s"))
    with chromium() as browser, fallen(config, browser) as made:
        yield made


def test_the_story_of_a_night(night: Night, record_property: Callable[[str, object], None]) -> None:
    an_alert_arrives(night)
    began = time.monotonic()
    with night.desk("ada", **DESK) as page:
        a_restriction_is_opened(night, page)
        with night.desk("grace", **PHONE) as phone:
            it_is_approved_and_told(night, phone)
            spent = {"seconds": round(time.monotonic() - began, 1), "clicks": night.clicks}
            record_property("from sign-in to published and told", spent)
            print(f"from sign-in to published and told, by two people: {spent}")
            story = f"{night.url}/staff/incidents/{public(night)['id']}"
            the_gateways_500_is_linked(night, page, phone, story)
            an_update_is_scheduled(night, page, story)
            the_partial_lift_narrows_the_story(night, page, phone, story)
            it_ends_and_is_reviewed(night, page, phone, story)


def an_alert_arrives(night: Night) -> None:
    """Subscribers are told what is measured, and the page cannot say why."""
    night.command("demo", "restrict", OPUS, "--provider", VENDOR)
    night.until(lambda: "model.restricted" in night.inbox.types())
    night.until(lambda: {one["disagreement"] for one in night.cells(VENDOR).values()} == {"unexplained"})


def a_restriction_is_opened(night: Night, page: Page) -> None:
    """From the disagreement at the desk, with its scope filled in; it waits for a second person."""
    disagreement = page.get_by_role("row").filter(has_text="Restricted, unexplained")
    expect(disagreement).to_contain_text("Claude Opus 4.8")
    night.press(page, "Explain", disagreement)
    expect(page.get_by_role("checkbox", name="Claude Opus 4.8")).to_be_checked()
    expect(page.get_by_role("radio", name="Restriction")).to_be_checked()
    night.press(page, "Review")
    expect(page.locator("#told ~ dl")).to_contain_text("Webhooks")
    expect(page.get_by_text("Two people publish this.")).to_be_visible()
    night.press(page, SECOND)
    expect(page.get_by_role("heading", name="Waiting for a second person")).to_be_visible()
    assert "incident.opened" not in night.inbox.types()


def it_is_approved_and_told(night: Night, phone: Page) -> None:
    """A second person finds it at the desk, on a phone; then it is public, explained and sent."""
    waits = phone.get_by_role("row").filter(has_text="until another person approves it")
    night.press(phone, "Review", waits)
    expect(phone.get_by_role("heading", level=1)).to_have_text("Your approval is asked for")
    night.press(phone, "Approve and publish")
    night.until(lambda: {"incident.opened", "restriction.effective"} <= set(night.inbox.types()))
    night.until(lambda: {one["disagreement"] for one in night.cells(VENDOR).values()} == {None})


def the_gateways_500_is_linked(night: Night, page: Page, phone: Page, story: str) -> None:
    """The scope is widened to the gateway, and its answer is said to be the same restriction."""
    night.command("demo", "answer", OPUS, "--provider", GATEWAY, "--signal", "ant-500")
    page.goto(f"{story}/updates/new")
    page.get_by_label("What customers should know").fill("The gateway's *500* is the same restriction.")
    page.get_by_text("Change the scope").click()
    page.get_by_role("checkbox", name="From now on the story is about this").check()
    page.locator(f"[name=scope-0-providers][value={VENDOR}]").uncheck()
    assert calm(page) == []
    night.press(page, "Review")
    night.press(page, SECOND)
    approve(night, phone)
    night.until(lambda: night.cells(GATEWAY)[HOME]["availability"] == "down")
    page.goto(story)
    assert calm(page) == []
    night.press(page, "Link: it is this restriction")
    night.until(lambda: night.cells(GATEWAY)[HOME]["basis"] == "linked")


def an_update_is_scheduled(night: Night, page: Page, story: str) -> None:
    """It goes out by the clock, and not before."""
    page.goto(f"{story}/updates/new")
    page.get_by_label("What customers should know").fill("Still no date. **Do not retry.**")
    expect(page.locator("[data-preview]")).to_contain_text("Do not retry.")
    night.press(page, "Review")
    page.get_by_text("Quietly, or later").click()
    soon = (clock.now() + timedelta(seconds=3)).replace(microsecond=0)
    page.get_by_label("Publish at (UTC)").fill(f"{soon:%Y-%m-%dT%H:%M:%SZ}")
    night.press(page, "Publish")
    said = night.until(lambda: [one for one in public(night)["updates"] if "Still no date" in one["body"]])
    assert datetime.fromisoformat(said[0]["at"]) >= soon


def the_partial_lift_narrows_the_story(night: Night, page: Page, phone: Page, story: str) -> None:
    """Lifted for one class; the story goes on for another alone."""
    amended = night.inbox.types().count("restriction.amended")
    page.goto(f"{story}/updates/new?as=lift")
    expect(page.get_by_text("not answer yet")).to_be_visible()
    page.get_by_text("Authority, basis, end, for some only").click()
    page.locator(f"[name=fact-0-user_classes][value={HOME}]").check()
    page.get_by_text("Change the scope").click()
    page.get_by_role("checkbox", name="From now on the story is about this").check()
    page.locator(f"[name=scope-0-user_classes][value={ABROAD}]").check()
    night.press(page, "Review")
    assert calm(page) == []
    night.press(page, SECOND)
    approve(night, phone)
    night.until(lambda: "restriction.lifted" in night.inbox.types())
    night.until(lambda: night.inbox.types().count("restriction.amended") > amended)
    night.until(lambda: [one["user_classes"] for one in public(night)["scope"]] == [[ABROAD]])


def it_ends_and_is_reviewed(night: Night, page: Page, phone: Page, story: str) -> None:
    """The end asks what the checks say, and waits until the provider answers; a postmortem are words for one person."""
    page.goto(f"{story}/updates/new?as=end")
    expect(page.get_by_text("not answer yet")).to_be_visible()
    night.press(page, "Review")
    expect(page.get_by_role("alert")).to_contain_text("our checks still see")
    expect(page.get_by_role("checkbox", name="Resolve it all the same")).not_to_be_checked()
    night.command("demo", "restore", OPUS)
    night.until(lambda: {seen(one) for at in (VENDOR, GATEWAY) for one in night.cells(at).values()} == {"available"})
    page.goto(f"{story}/updates/new?as=end")
    expect(page.get_by_text("Every cell of this story that we can ask is answered.")).to_be_visible()
    assert calm(page) == []
    night.press(page, "Review")
    night.press(page, SECOND)
    approve(night, phone)
    night.until(lambda: {"incident.resolved", "model.restored"} <= set(night.inbox.types()))
    night.until(lambda: {one["availability"] for one in night.cells(VENDOR).values()} == {"available"})
    page.goto(f"{story}/updates/new?as=postmortem")
    assert "### What happened" in page.get_by_label("What customers should know").input_value()
    night.press(page, "Review")
    night.press(page, "Publish")
    night.until(lambda: public(night)["stage"] == "postmortem")
    page.goto(f"{story}/history")
    assert calm(page) == []


def approve(night: Night, phone: Page) -> None:
    """The second person looks at what waits, and lets it go."""
    phone.goto(f"{night.url}/staff/incidents")
    night.press(phone, "Review")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Your approval is asked for")
    assert calm(phone) == []
    night.press(phone, "Approve and publish")


def seen(cell: dict[str, Any]) -> str:
    """What our checks see of a cell, whatever is declared; nothing where none reaches it."""
    return str(cell["measured"]["availability"]) if cell["measured"] else "available"


def public(night: Night) -> dict[str, Any]:
    """The public incident about Opus."""
    found: dict[str, Any] = next(
        one for one in night.json("/api/v1/incidents")["incidents"] if "Opus 4.8 restricted" in one["title"]
    )
    return found
