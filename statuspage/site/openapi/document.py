"""The document itself, rendered from the operations and schemas with the version that is running."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import orjson

from statuspage import __version__
from statuspage.core.settings import Site
from statuspage.site.openapi import compat, desk, events, schemas, staff, subscriptions
from statuspage.site.openapi.operation import JSON, Operation, Parameter
from statuspage.site.openapi.paths import ANSWERS, OPERATIONS
from statuspage.site.openapi.problems import PROBLEMS
from statuspage.site.openapi.words import Schema, ref

PATH = "/api/openapi.json"
PROBLEM_TYPE = "application/problem+json"
TITLES = {one.status: one.title for one in PROBLEMS}
TAGS = {
    "Now": "What is so now.",
    "Past": "What was so.",
    "Events": "What changed.",
    "Subscriptions": "Webhooks that anybody may subscribe; the token is shown once.",
    "Staff": "For staff's own programs: a token with the scope that is named.",
    "Tools": "Help for programs and people.",
    "Statuspage": "The shape of Atlassian Statuspage's public API: its clients read this page unchanged.",
}
ABOUT = (
    "Who can use which model, where, now. No login to read; every origin may; GET and HEAD alike; fields are only ever "
    "added. On `unknown`, on an error, and on a document past its `valid_until`, keep doing what you did."
)


@lru_cache(maxsize=4)
def body(site: Site) -> bytes:
    """The document's bytes for a site."""
    return orjson.dumps(document(site))


def document(site: Site) -> dict[str, Any]:
    """The whole document."""
    paths: dict[str, dict[str, Any]] = {}
    for one in OPERATIONS:
        paths.setdefault(one.path, {})[one.method] = operation(one)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": site.name,
            "version": __version__,
            "description": ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": site.url}],
        "tags": [{"name": name, "description": told} for name, told in TAGS.items()],
        "paths": paths,
        "components": {"schemas": named(), "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    }


def named() -> dict[str, Schema]:
    """Every named schema."""
    return {
        **schemas.WORDS,
        **ANSWERS,
        **schemas.CATALOGUE,
        **schemas.CELLS,
        **schemas.INCIDENTS,
        **events.EVENTS,
        **subscriptions.SCHEMAS,
        **staff.SCHEMAS,
        **desk.SCHEMAS,
        **events.PROBLEM,
        **compat.COMPAT,
    }


def operation(one: Operation) -> dict[str, Any]:
    """One operation."""
    shape: dict[str, Any] = {
        "operationId": _id(one),
        "summary": one.summary,
        "tags": [one.tag],
        "parameters": [_parameter(each) for each in one.parameters],
        "responses": {
            str(status): _content("The answer.", one.content_type, one.answer) for status in (one.status, *one.also)
        }
        | {str(status): _content(TITLES[status], PROBLEM_TYPE, ref("Problem")) for status in sorted(one.fails)},
    }
    if one.body is not None:
        shape["requestBody"] = {"required": one.body_required, "content": {JSON: {"schema": one.body}}}
    if one.secured:
        shape["security"] = [{"token": []}]
    return shape


def _parameter(one: Parameter) -> dict[str, Any]:
    return {
        "name": one.name,
        "in": one.where,
        "description": one.description,
        "required": one.required,
        "schema": one.schema,
    }


def _content(description: str, content_type: str, schema: Schema | None) -> dict[str, Any]:
    if schema is None:
        return {"description": description}
    return {"description": description, "content": {content_type: {"schema": schema}}}


def _id(one: Operation) -> str:
    plain = one.path.replace("{", "").replace("}", "").replace(".json", "").replace("-", "_").strip("/")
    return f"{one.method}_{plain.replace('/', '_')}"
