"""A pasted answer: what somebody copied from a failing call, as data or as it was, for ``checks.classify``."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Mapping

import orjson

from checks.observation import Answer
from statuspage.errors import UsageError


def provider_of(said: Mapping[str, object]) -> str:
    """The dialect that is named; any other thing than a name is generic."""
    name = said.get("provider")
    return name if isinstance(name, str) and name else "generic"


def headers_of(said: Mapping[str, object]) -> dict[str, str]:
    """The headers by lower-case name; what is no text and no number is no header."""
    headers = said.get("headers")
    if not isinstance(headers, dict):
        return {}
    return {str(name).lower(): str(value) for name, value in headers.items() if isinstance(value, (str, int, float))}


def body_of(said: Mapping[str, object]) -> bytes:
    """The body as bytes, given as text or as the JSON that it was."""
    body = said.get("body", "")
    try:
        return body.encode() if isinstance(body, str) else orjson.dumps(body)
    except (TypeError, UnicodeEncodeError):
        raise UsageError("body cannot be read: it is nested too deeply") from None


STATUS = re.compile(
    r"HTTP/\d(?:\.\d)?\s{1,20}(?P<a>[1-5]\d\d)\b|"
    r"\b(?:error |status )?(?:code|status|status_?code)[\"']?\s{0,20}(?:[:=]\s{0,20})?[\"']?(?P<b>[1-5]\d\d)\b|"
    r"^[^\S\n]{0,20}(?P<c>[45]\d\d)\b|\(HTTP (?P<d>[45]\d\d)\)",
    re.I | re.M,
)
"""Where a status stands in what programs, libraries and curl print."""

HEADER = re.compile(r"^<?\s*([A-Za-z][A-Za-z0-9-]*):\s*(.*)$")
HEAD = re.compile(r"^<?\s*HTTP/\d", re.I)


def read(text: str) -> Answer:
    """What somebody copied, whatever it is: curl's output, a library's error, a body alone."""
    found = STATUS.search(text)
    status = int(next(one for one in found.groups() if one)) if found else None
    body = _object(text)
    return Answer(status, _headers(text), body if body is not None else text.encode("utf-8", "replace"))


def _headers(text: str) -> dict[str, str]:
    lines = text.splitlines()
    start = next((at for at, line in enumerate(lines) if HEAD.match(line)), None)
    headers: dict[str, str] = {}
    for line in lines[start + 1 :] if start is not None else ():
        found = HEADER.match(line)
        if not found:
            break
        headers[found[1].lower()] = found[2].strip()
    return headers


def _object(text: str) -> bytes | None:
    """The first object in a text, as JSON or as Python prints it."""
    start, end = text.find("{"), text.rfind("}")
    if start < 0 or end < start:
        return None
    inner = text[start : end + 1]
    try:
        orjson.loads(inner)
    except orjson.JSONDecodeError:
        return _printed(inner)
    return inner.encode("utf-8", "replace")


def _printed(text: str) -> bytes | None:
    try:
        with warnings.catch_warnings(action="ignore"):
            return orjson.dumps(ast.literal_eval(text))
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
