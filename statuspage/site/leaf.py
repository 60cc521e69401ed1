"""Leaves: what a page, document, feed or picture is before it is compressed, and the rhythm in which it moves."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

NOT_FOUND = "/404"
HTML = "text/html; charset=utf-8"
JSON = "application/json"
TEXT = "text/plain; charset=utf-8"
SVG = "image/svg+xml"
CALENDAR = "text/calendar; charset=utf-8"


class Rhythm(StrEnum):
    """When a page's bytes move, and with it how long a cache may keep them."""

    CONTENT = "content"
    FRESHNESS = "freshness"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page before it is compressed."""

    path: str
    content_type: str
    body: bytes
    rhythm: Rhythm
