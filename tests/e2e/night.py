"""The service of a night as a process of its own, its subscriber, and the browsers of the staff who are awake."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeVar
from urllib.request import urlopen

from axe_playwright_python.sync_playwright import Axe
from click.testing import CliRunner
from playwright.sync_api import Browser, Locator, Page, expect
from standardwebhooks import Webhook

from statuspage.cli import main
from tests.passwords import PASSWORD
from tests.shipped import ROOT, free_port

OPUS = "claude-opus-4-8"
SOON = 90.0
"""Seconds within which something must have happened on a busy machine."""

Found = TypeVar("Found")


@dataclass
class Inbox:
    """A receiver that takes only what the reference library verifies."""

    secret: str = ""
    events: list[dict[str, Any]] = field(default_factory=list)

    def take(self, body: bytes, headers: dict[str, str]) -> int:
        """The status with which an event is answered."""
        try:
            self.events.append(Webhook(self.secret).verify(body, headers))
        except Exception:
            return 401
        return 204

    def types(self) -> list[str]:
        """The types of all that came."""
        return [one["type"] for one in self.events]

    @contextmanager
    def listening(self) -> Iterator[str]:
        """Its address."""
        inbox = self

        class Door(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                self.send_response(inbox.take(body, {name.lower(): value for name, value in self.headers.items()}))
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
            yield f"http://127.0.0.1:{server.server_port}/"
            server.shutdown()


@dataclass
class Night:
    """What happens at the service, what its subscriber was told, and how often staff had to click."""

    config: Path
    url: str
    browser: Browser
    inbox: Inbox = field(default_factory=Inbox)
    clicks: int = 0

    def command(self, *words: str, said: str = "") -> str:
        """A command at a terminal; in a thread, because in this one the browser's loop runs."""
        with ThreadPoolExecutor(1) as terminal:
            line = [*words, "--config", str(self.config)]
            done = terminal.submit(CliRunner().invoke, main, line, input=said).result(SOON)
        assert done.exit_code == 0, done.output
        return done.stdout

    def json(self, path: str) -> Any:
        """A public document."""
        with urlopen(self.url + path, timeout=SOON) as answer:
            return json.load(answer)

    def until(self, look: Callable[[], Found | None]) -> Found:
        """What is there soon."""
        end = time.monotonic() + SOON
        while time.monotonic() < end:
            found = look()
            if found:
                return found
            time.sleep(0.1)
        raise AssertionError(f"not within {SOON} seconds; told so far: {self.inbox.types()}")

    def answers(self) -> bool:
        """Whether it is ready."""
        try:
            with urlopen(f"{self.url}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def cells(self, provider: str) -> dict[str, dict[str, Any]]:
        """What is public of Opus, by user class."""
        found = self.json(f"/api/v1/availability?model={OPUS}&provider={provider}")["cells"]
        return {one["user_class"]: one for one in found}

    def press(self, page: Page, name: str, within: Locator | None = None) -> None:
        """One click on a button or a link that leads to another page; what only a screen reader says may follow."""
        self.clicks += 1
        where, said = within or page.get_by_role("main"), re.compile(rf"^{re.escape(name)}(\s*:.*)?$")
        with page.expect_navigation():
            where.get_by_role("button", name=said).or_(where.get_by_role("link", name=said)).click()

    @contextmanager
    def desk(self, name: str, **how: Any) -> Iterator[Page]:
        """Somebody signs in, and is shown what needs a person."""
        context = self.browser.new_context(**how)
        context.set_default_timeout(SOON * 1000)
        page, wrong = context.new_page(), list[str]()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(f"{self.url}/staff")
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        self.press(page, "Sign in")
        yield page
        assert wrong == []
        context.close()


@contextmanager
def patient() -> Iterator[None]:
    """Expectations of pages wait as long as everything else does."""
    expect.set_options(timeout=SOON * 1000)
    yield
    expect.set_options()


@contextmanager
def fallen(config: Path, browser: Browser) -> Iterator[Night]:
    """The service of a configuration with two approvers and one subscriber."""
    port = free_port()
    night = Night(config, f"http://127.0.0.1:{port}", browser)
    line = [sys.executable, "-m", "statuspage", "serve", "--config", str(config), "--port", str(port)]
    with (config.parent / "serve.log").open("w") as log, night.inbox.listening() as address, patient():
        service = subprocess.Popen(line, cwd=ROOT, stdout=log, stderr=log)
        try:
            for name in ("ada", "grace"):
                night.command("staff", "add", name, "--role", "approver", "--ask", said=f"{PASSWORD}\n{PASSWORD}\n")
            added = night.command("subscription", "add", address, "--model", OPUS, "--json")
            night.inbox.secret = json.loads(added)["secret"]
            night.until(night.answers)
            yield night
        finally:
            service.terminate()
            service.wait(SOON)


def calm(page: Page) -> list[str]:
    """What axe finds on a page, and whether it scrolls sideways."""
    found = [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in Axe().run(page).response["violations"]]
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        found.append("it scrolls sideways")
    return found
