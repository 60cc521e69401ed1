"""Pictures that a page may show as its own: what the bytes are, how wide they are, and that nothing in them runs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree import ElementTree

MOST = 256 * 1024
ACTIVE = {"script", "foreignobject", "iframe", "handler", "listener", "use", "image", "a", "set", "animate"}
"""Elements of SVG that run something, or can fetch something or be turned into what does."""

_LENGTH = re.compile(r"\s*([0-9]*\.?[0-9]+)\s*(px)?\s*")
_FETCHES = re.compile(r"url\(\s*['\"]?\s*(?!#)|@import|javascript:|expression\(", re.I)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it was found. ``width`` and ``height`` are its own, in whatever unit: only their ratio counts."""

    kind: str
    body: bytes
    width: float
    height: float

    @property
    def content_type(self) -> str:
        """What it is served as."""
        return {"svg": "image/svg+xml"}.get(self.kind, f"image/{self.kind}")

    def width_at(self, height: int) -> int:
        """How wide it is when it is drawn so high."""
        return max(1, round(self.width * height / self.height))


def picture(body: bytes) -> Picture:
    """The picture that these bytes are; ValueError, with what is wrong, for any other."""
    if len(body) > MOST:
        raise ValueError(f"is larger than {MOST // 1024} KiB")
    if body.startswith(b"\x89PNG\r\n\x1a\n") and body[12:16] == b"IHDR" and len(body) >= 24:
        return _sized("png", body, int.from_bytes(body[16:20]), int.from_bytes(body[20:24]))
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return _sized("webp", body, *_webp(body))
    if b"<svg" in body[:4096]:
        return _sized("svg", body, *_svg(body))
    raise ValueError("is neither a PNG, nor a WebP, nor an SVG picture")


def _sized(kind: str, body: bytes, width: float, height: float) -> Picture:
    if not (width > 0 and height > 0 and 1 / 20 <= width / height <= 20):
        raise ValueError("does not say how large it is, or is more than twenty times as long as wide")
    return Picture(kind, body, width, height)


def _webp(body: bytes) -> tuple[int, int]:
    """Width and height, from whichever of the three kinds of first chunk there is."""
    match body[12:16]:
        case b"VP8X":
            return 1 + int.from_bytes(body[24:27], "little"), 1 + int.from_bytes(body[27:30], "little")
        case b"VP8L":
            bits = int.from_bytes(body[21:25], "little")
            return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        case b"VP8 ":
            return int.from_bytes(body[26:28], "little") & 0x3FFF, int.from_bytes(body[28:30], "little") & 0x3FFF
    return 0, 0


def _svg(body: bytes) -> tuple[float, float]:
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body or b"<?xml-stylesheet" in body:
        raise ValueError("holds a document type or a style sheet of elsewhere; delete it")
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 - no entities: refused above
    except ElementTree.ParseError as error:
        raise ValueError(f"is not well-formed SVG: {error}") from None
    for one in root.iter():
        _harmless(one)
    return _extent(root)


def _harmless(one: ElementTree.Element) -> None:
    name = str(one.tag).rpartition("}")[2]
    if name.lower() in ACTIVE or name.lower().startswith("animate"):
        raise ValueError(f"holds <{name}>, which a logo may not: draw it with shapes and paths alone")
    for attribute, value in one.attrib.items():
        plain = attribute.rpartition("}")[2].lower()
        if plain.startswith("on") or (plain == "href" and not value.startswith("#")) or _FETCHES.search(value):
            raise ValueError(f"holds the attribute {plain!r} that runs or fetches something")
    if _FETCHES.search(one.text or ""):
        raise ValueError("holds a style that fetches something")


def _extent(root: ElementTree.Element) -> tuple[float, float]:
    """Width and height, from these attributes or from the view box."""
    found = [_LENGTH.fullmatch(root.get(name, "")) for name in ("width", "height")]
    if found[0] and found[1]:
        return float(found[0][1]), float(found[1][1])
    box = root.get("viewBox", "").replace(",", " ").split()
    try:
        return (float(box[2]), float(box[3])) if len(box) == 4 else (0, 0)
    except ValueError:
        return 0, 0
