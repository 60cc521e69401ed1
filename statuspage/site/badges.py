"""Badges: a model's state, for everybody or for one class, as a picture and as a document for shields."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import orjson

from statuspage.core.settings import Model
from statuspage.core.snapshot import Snapshot
from statuspage.site.leaf import JSON, SVG, Leaf, Rhythm
from statuspage.site.look import LOUD, first, look
from statuspage.site.prose import printable
from statuspage.site.render import fragment

COLOURS = {"available": "#17714a", "degraded": "#8a5600", "restricted": "#5a34b8", "down": "#b4231a"}
CALM = "#545960"
"""The colour of every other look. White on each of these has a contrast of at least 5.6."""

LONGEST = 60
NARROW, WIDE = "fijlrtI.,:;|!'()[]1 ·-", "mwMWOQG@%"


@dataclass(frozen=True, slots=True)
class Badge:
    """Two texts side by side. ``touched`` of ``held`` counts classes, 1 of 1 on the badge of one class."""

    label: str
    look: str
    touched: int = 1
    held: int = 1

    @property
    def colour(self) -> str:
        """What stands behind the message."""
        return COLOURS.get(self.look, CALM)


Looks = tuple[tuple[str, str], ...]
"""User class and look, of each class that a model is offered to."""


def looks(snapshot: Snapshot) -> Iterator[tuple[Model, Looks]]:
    """How each model looks to each class."""
    found: dict[str, list[tuple[str, str]]] = {model.id: [] for model in snapshot.models}
    for fold in snapshot.folds:
        found[fold.model].append((fold.user_class, look(fold.availability, fold.by_design)))
    for model in snapshot.models:
        yield model, tuple(found[model.id])


def of_model(model: Model, shown: Looks, classes: dict[str, str]) -> Iterator[Leaf]:
    """A model's badge and that for each class, as pictures and as documents."""
    known = dict(shown)
    badges = {f"/badges/{model.id}": _of_model(model.name, list(known.values()))}
    for user_class, name in classes.items():
        label = _short(f"{model.name} · {name}")
        badges[f"/badges/{model.id}/{user_class}"] = Badge(label, known.get(user_class, "absent"))
    for path, one in badges.items():
        picture, document = drawn(one)
        yield Leaf(f"{path}.svg", SVG, picture, Rhythm.CONTENT)
        yield Leaf(f"{path}.json", JSON, document, Rhythm.CONTENT)


def drawn(one: Badge) -> tuple[bytes, bytes]:
    """The badge as a picture, and as the document of a shields endpoint."""
    message = _message(one.look, one.touched, one.held)
    sizes = {"left": _width(one.label) + 12, "right": _width(message) + 30}
    picture = fragment("badge.svg", badge=one, message=message, **sizes)
    document = {
        "schemaVersion": 1,
        "label": one.label,
        "message": message,
        "color": one.colour,
        "isError": one.look == "unknown",
        "cacheSeconds": 60,
    }
    return picture.encode(), orjson.dumps(document)


@lru_cache(maxsize=512)
def _message(shown: str, touched: int, held: int) -> str:
    return fragment("badge.txt", badge=Badge("", shown, touched, held)).strip()


def _of_model(name: str, looks: list[str]) -> Badge:
    shown = first(looks) if looks else "absent"
    if shown not in LOUD:
        return Badge(_short(name), shown)
    return Badge(_short(name), shown, looks.count(shown), len(looks))


def _short(text: str) -> str:
    clean = " ".join(printable(text).encode("utf-8", "replace").decode().split())
    return clean if len(clean) <= LONGEST else clean[: LONGEST - 1] + "…"


def _width(text: str) -> int:
    """About how many pixels a text of 11 px takes; the picture then gives it exactly as many."""
    return round(sum(4.0 if one in NARROW else 9.5 if one in WIDE else 6.7 for one in text))
