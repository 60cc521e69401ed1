"""Every rule has a name, a source, a hint and an answer that needs it; none holds an example's own words."""

from __future__ import annotations

import re
from functools import cache

import pytest

from checks.classify import classify
from checks.observation import Answer
from checks.rules import pages, statuses
from checks.rules.generic import GENERIC
from checks.rules.rule import STRENGTHS, Rule
from checks.words import code_words, plain
from tests.checks.corpus import EXAMPLES, answer
from tests.checks.sentences import SENTENCES
from tests.checks.tables import RULES, without

CODED = [
    (403, "legal_restriction"),
    (403, "geo_blocked"),
    (403, "model_suspended"),
    (400, "missing_required_parameter"),
    (403, "user_rate_limit_exceeded"),
    (500, "request_timeout"),
    (403, "data_retention_required"),
    (404, "model_retired"),
]


@cache
def spoken_for() -> dict[str, list[Answer]]:
    """The known answers and sentences, by the rule that speaks for each."""
    answers = [example.answer for example in EXAMPLES]
    answers += [answer(status, {"error": {"message": text}}) for status, text, _, _ in SENTENCES]
    answers += [answer(status, {"error": {"message": "Something.", "code": code}}) for status, code in CODED]
    answers += [answer(503, {"error": {"message": "Rate limit hit"}})]
    found: dict[str, list[Answer]] = {}
    for one in answers:
        found.setdefault(classify("generic", one).rule, []).append(one)
    return found


@pytest.mark.parametrize("row", RULES, ids=lambda row: row.name)
def test_a_rule_is_complete(row: Rule) -> None:
    assert re.fullmatch(r"[a-z]+\.[a-z-]+", row.name)
    assert row.hint.endswith(".")
    assert row.source.startswith("https://")
    assert row.strength is None or STRENGTHS[row.cause] is not None


@pytest.mark.parametrize("row", RULES, ids=lambda row: row.name)
def test_a_rule_is_needed(row: Rule) -> None:
    """Without it, an answer that we know would mean something else."""

    def meanings() -> list[tuple[str, str | None]]:
        found = [classify("generic", one) for one in spoken_for().get(row.name, [])]
        return [(one.cause, one.strength) for one in found]

    known = meanings()
    with without(row.name):
        assert meanings() != known


@pytest.mark.parametrize("row", [*statuses.ROWS, pages.COUNTRY, pages.BLOCK, pages.FAULT, pages.NOT_THE_API])
def test_a_status_or_page_has_a_hint_and_a_source(row: statuses.StatusRule | pages.PageRule) -> None:
    assert row.hint.endswith(".")
    assert row.source.startswith("https://")


def test_names_are_unique() -> None:
    names = [row.name for row in RULES]
    assert len(set(names)) == len(names)


def test_no_rule_holds_an_example() -> None:
    tables = " ".join(row.pattern.pattern for row in RULES)
    assert re.findall(r"claude|gpt-|gemini|fable|opus|sonnet|llama|mistral-|sk-", tables) == []


def test_generic_codes_are_in_plain_words() -> None:
    assert [code for code in GENERIC if code_words(code) != code] == []


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("AccessDeniedException:http://internal.amazon.com/coral/", "access denied"),
        ("com.amazonaws.bedrock#ThrottlingException", "throttling"),
        ("API_KEY_INVALID", "api key invalid"),
        ("not_found_error", "not found"),
        ("personal-team-blocked:spending-limit", "personal team blocked spending limit"),
        ("error", "error"),
    ],
)
def test_a_code_becomes_words(code: str, words: str) -> None:
    assert code_words(code) == words


def test_a_sentence_becomes_words() -> None:
    text = "It’s  `claude-x`: isn't AVAILABLE; see https://a.example/b?c. (Unsupported!)"
    assert plain(text) == "it claude-x is not available | see link not supported"


@pytest.mark.parametrize(("status", "cause"), [(status, None) for status in range(100, 600, 7)])
def test_every_status_has_a_meaning(status: int, cause: None) -> None:
    assert statuses.rule_for(status).hint
