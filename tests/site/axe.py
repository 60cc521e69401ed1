"""Accessibility: axe asks one loaded page again in each look and width, and only what it objects to comes back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

WANTED: dict[str, Any] = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
COLOURS: dict[str, Any] = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
"""What can differ between light, dark and forced colours; the other rules are asked in light and at 320 px."""

ASK = """
async (options) => {
  const found = await axe.run({ ...options, resultTypes: ["violations"] });
  return found.violations.flatMap((one) =>
    one.nodes.slice(0, 3).map((node) => `${one.id}: ${node.target} ${node.html.slice(0, 120)}`));
}
"""


@dataclass(frozen=True)
class Look:
    """One way in which a reader sees a page, and the rules that are asked there."""

    name: str
    rules: dict[str, Any]
    width: int = 1280
    scheme: Any = "light"
    forced: Any = "none"


LIGHT = Look("light", WANTED)
NARROW = Look("narrow", WANTED, width=320)
DARK_PHONE = replace(NARROW, name="dark on a phone", scheme="dark")
FORCED = Look("forced colours", COLOURS, forced="active")
"""Every text has a colour of the system's there, so a few pages that hold every kind of mark are enough."""
LOOKS = (LIGHT, Look("dark", COLOURS, scheme="dark"), NARROW)


def complaints(page: Page, *looks: Look) -> list[str]:
    """What axe says of the page that is open, in each of these looks."""
    found = []
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    for look in looks:
        page.emulate_media(color_scheme=look.scheme, forced_colors=look.forced)
        page.set_viewport_size({"width": look.width, "height": 800})
        found += [f"{page.url} {look.name}: {one}" for one in page.evaluate(ASK, look.rules)]
    return found
