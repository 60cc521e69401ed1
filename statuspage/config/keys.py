"""Find the field that a place of the file belongs to, and list every key there is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, get_args, get_origin

from pydantic.fields import FieldInfo

from statuspage.config.schema import Configuration, Hidden, Section

Loc = Sequence[int | str]


def section_at(loc: Loc) -> type[Section] | None:
    """The section that describes the mapping at a place."""
    return _section(_annotation_at(loc))


def field_at(loc: Loc) -> FieldInfo | None:
    """The field that describes a place, or the nearest one above it."""
    for end in range(len(loc), 0, -1):
        section = section_at(loc[: end - 1])
        found = fields(section).get(str(loc[end - 1])) if section else None
        if found is not None:
            return found
    return None


def hidden(loc: Loc) -> bool:
    """Whether no message may quote what stands there."""
    field = field_at(loc)
    return field is None or _marked(field.annotation) or any(isinstance(mark, Hidden) for mark in field.metadata)


def fields(section: type[Section]) -> dict[str, FieldInfo]:
    """The fields of a section by the key that people write."""
    return {field.alias or name: field for name, field in section.model_fields.items()}


def every_key(section: type[Section] = Configuration, above: str = "") -> Iterator[str]:
    """The dotted path of every key, with ``<id>`` for ids and ``[]`` for items."""
    for key, field in fields(section).items():
        path = f"{above}{key}"
        yield path
        suffix, inner = _below(field.annotation)
        if inner is not None:
            yield from every_key(inner, f"{path}{suffix}.")


def _annotation_at(loc: Loc) -> Any:
    annotation: Any = Configuration
    for step in loc:
        section = _section(annotation)
        if section is not None:
            field = fields(section).get(str(step))
            annotation = field.annotation if field else None
        else:
            annotation = _inner(annotation)
    return annotation


def _below(annotation: Any) -> tuple[str, type[Section] | None]:
    section = _section(annotation)
    if section is not None:
        return "", section
    inner = _inner(annotation)
    return (".<id>" if get_origin(annotation) is dict else "[]"), _section(inner)


def _section(annotation: Any) -> type[Section] | None:
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return annotation
    if annotation is None or get_origin(annotation) in {dict, tuple}:
        return None
    found = (_section(part) for part in get_args(annotation) if part is not type(None))
    return next((section for section in found if section), None)


def _inner(annotation: Any) -> Any:
    parts = get_args(annotation)
    match get_origin(annotation):
        case origin if origin is dict:
            return parts[1]
        case origin if origin is tuple:
            return parts[0]
    return None


def _marked(annotation: Any) -> bool:
    return any(isinstance(part, Hidden) or _marked(part) for part in get_args(annotation))
