"""An export lives on any static host, under any path: a real file server is crawled, and nothing leads back to ours."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urldefrag, urljoin, urlsplit
from urllib.request import urlopen

import pytest

from statuspage.core.snapshot import Snapshot
from statuspage.site.export import files, write_folder
from statuspage.site.press import Pages
from statuspage.site.publish import render_site
from tests.site import snapshots, story
from tests.site.printed import pages_of, world
from tests.site.test_pages import attributes

UNDER = "deep/status"
LINKS = {"href", "src", "action", "data-from", "data-freshness"}


class Quiet(SimpleHTTPRequestHandler):
    """A plain file server."""

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def file_server(folder: Path) -> Iterator[str]:
    """A folder on loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@dataclass
class Crawl:
    """What was fetched from one host, and what could not be."""

    root: str
    fetched: dict[str, bytes] = field(default_factory=dict)
    broken: list[tuple[str, str]] = field(default_factory=list)
    outside: set[str] = field(default_factory=set)

    def follow(self, address: str, via: str = "") -> None:
        """Fetch an address and all that its page links to."""
        waiting = [(address, via)]
        while waiting:
            at, came = waiting.pop()
            url, fragment = urldefrag(at)
            if not url.startswith(self.root):
                self.outside.add(url)
                continue
            if url not in self.fetched:
                waiting += self._fetch(url, came)
            body = self.fetched.get(url, b"")
            if fragment and body and f'id="{fragment}"'.encode() not in body:
                self.broken.append((at, came))

    def _fetch(self, url: str, came: str) -> list[tuple[str, str]]:
        try:
            with urlopen(url, timeout=10) as answer:
                final, body, kind = answer.url, answer.read(), answer.headers["content-type"]
        except HTTPError:
            self.broken.append((url, came))
            return []
        self.fetched[url] = body
        if not kind.startswith("text/html"):
            return []
        leads = (
            (value, name)
            for tag, name, value in attributes(body)
            if tag != "s" and (tag, value[:4]) != ("link", "http")
        )
        found = [value for value, name in leads if name in LINKS and value]
        return [(urljoin(final, one), final) for one in found if not one.startswith(("data:", "mailto:"))]


@pytest.fixture(scope="module")
def pages() -> Pages:
    june = story.june()
    return render_site(replace(june, site=replace(june.site, url="https://status.example/models")))


def test_every_link_and_asset_is_found_under_a_path_of_any_host(pages: Pages, tmp_path: Path) -> None:
    write_folder(pages, tmp_path / UNDER, "https://status.example/models")
    with file_server(tmp_path) as host:
        crawl = Crawl(f"{host}/{UNDER}/")
        crawl.follow(crawl.root)
    assert crawl.broken == []
    assert len(crawl.fetched) > 100
    ours = {url for url in crawl.outside if urlsplit(url).hostname == "status.example"}
    assert ours <= {
        "https://status.example/models/is-it-me",
        "https://status.example/models/api/v1/classify",
        "https://status.example/models/subscribe",
        "https://status.example/models/subscriptions",
    }, "only what a file cannot answer leads to the service"


def test_a_copy_names_the_page_that_it_is_a_copy_of(pages: Pages) -> None:
    made = files(pages, "https://status.example/models")
    assert b'rel="canonical" href="https://status.example/models/"' in made["index.html"]
    assert b'rel="canonical" href="https://status.example/models/history"' in made["history/index.html"]
    assert b'rel="canonical"' not in made["404.html"]


def test_every_address_in_feeds_and_documents_is_a_file(pages: Pages, tmp_path: Path) -> None:
    out = tmp_path / "out"
    site_url = "https://status.example/models"
    write_folder(pages, out, site_url)
    texts = [one for one in out.rglob("*") if one.suffix in {".json", ".atom", ".rss", ".ics", ".txt", ".xml"}]
    assert len(texts) > 50
    for file in texts:
        if file.name in {"openapi.json", "llms.txt"}:
            continue
        for address in re.findall(rf'{re.escape(site_url)}(/[^\s"\'<>\\#]*)', file.read_text("utf-8")):
            there = out / address.strip("/")
            assert there.is_file() or (there / "index.html").is_file(), (file, address)


def test_nothing_in_an_export_names_the_machine_that_made_it(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_folder(pages_of(world(story.june)), out, "https://status.example")
    for file in out.rglob("*"):
        if file.is_file():
            body = file.read_bytes()
            assert b"127.0.0.1" not in body, file
            assert b"localhost" not in body, file


def few(snapshot: Snapshot) -> Pages:
    """Enough pages of a snapshot to have folders in folders; each of them waits for the disk."""
    wanted = ("/models", "/incidents", "/api/v1", "/404")
    return {path: page for path, page in pages_of(snapshot).items() if path == "/" or path.startswith(wanted)}


def test_builds_at_the_same_time_leave_one_whole_site(tmp_path: Path) -> None:
    out = tmp_path / "site"
    june, calm = (few(world(make)) for make in (story.june, snapshots.a_calm_day))
    with ThreadPoolExecutor(4) as several:
        jobs = [several.submit(write_folder, one, out, "https://status.example") for one in (june, calm) * 4]
        for job in jobs:
            job.result()
    there = {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()}
    assert there in [files(one, "https://status.example") for one in (june, calm)]
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
