"""Documents: the JSON answers of ``/api/v1`` that are made of a snapshot, with stable key and list order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import orjson

from statuspage.core.availability import Availability, CellKey, callable_now
from statuspage.core.event import Event, rfc3339
from statuspage.core.snapshot import SCHEMA, CellView, Snapshot
from statuspage.core.uptime import ACCESS_FORMULA, UPTIME_FORMULA
from statuspage.errors import NotFound
from statuspage.site import prose, shapes
from statuspage.site.shapes import Shape

RESTRICTIVENESS = (
    Availability.AVAILABLE,
    Availability.DEGRADED,
    Availability.UNKNOWN,
    Availability.DOWN,
    Availability.RESTRICTED,
)
"""What combines several user classes: the last of these that occurs holds for somebody who is in all of them."""

Names = Sequence[str]


def freshness(snapshot: Snapshot) -> bytes:
    """How new everything is: the one document that moves with every refresh."""
    return _bytes(_moments(snapshot))


def whole(snapshot: Snapshot) -> bytes:
    """Everything public now; ``incidents`` and ``maintenances`` hold what is open."""
    url = snapshot.site.url
    opened = [one for one in snapshot.incidents if one.open]
    return _bytes(
        _moments(snapshot)
        | {
            "site": shapes.site(snapshot.site),
            "summary": shapes.summary(snapshot),
            "user_classes": [shapes.user_class(one, url) for one in snapshot.user_classes],
            "providers": [shapes.provider(one, url) for one in snapshot.providers],
            "models": [shapes.model(one, url) for one in snapshot.models],
            "cells": _cells(snapshot, snapshot.cells),
            "incidents": [shapes.incident(snapshot, one) for one in opened if not shapes.is_maintenance(one)],
            "maintenances": [shapes.incident(snapshot, one) for one in opened if shapes.is_maintenance(one)],
            "policy": shapes.policy(snapshot.policy, snapshot.schedule),
        }
    )


def availability(snapshot: Snapshot, models: Names = (), providers: Names = (), user_classes: Names = ()) -> bytes:
    """The matching cells; of several classes the most restrictive for each model and provider."""
    check_names(snapshot, models, providers, user_classes)
    found = matching(snapshot, models, providers, user_classes)
    together = len(user_classes) > 1
    said = {"user_classes": list(user_classes), "combined": together}
    return _bytes(_moments(snapshot) | said | {"cells": _cells(snapshot, combined(found) if together else found)})


def route(snapshot: Snapshot, model: str, user_classes: Names = ()) -> bytes:
    """What to call now: the model where it is usable for all the classes, then its alternatives, in configured order.

    Without classes the reference class is meant. Degraded places come after available ones of the same model.
    """
    check_names(snapshot, (model,), (), user_classes)
    asked = tuple(user_classes) or tuple(one.id for one in snapshot.user_classes if one.reference)
    wanted = next(one for one in snapshot.models if one.id == model)
    use = [place for name in (model, *wanted.alternatives) for place in _places(snapshot, name, asked)]
    return _bytes(
        {
            "model": model,
            "user_classes": list(asked),
            "use": use,
            "as_of_seq": snapshot.as_of_seq,
            "valid_until": rfc3339(snapshot.valid_until),
            "sandbox": snapshot.site.sandbox,
        }
    )


def models(snapshot: Snapshot) -> bytes:
    """Every model with its cells' states in short."""
    listed = [
        shapes.model(one, snapshot.site.url) | {"cells": _cells(snapshot, snapshot.of_model(one.id))}
        for one in snapshot.models
    ]
    return _bytes(_moments(snapshot) | {"models": listed})


def model(snapshot: Snapshot, model_id: str) -> bytes:
    """One model with its cells and its figures over 90 days."""
    one = _find(snapshot.models, "model", model_id)
    cells = snapshot.of_model(model_id)
    body = shapes.model(one, snapshot.site.url) | {"cells": _cells(snapshot, cells)}
    return _bytes(_moments(snapshot) | {"model": body, "figures": _figures(snapshot, cells)} | _formulas())


def user_class(snapshot: Snapshot, class_id: str) -> bytes:
    """One user class with its cells."""
    one = _find(snapshot.user_classes, "user class", class_id)
    cells = matching(snapshot, user_classes=(class_id,))
    body = shapes.user_class(one, snapshot.site.url) | {"cells": _cells(snapshot, cells)}
    return _bytes(_moments(snapshot) | {"user_class": body})


def provider(snapshot: Snapshot, provider_id: str) -> bytes:
    """One provider with its cells."""
    one = _find(snapshot.providers, "provider", provider_id)
    cells = matching(snapshot, providers=(provider_id,))
    body = shapes.provider(one, snapshot.site.url) | {"cells": _cells(snapshot, cells)}
    return _bytes(_moments(snapshot) | {"provider": body})


def incidents(snapshot: Snapshot) -> bytes:
    """Every public incident, newest first. It moves with content, never with freshness."""
    listed = [shapes.incident(snapshot, one) for one in snapshot.incidents]
    return _bytes({"schema": SCHEMA, "sandbox": snapshot.site.sandbox, "incidents": listed})


def incident(snapshot: Snapshot, incident_id: str) -> bytes:
    """One public incident."""
    one = _find(snapshot.incidents, "incident", incident_id)
    return _bytes({"schema": SCHEMA, "sandbox": snapshot.site.sandbox, "incident": shapes.incident(snapshot, one)})


