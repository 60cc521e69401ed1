"""What the rules know of a provider from the others alone: every rule that only its own answers need is taken away."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest

from checks.classify import classify
from tests.checks.corpus import EXAMPLES, PROVIDERS, Example
from tests.checks.tables import without

FLOOR = 0.97
"""The share of answers that must be right with their own provider's rules away; measured: 0.99."""


def rules_of_one_provider() -> dict[str, set[str]]:
    """The rules that speak for the answers of one provider alone, by that provider."""
    speaks_for: dict[str, set[str]] = defaultdict(set)
    for example in EXAMPLES:
        speaks_for[classify("generic", example.answer).rule].add(example.provider)
    own: dict[str, set[str]] = defaultdict(set)
    for rule, providers in speaks_for.items():
        if len(providers) == 1:
            own[providers.pop()].add(rule)
    return own


def test_a_provider_left_out_is_still_understood(capsys: pytest.CaptureFixture[str]) -> None:
    own = rules_of_one_provider()
    wrong: list[Example] = []
    for provider in PROVIDERS:
        with without(*own[provider]):
            held = [example for example in EXAMPLES if example.provider == provider]
            wrong += [one for one in held if classify("generic", one.answer).cause != one.cause]
    with capsys.disabled():
        missed = Counter(example.provider for example in wrong)
        print(f"\nhold-out by provider: {len(EXAMPLES) - len(wrong)}/{len(EXAMPLES)}; missed {dict(missed)}")
    assert 1 - len(wrong) / len(EXAMPLES) >= FLOOR
