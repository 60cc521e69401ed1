"""``check-config``, ``probe`` and ``classify``, and how every command ends."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import click
import orjson
import pytest
from click.testing import CliRunner

from statuspage.cli import main
from tests.cli.conftest import Terminal
from tests.shipped import ROOT

REFUSAL = "Claude X is not available. Please use Claude Y."
WITHDRAWN = json.dumps({"type": "error", "error": {"type": "not_found_error", "message": REFUSAL}})


def commands(command: click.Command = main, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Every command of the program."""
    if not isinstance(command, click.Group):
        return [path]
    ctx = click.Context(command)
    known = {name: command.get_command(ctx, name) for name in command.list_commands(ctx)}
    return [found for name, one in known.items() if one for found in commands(one, (*path, name))]


@pytest.mark.parametrize("path", commands(), ids=" ".join)
def test_every_command_explains_itself_and_takes_a_configuration(path: tuple[str, ...]) -> None:
    said = CliRunner().invoke(main, [*path, "--help"])
    assert said.exit_code == 0
    assert f"Usage: main {' '.join(path)}" in said.output
    assert "--config" in said.output


def test_the_shipped_configuration_has_no_mistakes() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "statuspage", "check-config"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(
        "config.yaml: no mistakes\n66 cells: 59 probed, 1 attested, 6 restricted by design (6 of them asked"
    )
    assert "A sandbox costs nothing" in done.stdout


def test_the_plan_is_given_as_json(terminal: Terminal) -> None:
    plan = terminal.json("check-config")
    assert plan["cells"]["all"] == 66
    assert {call["provider"] for call in plan["calls"]} == {"claude-api", "gateway"}
    assert plan["usd_month"] == pytest.approx(sum(one["usd_month"] for one in plan["spend"]), abs=0.1)


def test_every_mistake_is_named_at_once_with_its_line(terminal: Terminal) -> None:
    text = terminal.config.read_text().replace("refresh: 5s", "refresh: soon").replace("kind: openai", "kind: opnai")
    terminal.config.write_text(text)
    said = terminal.refuses("check-config").splitlines()
    assert len(said) == 3
    assert all(line.startswith(f"{terminal.config}:") for line in said[:2])
    assert "openai" in said[1]
    assert said[2] == "2 mistakes in the configuration"
    assert "2 mistakes" in terminal.refuses("incident", "list")


def test_a_configuration_that_is_not_there_says_so(terminal: Terminal) -> None:
    terminal.config.unlink()
    assert "config.yaml" in terminal.refuses("check-config")


def test_probe_asks_one_round_and_stores_nothing(beside_sandbox: Terminal) -> None:
    beside_sandbox.says("demo", "restrict", "claude-opus-4-8", "--user-class", "us-persons")
    words = ("probe", "--model", "claude-opus-4-8", "--provider", "claude-api")
    found = {one["user_class"]: one for one in beside_sandbox.json(*words)}
    assert len(found) == 5
    refused, answered = found["us-persons"], found["zero-retention"]
    assert (refused["cause"], refused["strength"], refused["status"]) == ("withdrawn", "strong", 404)
    assert refused["verdict"] == {
        "row": "refused", "availability": "restricted", "reason": "withdrawn", "scope": "this_class"
    }  # fmt: skip
    assert {one["control"]: one["outcome"] for one in refused["controls"]} == {"C1": "ok", "C2": "listed", "C3": "ok"}
    assert (answered["cause"], answered["verdict"]["availability"], answered["controls"]) == ("ok", "available", [])
    [alone] = beside_sandbox.json(*words, "--user-class", "us-persons")
    assert alone["controls"] == refused["controls"], "the other classes are asked too"
    table = beside_sandbox.says(*words, "--user-class", "us-persons")
    assert "restricted (withdrawn)" in table
    assert "C1=ok" in table
    assert "sandbox-key" not in table


