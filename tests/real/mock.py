"""An aimock server of the tests' own: it says what its fixtures tell it to, in the shape of every API."""

from __future__ import annotations

import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.real.installs import package
from tests.real.proxy import free_port

KEY = "a-key-that-it-knows"
STARTS_WITHIN = 30.0


@contextmanager
def running(folder: Path, fixtures: Mapping[str, Mapping[str, object]]) -> Iterator[str]:
    """Its address; ``fixtures`` says by model what it answers."""
    node, home = package("@copilotkit/aimock")
    file, port = folder / "fixtures.json", free_port()
    file.write_text(json.dumps({"fixtures": [{"match": {"model": name}, **said} for name, said in fixtures.items()]}))
    options = ["--port", str(port), "--fixtures", str(file), "--log-level", "warn", "--strict"]
    environment = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(folder), "AIMOCK_API_KEYS": KEY}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [node, home / "dist/cli.js", *options], env=environment, stdout=log, stderr=log, cwd=folder
        )
    try:
        _wait(process, f"http://127.0.0.1:{port}", folder / "log")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=2):
                return
        except (OSError, urllib.error.URLError):
            time.sleep(0.1)
    raise RuntimeError(log.read_text(errors="replace")[-5000:])
