"""The API's description: valid itself, complete in both directions, and true of every answer that is published."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema
import jsonschema_rs
import orjson
import pytest

from statuspage.core.event import document as event_document
from statuspage.core.settings import Site
from statuspage.core.snapshot import Snapshot
from statuspage.site import documents
from statuspage.site.openapi.document import PATH, document
from statuspage.site.openapi.operation import Operation
from statuspage.site.openapi.paths import OPERATIONS
from statuspage.site.openapi.problems import PROBLEMS
from statuspage.web import problems
from tests.site import snapshots, story
from tests.site.printed import pages_of, world

DOCUMENT = document(Site())
VALIDATOR = jsonschema.Draft202012Validator
PUBLISHED = [one for one in OPERATIONS if one.published]


def closed(schema: Any) -> Any:
    """The schema without room for fields that it does not name, so that every field must be described."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    inside = {name: closed(each) for name, each in schema.items()}
    return inside | {"additionalProperties": False} if "properties" in schema else inside


CLOSED = closed(DOCUMENT["components"])


def check(body: bytes, schema: Any) -> None:
    """Hold a body against a schema, in which no field may be missing or unnamed."""
    validator(orjson.dumps(schema)).validate(orjson.loads(body))


@cache
def validator(schema: bytes) -> jsonschema_rs.Draft202012Validator:
    """A schema in one of the languages that are quick at it."""
    whole = {"components": CLOSED, **closed(orjson.loads(schema))}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


def answer(operation: Operation) -> Any:
    """What an operation answers, as the description has it."""
    said = DOCUMENT["paths"][operation.path][operation.method]["responses"][str(operation.status)]["content"]
    return said[operation.content_type]["schema"]


def of_path(path: str) -> Operation | None:
    """The published operation to which a path belongs."""
    for one in PUBLISHED:
        pattern = "[^/]+".join(re.escape(part) for part in re.split(r"\{\w+\}", one.path))
        if re.fullmatch(pattern, path):
            return one
    return None


def api(snapshot: Snapshot) -> Iterator[tuple[str, bytes]]:
    """What is published for programs."""
    for leaf in pages_of(snapshot).values():
        if leaf.path.startswith("/api/") or leaf.path == "/freshness.json":
            yield leaf.path, leaf.body


def test_the_description_is_openapi_3_1() -> None:
    assert DOCUMENT["openapi"] == "3.1.0"
    for schema in DOCUMENT["components"]["schemas"].values():
        VALIDATOR.check_schema(schema)
    references = set(re.findall(r'"#/components/schemas/(\w+)"', orjson.dumps(DOCUMENT).decode()))
    assert references <= set(DOCUMENT["components"]["schemas"])
    assert set(DOCUMENT["components"]["schemas"]) - references == set(), "a schema that nothing uses"
    named = [one["operationId"] for path in DOCUMENT["paths"].values() for one in path.values()]
    assert len(named) == len(set(named))


def test_every_parameter_in_a_path_is_described() -> None:
    for one in OPERATIONS:
        described = {each.name for each in one.parameters if each.where == "path"}
        assert set(re.findall(r"\{(\w+)\}", one.path)) == described, one.path


def test_every_published_answer_is_as_described(anyone: Snapshot) -> None:
    for path, body in api(anyone):
        operation = of_path(path)
        assert operation is not None, f"{path} is published and not described"
        check(body, answer(operation))


@pytest.mark.parametrize("spoilt", [{}, {"as_of_seq": "41"}, {"valid_until": "soon"}, {"extra": 1}])
def test_an_answer_that_differs_is_found(spoilt: dict[str, Any]) -> None:
    right = orjson.loads(documents.freshness(world(story.june)))
    schema = answer(next(one for one in PUBLISHED if one.path == "/freshness.json"))
    check(orjson.dumps(right), schema)
    with pytest.raises(jsonschema_rs.ValidationError):
        check(orjson.dumps(right | spoilt if spoilt else {}), schema)


def test_everything_described_as_published_is() -> None:
    found = [of_path(path) for path, _ in api(world(story.june))]
    assert {one.path for one in found if one} == {one.path for one in PUBLISHED}


@pytest.mark.parametrize("make", [story.june, story.many_incidents, snapshots.a_calm_day, snapshots.an_empty_site])
def test_computed_answers_are_as_described(make: Any) -> None:
    snapshot = make()
    computed = {one.path.removeprefix("/api/v1/"): one for one in OPERATIONS if not one.published}
    check(documents.availability(snapshot), answer(computed["availability"]))
    check(documents.history(snapshot), answer(computed["history"]))
    check(documents.whole(snapshot), answer(computed["at"]))
    for model in snapshot.models[:2]:
        check(documents.route(snapshot, model.id), answer(computed["route"]))


def test_events_are_as_described() -> None:
    for event in story.june_events():
        body = orjson.dumps(event_document(event.draft, event.seq, "https://status.example"))
        check(body, DOCUMENT["components"]["schemas"]["Event"])


def test_problems_are_those_of_the_web() -> None:
    assert {one.status: one.name for one in PROBLEMS} == problems.TYPES
    for one in PROBLEMS:
        response = problems.problem(one.status, "x", [{"field": "url", "error": "no"}])
        check(bytes(response.body), DOCUMENT["components"]["schemas"]["Problem"])
        assert orjson.loads(response.body)["title"] == one.title
        assert orjson.loads(response.body)["type"] == f"/docs/api#{one.name}"


def test_the_page_for_people_has_every_path_and_every_anchor() -> None:
    pages = {path: page.body.decode() for path, page in pages_of(world(story.june)).items()}
    assert PATH in pages
    for one in OPERATIONS:
        assert f"{one.method.upper()} {one.path}" in pages["/docs/api"]
    for name in problems.TYPES.values():
        assert f'id="{name}"' in pages["/docs/api"]