def test_probe_refuses_a_name_that_nothing_has(terminal: Terminal) -> None:
    assert "there is no model 'x'; there are: claude-fable-5," in terminal.refuses("probe", "--model", "x")
    assert "did you mean 'gateway'?" in terminal.refuses("probe", "--provider", "gatewey")
    assert terminal.says("probe", "--user-class", "programme-partners") == "No cell can be probed.\n"


def classify(*words: str, stdin: str = "") -> list[dict[str, str]]:
    done = CliRunner().invoke(main, ["classify", *words], input=stdin)
    assert done.exit_code == 0, done.output
    return [orjson.loads(line) for line in done.stdout.splitlines()]


def test_classify_explains_one_pasted_answer(tmp_path: Path) -> None:
    (tmp_path / "answer.json").write_text(WITHDRAWN)
    for source, stdin in ((str(tmp_path / "answer.json"), ""), ("-", WITHDRAWN)):
        [said] = classify(
            "--provider",
            "anthropic",
            "--status",
            "404",
            "--header",
            "Content-Type=application/json",
            source,
            stdin=stdin,
        )
        assert set(said) == {"cause", "strength", "rule", "hint"}
        assert (said["cause"], said["strength"]) == ("withdrawn", "strong")
    [said] = classify("--provider", "nobody-knows", "--status", "503")
    assert said["cause"] in ("capacity", "server_error")


@pytest.mark.parametrize(
    "text",
    [
        f"HTTP/2 404\r\nreport-to: {{}}\r\ncontent-type: application/json\r\n\r\n{WITHDRAWN}\r\n",
        f"anthropic.NotFoundError: Error code: 404 - {json.loads(WITHDRAWN)}",
        f"2026-06-13 02:00:01 WARN attempt 3 failed: API Error: 404 {WITHDRAWN} · retrying",
        WITHDRAWN,
    ],
)
def test_classify_takes_what_staff_paste(text: str) -> None:
    [said] = classify(stdin=text)
    assert said["cause"] == "withdrawn"


def test_classify_explains_many_answers_a_line_each() -> None:
    lines = [
        {"provider": "anthropic", "status": 404, "headers": {}, "body": WITHDRAWN},
        {"provider": "openai", "status": 401, "body": {"error": {"message": "Incorrect API key provided: sk-x."}}},
        {"provider": "x", "status": None, "headers": None, "body": None},
        {"status": "broken", "headers": [1], "provider": 7},
    ]
    said = classify("--jsonl", stdin="\n\n".join(json.dumps(line) for line in lines))
    assert [one["cause"] for one in said[:2]] == ["withdrawn", "credential"]
    assert len(said) == 4


@pytest.mark.parametrize(
    ("words", "stdin", "said"),
    [
        ((), " \n", "there is nothing to read"),
        (("--jsonl", "--provider", "x"), "", "leave the options out"),
        (("--jsonl",), "{}\nnonsense", "line 2 is not JSON"),
        (("--jsonl",), "[]", "line 1 must be a JSON object"),
        (("--jsonl",), '{"body": ' + "[" * 900 + "]" * 900 + "}", "nested too deeply"),
        (("--provider", "x", "--header", "nothing"), "", "--header 'nothing': write NAME=VALUE"),
        (("--provider", "x", "--status", "99"), "", "99 is not in the range"),
        (("--provider", "x", "missing.json"), "", "missing.json cannot be read: No such file or directory"),
    ],
)
def test_classify_refuses_what_cannot_be_meant(words: tuple[str, ...], stdin: str, said: str) -> None:
    done = CliRunner().invoke(main, ["classify", *words], input=stdin)
    assert done.exit_code == 2
    assert said in done.stderr


def test_a_word_that_is_no_command_is_refused() -> None:
    assert CliRunner().invoke(main, ["incidnet"]).exit_code == 2
    assert CliRunner().invoke(main, ["--version"]).output.startswith("statuspage, version ")


def test_roles_belong_to_the_cluster(terminal: Terminal) -> None:
    assert "--role" in terminal.refuses("serve", "--role", "web")
