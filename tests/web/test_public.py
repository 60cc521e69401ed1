"""Published bytes come first: conditional, compressed as the reader likes it, GET and HEAD alike."""

from __future__ import annotations

import gzip
import threading
from dataclasses import dataclass, field, replace

import brotli
import httpx2
import pytest
from starlette.applications import Starlette

from statuspage.ports import Page
from statuspage.site.publish import PublishedSite
from statuspage.web.public import PublishedFirst, choose, form
from tests.web.conftest import Web


@dataclass
class Given:
    """Forms that are made in a test, and the threads that asked for them."""

    made: dict[str, bytes] = field(default_factory=lambda: {"gzip": b"gzip", "br": b"br"})
    asked: list[threading.Thread] = field(default_factory=list)
    at_hand: bool = True

    def of(self, encoding: str) -> bytes:
        """That form."""
        self.asked.append(threading.current_thread())
        return self.made[encoding]

    def ready(self, _: str) -> bool:
        """As the test wants it."""
        return self.at_hand


PAGE = Page("/", "text/html; charset=utf-8", b"plain", '"tag"', forms=Given())


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
    answer = await web.get("/", if_none_match=tag.format(etag), accept_encoding="identity")
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
        ("", "identity"),
        ("identity", "identity"),
        ("gzip", "gzip"),
        ("br", "br"),
        ("gzip, br", "br"),
        ("GZIP", "gzip"),
        ("*", "br"),
        ("br;q=0, *", "gzip"),
        ("br;q=0, gzip;q=0", "identity"),
        ("br; q=0, gzip; q=0.5", "gzip"),
        ("gzip ;q=1.0", "gzip"),
        ("gzip;Q=0", "identity"),
        ("*;q=0", "identity"),
        ("br;q=0.001", "br"),
        ("br;q=nonsense, gzip", "gzip"),
        ("br;level=4;q=0, gzip", "gzip"),
        ("br;q=0.5, gzip;q=0.8", "gzip"),
        ("br;q=0.5, gzip;q=0.8, identity", "identity"),
        ("gzip, deflate, br, zstd", "br"),
        (",,;q=,", "identity"),
        ("\u00ff", "identity"),
    ],
)
def test_the_form_that_the_reader_likes_best(accepted: str, encoding: str) -> None:
    chosen = choose(PAGE, accepted)
    assert chosen == encoding
    assert form(PAGE, chosen) == {"br": b"br", "gzip": b"gzip", "identity": b"plain"}[encoding]


def test_what_has_no_compressed_form_is_sent_as_it_is() -> None:
    assert choose(replace(PAGE, forms=None), "br, gzip") == "identity"


async def test_each_form_has_its_own_tag_and_any_of_them_is_known(web: Web) -> None:
    answers = [await web.get("/", accept_encoding=one) for one in ("identity", "gzip", "br")]
    tags = [answer.headers["etag"] for answer in answers]
    assert len(set(tags)) == 3
    for known in tags:
        again = await web.get("/", accept_encoding="br", if_none_match=f'"other", W/{known}')
        assert (again.status_code, again.headers["etag"]) == (304, tags[2])
        assert {"cache-control", "vary", "last-modified", "content-security-policy"} <= again.headers.keys()


async def test_what_was_prepared_for_a_page_is_not_sent_for_the_next(web: Web) -> None:
    site = PublishedSite(web.told.pages)
    app = PublishedFirst(Starlette(), site)
    old = web.told.pages["/"]
    assert app.answer(old, "identity")[2] == old.body
    site.replace({"/": replace(old, body=b"new", etag='"new"', forms=None)})
    page = site.page("/")
    assert page
    assert app.answer(page, "identity")[2] == b"new"


@pytest.mark.parametrize(
    ("size", "at_hand", "beside"), [(100, False, False), (200_000, True, False), (200_000, False, True)]
)
async def test_a_large_page_is_compressed_beside_the_event_loop(size: int, at_hand: bool, beside: bool) -> None:
    forms = Given(at_hand=at_hand)
    page = replace(PAGE, body=b"x" * size, forms=forms)
    client = httpx2.AsyncClient(
        transport=httpx2.ASGITransport(PublishedFirst(Starlette(), PublishedSite({"/": page}))), base_url="http://a"
    )
    async with client:
        known = {"if-none-match": page.etag}
        assert (await client.get("/", headers=known)).status_code == 304
        assert forms.asked == [], "nothing is made for a reader who has it"
        async with client.stream("GET", "/", headers={"accept-encoding": "br"}) as answer:
            assert [one async for one in answer.aiter_raw()] == [b"br"]
    assert (forms.asked[0] is not threading.current_thread()) is beside


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/", "GET, HEAD"),
        ("DELETE", "/models/claude-fable-5", "GET, HEAD"),
        ("PUT", "/api/v1/snapshot", "GET, HEAD"),
        ("PUT", "/is-it-me", "GET, HEAD, POST"),
    ],
)
async def test_a_wrong_method_on_a_published_path_is_told_the_right_ones(
    web: Web, method: str, path: str, allowed: str
) -> None:
    answer = await web.client.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


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
    kind = "application/problem+json" if path.startswith("/api/") else "text/html; charset=utf-8"
    assert answer.headers["content-type"] == kind
