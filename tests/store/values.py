"""Hypothesis strategies for our dataclasses, made from their annotations."""

from __future__ import annotations

import dataclasses
import types
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from statuspage.core.availability import CellKey
from statuspage.core.cell import Episode

T = TypeVar("T")

MOMENTS = st.datetimes(timezones=st.just(UTC))
TEXTS = st.text(max_size=20)
NAMES = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
"""Texts of columns: PostgreSQL keeps every character in them but NUL."""

LEAVES: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXTS,
    int: st.integers(0, 2**31 - 1),
    float: st.floats(allow_nan=False, allow_infinity=False),
    bool: st.booleans(),
    bytes: st.binary(max_size=40),
    datetime: MOMENTS,
    timedelta: st.timedeltas(timedelta(0), timedelta(days=30)),
    type(None): st.none(),
    CellKey: st.builds(CellKey, NAMES, NAMES, NAMES),
    Episode: st.builds(Episode, MOMENTS, st.none() | NAMES),
}


def values(kind: type[T], **given: st.SearchStrategy[Any]) -> st.SearchStrategy[T]:
    """Instances of a dataclass; ``given`` names the strategies of single fields."""
    hints = get_type_hints(kind)
    fields = {field.name: hints[field.name] for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    return st.builds(kind, **({name: _of(hint) for name, hint in fields.items()} | given))


def _of(hint: Any) -> st.SearchStrategy[Any]:
    if hint in LEAVES:
        return LEAVES[hint]
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return st.one_of(*map(_of, arguments))
    if origin is tuple:
        return st.lists(_of(arguments[0]), max_size=3).map(tuple)
    if origin is dict:
        return st.dictionaries(_of(arguments[0]), _of(arguments[1]), max_size=3)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(hint)
    return values(hint)
