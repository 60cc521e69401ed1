"""``import`` and ``export``: what another page told comes in, and everything goes out, without a secret."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.atlassian import document, incident
from tests.cli.conftest import Terminal

ALL = 54


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """What a page serves as ``incidents.json``."""
    return write(tmp_path / "incidents.json", document())


def write(path: Path, data: Any) -> Path:
    path.write_text(json.dumps(data), "utf-8")
    return path


def with_mistakes() -> dict[str, Any]:
    """Two of the incidents cannot be read."""
    given = document()
    given["incidents"][2]["status"] = "exploded"
    given["incidents"][5]["incident_updates"][1]["display_at"] = "yesterday"
    return given


def lines(text: str) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in text.splitlines()]


def test_a_history_is_taken_over_once(terminal: Terminal, file: Path) -> None:
    first = terminal.says("import", "statuspage", str(file))
    assert f"{ALL} added, 0 changed, 0 unchanged" in first
    assert "nobody was told" in first
    assert f"Still open: {incident(49)['id']}." in first
    assert "Components that are no model here: Claude API (api.anthropic.com), Console, claude.ai." in first
    assert "0 added, 0 changed, 54 unchanged" in terminal.says("import", "statuspage", str(file))
    shown = terminal.json("incident", "show", incident(49)["id"])
    assert shown["title"] == incident(49)["name"]
    assert shown["started_at"].startswith("2026-01-05T")


def test_it_is_read_from_standard_input(terminal: Terminal) -> None:
    said = terminal.says("import", "statuspage", "-", "--json", stdin=json.dumps(document()["incidents"]))
    assert len(orjson.loads(said)["added"]) == 50


def test_a_component_is_named(terminal: Terminal, file: Path) -> None:
    words = ("import", "statuspage", str(file), "--component", "Console=claude-opus-4-8")
    assert terminal.json(*words)["unknown_components"] == ["Claude API (api.anthropic.com)", "claude.ai"]
    shown = terminal.json("incident", "show", incident(4)["id"])
    assert shown["scope"][0]["models"] == ["claude-fable-5", "claude-opus-4-8"]


@pytest.mark.parametrize(
    ("words", "said"),
    [(("--component", "Console"), "NAME=MODEL"), (("--component", "Console=nobody"), "nobody")],
)
def test_a_component_that_is_named_wrongly_is_refused(
    terminal: Terminal, file: Path, words: tuple[str, ...], said: str
) -> None:
    assert said in terminal.refuses("import", "statuspage", str(file), *words)
    assert terminal.json("incident", "list") == []


def test_a_dry_run_writes_nothing(terminal: Terminal, file: Path) -> None:
    assert "54 found, 1 of them open; nothing was written" in terminal.says(
        "import", "statuspage", str(file), "--dry-run"
    )
    assert terminal.json("import", "statuspage", str(file), "--dry-run")["found"] == ALL
    assert terminal.json("incident", "list") == []


def test_every_mistake_is_named_with_its_place(terminal: Terminal, tmp_path: Path) -> None:
    said = terminal.refuses("import", "statuspage", str(write(tmp_path / "bad.json", with_mistakes())))
    assert "incidents[2].status" in said
    assert "investigating" in said
    assert "incidents[5].incident_updates[1].display_at" in said
    assert terminal.json("incident", "list") == []


def test_mistakes_are_left_out_when_asked(terminal: Terminal, tmp_path: Path) -> None:
    file = write(tmp_path / "bad.json", with_mistakes())
    result = terminal.run("import", "statuspage", str(file), "--skip-mistakes")
    assert result.exit_code == 0
    assert "52 added" in result.stdout
    assert "left out: incidents[2].status" in result.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"incidents": [\n  {"id": }', "bad.json:2:10: this is not JSON"),
        ("", "this is not JSON"),
        ("<!doctype html><title>Sign in</title>", "bad.json:1:1: this is not JSON"),
        ('{"page": {}}', "api/v2/incidents.json"),
        ("[1]", "incidents[0]"),
        ("17", "incidents"),
    ],
)
def test_a_file_of_another_kind_is_refused(terminal: Terminal, tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "bad.json"
    file.write_text(text, "utf-8")
    assert said in terminal.refuses("import", "statuspage", str(file))


def test_a_file_that_is_not_there_is_refused(terminal: Terminal, tmp_path: Path) -> None:
    assert "cannot be read" in terminal.refuses("import", "statuspage", str(tmp_path / "none.json"))


def test_everything_is_exported(terminal: Terminal, file: Path, tmp_path: Path) -> None:
    fill(terminal, file)
    target = tmp_path / "all.jsonl"
    terminal.says("export", str(target))
    records = lines(target.read_text("utf-8"))
    assert records[0]["type"] == "export"
    kinds = {one["type"] for one in records}
    assert kinds >= {"export", "incident", "attestation", "user_class", "subscription", "event", "audit"}
    mine = [one for one in records if one["type"] == "incident" and one["key"] == incident(49)["id"]]
    assert [(one["rev"], one["document"]["stage"]) for one in mine] == [(1, "monitoring"), (2, "resolved")]
    assert [one["seq"] for one in records if one["type"] == "event"] == list(range(1, records[0]["last_seq"] + 1))
    assert target.stat().st_mode & 0o777 == 0o600


def test_no_secret_is_exported(terminal: Terminal, file: Path) -> None:
    made = fill(terminal, file)
    text = terminal.says("export", "-")
    assert lines(text)[0]["type"] == "export"
    for secret in (made["secret"], made["secret"].removeprefix("whsec_"), made["token"], "sandbox-key", "hook-secret"):
        assert secret not in text
    assert "whsec_" not in text


def test_an_export_overwrites_nothing(terminal: Terminal, tmp_path: Path) -> None:
    target = tmp_path / "all.jsonl"
    target.write_text("mine", "utf-8")
    assert "never overwrites" in terminal.refuses("export", str(target))
    assert target.read_text("utf-8") == "mine"
    assert "cannot be written" in terminal.refuses("export", str(tmp_path / "none" / "x.jsonl"), code=1)
    assert not list(tmp_path.glob(".*.part"))


def fill(terminal: Terminal, file: Path) -> dict[str, str]:
    """One of everything that staff can make."""
    terminal.says("import", "statuspage", str(file))
    terminal.says("incident", "resolve", incident(49)["id"], "-m", "Over.")
    terminal.says("class", "add", "contractors", "--name", "Contractors")
    terminal.says("attest", "*@claude-api/contractors", "--availability", "available", "--until", "+14d")
    added = terminal.json("subscription", "add", "https://hooks.example/in?token=hook-secret-0123456789abcdef")
    token = terminal.json("token", "create", "robot", "--scope", "view", "--expires", "+90d")
    return {"secret": added["secret"], "token": token["secret"]}
