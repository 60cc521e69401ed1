"""``doctor``: every line with its remedy, and an exit code that a script can use."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from tests.cli.conftest import Terminal


def lines(terminal: Terminal, code: int) -> dict[str, dict[str, Any]]:
    """What ``doctor --json`` says, by the name of the line."""
    result = terminal.run("doctor", "--json")
    assert result.exit_code == code, result.output
    return {line["name"]: line for line in orjson.loads(result.stdout)}


def change(terminal: Terminal, old: str, new: str) -> None:
    text = terminal.config.read_text()
    assert old in text
    terminal.config.write_text(text.replace(old, new, 1))


def test_beside_a_sandbox_that_was_asked_nothing_fails(beside_sandbox: Terminal) -> None:
    found = lines(beside_sandbox, 0)
    assert {line["health"] for line in found.values()} <= {"ok", "warn"}
    assert {"database", "disk", "key file", "clock", "cells", "egress direct", "alerts"} <= set(found)
    assert found["credential claude-api/us-persons"]["text"] == "never asked"
    assert all(line["remedy"] for line in found.values() if line["health"] == "warn")
    assert (found["database"]["health"], found["egress direct"]["health"]) == ("ok", "ok")


def test_without_a_network_it_fails_and_says_what_to_do(terminal: Terminal) -> None:
    found = lines(terminal, 1)
    assert found["egress direct"]["health"] == "fail"
    text = terminal.run("doctor").stdout
    assert "→ check this machine's network, or the proxy" in text


def test_a_store_that_is_not_there_fails_and_is_not_made(terminal: Terminal, tmp_path: Path) -> None:
    change(terminal, "data/statuspage.db", "data/other.db")
    found = lines(terminal, 1)
    assert found["database"]["health"] == "fail"
    assert "cells" not in found
    assert not list(tmp_path.rglob("other.db"))


def test_a_key_that_others_can_read_fails(beside_sandbox: Terminal) -> None:
    lines(beside_sandbox, 0)
    (beside_sandbox.data / "statuspage.db.key").chmod(0o644)
    line = lines(beside_sandbox, 1)["key file"]
    assert line["health"] == "fail"
    assert line["remedy"].startswith("chmod 600 ")


def test_a_cap_that_is_reached_fails_and_a_probe_says_so(beside_sandbox: Terminal) -> None:
    key = '{key: "${SANDBOX_KEY_US:-sandbox-key-us-persons}", country: US}'
    change(beside_sandbox, key, key.replace("country: US", "country: US, monthly_cap_usd: 0"))
    line = lines(beside_sandbox, 1)["money claude-api/us-persons"]
    assert "raise monthly_cap_usd" in line["remedy"]
    result = beside_sandbox.run("probe", "--provider", "claude-api", "--user-class", "us-persons", "--json")
    assert orjson.loads(result.stdout) == []
    assert "Not asked: 0.0000 USD of 0.00 are spent" in result.stderr


def test_a_plan_above_the_rate_limit_is_a_warning(beside_sandbox: Terminal) -> None:
    change(beside_sandbox, "    name: Claude API\n", "    name: Claude API\n    rate_limit: 1/min\n")
    assert lines(beside_sandbox, 0)["rate claude-api"]["health"] == "warn"
