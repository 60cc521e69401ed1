"""Components in the shape of Atlassian Statuspage: a group for each model, a leaf for each of its cells."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import orjson

from statuspage.core import compat as words
from statuspage.core.availability import CellKey
from statuspage.core.compat import Component
from statuspage.core.event import rfc3339
from statuspage.core.settings import Model
from statuspage.core.snapshot import CellView, Snapshot
from statuspage.site.prose import printable
from statuspage.site.shapes import Shape

Names = tuple[dict[str, str], dict[str, str]]
"""The names of providers and of user classes, by id."""

Components = tuple[dict[CellKey, Shape], list[orjson.Fragment]]
"""The leaves of a model, and they and their group as they are written."""

_KEPT: dict[str, tuple[tuple[object, ...], Components]] = {}
"""What was made of each model last."""


def kept(model: str, key: tuple[object, ...], make: Callable[[], Components]) -> Components:
    """The components of a model: those of before where they are made of the same."""
    known = _KEPT.get(model)
    if known is None or known[0] != key:
        known = _KEPT[model] = (key, make())
    return known[1]


def of_model(
    snapshot: Snapshot,
    model: Model,
    cells: list[CellView],
    marks: tuple[tuple[Component, datetime], ...],
    place: int,
    named: Names,
) -> Components:
    """The components of a model: a group, and a leaf for each cell; ``marks`` are their states and first moments."""
    mine = {
        cell.key: _leaf(snapshot, model, cell, status, at, first, named)
        for at, (cell, (status, first)) in enumerate(zip(cells, marks, strict=True), 1)
    }
    group = words.group_status([status for status, _ in marks])
    own = _group(snapshot, model, list(mine.values()), group, place)
    return mine, [orjson.Fragment(orjson.dumps(shape)) for shape in (own, *mine.values())]


def _leaf(
    snapshot: Snapshot, model: Model, cell: CellView, status: Component, position: int, first: datetime, named: Names
) -> Shape:
    places, people = named
    provider = places.get(cell.key.provider, cell.key.provider)
    name = printable(f"{model.name} — {provider} — {people.get(cell.key.user_class, cell.key.user_class)}")
    own = _component(snapshot, words.leaf_id(cell.key), name, status, position)
    return own | {
        "created_at": rfc3339(min(first, cell.since)),
        "updated_at": rfc3339(cell.since),
        "group": False,
        "group_id": words.group_id(model.id),
        "x_model": cell.key.model,
        "x_provider": cell.key.provider,
        "x_provider_model_id": cell.provider_model_id,
        "x_user_class": cell.key.user_class,
        "x_availability": cell.availability.value,
        "x_reason_kind": cell.reason.value or None,
        "x_basis": cell.basis.value,
        "x_since": rfc3339(cell.since),
        "x_retry": cell.retry.value,
        "x_incident": cell.incident,
    }


def _group(snapshot: Snapshot, model: Model, leaves: list[Shape], status: Component, position: int) -> Shape:
    own = _component(snapshot, words.group_id(model.id), printable(model.name), status, position)
    return own | {
        "created_at": min(one["created_at"] for one in leaves),
        "updated_at": max(one["updated_at"] for one in leaves),
        "group": True,
        "group_id": None,
        "components": [one["id"] for one in leaves],
        "x_model": model.id,
    }


def _component(snapshot: Snapshot, id_: str, name: str, status: Component, position: int) -> Shape:
    return {
        "id": id_,
        "name": name,
        "status": status.value,
        "description": None,
        "position": position,
        "showcase": True,
        "only_show_if_degraded": False,
        "start_date": None,
        "page_id": words.page_id(snapshot.site.url),
    }
