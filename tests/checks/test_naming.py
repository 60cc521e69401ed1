"""Dated, prefixed and aliased ids are the same model; sizes, versions and families are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.naming import expected, same_model

SAME = [
    ("claude-fable-5", "claude-fable-5-20260609"),
    ("claude-fable-5", "claude-fable-5@20260609"),
    ("claude-3-5-sonnet-latest", "claude-3-5-sonnet-20241022"),
    ("claude-opus-4-0", "claude-opus-4-20250514"),
    ("claude-sonnet-4-20250514", "claude-sonnet-4"),
    ("gpt-4o", "gpt-4o-2024-08-06"),
    ("gpt-4o-mini", "GPT-4o-mini-2024-07-18"),
    ("gpt-4", "gpt-4-0613"),
    ("anthropic/claude-sonnet-4.5", "claude-sonnet-4-5-20250929"),
    ("anthropic/claude-sonnet-4.5", "anthropic/claude-4.5-sonnet-20250929"),
    ("us.anthropic.claude-3-7-sonnet-20250219-v1:0", "claude-3-7-sonnet-20250219"),
    ("global.anthropic.claude-fable-5", "claude-fable-5"),
    ("arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-v2", "anthropic.claude-v2"),
    ("models/gemini-2.5-pro", "gemini-2.5-pro"),
    ("gemini-2.5-pro", "gemini-2.5-pro-001"),
    ("gemini-2.5-flash-preview", "gemini-2.5-flash-preview-05-20"),
    ("gemini-flash-latest", "gemini-2.5-flash-preview-09-2025"),
    ("mistral-large-latest", "mistral-large-2411"),
    ("llama3", "llama3:latest"),
    ("deepseek/deepseek-r1:free", "deepseek/deepseek-r1"),
]
DIFFERENT = [
    ("claude-fable-5", "claude-opus-4-8"),
    ("claude-opus-4", "claude-opus-4-1-20250805"),
    ("gpt-4o", "gpt-4o-mini"),
    ("gpt-4o", "gpt-4"),
    ("gpt-4o-2024-05-13", "gpt-4o-2024-08-06"),
    ("llama3:8b", "llama3:70b"),
    ("gemini-2.5-pro", "gemini-2.5-flash"),
    ("o1", "o3"),
]


@pytest.mark.parametrize(("asked", "served"), SAME)
def test_the_same_model(asked: str, served: str) -> None:
    assert same_model(asked, served)


@pytest.mark.parametrize(("asked", "served"), DIFFERENT)
def test_another_model(asked: str, served: str) -> None:
    assert not same_model(asked, served)


def test_serves_are_globs_on_the_whole_id_or_its_bare_form() -> None:
    assert expected("our-alias", "claude-fable-5-20260609", ("claude-fable-5-*",))
    assert expected("our-alias", "anthropic/claude-fable-5", ("claude-fable-5",))
    assert not expected("our-alias", "claude-opus-4-8", ("claude-fable-5*",))


@given(st.text(max_size=40), st.text(max_size=40))
def test_naming_never_raises_and_knows_itself(one: str, other: str) -> None:
    assert same_model(one, one)
    expected(one, other, (other,))
