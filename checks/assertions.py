"""What an answer of any HTTP service must be like, written behind a path: ``health#status=200&json.status=ok``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from urllib.parse import parse_qsl

import orjson

from checks.observation import Answer

NAMES = ("status", "header", "json", "text", "latency")
NAMED = frozenset({"header", "json"})
UNITS = {"ms": 0.001, "s": 1.0}
STATUSES = re.compile(r"[1-5](?:\d\d|xx)(?:,[1-5](?:\d\d|xx))*")
DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s)")


@dataclass(frozen=True, slots=True)
class Assertion:
    """One of them: what is looked at, which one of its kind, and what it should be (empty: just there)."""

    what: str
    which: str = ""
    wanted: str = ""

    def holds(self, answer: Answer, took: float) -> bool:
        """Is an answer, which took so many seconds, like that?"""
        match self.what:
            case "status":
                return any(fnmatchcase(str(answer.status), one.replace("x", "?")) for one in self.wanted.split(","))
            case "header":
                return _is_like(answer.headers.get(self.which.lower()), self.wanted)
            case "json":
                return _is_like(_at(answer.body, self.which), self.wanted)
            case "text":
                return self.wanted in answer.body.decode("utf-8", "replace")
            case _:
                return took <= _seconds(self.wanted)

    def __str__(self) -> str:
        return f"{self.what} {self.which}".strip()


DEFAULT = Assertion("status", wanted="2xx")


def parse(written: str) -> tuple[str, tuple[Assertion, ...]]:
    """The path and the assertions behind it; raises ``ValueError`` with a sentence for whoever wrote them."""
    path, _, rest = written.partition("#")
    assertions = tuple(_assertion(key, value) for key, value in parse_qsl(rest, keep_blank_values=True))
    if any(one.what == "status" for one in assertions):
        return path, assertions
    return path, (DEFAULT, *assertions)


def _assertion(key: str, wanted: str) -> Assertion:
    what, _, which = key.partition(".")
    if what not in NAMES:
        raise ValueError(f'"{what}" cannot be asserted; {", ".join(NAMES)} can')
    if bool(which) != (what in NAMED):
        raise ValueError(f'"{key}" should be {what}.NAME' if what in NAMED else f'"{key}" should be {what}')
    if what == "status" and not STATUSES.fullmatch(wanted):
        raise ValueError(f'"{wanted}" is not a status such as 200, 2xx or 200,204')
    if what == "latency" and not DURATION.fullmatch(wanted):
        raise ValueError(f'"{wanted}" is not a duration such as 500ms')
    return Assertion(what, which, wanted)


def _is_like(value: str | None, wanted: str) -> bool:
    return value is not None and fnmatchcase(value, wanted or "*")


def _at(body: bytes, path: str) -> str | None:
    """What a JSON document has at a path of names and numbers, as text."""
    try:
        value: object = orjson.loads(body)
        for step in path.split("."):
            value = value[int(step)] if isinstance(value, list) else _member(value, step)
    except (ValueError, LookupError):
        return None
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _member(value: object, name: str) -> object:
    if not isinstance(value, Mapping):
        raise LookupError(name)
    return value[name]


def _seconds(written: str) -> float:
    found = DURATION.fullmatch(written)
    return float(found[1]) * UNITS[found[2]] if found else 0.0
