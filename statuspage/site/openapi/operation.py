"""What one operation of the API is, before it is written as OpenAPI."""

from __future__ import annotations

from dataclasses import dataclass

from statuspage.site.openapi.words import Schema

JSON = "application/json"
STREAM = "text/event-stream"


@dataclass(frozen=True, slots=True)
class Parameter:
    """Something that a request may say."""

    name: str
    description: str
    schema: Schema
    where: str = "query"
    required: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path. ``published`` ones are bytes in memory; ``fails`` are the problems that it may answer.

    ``secured`` ones need a token; without an ``answer`` there is no content. ``also`` are further good answers of the
    same shape.
    """

    path: str
    summary: str
    answer: Schema | None
    parameters: tuple[Parameter, ...] = ()
    fails: tuple[int, ...] = ()
    published: bool = False
    method: str = "get"
    body: Schema | None = None
    body_required: bool = True
    content_type: str = JSON
    status: int = 200
    secured: bool = False
    tag: str = "Now"
    also: tuple[int, ...] = ()
