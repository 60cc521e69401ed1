"""The JavaScript receiver of docs/webhooks.md, run by Node as it stands there, with each verifier."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.real.installs import package
from tests.real.receiving import code, keeps_the_rules, started

pytestmark = [pytest.mark.real, pytest.mark.timeout(400)]

TELLS = "\nprocess.stdin.on('data', () => console.log(JSON.stringify([...usable])));\n"
"""What the test adds, to see what the receiver has understood."""


@pytest.mark.parametrize("library", ["standardwebhooks", "svix"])
async def test_it_verifies_answers_drops_duplicates_and_keeps_order(tmp_path: Path, library: str) -> None:
    node, installed = package(library)
    text = code("javascript")
    assert 'from "standardwebhooks"' in text
    (tmp_path / "receiver.mjs").write_text(text.replace('from "standardwebhooks"', f'from "{library}"') + TELLS)
    (tmp_path / "node_modules").symlink_to(installed.parent)
    async with started([node, "receiver.mjs"], tmp_path) as (process, url):
        await keeps_the_rules(process, url)
