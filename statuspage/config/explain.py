"""Say what the schema found wrong: each complaint gets its line, what is wrong there, and what would be right."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from statuspage.config.keys import Loc, every_key, field_at, fields, hidden, section_at
from statuspage.config.report import Report, Spot, shown, suggestion
from statuspage.config.tree import Node

SYNONYMS: Mapping[str, str] = {
    "api_key": "key",
    "apikey": "key",
    "token": "key",
    "secret": "key",
    "url": "base_url",
    "endpoint": "base_url",
    "type": "kind",
    "proxy": "egress",
    "title": "name",
    "model": "id",
    "input": "in",
    "output": "out",
    "successors": "successor",
    "fallbacks": "alternatives",
    "offerings": "offered",
    "classes": "user_classes",
    "audiences": "user_classes",
}

_USER_PART = re.compile(r"//[^/@]*@")


def explain(error: ValidationError, root: Node, report: Report) -> None:
    """Report everything that the schema found, except below values that are reported already."""
    for detail in error.errors(include_url=False, include_input=False):
        loc = tuple(step for step in detail["loc"] if step != "[key]")
        path = list(_along(root, loc))
        if not any(node.broken for node in path):
            _report(detail, loc, path, report)


def _along(root: Node, loc: Loc) -> Iterable[Node]:
    node = root
    yield node
    for step in loc:
        below = node.entries().get(str(step)) if isinstance(step, str) else _nth(node, step)
        if below is None:
            return
        yield below
        node = below


def _nth(node: Node, index: int) -> Node | None:
    return node.items()[index] if index < len(node.items()) else None


def _report(detail: ErrorDetails, loc: Loc, path: list[Node], report: Report) -> None:
    node = path[-1]
    if detail["type"] == "missing":
        spot = Spot(node.key.line, node.key.column, node.key.key(str(loc[-1])))
        report.add(spot, "is missing", f"Add {_example(loc)}")
    elif detail["type"] == "extra_forbidden":
        report.add(node.key, "is an unknown key", _known(loc))
    elif "[key]" in detail["loc"][-1:]:
        report.add(node.key, *_wrong(detail, str(loc[-1])))
    elif detail["type"] == "wrong":
        report.add(node.spot, *_value(detail, loc, node))
    elif detail["type"] != "too_short" or not node.items():
        report.add(node.spot, *_shape(detail, loc, node))


def _known(loc: Loc) -> str:
    key = str(loc[-1])
    section = section_at(loc[:-1])
    here = list(fields(section)) if section else []
    if SYNONYMS.get(key.lower()) in here:
        return f"Did you mean {SYNONYMS[key.lower()]}?"
    remedy = suggestion(key, here)
    homes = sorted({path.removesuffix(f".{key}") for path in every_key() if path.endswith(f".{key}")})
    if 0 < len(homes) <= 2:
        return f"It belongs under {' or '.join(homes)}"
    return remedy


def _value(detail: ErrorDetails, loc: Loc, node: Node) -> tuple[str, str]:
    problem, remedy = _wrong(detail, "" if hidden(loc) else node.written)
    if node.text and node.written != node.text:
        remedy = remedy.replace(node.text, node.written)
    return problem, remedy


def _wrong(detail: ErrorDetails, written: str) -> tuple[str, str]:
    context: Mapping[str, Any] = detail.get("ctx", {})
    problem, remedy = str(context.get("problem", "is wrong")), str(context.get("remedy", "Correct it"))
    return (f"{_quoted(written)} {problem}" if written else problem), remedy


def _quoted(written: str) -> str:
    return f'"{shown(_USER_PART.sub("//…@", written))}"'


def _shape(detail: ErrorDetails, loc: Loc, node: Node) -> tuple[str, str]:
    if node.value is None or detail["type"] == "too_short":
        return "is empty", f"Write {_example(loc)}" if _example(loc) else "Give it a value, or delete the key"
    if detail["type"] == "too_long":
        return "has too many items", f"Keep at most {detail.get('ctx', {}).get('max_length', 10)}"
    if detail["type"] in {"tuple_type", "list_type"}:
        item = node.written if node.written and not hidden(loc) and len(node.written) < 60 else "…"
        return "must be a list", f"Write [{item}]"
    return "must be a mapping of keys and values", f"Write {_mapping_example(loc)}"


def _mapping_example(loc: Loc) -> str:
    section = section_at(loc)
    keys = list(fields(section)) if section else ["ID"]
    return f"{{{keys[0]}: …}}" + (f" with any of {', '.join(keys)}" if len(keys) > 1 else "")


def _example(loc: Loc) -> str:
    if not loc:
        return ""
    section = section_at(loc[:-1])
    field = fields(section).get(str(loc[-1])) if section else field_at(loc)
    return str(field.examples[0]) if field and field.examples else ""
