"""``incident``, ``attest`` and ``class``: staff's work from a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Terminal

MODEL = ("--model", "claude-fable-5")


def opened(terminal: Terminal, *words: str) -> str:
    """The id of an incident that was just opened."""
    incident: str = terminal.json("incident", "open", "Something is odd", *words)["id"]
    return incident


def test_an_incident_is_opened_updated_and_resolved(terminal: Terminal) -> None:
    first = terminal.says("incident", "open", "Something is odd", "-m", "We look.", *MODEL)
    incident = first.split()[0]
    assert "incident, investigating, impact minor\nSomething is odd" in first
    assert "identified" in terminal.says("incident", "update", incident, "--stage", "identified", "-m", "Found.")
    assert "resolved" in terminal.says("incident", "resolve", incident, "-m", "Fixed.")
    shown = terminal.says("incident", "show", incident)
    assert [text for text in ("We look.", "Found.", "Fixed.") if text in shown] == ["We look.", "Found.", "Fixed."]
    assert terminal.json("incident", "list", "--open") == []
    [listed] = terminal.json("incident", "list")
    assert (listed["id"], listed["stage"], len(listed["updates"])) == (incident, "resolved", 3)
    assert incident in terminal.says("incident", "list")


def test_a_restriction_declares_what_it_says(terminal: Terminal) -> None:
    words = (
        "--kind", "restriction", "--says", "ordered", "--authority", "The authority", "--basis", "Directive",
        "--from", "2026-06-12T21:21Z", "--until", "2099-01-01", "--source", "https://example.org/order",
        "--announced", "2026-06-13T00:50+00:00", "--next-update-by", "+2h", "--except", "us-persons",
    )  # fmt: skip
    shown = terminal.json("incident", "show", opened(terminal, *MODEL, *words))
    [declared] = shown["declarations"]
    assert (declared["says"], declared["by"], declared["certainty"]) == ("ordered", "authority", "confirmed")
    assert declared["effective_from"] == "2026-06-12T21:21:00Z"
    assert declared["scope"] == [
        {"models": ["claude-fable-5"], "providers": [], "user_classes": [], "excepted": ["us-persons"]}
    ]
    assert shown["next_update_by"]


def test_a_statement_is_added_with_its_own_scope(terminal: Terminal) -> None:
    incident = opened(terminal, "--kind", "restriction", "--says", "ordered", *MODEL)
    terminal.says("incident", "update", incident, "--says", "lifted", *MODEL, "--user-class", "us-persons")
    shown = terminal.json("incident", "show", incident)
    assert [one["says"] for one in shown["declarations"]] == ["ordered", "lifted"]
    assert shown["declarations"][1]["scope"][0]["user_classes"] == ["us-persons"]
    assert shown["scope"][0]["user_classes"] == []


def test_a_draft_is_private_until_it_is_published(terminal: Terminal) -> None:
    incident = opened(terminal, "--draft", "-m", "Not yet.")
    assert "draft, private" in terminal.says("incident", "show", incident)
    assert "draft" in terminal.says("incident", "list")
    assert "investigating" in terminal.says("incident", "publish", incident)
    assert "is public already" in terminal.refuses("incident", "publish", incident)


def test_a_providers_answer_is_linked(terminal: Terminal) -> None:
    incident = opened(terminal, "--kind", "restriction", "--says", "ordered", *MODEL)
    terminal.says("incident", "link", incident, "--provider", "gateway", "--fingerprint", "00ff")
    assert terminal.json("incident", "show", incident)["links"][0]["fingerprint"] == "00ff"


def test_maintenance_has_a_window(terminal: Terminal) -> None:
    incident = opened(terminal, "--kind", "maintenance", "--from", "+1h", "--until", "+3h")
    shown = terminal.json("incident", "show", incident)
    assert shown["scheduled_for"] < shown["scheduled_until"]


def test_a_text_comes_from_a_file_or_from_standard_input(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "text.md").write_text("From a **file** – ü")
    incident = opened(terminal, "--body", str(tmp_path / "text.md"))
    terminal.says("incident", "update", incident, "--body", "-", stdin="From a pipe")
    assert [one["body"] for one in terminal.json("incident", "show", incident)["updates"]] == [
        "From a **file** – ü",
        "From a pipe",
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("open", "T", "--model", "claude-fabel-5"),
            "there is no model 'claude-fabel-5'; did you mean 'claude-fable-5'?",
        ),
        (("open", "T", "--says", "ordered"), "--says belongs to --kind restriction"),
        (("open", "T", "--from", "tomorrow"), "--from: 'tomorrow' is no time; write 2026-06-13T01:59Z, now, or +2h"),
        (("open", "T", "--from", "0001-01-01T00:00+14:00"), "is no time"),
        (("open", "T", "--from", "9999-12-31T23:59-14:00"), "is no time"),
        (("open", "T", "-m", "a", "--body", "b"), "give either --body or --message"),
        (("open", "T", "--body", "missing.md"), "--body: missing.md cannot be read"),
        (("open", " "), "the title must have 1 to 200 characters"),
        (("open", "T", "--kind", "maintenance"), "maintenance needs the time at which it starts (--from)"),
        (("open", "T", "--kind", "rumour"), "'rumour' is not one of"),
        (("open",), "Missing argument 'TITLE'"),
        (("update", "inc_x"), "nothing to add: give --body, --message, --stage, --says, a scope, or --next-update-by"),
    ],
)
def test_what_cannot_be_meant_is_refused(terminal: Terminal, words: tuple[str, ...], said: str) -> None:
    assert said in terminal.refuses("incident", *words)
    assert terminal.json("incident", "list") == []


@pytest.mark.parametrize("verb", ["show", "resolve", "publish"])
def test_an_incident_that_is_not_there_fails(terminal: Terminal, verb: str) -> None:
    said = terminal.refuses("incident", verb, "inc_x", code=1)
    assert said == "Error: there is no incident 'inc_x'; `statuspage incident list` shows all\n"


def test_an_empty_list_says_so(terminal: Terminal) -> None:
    assert terminal.says("incident", "list") == "There is no incident.\n"
    assert terminal.json("incident", "list") == []


def test_staff_vouch_for_what_no_check_can_reach(terminal: Terminal) -> None:
    said = terminal.says(
        "attest", "claude-mythos-5@claude-api/programme-partners", "--availability", "available", "--until", "+14d",
        "--source", "The list",
    )  # fmt: skip
    assert "available until" in said
    assert said.endswith("  claude-mythos-5@claude-api/programme-partners\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("*/us-persons", "--until", "+1d"), "no cell that cannot be probed matches"),
        (("*/programme-partner", "--until", "+1d"), "did you mean 'programme-partners'?"),
        (("*", "--until", "2020-01-01"), "an attestation must end in the future (--until)"),
        (("a b", "--until", "+1d"), "'a b' is no cell filter; write MODEL@PROVIDER/CLASS"),
        (("*", "--until", "later"), "--until: 'later' is no time"),
    ],
)
def test_a_word_that_cannot_be_given_is_refused(terminal: Terminal, words: tuple[str, ...], said: str) -> None:
    assert said in terminal.refuses("attest", *words, "--availability", "available")


def test_a_class_is_made_at_night_and_vouched_for(terminal: Terminal) -> None:
    said = terminal.says("class", "add", "named", "--name", "Named partners")
    assert "statuspage attest '*/named'" in said
    assert terminal.json("class", "list")[-1] == {
        "id": "named",
        "name": "Named partners",
        "attested": True,
        "reference": False,
    }
    assert "attested" in terminal.says("class", "list")
    terminal.says("attest", "*/named", "--availability", "restricted", "--until", "+1d")
    assert "there is a user class 'named' already" in terminal.refuses("class", "add", "named", "--name", "N", code=1)
