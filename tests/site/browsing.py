"""What every test in a real browser needs: one Chromium for each worker, an export behind a plain file server."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.site.printed import Make, folder_of

CHROMIUM = Path("/usr/bin/chromium")
QUIET = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LEFT = "net::ERR_ABORTED"
"""How Chromium calls a request that ends because the reader goes on to another page: no fault of the page."""
NIGHT = "2026-06-27T02:42:00Z"
"""When the tests' readers come: within the validity of the cast's snapshots."""


class Silent(SimpleHTTPRequestHandler):
    """A plain file server that writes no log."""

    disable_nagle_algorithm = True

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; where there must be one, a machine without it fails."""
    if not CHROMIUM.exists():
        reason = "no Chromium here: apt-get install chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as tool:
        running = tool.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        yield running
        running.close()


@contextmanager
def served(make: Make) -> Iterator[str]:
    """The export of a snapshot of the cast behind a plain file server."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(folder_of(make))))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def opened(browser: Browser, moment: str = NIGHT, **how: Any) -> Iterator[tuple[Page, list[str]]]:
    """A page in a browser whose clock stands at a moment, and what it complains of."""
    context = browser.new_context(**how)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("requestfailed", lambda request: said.append(request.url) if request.failure != LEFT else None)
    page.clock.install(time=moment)
    yield page, said
    context.close()
