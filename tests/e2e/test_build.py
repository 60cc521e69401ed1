"""``statuspage build`` on a fresh checkout: a folder that any static server serves, with every link alive."""

from __future__ import annotations

import functools
import http.server
import re
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit

import orjson
import pytest

from tests.e2e.conftest import FirstStart

pytestmark = pytest.mark.timeout(300)

LINK = re.compile(rb'(?<!rel="canonical")\s(?:href|src|action|data-freshness)="([^"]*)"')
COMPUTED = ("/is-it-me", "/at/", "/events/", "/api/", "/my", "/replay", "/subscribe", "/subscriptions")
"""What needs the running service; a static copy links to it there."""


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A plain file server that says nothing."""

    disable_nagle_algorithm = True

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def served(first_start: FirstStart) -> Iterator[str]:
    handler = functools.partial(Quiet, directory=str(first_start.out))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
        thread.join()


def fetch(url: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def test_it_says_how_much_there_is_and_where(first_start: FirstStart) -> None:
    assert re.search(r"^\d+ pages, documents and feeds in .*/out$", first_start.said, re.MULTILINE)
    assert (first_start.folder / "data" / "statuspage.db").exists()
    assert not list(first_start.folder.glob(".out*"))


def test_every_link_of_every_page_is_alive(first_start: FirstStart, served: str) -> None:
    folders = [file.relative_to(first_start.out).parent for file in first_start.out.rglob("index.html")]
    wanted, seen, dead = {f"{served}{one}/".replace("/./", "/") for one in folders}, set[str](), []
    while wanted:
        url = wanted.pop()
        seen.add(url)
        status, body = fetch(url)
        if status != 200:
            dead.append(url)
        if b"<html" in body[:500]:
            found = {urldefrag(urljoin(url, to.decode().replace("&amp;", "&")))[0] for to in LINK.findall(body)}
            wanted |= {one for one in found if one.startswith(served)} - seen
    assert dead == []
    assert len(seen) > 50


def test_only_what_needs_the_service_leads_to_it(first_start: FirstStart) -> None:
    elsewhere = set()
    for file in first_start.out.rglob("index.html"):
        for to in LINK.findall(file.read_bytes()):
            address = urlsplit(to.decode())
            if address.netloc == "127.0.0.1:8080":
                elsewhere.add(address.path)
    assert {path for path in elsewhere if not path.startswith(COMPUTED)} == set()


def test_pages_documents_and_feeds_are_there(first_start: FirstStart) -> None:
    files = {str(file.relative_to(first_start.out)) for file in first_start.out.rglob("*") if file.is_file()}
    assert files >= {
        "index.html", "404.html", "models/claude-fable-5/index.html", "user-classes/us-persons/index.html",
        "providers/gateway/index.html", "history/index.html", "methodology/index.html", "api/v1/snapshot.json",
        "api/v1/snapshot", "api/v1/models/claude-fable-5.json", "freshness.json", "feeds/all.rss",
        "feeds/models/claude-fable-5.atom", "feeds/user-classes/us-persons.json",
    }  # fmt: skip
    for file in first_start.out.rglob("*.json"):
        orjson.loads(file.read_bytes())


def test_no_secret_and_no_draft_is_in_it(first_start: FirstStart) -> None:
    for file in first_start.out.rglob("*"):
        if file.is_file():
            assert b"sandbox-key-" not in file.read_bytes(), file


def test_nothing_of_this_machine_is_in_it(first_start: FirstStart) -> None:
    here = str(Path(__file__).parents[2]).encode()
    for file in first_start.out.rglob("*"):
        if file.is_file():
            body = file.read_bytes()
            assert here not in body, file
            assert str(first_start.folder).encode() not in body, file
