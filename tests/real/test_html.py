"""The W3C checker (the Nu Html Checker, Java, from npm) finds no error on any page that is published."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from statuspage.site.export import files
from tests.site.conftest import CAST
from tests.site.printed import Make, pages_of, world
from tests.site.story import june

pytestmark = pytest.mark.real

CACHE = Path(__file__).resolve().parents[2] / ".cache" / "vnu"
DAY = re.compile(r"history/\d{4}-\d\d-\d\d/")
JAR = CACHE / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"


@pytest.fixture(scope="module")
def checker() -> list[str]:
    """The command of the checker, installed once."""
    missing = [name for name in ("java", "npm") if shutil.which(name) is None and not (name == "npm" and JAR.exists())]
    reason = f"no {' and no '.join(missing)} here: apt-get install default-jre-headless npm" if missing else ""
    if not reason and not JAR.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--no-audit", "--no-fund", "--silent", "--prefix", str(CACHE), "vnu-jar"]
        done = subprocess.run(command, cwd=CACHE, capture_output=True, text=True, timeout=300, check=False)
        reason = "" if done.returncode == 0 and JAR.exists() else f"npm cannot install vnu-jar: {done.stderr[-300:]}"
    if reason:
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return [
        "java",
        "-Xss8m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-jar",
        str(JAR),
        "--format",
        "text",
        "--errors-only",
    ]


def different_pages(cast: tuple[Make, ...]) -> dict[bytes, str]:
    """The bytes of every page of every export, each once, with a name that says where it was met first.

    Days are drawn alike in every export: those of one are enough.
    """
    found: dict[bytes, str] = {}
    for make in cast:
        made = world(make)
        for name, body in files(pages_of(made), made.site.url).items():
            if name.endswith(".html") and (make is june or not DAY.match(name)):
                found.setdefault(body, f"{make.__name__}/{name}")
    return found


@pytest.mark.timeout(300)
def test_no_page_of_any_export_has_an_error(checker: list[str], tmp_path: Path) -> None:
    pages = different_pages(CAST)
    assert len(pages) > 300
    for body, name in pages.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)
    done = subprocess.run([*checker, str(tmp_path)], capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr)[:2000]


def test_no_badge_has_an_error(checker: list[str], tmp_path: Path) -> None:
    badges = {path: page for path, page in pages_of(world(june)).items() if path.endswith(".svg")}
    assert badges
    for path, page in badges.items():
        (tmp_path / path.strip("/").replace("/", "-")).write_bytes(page.body)
    command = [*checker, "--svg", *(str(one) for one in tmp_path.glob("*.svg"))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr)[:2000]
