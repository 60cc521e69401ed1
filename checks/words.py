"""Bring error text and machine codes to one plain form, so that rules see words and not typography."""

from __future__ import annotations

import re

from checks.glosses import glossed

LIMIT = 3000
CONTRACTIONS = (
    (re.compile(r"\bcan't\b|\bcan not\b"), "cannot"),
    (re.compile(r"\bwon't\b"), "will not"),
    (re.compile(r"\bcouldn't\b"), "could not"),
    (re.compile(r"n't\b"), " not"),
    (re.compile(r"'(?:re|ve|ll|d|m)\b"), ""),
    (re.compile(r"'s\b"), ""),
)
SYNONYMS = (
    (re.compile(r"\bun(available|supported|authorized|authorised|recognized|recognised)\b"), r"not \1"),
    (re.compile(r"\binaccessible\b"), "not accessible"),
    (re.compile(r"\b(not|no longer) (?:currently|presently|yet|now|longer) "), r"\1 "),
    (re.compile(r"\b(is|are|was|were|has|have|been|be) (?:currently|presently|now|already|also) "), r"\1 "),
    (re.compile(r"\borganisation"), "organization"),
    (re.compile(r"\bauthoris"), "authoriz"),
    (re.compile(r"\bapikey"), "api key"),
    (re.compile(r"\b(country|region|territory|location|model)\(s\)"), r"\1"),
)
QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "`": '"', "´": "'"})
URL = re.compile(r"https?://\S+|\bwww\.\S+")
ENDED = re.compile(r"deprecat|retire|sunset|end-of-life")
SENTENCE_END = re.compile(r"[.!?;](?=\s|$)|\n+")
NOT_WORD = re.compile(r"[^\w./:|$-]+")
LOOSE_PUNCTUATION = re.compile(r"(?<!\w)[./:-]+|[./:-]+(?!\w)")
CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
SUFFIX = re.compile(r"(?<=\w) (?:exception|error|err|fault)$")


def as_link(found: re.Match[str]) -> str:
    """What stands for a link; one to a list of deprecations says so, for that is what its sentence is about."""
    return " link deprecations " if ENDED.search(found.group()) else " link "


def plain(text: str) -> str:
    """Lower-case words with single spaces: no quotes, no contractions, ``|`` between sentences, links as ``link``."""
    text = glossed(URL.sub(as_link, text[:LIMIT].translate(QUOTES).lower()))
    for pattern, replacement in CONTRACTIONS:
        text = pattern.sub(replacement, text)
    text = SENTENCE_END.sub(" | ", text)
    text = LOOSE_PUNCTUATION.sub(" ", NOT_WORD.sub(" ", text))
    text = " | ".join(part for piece in text.split("|") if (part := " ".join(piece.split())))
    for pattern, replacement in SYNONYMS:
        text = pattern.sub(replacement, text)
    return text


def code_words(code: str) -> str:
    """A machine code as words: ``ExpiredTokenException:http://…`` → ``expired token``."""
    bare = code.rsplit("#", 1)[-1].split(":http", 1)[0][:200]
    words = re.sub(r"[\W_]+", " ", CAMEL.sub(" ", bare)).lower().split()
    return SUFFIX.sub("", " ".join(words))
