"""Wordings: texts to begin with at night, whose placeholders are replaced by plain words and by nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from statuspage.core.incident import ScopeRow
from statuspage.core.moment import short_month
from statuspage.core.snapshot import Snapshot
from statuspage.site import assets

PLACES = ("models", "providers", "user_classes", "since", "alternatives")
"""Every placeholder that a wording may hold, in braces."""

_PLACE = re.compile(r"\{(" + "|".join(PLACES) + r")\}")


@dataclass(frozen=True, slots=True)
class Wording:
    """A text to begin with; ``kinds`` are those of incidents, or ``update``, ``end``, ``postmortem``."""

    id: str
    name: str
    kinds: tuple[str, ...]
    title: str
    body: str


@lru_cache(maxsize=1)
def wordings() -> tuple[Wording, ...]:
    """Every wording, in the order of their files' names."""
    folder = assets.templates() / "wordings"
    return tuple(parse(file.stem, file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.md")))


def for_kind(kind: str) -> tuple[Wording, ...]:
    """The wordings that fit."""
    return tuple(one for one in wordings() if kind in one.kinds)


def parse(name: str, text: str) -> Wording:
    """A wording from its file: a few ``key: value`` lines, an empty one, the text."""
    head, _, body = text.partition("\n\n")
    said = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in head.splitlines())}
    return Wording(name, said["name"], tuple(said["kinds"].split()), said["title"], body.strip())


def filled(text: str, words: Mapping[str, str]) -> str:
    """The text with its placeholders replaced once; braces in the words stay braces."""
    return _PLACE.sub(lambda match: words.get(match[1], match[0]), text)


def words_for(snapshot: Snapshot, rows: Sequence[ScopeRow], since: datetime | None) -> dict[str, str]:
    """What the placeholders stand for in a story of this scope."""
    models = {one.id: one.name for one in snapshot.models}
    named = [name for row in rows for name in row.models]
    return {
        "models": _listed([models.get(one, one) for one in named], "every model"),
        "providers": _listed(_names(snapshot.providers, rows, "providers"), "every provider"),
        "user_classes": _listed(_names(snapshot.user_classes, rows, "user_classes"), "every user class"),
        "since": f"{since.day} {short_month(since)} {since:%H:%M} UTC" if since else "a while",
        "alternatives": _listed(_instead(snapshot, named), "another model", last="or"),
    }


def _names(things: Sequence[object], rows: Sequence[ScopeRow], dimension: str) -> list[str]:
    """The display names of what every row names; none where one row means all."""
    if any(not getattr(row, dimension) for row in rows):
        return []
    known = {getattr(one, "id"): getattr(one, "name") for one in things}  # noqa: B009
    return [known.get(name, name) for row in rows for name in getattr(row, dimension)]


def _instead(snapshot: Snapshot, gone: Sequence[str]) -> list[str]:
    names = {one.id: one.name for one in snapshot.models}
    wished = [name for one in snapshot.models if one.id in gone for name in one.alternatives if name not in gone]
    return [names[one] for one in wished if one in names and one in snapshot.summary.unaffected]


def _listed(names: Sequence[str], none: str, last: str = "and") -> str:
    """Names in a sentence, each once."""
    once = list(dict.fromkeys(names))
    if not once:
        return none
    return once[0] if len(once) == 1 else f"{', '.join(once[:-1])} {last} {once[-1]}"
