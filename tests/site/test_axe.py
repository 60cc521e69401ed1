"""Accessibility: axe finds nothing on any kind of page, in light, dark, forced colours and at 320 px."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, Route

from statuspage.core.snapshot import Snapshot
from tests.site import snapshots, story, ugly
from tests.site.axe import COLOURS, DARK_PHONE, FORCED, LOOKS, Look, complaints
from tests.site.browsing import opened, served

pytestmark = pytest.mark.browser

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
MARKED = ("/", "/models/claude-fable-5/", "/history/2026-06/", "/replay/")
"""Where every kind of mark is: matrix, strips, bands, clocks."""
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


@pytest.fixture(scope="module")
def june() -> Iterator[str]:
    """The address of the founding story's export."""
    with served(story.june) as address:
        yield address


@pytest.fixture(scope="module")
def reader(browser: Browser) -> Iterator[tuple[Page, list[str]]]:
    """One page in which everything is opened in turn, and what it complains of."""
    with opened(browser) as both:
        yield both


def asked(reader: tuple[Page, list[str]], address: str, *looks: Look) -> list[str]:
    """What axe, and the page itself, say of an address."""
    page, said = reader
    said.clear()
    page.goto(address)
    if "/my/" in address or "/replay/" in address:
        page.wait_for_load_state("networkidle")
    return complaints(page, *looks) + said


@pytest.mark.parametrize("path", EVERY_KIND)
def test_axe_finds_nothing_on_any_kind_of_page(reader: tuple[Page, list[str]], june: str, path: str) -> None:
    forced = [FORCED] if path in MARKED else []
    assert asked(reader, june + path, *LOOKS, *forced) == []


@pytest.mark.parametrize(("make", "path"), [(make, path) for make, paths in UGLY for path in paths])
def test_axe_finds_nothing_in_ugly_states(
    reader: tuple[Page, list[str]], make: Callable[[], Snapshot], path: str
) -> None:
    """Of the same templates as above, so in the look that has the least room and the other colours."""
    with served(make) as address:
        assert asked(reader, address + path, DARK_PHONE) == []


def test_axe_does_find_what_is_wrong(reader: tuple[Page, list[str]], june: str) -> None:
    page, _ = reader
    page.goto(june)
    page.evaluate("document.querySelector('main').innerHTML += '<p id=bad style=\"color:#eee\">pale<input></p>'")
    found = " ".join(complaints(page, *LOOKS))
    assert "light: color-contrast: #bad" in found
    assert "narrow: label: #bad > input" in found


NEW = (":has(", "light-dark(", "color-mix(", "@container", "text-wrap:", "oklch(", "@layer")
"""What a browser of five years ago does not know; it leaves out the rules and the values that hold it."""


COLOURED = tuple(replace(look, rules=COLOURS) for look in LOOKS)
"""What a style sheet that is understood in part can spoil."""


@pytest.mark.parametrize("path", ["/", "/models/claude-fable-5/", "/incidents/inc_directive/", "/user-classes/"])
def test_a_browser_of_five_years_ago_shows_everything(browser: Browser, june: str, path: str) -> None:
    def aged(route: Route) -> None:
        answer = route.fetch()
        body = answer.text()
        for word in NEW:
            body = body.replace(word, f"{word[:-1]}-unheard-of{word[-1]}")
        route.fulfill(response=answer, body=body)

    with opened(browser) as (page, _):
        page.route("**/*.css", aged)
        page.goto(june + path)
        assert not page.evaluate("CSS.supports('color', 'light-dark-unheard-of(red, blue)')")
        assert complaints(page, FORCED, *COLOURED) == []
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(252, 252, 250)"
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        page.emulate_media(color_scheme="dark")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(19, 20, 22)"
