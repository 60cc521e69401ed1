"""When are two model ids the same model? Prefixes, dates, versions and aliases aside."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

VENDOR = re.compile(r"^(?:[a-z]+(?:-[a-z]+)*\.)+(?=[a-z])")
VARIANT = re.compile(r":(?:free|beta|latest|nitro|floor|extended|online|exacto|self-moderated|thinking|\d+)$")
VERSION = re.compile(r"-v\d+$|-00\d$|-0$")
DATE = re.compile(r"[-@](\d{8}|\d{4}-\d{2}-\d{2}|\d{2}-\d{4}|\d{2}-\d{2}|\d{4})$")
LATEST = re.compile(r"[-@](?:latest|default)$")
STAGE = frozenset({"preview", "exp", "experimental", "latest"})


def bare(name: str) -> str:
    """A model id without the provider's path, vendor prefix and variant."""
    text = name.strip().lower().rsplit("/", 1)[-1]
    text = VARIANT.sub("", VENDOR.sub("", text))
    return VERSION.sub("", VARIANT.sub("", text)).replace("_", "-")


def split_date(name: str) -> tuple[str, str | None]:
    """A bare id without its date, and the date; ``latest`` counts as no date."""
    undated = LATEST.sub("", name)
    match = DATE.search(undated)
    if match and match.start() > 0:
        return VERSION.sub("", undated[: match.start()]), match.group(1)
    return undated, None


def words_of(name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words of an id, sorted, and its numbers in order."""
    parts = [part for part in re.split(r"[-.@: ]+", name) if part and part not in STAGE]
    return tuple(sorted(part for part in parts if not part.isdigit())), tuple(part for part in parts if part.isdigit())


def same_model(asked: str, served: str) -> bool:
    """Whether ``served`` is the asked model or a dated form of it."""
    if asked.strip().lower() == served.strip().lower():
        return True
    asked_base, asked_date = split_date(bare(asked))
    served_base, served_date = split_date(bare(served))
    if asked_date and served_date and asked_date.replace("-", "") != served_date.replace("-", ""):
        return False
    if words_of(asked_base) == words_of(served_base):
        return True
    return is_moving_alias(asked, words_of(asked_base), words_of(served_base))


Words = tuple[tuple[str, ...], tuple[str, ...]]


def is_moving_alias(asked: str, asked_words: Words, served_words: Words) -> bool:
    """Whether ``…-latest`` without any number points at a numbered form of the same words."""
    return bool(LATEST.search(bare(asked))) and not asked_words[1] and asked_words[0] == served_words[0]


def expected(asked: str, served: str, serves: tuple[str, ...]) -> bool:
    """Whether ``served`` may honestly answer for ``asked``."""
    if same_model(asked, served):
        return True
    candidates = {served.lower(), served.lower().rsplit("/", 1)[-1], bare(served)}
    return any(fnmatchcase(name, pattern.lower()) for name in candidates for pattern in serves)
