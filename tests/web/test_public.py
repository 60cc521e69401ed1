"""Published bytes come first: conditional, compressed as the reader likes it, GET and HEAD alike."""

from __future__ import annotations

import gzip

import brotli
import pytest

from statuspage.ports import Page
from statuspage.web.public import choose
from tests.web.conftest import Web

PAGE = Page("/", "text/html; charset=utf-8", b"plain", '"tag"', gzip=b"gzip", brotli=b"br")


async def test_every_published_path_answers_its_very_bytes(web: Web) -> None:
    for path, page in web.told.pages.items():
        if page.status != 200:
            continue
        answer = await web.get(path, accept_encoding="identity")
        assert (answer.status_code, answer.content) == (200, page.body), path
        assert answer.headers["content-type"] == page.content_type
        assert answer.headers["etag"] == page.etag
        assert answer.headers["content-length"] == str(len(page.body))
        assert answer.headers["cache-control"] == f"public, max-age={page.cache_seconds}"
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["vary"] == "Accept-Encoding"
        assert answer.headers["last-modified"].endswith(" GMT")


@pytest.mark.parametrize("path", ["/", "/api/v1/snapshot", "/feeds/all.rss"])
async def test_head_answers_as_get_without_a_body(web: Web, path: str) -> None:
    got, headed = await web.client.get(path), await web.client.head(path)
    assert headed.status_code == 200
    assert headed.content == b""
    assert dict(headed.headers) == dict(got.headers)


@pytest.mark.parametrize(
    ("tag", "status"),
    [("{0}", 304), ("W/{0}", 304), ('"other", {0}', 304), ("*", 304), ('"other"', 200), ("{0}x", 200), ("", 200)],
)
async def test_a_reader_who_has_it_is_told_so(web: Web, tag: str, status: int) -> None:
    etag = web.told.pages["/"].etag
    answer = await web.get("/", if_none_match=tag.format(etag))
    assert answer.status_code == status
    assert answer.headers["etag"] == etag
    assert bool(answer.content) is (status == 200)
    assert ("content-type" in answer.headers) is (status == 200)


@pytest.mark.parametrize(("encoding", "unpack"), [("br", brotli.decompress), ("gzip", gzip.decompress)])
async def test_the_compressed_forms_hold_the_same_bytes(web: Web, encoding: str, unpack: object) -> None:
    page = web.told.pages["/api/v1/snapshot"]
    packed = {"br": page.brotli, "gzip": page.gzip}[encoding]
    assert packed
    assert callable(unpack)
    assert unpack(packed) == page.body
    answer = await web.get("/api/v1/snapshot", accept_encoding=encoding)
    assert answer.headers["content-encoding"] == encoding
    assert answer.headers["content-length"] == str(len(packed))
    assert answer.content == page.body


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("", None),
        ("identity", None),
        ("gzip", b"gzip"),
        ("br", b"br"),
        ("gzip, br", b"br"),
        ("GZIP", b"gzip"),
        ("*", b"br"),
        ("br;q=0, *", b"gzip"),
        ("br;q=0, gzip;q=0", None),
        ("br; q=0, gzip; q=0.5", b"gzip"),
        ("gzip ;q=1.0", b"gzip"),
        ("gzip;Q=0", None),
        ("*;q=0", None),
        ("br;q=0.001", b"br"),
        ("br;q=nonsense, gzip", b"gzip"),
        ("br;level=4;q=0, gzip", b"gzip"),
        (",,;q=,", None),
        ("\u00ff", None),
    ],
)
def test_the_smallest_form_that_the_reader_takes(accepted: str, encoding: bytes | None) -> None:
    chosen, body = choose(PAGE, accepted)
    assert chosen == encoding
    assert body == (encoding or b"plain")


async def test_a_range_is_ignored(web: Web) -> None:
    answer = await web.get("/api/v1/snapshot", range="bytes=0-10", accept_encoding="identity")
    assert (answer.status_code, answer.content) == (200, web.told.pages["/api/v1/snapshot"].body)
    assert "content-range" not in answer.headers


async def test_a_document_also_answers_with_its_ending(web: Web) -> None:
    assert (await web.get("/api/v1/models.json")).content == web.told.pages["/api/v1/models"].body


@pytest.mark.parametrize("path", ["/models/", "/api/v1/snapshot/", "/%2e%2e/etc/passwd", "/404", "/models/nope"])
async def test_any_other_path_is_a_real_404(web: Web, path: str) -> None:
    answer = await web.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
