"""Pictures: the three kinds are read, everything else is refused with its reason, nothing in an SVG runs or fetches."""

from __future__ import annotations

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as some

from statuspage.core.picture import MOST, picture

PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 120, 40) + b"rest"
LOSSLESS = b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f" + (119 | 39 << 14).to_bytes(4, "little")
EXTENDED = b"RIFF\0\0\0\0WEBPVP8X" + bytes(8) + (119).to_bytes(3, "little") + (39).to_bytes(3, "little")
LOSSY = b"RIFF\0\0\0\0WEBPVP8 " + bytes(10) + (120).to_bytes(2, "little") + (40).to_bytes(2, "little")


def svg(inside: str = "<path d='M0 0h9'/>", extent: str = 'viewBox="0 0 120 40"') -> bytes:
    """A small drawing."""
    return f'<svg xmlns="http://www.w3.org/2000/svg" {extent}>{inside}</svg>'.encode()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (PNG, "image/png"),
        (LOSSLESS, "image/webp"),
        (EXTENDED, "image/webp"),
        (LOSSY, "image/webp"),
        (svg(), "image/svg+xml"),
        (svg(extent='width="120px" height="40"'), "image/svg+xml"),
        (svg("<style>.a{fill:url(#g)}</style><rect fill='url(#g)'/>"), "image/svg+xml"),
    ],
)
def test_a_picture_is_known_by_its_bytes(body: bytes, kind: str) -> None:
    found = picture(body)
    assert (found.content_type, found.width_at(20), found.body) == (kind, 60, body)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "neither a PNG"),
        (b"<html></html>", "neither a PNG"),
        (PNG + bytes(MOST), "larger than 256 KiB"),
        (svg(extent=""), "how large"),
        (svg(extent='viewBox="0 0 a b"'), "how large"),
        (svg(extent='viewBox="0 0 1 900"'), "twenty times"),
        (b"<svg", "well-formed"),
        (b"<!DOCTYPE svg [<!ENTITY a 'b'>]>" + svg(), "document type"),
        (svg("<script>alert(1)</script>"), "<script>"),
        (svg("<SCRIPT>alert(1)</SCRIPT>"), "<SCRIPT>"),
        (svg("<foreignObject><p/></foreignObject>"), "<foreignObject>"),
        (svg("<g onload='alert(1)'/>"), "'onload'"),
        (svg("<a href='javascript:alert(1)'/>"), "<a>"),
        (svg("<image href='https://third.example/x.png'/>"), "<image>"),
        (svg("<linearGradient href='https://third.example/x.svg#a'/>"), "'href'"),
        (svg("<rect fill='url(https://third.example/x.svg#a)'/>"), "'fill'"),
        (svg("<rect style='background:url( \"//third.example/x\")'/>"), "'style'"),
        (svg("<style>@import 'https://third.example/x.css'</style>"), "style that fetches"),
        (svg("<animate attributeName='href' to='javascript:alert(1)'/>"), "<animate>"),
    ],
)
def test_what_may_not_be_shown_is_refused_with_its_reason(body: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        picture(body)


@given(some.sampled_from([PNG, LOSSLESS, EXTENDED, LOSSY, svg()]), some.integers(0, 60), some.binary(max_size=8))
def test_no_bytes_are_worse_than_refused(body: bytes, at: int, noise: bytes) -> None:
    with suppress(ValueError):
        assert picture(body[:at] + noise + body[at + len(noise) :]).width_at(28) > 0