def history(
    snapshot: Snapshot,
    models: Names = (),
    providers: Names = (),
    user_classes: Names = (),
    start: datetime | None = None,
    end: datetime | None = None,
) -> bytes:
    """Transitions and daily figures in [start, end), with the formula of the two shares."""
    check_names(snapshot, models, providers, user_classes)
    cells = matching(snapshot, models, providers, user_classes)
    keys = {cell.key for cell in cells}
    inside = [one for one in snapshot.transitions if one.key in keys and _within(one.at, start, end)]
    return _bytes(
        _moments(snapshot)
        | {"from": shapes.moment(start), "to": shapes.moment(end)}
        | _formulas()
        | {
            "transitions": [shapes.transition(one) for one in inside],
            "days": [_days(snapshot, cell, start, end) for cell in cells if cell.key in snapshot.days],
        }
    )


def events(listed: Iterable[Event], next_after_seq: int, sandbox: bool = False) -> bytes:
    """A piece of the log, oldest first; each event is the very bytes that webhooks carry."""
    bodies = [orjson.Fragment(one.body) for one in listed]
    return _bytes({"events": bodies, "next_after_seq": next_after_seq, "sandbox": sandbox})


def matching(
    snapshot: Snapshot, models: Names = (), providers: Names = (), user_classes: Names = ()
) -> tuple[CellView, ...]:
    """The cells that a filter means; an empty filter means all."""
    return tuple(
        cell
        for cell in snapshot.cells
        if (not models or cell.key.model in models)
        and (not providers or cell.key.provider in providers)
        and (not user_classes or cell.key.user_class in user_classes)
    )


def combined(cells: Iterable[CellView]) -> tuple[CellView, ...]:
    """The most restrictive cell of each model and provider."""
    found: dict[tuple[str, str], CellView] = {}
    for cell in cells:
        key = (cell.key.model, cell.key.provider)
        if key not in found or _weight(cell) > _weight(found[key]):
            found[key] = cell
    return tuple(found.values())


def check_names(snapshot: Snapshot, models: Names, providers: Names, user_classes: Names) -> None:
    """NotFound for a name in a filter that nothing has."""
    for things, kind, asked in (
        (snapshot.models, "model", models),
        (snapshot.providers, "provider", providers),
        (snapshot.user_classes, "user class", user_classes),
    ):
        for name in asked:
            _find(things, kind, name)


def _moments(snapshot: Snapshot) -> Shape:
    return {
        "schema": SCHEMA,
        "as_of_seq": snapshot.as_of_seq,
        "generated_at": rfc3339(snapshot.generated_at),
        "newest_observation_at": shapes.moment(snapshot.newest_observation_at),
        "valid_until": rfc3339(snapshot.valid_until),
        "sandbox": snapshot.site.sandbox,
    }


def _places(snapshot: Snapshot, model_id: str, classes: Names) -> list[Shape]:
    primary = {(one.id, offering.provider): not offering.primary for one in snapshot.models for offering in one.offered}
    by_provider: dict[str, list[CellView]] = {}
    for cell in matching(snapshot, (model_id,), (), classes):
        by_provider.setdefault(cell.key.provider, []).append(cell)
    usable = [
        combined(cells)[0]
        for cells in by_provider.values()
        if len(cells) >= len(set(classes)) and all(callable_now(cell.availability, cell.reason) for cell in cells)
    ]
    usable.sort(key=lambda cell: (_weight(cell), primary.get((model_id, cell.key.provider), True)))
    return [_place(cell) for cell in usable]


def _place(cell: CellView) -> Shape:
    return {
        "model": cell.key.model,
        "provider": cell.key.provider,
        "provider_model_id": cell.provider_model_id,
        "availability": cell.availability.value,
        "since": rfc3339(cell.since),
    }


def _weight(cell: CellView) -> int:
    return RESTRICTIVENESS.index(cell.availability)


_WRITTEN: dict[CellKey, tuple[CellView, str, orjson.Fragment]] = {}
"""Each cell as it was written last: most documents hold the same ones."""


def _cells(snapshot: Snapshot, cells: Iterable[CellView]) -> list[orjson.Fragment]:
    return [_cell(one, snapshot.site.url) for one in cells]


def _cell(one: CellView, url: str) -> orjson.Fragment:
    kept = _WRITTEN.get(one.key)
    if kept is None or kept[0] is not one or kept[1] != url:
        kept = _WRITTEN[one.key] = (one, url, orjson.Fragment(_bytes(shapes.cell(one, url))))
    return kept[2]


def _figures(snapshot: Snapshot, cells: Iterable[CellView]) -> list[Shape]:
    return [
        {"provider": cell.key.provider, "user_class": cell.key.user_class} | shapes.figures(snapshot.figures[cell.key])
        for cell in cells
        if cell.key in snapshot.figures
    ]


def _days(snapshot: Snapshot, cell: CellView, start: datetime | None, end: datetime | None) -> Shape:
    inside = [
        shapes.day(one)
        for one in snapshot.days[cell.key]
        if (start is None or one.day >= start.date()) and (end is None or one.day <= end.date())
    ]
    return {
        "model": cell.key.model,
        "provider": cell.key.provider,
        "user_class": cell.key.user_class,
        "days": inside,
    }


def _formulas() -> Shape:
    return {"formula": {"uptime": UPTIME_FORMULA, "access": ACCESS_FORMULA}}


def _within(at: datetime, start: datetime | None, end: datetime | None) -> bool:
    return (start is None or at >= start) and (end is None or at < end)


def _find(things: Iterable[Any], kind: str, wanted: str) -> Any:
    for thing in things:
        if thing.id == wanted:
            return thing
    raise NotFound(f"There is no {kind} {wanted!r} here.")


def _bytes(shape: Shape) -> bytes:
    try:
        return orjson.dumps(shape)
    except TypeError:
        return orjson.dumps(_sound(shape))


def _sound(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sound(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_sound(each) for each in value]
    return prose.printable(value) if isinstance(value, str) else value
