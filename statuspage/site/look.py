"""Looks: the one class name that gives a state its colour, shape and pattern, on every page."""

from __future__ import annotations

from collections.abc import Iterable

from statuspage.core.availability import Availability

LOUD = ("restricted", "down", "degraded")
"""The looks that deviate, the most telling first; only they may colour a headline, a title or an icon."""

ORDER = (*LOUD, "unknown", "available", "expected", "absent")

SHAPES = {
    "available": ("<circle cx='8' cy='8' r='6' fill='{}'/>", "#17714a"),
    "degraded": ("<path d='M8 1l7 13H1z' fill='{}'/>", "#b87400"),
    "restricted": (
        "<path d='M1.500 1.500h13v13h-13zM2 8l6-6M2 14L14 2M8 14l6-6' fill='none' stroke='{}' stroke-width='2'/>",
        "#7a55d8",
    ),
    "down": ("<path d='M2 2l12 12M14 2L2 14' stroke='{}' stroke-width='4'/>", "#d0392e"),
    "unknown": (
        "<circle cx='8' cy='8' r='6' fill='none' stroke='{}' stroke-width='2' stroke-dasharray='3'/>",
        "#7a8088",
    ),
}


def look(availability: Availability, by_design: bool = False) -> str:
    """The look of an availability; what is restricted by design looks calm."""
    return "expected" if by_design and availability is Availability.RESTRICTED else availability.value


def first(looks: Iterable[str]) -> str:
    """The look that speaks for many: the loudest, and calm ones only when nothing is loud."""
    present = set(looks)
    return next((one for one in ORDER if one in present), "unknown")


def icon(name: str) -> str:
    """The page's icon in that look, as an address that needs no further request."""
    shape, colour = SHAPES.get(name, SHAPES["available"])
    drawn = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'>{shape.format(colour)}</svg>"
    escaped = drawn.replace("%", "%25").replace("#", "%23").replace("<", "%3C").replace(">", "%3E").replace(" ", "%20")
    return f"data:image/svg+xml,{escaped}"
