"""The page for people who write programs: every operation of the API's description, and every problem."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from statuspage.core.snapshot import Snapshot
from statuspage.site.openapi import document
from statuspage.site.openapi.operation import Operation
from statuspage.site.openapi.paths import OPERATIONS
from statuspage.site.openapi.problems import PROBLEMS
from statuspage.site.openapi.words import Schema
from statuspage.site.render import page


@dataclass(frozen=True, slots=True)
class Chapter:
    """The operations of one tag."""

    name: str
    told: str
    operations: tuple[Operation, ...]


def docs_api(snapshot: Snapshot) -> bytes:
    """The page at ``/docs/api``."""
    return page(
        "docs_api.html",
        snapshot,
        "/docs/api",
        chapters=tuple(chapters()),
        schemas=document.named(),
        problems={one.status: one for one in PROBLEMS},
        said=said,
        fields=fields,
    )


def chapters() -> Iterator[Chapter]:
    """The operations by tag, in the tags' order."""
    for name, told in document.TAGS.items():
        yield Chapter(name, told, tuple(one for one in OPERATIONS if one.tag == name))


def fields(schema: Schema | None) -> list[tuple[str, str]]:
    """The fields of an object, each with what it holds in short; a named schema's are its own."""
    named = (schema or {}).get("$ref")
    if named:
        return fields(document.named()[named.rsplit("/", 1)[-1]])
    return [(name, said(each)) for name, each in (schema or {}).get("properties", {}).items()]


def said(schema: Schema) -> str:
    """What a value is, in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "anyOf" in schema:
        return " or ".join(said(each) for each in schema["anyOf"])
    if "enum" in schema:
        return " · ".join(schema["enum"])
    kinds = schema.get("type", "anything")
    if kinds == "array":
        return f"list of {said(schema['items'])}"
    words = kinds if isinstance(kinds, list) else [kinds]
    return " or ".join("time" if schema.get("format") == "date-time" and one == "string" else one for one in words)
