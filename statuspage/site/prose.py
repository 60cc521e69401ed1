"""Prose that people write: the Markdown of updates becomes a small, safe piece of HTML."""

from __future__ import annotations

from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

TABLE = {"table", "tbody", "td", "th", "thead", "tr"}
TAGS = {"a", "blockquote", "br", "code", "del", "em", "h3", "h4", "hr", "li", "ol", "p", "pre", "strong", "ul"} | TABLE
INLINE = {"a", "br", "code", "del", "em", "strong"}
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto"}
ROOM, LINES = 600, 14
"""What a message may take on a page that is not its own."""

FRAMES = {
    "<table>": '<div class="wide" tabindex="0"><table>',
    "</table>": "</table></div>",
    "<pre>": '<pre tabindex="0">',
}
"""Wide things scroll in a frame of their own, by keyboard too. The cleaner has left no other tag of these names."""

HEADINGS = {"h1": "h3", "h2": "h3", "h5": "h4", "h6": "h4"}


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    return (
        MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["strikethrough", "table"]).disable("image")
    )


@lru_cache(maxsize=1024)
def markdown(text: str) -> Markup:
    """The HTML of a public message: no raw HTML, no images, links to the web and to mail only."""
    html = _parser().render(printable(text))
    for found, kept in HEADINGS.items():
        html = html.replace(f"<{found}>", f"<{kept}>").replace(f"</{found}>", f"</{kept}>")
    clean = _cleaned(html, TAGS)
    for plain, framed in FRAMES.items():
        clean = clean.replace(plain, framed)
    return Markup(clean)  # noqa: S704


def inline(line: str) -> Markup:
    """The HTML of one line of a public message, for places that hold no paragraphs: emphasis, code and links only."""
    return Markup(_cleaned(_parser().renderInline(printable(line)), INLINE))  # noqa: S704


def _cleaned(html: str, tags: set[str]) -> str:
    return nh3.clean(
        html,
        tags=tags,
        attributes=ATTRIBUTES,
        attribute_filter=_absolute,
        url_schemes=SCHEMES,
        link_rel="nofollow noopener",
    )


def _absolute(_: str, name: str, value: str) -> str | None:
    """The attribute, unless it is a link that does not say whither: ``//host`` leads to a stranger."""
    whole = value.lower().startswith(("https://", "http://", "mailto:"))
    return value if name != "href" or whole else None


def opening(text: str) -> str:
    """The first paragraph of a long message, for places that have no room for all of it."""
    if len(text) <= ROOM and text.count("\n") < LINES:
        return text
    first = text.split("\n\n", 1)[0]
    return first if len(first) <= ROOM and not first.startswith("|") else f"{first[:ROOM].rstrip()}…"


def printable(text: str) -> str:
    """The text without what no document may hold: control characters, lone surrogates, non-characters."""
    if text.isprintable():
        return text
    return "".join(char for char in text if char in "\n\t" or _sound(ord(char)))


def web_address(text: str | None) -> str | None:
    """The text when it is an address on the web that may be linked, else None."""
    return text if text and text.lower().startswith(("https://", "http://")) else None


def _sound(point: int) -> bool:
    if point < 0x20 or 0x7F <= point <= 0x9F or 0xD800 <= point <= 0xDFFF:
        return False
    return point & 0xFFFE != 0xFFFE and not 0xFDD0 <= point <= 0xFDEF
