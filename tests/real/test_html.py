"""The W3C checker (the Nu Html Checker, Java, from npm) finds no error on any page that is published."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from statuspage.site.export import write_folder
from statuspage.site.publish import render_site
from tests.site.conftest import CAST
from tests.site.story import june

pytestmark = pytest.mark.real

CACHE = Path(__file__).resolve().parents[2] / ".cache" / "vnu"
DAY = re.compile(r"/history/\d{4}-\d\d-\d\d")
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
    return ["java", "-Xss8m", "-jar", str(JAR), "--format", "text", "--errors-only"]


@pytest.mark.timeout(300)
def test_no_page_of_any_export_has_an_error(checker: list[str], tmp_path: Path) -> None:
    for make in CAST:
        made = make()
        pages = render_site(made)
        kept = {path: page for path, page in pages.items() if make is june or not DAY.fullmatch(path)}
        write_folder(kept, tmp_path / make.__name__, made.site.url)
    written = sorted(tmp_path.rglob("*.html"))
    pictures = sorted(tmp_path.glob("june/badges/*.svg"))
    assert len(written) > 300
    assert pictures
    for kind, files in (("", written), ("--svg", pictures)):
        for at in range(0, len(files), 1000):
            command = [*checker, *([kind] if kind else []), *(str(one) for one in files[at : at + 1000])]
            done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
            assert done.returncode == 0, (done.stdout + done.stderr)[:2000]
