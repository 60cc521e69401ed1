"""docs/configuration.md says every key, the real defaults, and nothing that does not load."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import pytest

from statuspage.config.keys import every_key
from statuspage.core.settings import Settings
from tests.config.samples import load_text

DOC = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text("utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", DOC, re.DOTALL)
SMALLEST = EXAMPLES[0]
ENVIRON = {"CLAUDE_KEY": "k", "DB_PASSWORD": "p"}
PARTS_OF_A_NEED = {"count", "over", "apart"}


def rows() -> dict[str, dict[str, str]]:
    """Section → key → default, as the tables have it."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    section = ""
    for line in DOC.splitlines():
        if line.startswith("## "):
            heading = re.fullmatch(r"## `(.+)`", line)
            section = heading.group(1) if heading else ""
        elif section and (row := re.fullmatch(r"\| `([a-z_]+)` \| .+ \| (.+) \|", line)):
            found[section][row.group(1)] = row.group(2)
    return found


def sections(keys: set[str]) -> set[str]:
    """Keys that only hold other keys; those of a policy's numbers have a row of their own, too."""
    return {key for key in keys if any(other.startswith((f"{key}.", f"{key}[", f"{key}.<")) for other in keys)}


def test_every_key_has_its_row() -> None:
    keys = set(every_key())
    needs = {key.rpartition(".")[0] for key in keys if key.rpartition(".")[2] in PARTS_OF_A_NEED}
    leaves = {key for key in keys if key.rpartition(".")[0] not in needs} - (sections(keys) - needs)
    documented = {f"{section}.{key}" for section, entries in rows().items() for key in entries}
    assert documented == leaves | {f"policy.<change>.{part}" for part in PARTS_OF_A_NEED}


@pytest.mark.parametrize("section", ["site", "store", "schedule", "policy", "notifications.webhooks", "retention"])
def test_the_defaults_are_the_real_ones(section: str, tmp_path: Path) -> None:
    outer, _, inner = section.partition(".")
    entries = [f"{key}: {default.strip('`')}" for key, default in rows()[section].items() if default[0] == "`"]
    body = ", ".join(entries)
    settings = load_text(tmp_path, f"{SMALLEST}{outer}: {{{f'{inner}: {{{body}}}' if inner else body}}}\n", ENVIRON)
    default = Settings()
    assert len(entries) >= 1
    assert (settings.site, settings.store_url, settings.schedule) == (default.site, default.store_url, default.schedule)
    assert (settings.policy, settings.webhooks) == (default.policy, default.webhooks)
    assert settings.retention == default.retention


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_loads(example: str, tmp_path: Path) -> None:
    (tmp_path / "claude.key").write_text("k\n")
    missing = [
        section
        for section in re.split(r"^(?=\w)", SMALLEST, flags=re.MULTILINE)
        if section and not re.search(rf"^{section.partition(':')[0]}:", example, re.MULTILINE)
    ]
    load_text(tmp_path, example + "".join(missing), ENVIRON)
