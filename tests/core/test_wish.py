"""Wishes are read strictly, and every mistake is named at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statuspage.core import wish as wishes
from statuspage.core.subscription import Filters, Format
from statuspage.core.wish import MOST_MISTAKES, MOST_SUGGESTIONS, Known, Wish, read
from statuspage.errors import Invalid, UsageError

KNOWN = Known(("claude-fable-5", "claude-opus-4-8"), ("claude-api",), ("us-persons", "foreign-nationals-abroad"))
URL = "https://hooks.example.com/"


def check(url: str) -> None:
    if not url.startswith("https://hooks."):
        raise UsageError("the host must be a public name")


def mistakes(said: Any, base: Wish | None = None) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        read(said, KNOWN, check, base)
    return {one.field: one.detail for one in caught.value.mistakes}


def test_a_whole_wish() -> None:
    filters = {
        "models": ["claude-opus-4-8", "claude-fable-5", "claude-opus-4-8"],
        "providers": [],
        "types": ["model.down"],
    }
    wish = read({"url": URL, "filters": filters, "format": "statuspage"}, KNOWN, check)
    assert wish == Wish(URL, Filters(("claude-fable-5", "claude-opus-4-8"), (), (), ("model.down",)), Format.STATUSPAGE)
    assert wish.fingerprint == read({"url": URL, "filters": filters, "format": "statuspage"}, KNOWN, check).fingerprint
    assert wish.fingerprint != read({"url": URL, "filters": filters}, KNOWN, check).fingerprint


def test_every_mistake_is_named_with_what_was_meant() -> None:
    found = mistakes(
        {
            "url": "https://10.0.0.1/",
            "filter": {},
            "format": "atlassian",
            "filters": {
                "models": ["claude-fabel-5", 7],
                "providers": "claude-api",
                "user_classes": ["us-person"],
                "types": ["model.dwn", "webhook.test"],
                "model": [],
            },
        }
    )
    assert found == {
        "filter": "there is no such field; did you mean 'filters'?",
        "url": "the host must be a public name",
        "filters.model": "there is no such field; did you mean 'models'?",
        "filters.models[0]": "'claude-fabel-5' is unknown; did you mean 'claude-fable-5'?",
        "filters.models[1]": "must be a text; there are: claude-fable-5, claude-opus-4-8",
        "filters.providers": "must be a list; an empty one lets everything pass",
        "filters.user_classes[0]": "'us-person' is unknown; did you mean 'us-persons'?",
        "filters.types[0]": "'model.dwn' is unknown; did you mean 'model.down'?",
        "filters.types[1]": found["filters.types[1]"],
        "format": "'atlassian' is unknown; there are: standard, statuspage",
    }
    assert "webhook.test" in found["filters.types[1]"]


def test_a_change_keeps_what_it_does_not_name() -> None:
    base = Wish(URL, Filters(("claude-fable-5",), (), ("us-persons",)), Format.STATUSPAGE)
    assert read({}, KNOWN, check, base) == base
    changed = read({"filters": {"models": []}}, KNOWN, check, base)
    assert changed == Wish(URL, Filters((), (), ("us-persons",)), Format.STATUSPAGE)
    assert set(mistakes({"url": None, "filters": None, "format": None}, base)) == {"url", "filters", "format"}


@pytest.mark.parametrize("said", [None, [], "x", 1, True])
def test_it_must_be_an_object(said: Any) -> None:
    assert "" in mistakes(said)


def test_a_flood_of_mistakes_is_cut() -> None:
    assert len(mistakes({"url": URL, **{f"x{number}": 1 for number in range(1000)}})) == MOST_MISTAKES
    assert "200" in mistakes({"url": URL, "filters": {"models": ["x"] * 10_000}})["filters.models"]
    assert len(mistakes({"url": URL, "filters": {"models": ["y" * 50_000]}})["filters.models[0]"]) < 300


def test_a_flood_of_mistakes_costs_no_more_than_a_few(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str] = []

    def near(word: str, known: Sequence[str], n: int) -> list[str]:
        compared.append(word)
        return list(known[:n])

    monkeypatch.setattr(wishes, "get_close_matches", near)
    found = mistakes({"url": URL, "filters": {"models": ["fabel"] * 200, "types": ["model.resticted"] * 200}})
    assert len(compared) == MOST_SUGGESTIONS
    assert ["did you mean" in detail for detail in found.values()] == [True] * 10 + [False] * 40
    compared.clear()
    mistakes({"url": URL} | {f"filter{number}": [] for number in range(3000)})
    assert len(compared) == MOST_SUGGESTIONS


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)
FIELDS = st.sampled_from(["url", "filters", "format", "models", "types", "x"])


@given(st.dictionaries(FIELDS, JSON | st.dictionaries(FIELDS, JSON, max_size=4), max_size=4))
def test_whatever_is_said_is_read_or_refused(said: Any) -> None:
    try:
        wish = read(said, KNOWN, check)
    except Invalid:
        return
    assert set(wish.filters.models) <= set(KNOWN.models)
