"""The small vocabulary in which schemas are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0}
NUMBER: Schema = {"type": "number"}
ADDRESS: Schema = {"type": "string", "format": "uri"}
MOMENT: Schema = {"type": "string", "format": "date-time", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"}
DAY: Schema = {"type": "string", "format": "date"}
SHARE: Schema = {"type": ["number", "null"], "minimum": 0, "maximum": 1}


def thing(description: str, properties: Mapping[str, Schema], optional: Iterable[str] = ()) -> Schema:
    """An object whose properties are all there, but for the optional ones; more may be added one day."""
    left_out = set(optional)
    return {
        "type": "object",
        "description": description,
        "required": [name for name in properties if name not in left_out],
        "properties": dict(properties),
    }


def ref(name: str) -> Schema:
    """One of the named schemas."""
    return {"$ref": f"#/components/schemas/{name}"}


def many(items: Schema) -> Schema:
    """A list."""
    return {"type": "array", "items": items}


def table(values: Schema) -> Schema:
    """An object whose keys are ids or names."""
    return {"type": "object", "additionalProperties": values}


def maybe(schema: Schema) -> Schema:
    """The same, or null."""
    if isinstance(schema.get("type"), str) and "enum" not in schema:
        return schema | {"type": [schema["type"], "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


def one_of(words: type[StrEnum] | Iterable[str]) -> Schema:
    """One of the words of an enumeration."""
    return {"type": "string", "enum": [str(word) for word in words if str(word)]}


def ids(properties: str) -> dict[str, Schema]:
    """Several properties that are all texts."""
    return dict.fromkeys(properties.split(), TEXT)
