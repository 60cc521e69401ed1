"""The other shape within the limit of all bodies: what can be looked up goes first, no cell is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import orjson

from statuspage.core.size import BODY_LIMIT, SHOWN, SUMMARY_LIMIT

Shape = dict[str, Any]

SHORTEST_SUMMARY = 100
"""Characters of a summary that are left where nothing else helped; it may stand there four times."""


def fitting(event: bytes, tell: Callable[[Shape, bytes], Shape]) -> bytes:
    """The body that ``tell`` makes of an event and the bytes that ride along, cut until it is short enough.

    Where it fits, the event rides along as it was stored.
    """
    shown = orjson.loads(event)
    made = orjson.dumps(tell(shown, event))
    for smaller, brief in _smaller(shown):
        if len(made) <= BODY_LIMIT:
            break
        whole = tell(smaller, orjson.dumps(smaller))
        made = orjson.dumps(_brief(whole) if brief else whole)
    return made


def _smaller(event: Shape) -> Iterator[tuple[Shape, bool]]:
    """Ever smaller events, and whether their components are told by id and status alone."""
    data = event["data"]
    for shown in SHOWN:
        data = data | {"changes": [_bare(one, number < shown) for number, one in enumerate(data["changes"])]}
        yield event | {"data": data}, False
    yield event | {"data": data}, True
    for shown in SHOWN:
        some = {name: many[:shown] for name, many in data["alternatives"].items()}
        data = data | {"alternatives": some if shown else {}}
        yield event | {"data": data}, True
    for limit in (SUMMARY_LIMIT, SHORTEST_SUMMARY):
        if len(data["summary"]) > limit:
            data = data | {"summary": data["summary"][:limit] + "…"}
            yield event | {"data": data}, True


def _bare(change: Shape, with_evidence: bool) -> Shape:
    return change if with_evidence else change | {"evidence": None}


def _brief(body: Shape) -> Shape:
    """The body, with each cell told by its id and its new status."""
    if "x_components" not in body:
        return body
    return body | {"x_components": [{"id": one["id"], "status": one["status"]} for one in body["x_components"]]}
