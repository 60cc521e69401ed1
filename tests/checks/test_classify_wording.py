"""Changing how an error is written, and not what it says, does not change its cause."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from checks.classify import classify
from checks.fingerprint import fingerprint
from tests.checks.corpus import ERRORS, answer

TEXT_KEYS = {"message", "error", "detail", "msg", "Message", "error_description", "raw"}
LONG = {
    "isn't": "is not",
    "isn’t": "is not",
    "doesn't": "does not",
    "don't": "do not",
    "can't": "cannot",
    "couldn't": "could not",
    "haven't": "have not",
    "wasn't": "was not",
    "you've": "you have",
    "We're": "We are",
}
SHORT = {value: key for key, value in LONG.items() if "’" not in key}


def shout(text: str) -> str:
    return text.upper()


def whisper(text: str) -> str:
    return text.lower()


def spread(text: str) -> str:
    return "  " + re.sub(r" ", "   ", text) + "\t "


def unpunctuated(text: str) -> str:
    return re.sub(r"[,;!\"`“”]", "", text)


def excited(text: str) -> str:
    return re.sub(r"\.(?=\s|$)", "!", text)


def curly(text: str) -> str:
    return text.replace("'", "’")


def expanded(text: str) -> str:
    for short, long in LONG.items():
        text = text.replace(short, long)
    return text


def contracted(text: str) -> str:
    for long, short in SHORT.items():
        text = text.replace(long, short)
    return text


def unavailable(text: str) -> str:
    return text.replace("is not available", "is unavailable").replace("is currently unavailable", "is not available")


def signed(text: str) -> str:
    return f"{text} (request id: 20260613015801)"


def introduced(text: str) -> str:
    return f"Upstream said: {text}"


CHANGES = [shout, whisper, spread, unpunctuated, excited, curly, expanded, contracted, unavailable, signed, introduced]


def rewritten(value: Any, change: Callable[[str], str]) -> Any:
    """The body with every sentence in it changed; machine codes and packed documents stay."""
    if isinstance(value, dict):
        return {key: reworded(key, item, change) for key, item in value.items()}
    return [rewritten(item, change) for item in value] if isinstance(value, list) else value


def reworded(key: str, item: Any, change: Callable[[str], str]) -> Any:
    if key in TEXT_KEYS and isinstance(item, str) and " " in item and not re.search(r"[{}]|b'", item):
        return change(item)
    return rewritten(item, change)


def is_bare(body: Any) -> bool:
    """Whether an edge refused without a word more; with an id it would no longer be bare."""
    return "Request not allowed" in json.dumps(body)


@pytest.mark.parametrize("change", CHANGES)
def test_another_way_of_writing_keeps_the_cause(change: Callable[[str], str]) -> None:
    changed = []
    for example in ERRORS:
        found = classify("generic", answer(example.status, rewritten(example.body, change), example.headers))
        if found.cause != example.cause and not (change is signed and is_bare(example.body)):
            changed.append((example.id, found.cause, found.rule))
    assert changed == []


@pytest.mark.parametrize("change", [shout, whisper, spread, excited])
def test_typography_keeps_the_fingerprint(change: Callable[[str], str]) -> None:
    text = "The model `claude-fable-5` is resting until 12:30. See https://example.net/a1."
    assert fingerprint(change(text)) == fingerprint(text)


def test_a_fingerprint_forgets_ids_names_numbers_and_links() -> None:
    one = "Model 'claude-fable-5' is resting for project proj_a1 (request 77). See https://a.example/1"
    two = 'Model "gpt-6" is resting for project proj_zz9 (request 8). See https://b.example/2'
    assert fingerprint(one) == fingerprint(two)
    assert fingerprint(one) != fingerprint("Model 'claude-fable-5' is sleeping for project proj_a1 (request 77).")
    assert re.fullmatch(r"[0-9a-f]{16}", fingerprint(one))


def test_a_withdrawal_may_be_said_in_many_ways() -> None:
    ways = [
        "Claude Fable 5 is not available. Please use Opus 4.8. Learn more: https://example.net/x",
        "Claude Fable 5 is currently unavailable. Please use Opus 4.8 or another available model.",
        "claude-fable-5 isn't available right now; try claude-opus-4-8 instead",
        "Access to Claude Fable 5 has been suspended. See https://example.net/x",
        "We are temporarily not offering Claude Fable 5. Use Opus 4.8.",
        "tools.16.model: Claude Fable 5 is not available. Please use Opus 4.8.",
        "The requested model has been withdrawn. Please switch to claude-opus-4-8.",
    ]
    for text in ways:
        body = json.dumps({"type": "error", "error": {"type": "not_found_error", "message": text}})
        assert classify("anthropic", answer(404, body)).cause == "withdrawn", text
        assert classify("anthropic", answer(500, body)).cause == "server_error", text
        assert classify("anthropic", answer(429, body)).cause == "rate_limited", text
