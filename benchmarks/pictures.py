"""``make docs``: the pictures of the documentation, taken of the running sandbox in the middle of a restriction."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
CHROMIUM = "/usr/bin/chromium"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HOST = "127.0.0.1"
PAGE, PROVIDER, RECEIVER = 8080, 8091, 8092
"""The ports of the shipped configuration; the first two are replaced by free ones."""

MODEL = "claude-fable-5"
REFUSED = ("foreign-nationals-abroad", "foreign-nationals-us")
ORDERED_BEFORE = timedelta(hours=4, minutes=37)
"""How long before the first refusal the suspension was ordered, as in June 2026."""
LARGEST = 250_000
"""No picture may have more bytes."""


@dataclass(frozen=True)
class Shot:
    """One picture: which page, at which size, by day or by night."""

    name: str
    path: str
    width: int
    height: int
    dark: bool = False


SHOTS = (
    Shot("home", "/", 1240, 945),
    Shot("model", f"/models/{MODEL}", 1240, 850),
    Shot("phone", "/", 390, 844, dark=True),
)


def main() -> None:
    """Start the service, restrict a model for some, and take every picture."""
    with tempfile.TemporaryDirectory(prefix="pictures") as folder, _service(Path(folder)) as (url, run):
        _restrict(url, run)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
            for shot in SHOTS:
                print(_take(browser, url, shot))
            browser.close()


Run = Callable[..., None]


@contextmanager
def _service(folder: Path) -> Iterator[tuple[str, Run]]:
    """The shipped configuration on free ports: its address, and a way to run commands beside it."""
    _free(RECEIVER)
    page, provider = _free(), _free()
    shipped = (ROOT / "config.yaml").read_text("utf-8")
    moved = shipped.replace(f"{HOST}:{PAGE}", f"{HOST}:{page}").replace(f"{HOST}:{PROVIDER}", f"{HOST}:{provider}")
    (folder / "config.yaml").write_text(moved, "utf-8")
    environ = {name: value for name, value in os.environ.items() if not name.startswith("STATUSPAGE_")}

    def run(*arguments: str) -> None:
        command = [sys.executable, "-m", "statuspage", *arguments]
        subprocess.run(command, cwd=folder, env=environ, check=True, stdout=subprocess.DEVNULL)

    with (folder / "serve.log").open("w") as log:
        command = [sys.executable, "-m", "statuspage", "serve", "--port", str(page)]
        process = subprocess.Popen(command, cwd=folder, env=environ, stdout=log, stderr=log)
        try:
            url = f"http://{HOST}:{page}"
            _until("the service", lambda: _answers(f"{url}/readyz", process, folder / "serve.log"))
            yield url, run
        finally:
            process.terminate()
            process.wait(30)


def _restrict(url: str, run: Run) -> None:
    """Order the suspension for two user classes, let the providers apply it, and wait until it is confirmed."""
    classes = [word for one in REFUSED for word in ("--user-class", one)]
    ordered = datetime.fromisoformat(_json(f"{url}/freshness.json")["generated_at"]) - ORDERED_BEFORE
    run(
        *("incident", "open", "Claude Fable 5 suspended for foreign nationals", "--kind", "restriction"),
        *("--model", MODEL, *classes, "--says", "ordered", "--from", ordered.isoformat(), "--next-update-by", "+2h"),
        *("--authority", "US export-control authority", "--basis", "Export-control directive"),
        *("--message", "The vendor has been ordered to suspend **Claude Fable 5** for foreign nationals."),
    )
    for one in REFUSED:
        run("demo", "restrict", MODEL, "--user-class", one)
    _until("the restriction", lambda: _restricted(url))


def _restricted(url: str) -> bool:
    cells = _json(f"{url}/api/v1/models/{MODEL}")["model"]["cells"]
    told = [cell for cell in cells if cell["user_class"] in REFUSED]
    return all(cell["availability"] == "restricted" and cell["evidence"] for cell in told)


def _json(url: str) -> Any:
    with urlopen(url, timeout=10) as answer:
        return json.load(answer)


def _take(browser: Browser, url: str, shot: Shot) -> str:
    context = browser.new_context(
        viewport={"width": shot.width, "height": shot.height},
        color_scheme="dark" if shot.dark else "light",
        timezone_id="UTC",
        locale="en-GB",
    )
    page = context.new_page()
    page.goto(url + shot.path, wait_until="networkidle")
    IMAGES.mkdir(parents=True, exist_ok=True)
    file = IMAGES / f"{shot.name}.png"
    page.screenshot(path=file)
    context.close()
    size = file.stat().st_size
    if size > LARGEST:
        sys.exit(f"{file.name} has {size} bytes; at most {LARGEST} are allowed")
    return f"{file.relative_to(ROOT)}: {size // 1000} kB"


def _answers(url: str, process: subprocess.Popen[bytes], log: Path) -> bool:
    if process.poll() is not None:
        sys.exit(f"the service did not start:\n{log.read_text()}")
    try:
        with urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (URLError, TimeoutError, ConnectionError):
        return False


def _until(what: str, true: Callable[[], bool], seconds: float = 240) -> None:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            sys.exit(f"{what} was not there after {seconds:.0f} s")
        time.sleep(1)


def _free(port: int = 0) -> int:
    try:
        with socket.create_server((HOST, port)) as listener:
            return int(listener.getsockname()[1])
    except OSError:
        sys.exit(f"port {port} is taken: stop the other sandbox first")


if __name__ == "__main__":
    main()
