"""Wordings: each can be read, its placeholders are known, and what fills them fills nothing else."""

from __future__ import annotations

import re

import pytest

from statuspage.core.incident import Kind, ScopeRow
from statuspage.site.wordings import PLACES, Wording, filled, for_kind, parse, wordings, words_for
from tests.site import story


@pytest.mark.parametrize("wording", wordings(), ids=lambda one: one.id)
def test_each_has_a_name_a_kind_and_known_placeholders(wording: Wording) -> None:
    assert wording.name
    assert set(wording.kinds) <= {*Kind, "update", "end", "postmortem"}
    assert set(re.findall(r"\{([^}]*)\}", wording.title + wording.body)) <= set(PLACES)


@pytest.mark.parametrize("kind", [*Kind, "update", "end", "postmortem"])
def test_there_is_something_to_begin_with(kind: str) -> None:
    assert for_kind(kind)


def test_placeholders_are_replaced_by_the_words_of_the_scope() -> None:
    snapshot = story.june()
    rows = (ScopeRow(models=("claude-fable-5", "claude-mythos-5"), user_classes=("us-persons",)),)
    words = words_for(snapshot, rows, snapshot.generated_at)
    told = filled("{models} on {providers} for {user_classes}; use {alternatives}", words)
    assert told.startswith("Claude Fable 5 and Claude Mythos 5 on every provider for US persons; use Claude ")


def test_what_fills_a_place_is_not_filled_again_and_nothing_is_evaluated() -> None:
    words = {"models": "{since} {0.__class__} ${x} {{7*7}}", "since": "SECRET"}
    assert filled("{models} {nobody} {since.real}", words) == "{since} {0.__class__} ${x} {{7*7}} {nobody} {since.real}"


def test_a_file_is_read() -> None:
    assert parse("a", "kinds: update end\nname: N: b\ntitle:\n\nOne.\n\nTwo.\n") == Wording(
        "a", "N: b", ("update", "end"), "", "One.\n\nTwo."
    )
