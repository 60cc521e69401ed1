"""Differences: both texts can be read back from the pieces, whatever they are."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from statuspage.core.difference import MOST_WORDS, Fate, Piece, difference

texts = st.text(st.sampled_from("ab c\n\u202e🌍,."), max_size=80)


@given(texts, texts)
def test_both_texts_can_be_read_back(before: str, after: str) -> None:
    pieces = difference(before, after)
    assert "".join(one.text for one in pieces if one.fate is not Fate.NEW) == before
    assert "".join(one.text for one in pieces if one.fate is not Fate.GONE) == after
    assert all(one.fate is not two.fate for one, two in pairwise(pieces))
    assert all(one.text for one in pieces)


def test_words_are_compared_within_a_line() -> None:
    assert difference("It is down.\nWait.", "It was down.\nWait.") == (
        Piece(Fate.KEPT, "It "),
        Piece(Fate.GONE, "is"),
        Piece(Fate.NEW, "was"),
        Piece(Fate.KEPT, " down.\nWait."),
    )


def test_a_huge_change_is_shown_whole_and_quickly() -> None:
    before, after = "a b " * MOST_WORDS, "b a " * MOST_WORDS
    assert difference(before, after) == (Piece(Fate.GONE, before), Piece(Fate.NEW, after))
