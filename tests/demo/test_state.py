"""What the sandbox has been told: who wins where two things were said, and commands that undo each other."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from statuspage.demo import state as steps
from statuspage.demo import statefile
from statuspage.demo.catalogue import MODEL_BY_ID, MODELS, PROVIDERS, USER_CLASSES
from statuspage.demo.control import COMMANDS, follow
from statuspage.demo.signals import SIGNALS, render
from statuspage.demo.state import NORMAL, Behaviour, Conduct, SandboxError, State, behaviour

QUIET = State()
PROBED = [each.id for each in USER_CLASSES if each.probed]
WITHDRAWN = Behaviour(Conduct.SIGNAL, "ant-legal-404")


def conducts(state: State, model: str, provider: str = "claude-api") -> dict[str, Conduct]:
    return {group: behaviour(state, provider, model, group).conduct for group in PROBED}


def test_in_quiet_times_only_design_restricts() -> None:
    fable = dict.fromkeys(PROBED, Conduct.NORMAL) | {"zero-retention": Conduct.POLICY}
    mythos = dict.fromkeys(PROBED, Conduct.ENTITLEMENT)
    mythos |= {"zero-retention": Conduct.POLICY, "listed-organisations": Conduct.NORMAL}
    for provider in ("claude-api", "gateway"):
        assert conducts(QUIET, "claude-fable-5", provider) == fable
        assert conducts(QUIET, "claude-mythos-5", provider) == mythos
        assert set(conducts(QUIET, "claude-haiku-4-5", provider).values()) == {Conduct.NORMAL}


def test_a_restriction_reaches_all_providers_in_their_own_words() -> None:
    state = steps.restrict(QUIET, "claude-fable-5")
    assert behaviour(state, "claude-api", "claude-fable-5", "us-persons") == WITHDRAWN
    assert behaviour(state, "gateway", "claude-fable-5", "us-persons") == Behaviour(Conduct.SIGNAL, "or-none")
    assert behaviour(state, "claude-api", "claude-opus-4-8", "us-persons") == NORMAL
    assert behaviour(state, "claude-api", "claude-fable-5", "zero-retention").conduct is Conduct.POLICY


def test_a_restriction_of_one_class_leaves_the_others() -> None:
    state = steps.restrict(QUIET, "claude-fable-5", "foreign-nationals-abroad")
    changed = {group for group in PROBED if behaviour(state, "claude-api", "claude-fable-5", group) == WITHDRAWN}
    assert changed == {"foreign-nationals-abroad"}
    assert steps.restore(state, "claude-fable-5", "foreign-nationals-abroad") == QUIET


def test_one_class_can_get_a_model_back_before_the_rest() -> None:
    state = steps.restore(steps.restrict(QUIET, "claude-mythos-5"), "claude-mythos-5", "listed-organisations")
    assert behaviour(state, "claude-api", "claude-mythos-5", "listed-organisations") == NORMAL
    assert behaviour(state, "claude-api", "claude-mythos-5", "us-persons").conduct is Conduct.ENTITLEMENT
    assert steps.restore(state, "claude-mythos-5") == QUIET


def test_restoring_a_class_does_not_open_what_design_closes() -> None:
    state = steps.restore(steps.restrict(QUIET, "claude-fable-5"), "claude-fable-5", "zero-retention")
    assert conducts(state, "claude-fable-5")["zero-retention"] is Conduct.POLICY
    opened = steps.grant(QUIET, "claude-fable-5", "zero-retention")
    assert conducts(opened, "claude-fable-5")["zero-retention"] is Conduct.OPENED


def test_an_outage_covers_everything_of_one_provider_and_forgets_nothing() -> None:
    restricted = steps.restrict(QUIET, "claude-fable-5")
    state = steps.outage(restricted, "claude-api", 503)
    assert set(conducts(state, "claude-fable-5").values()) == {Conduct.OUTAGE}
    assert conducts(state, "claude-haiku-4-5", "gateway")["us-persons"] is Conduct.NORMAL
    assert steps.recover(state, "claude-api") == restricted


def test_retirement_is_lifecycle_and_can_be_taken_back() -> None:
    state = steps.retire(QUIET, "claude-opus-4-5")
    assert state.retired == {"claude-opus-4-5"}
    assert behaviour(state, "claude-api", "claude-opus-4-5", "us-persons").value == "ant-retired"
    assert steps.restore(state, "claude-opus-4-5") == QUIET


def test_reset_keeps_only_the_pace() -> None:
    state = steps.slow_down(steps.outage(State(first_token=0.5), "gateway"), "claude-opus-4-8", 3.0)
    assert steps.reset(state) == State(first_token=0.5)
    assert steps.slow_down(state, "claude-opus-4-8", 0).slow == {}


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ({}, "there are: restrict"),
        ({"do": "explode"}, "there are: restrict"),
        ({"do": ["restrict"]}, "there are: restrict"),
        ({"do": "restrict"}, "model"),
        ({"do": "restrict", "model": "claude-fabel-5"}, "did you mean 'claude-fable-5'"),
        ({"do": "restrict", "model": ["claude-fable-5"]}, "restrict"),
        ({"do": "restrict", "model": "claude-fable-5", "user_class": "nobody"}, "no user class 'nobody'"),
        ({"do": "restrict", "model": "claude-fable-5", "user_class": "programme-partners"}, "no user class"),
        ({"do": "restrict", "model": "claude-fable-5", "colour": "red"}, "colour"),
        ({"do": "restrict", "model": "claude-fable-5", "state": "x"}, "state"),
        ({"do": "answer", "model": "claude-fable-5", "provider": "gateway", "signal": "ant-999"}, "no signal"),
        ({"do": "outage", "provider": "azure"}, "there are: claude-api, gateway"),
        ({"do": "outage", "provider": "gateway", "status": 200}, "500 to 599"),
        ({"do": "outage", "provider": "gateway", "status": "500"}, "outage"),
        ({"do": "slow_down", "model": "claude-fable-5", "seconds": -1}, "0 to 600"),
    ],
)
def test_a_command_that_makes_no_sense_says_what_would(command: Mapping[str, object], words: str) -> None:
    with pytest.raises(SandboxError, match=words):
        follow(QUIET, command)


def test_every_command_is_survived_by_its_file(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "state.json"
    state = QUIET
    for command in (
        {"do": "restrict", "model": "claude-fable-5"},
        {"do": "restore", "model": "claude-fable-5", "user_class": "us-persons"},
        {"do": "grant", "model": "claude-mythos-5", "user_class": "us-persons"},
        {"do": "answer", "model": "claude-opus-4-8", "provider": "gateway", "signal": "or-402"},
        {"do": "substitute", "model": "claude-sonnet-4-6", "by": "claude-haiku-4-5"},
        {"do": "retire", "model": "claude-opus-4-5"},
        {"do": "outage", "provider": "gateway", "status": 503},
        {"do": "slow_down", "model": "claude-opus-4-8", "seconds": 2.5},
    ):
        state = follow(state, command)
        statefile.save(file, state)
        assert statefile.load(file, QUIET) == state
    assert file.stat().st_mode & 0o777 == 0o600
    assert set(COMMANDS) - {"recover", "reset"} == {
        "restrict", "restore", "grant", "answer", "substitute", "retire", "outage", "slow_down",
    }  # fmt: skip


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"{}", b'{"rules": 1, "outages": {}, "retired": [], "slow": {}}']
)
def test_a_broken_file_is_set_aside(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "state.json"
    file.write_bytes(content)
    assert statefile.load(file, QUIET) == QUIET
    assert not file.exists()
    assert file.with_suffix(".broken").read_bytes() == content


def test_ids_are_unique_and_the_commands_know_every_provider() -> None:
    for things in (USER_CLASSES, MODELS, PROVIDERS):
        ids = [each.id for each in things]
        assert len(set(ids)) == len(ids)
    assert {provider.id for provider in PROVIDERS} == set(steps.RESTRICTION_SIGNAL) == set(steps.RETIREMENT_SIGNAL)
    assert {*steps.RESTRICTION_SIGNAL.values(), *steps.RETIREMENT_SIGNAL.values()} <= set(SIGNALS)


def test_a_signal_speaks_of_the_model_that_was_asked() -> None:
    mythos = MODEL_BY_ID["claude-mythos-5"]
    legal = render(SIGNALS["ant-legal-404"], mythos, "claude-mythos-5", "req_1")
    assert "Claude Mythos 5 is not available" in legal
    assert '"req_1"' in legal
    none = render(SIGNALS["or-none"], mythos, "anthropic/claude-mythos-5", "req_1")
    assert "No endpoints found for anthropic/claude-mythos-5." in none
