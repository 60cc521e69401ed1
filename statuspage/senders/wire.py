"""What a relay is told and what it tells: a line of JSON for each job and each answer, so that only text crosses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson

from statuspage.core.delivery import Failure
from statuspage.senders.guard import Door, networks
from statuspage.senders.http import Answer, Fault

LONGEST = 1024 * 1024
"""Bytes of the longest line: a body of 20 KiB and an answer of 2 KiB, however they are escaped, are far below it."""


@dataclass(frozen=True, slots=True)
class Job:
    """One POST that a relay is to make."""

    number: int
    url: str
    door: Door
    headers: Mapping[str, str]
    body: bytes


def told(job: Job) -> bytes:
    """A job as its line."""
    return _line([job.number, job.url, _written(job.door), dict(job.headers), job.body.decode("latin-1")])


def heard(line: bytes) -> Job:
    """The job that a line means."""
    number, url, (public, allowed, ports, denied), headers, body = orjson.loads(line)
    return Job(number, url, _door(public, tuple(allowed), tuple(ports), tuple(denied)), headers, body.encode("latin-1"))


def answered(number: int, came: Answer | Fault) -> bytes:
    """What came of a job, as its line."""
    if isinstance(came, Fault):
        return _line([number, came.failure.value, _plain(str(came))])
    after = None if came.retry_after is None else _plain(came.retry_after)
    return _line([number, came.status, after, came.body.decode("latin-1")])


def outcome(line: bytes) -> tuple[int, Answer | Fault]:
    """The job's number and what came of it. ValueError for a line that says neither."""
    match orjson.loads(line):
        case [int(number), str(failure), str(detail)]:
            return number, Fault(Failure(failure), detail)
        case [int(number), int(status), str() | None as after, str(body)]:
            return number, Answer(status, after, body.encode("latin-1"))
        case _:
            raise ValueError("a relay told something that is no answer")


def _line(parts: list[Any]) -> bytes:
    return orjson.dumps(parts, option=orjson.OPT_APPEND_NEWLINE)


def _plain(text: str) -> str:
    """Text without the lone surrogates that a hostile header may hold: no JSON may carry them."""
    return text.encode("utf-8", "backslashreplace").decode()


@lru_cache(64)
def _written(door: Door) -> tuple[bool, list[str], list[int], list[str]]:
    return door.public, list(map(str, door.allowed)), list(door.ports), list(map(str, door.denied))


@lru_cache(64)
def _door(public: bool, allowed: tuple[str, ...], ports: tuple[int, ...], denied: tuple[str, ...]) -> Door:
    return Door(public, networks(*allowed), ports, networks(*denied))
