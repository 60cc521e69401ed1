"""What somebody copied from a terminal, a log or a library's error: its status, headers and body, found in the text."""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace

import orjson

from checks.classify import classify
from checks.observation import Answer, Classification

STATUS = re.compile(
    r"\b(?:error |status )?(?:code|status|status_?code|http)[\"']?\s{0,20}(?:[:=(]\s{0,20})?[\"'\[]?(?P<a>[1-5]\d\d)\b|"
    r"(?:^|\b\w{0,60}(?:error|exception|response|denied|notfound|unavailable)\b:?)[^\S\n]{0,20}['\[]?(?P<b>[45]\d\d)\b|"
    r"\bHTTP/\d(?:\.\d)?[\s\"]{1,20}(?P<c>[1-5]\d\d)\b",
    re.I | re.M,
)
"""Where a status stands in what programs and libraries print."""

NAMED = {
    "BadRequestError": 400, "AuthenticationError": 401, "PermissionDeniedError": 403, "NotFoundError": 404,
    "ConflictError": 409, "UnprocessableEntityError": 422, "RateLimitError": 429, "InternalServerError": 500,
    "ServiceUnavailableError": 503, "OverloadedError": 529, "AccessDeniedException": 403,
    "ResourceNotFoundException": 404, "UnrecognizedClientException": 403, "ExpiredTokenException": 403,
    "ValidationException": 400, "ThrottlingException": 429, "ServiceQuotaExceededException": 400,
    "ModelTimeoutException": 408, "ModelErrorException": 424, "ModelNotReadyException": 429,
    "InternalServerException": 500, "ServiceUnavailableException": 503,
}  # fmt: skip
"""Errors that libraries name after a status, as the vendors document them."""
NAME = re.compile(rf"\b(?:{'|'.join(NAMED)})\b")

HEAD = re.compile(r"^(?:< ?)?HTTP/\d(?:\.\d)?[^\S\n]+([1-5]\d\d)\b")
HEADER = re.compile(r"^(?:< ?)?([A-Za-z0-9][A-Za-z0-9_-]*):[^\S\n]*(.*)$")
CHATTER = re.compile(r"^(?:[*>](?: |$)|[{}] \[\d+ bytes data\]$|```|[ \d:.]+--:--:-- )")
"""What curl tells of itself, and the fences of a chat."""
AWS = re.compile(r"An error occurred \((?P<name>\w{1,80})\) when calling [^:\n]{1,200}: (?P<said>[^\n]*)")
STREAM = re.compile(r"^(?:data|event):", re.M)

ERROR_KEYS = frozenset(
    {"error", "errors", "message", "detail", "type", "code", "Message", "__type", "msg", "candidates"}
)
PACKED = ("body", "response", "data")
STATUS_KEYS = ("status", "status_code", "statusCode")
MOST_TRIES = 8
LONGEST = 16 * 1024
UNTOLD = 200
"""A body alone is read like one that came under a status that says nothing of it."""


def read(text: str) -> Answer:
    """The answer that is told of, whatever it was copied from."""
    return _exchange(text) or _wrapped(text) or _told(text)


def meaning_of(dialect: str, answer: Answer) -> Classification:
    """What an answer means that was read from a text; the body of one without a status speaks for itself."""
    alone = answer.status is None and (answer.body[:1] in {b"{", b"["} or STREAM.match(answer.body[:6].decode("latin")))
    return classify(dialect, replace(answer, status=UNTOLD) if alone else answer)


def _exchange(text: str) -> Answer | None:
    """The last answer of what looks like HTTP itself, as curl prints it."""
    lines = text.splitlines()
    heads = [at for at, line in enumerate(lines) if HEAD.match(line)]
    if not heads or not (found := HEAD.match(lines[heads[-1]])):
        return None
    headers: dict[str, str] = {}
    at = heads[-1] + 1
    while at < len(lines) and (line := HEADER.match(lines[at])):
        headers[line[1].lower()] = line[2].strip()
        at += 1
    body = "\n".join(line for line in lines[at:] if not CHATTER.match(line) and line.strip() != "<").strip()
    return Answer(int(found[1]), headers, _bytes(body))


def _wrapped(text: str) -> Answer | None:
    """The answer inside a document that keeps its status and its body apart."""
    try:
        said = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(said, dict):
        return None
    status = next((said[name] for name in STATUS_KEYS if type(said.get(name)) is int), None)
    body = next((said[name] for name in PACKED if isinstance(said.get(name), (dict, list, str))), None)
    if status is None or body is None or not 100 <= status <= 599:
        return None
    headers = said.get("headers")
    kept = {str(name).lower(): str(value) for name, value in headers.items()} if isinstance(headers, dict) else {}
    return Answer(status, kept, body.encode("utf-8", "replace") if isinstance(body, str) else orjson.dumps(body))


def _told(text: str) -> Answer:
    """The answer of a message: an object in it, and a status beside it or in it."""
    plain = text.replace('\\"', '"')
    found = None if STREAM.search(text) else _best(text) or (_best(plain) if plain != text else None)
    around = text.replace(found.text, " ", 1) if found else text
    status = _status(around)
    if status is None and found:
        status = _status(found.text)
    return Answer(status, {}, found.body if found else _aws(text) or _bytes(text))


def _status(text: str) -> int | None:
    if found := STATUS.search(text):
        return int(next(one for one in found.groups() if one))
    named = NAME.search(text)
    return NAMED[named[0]] if named else None


def _aws(text: str) -> bytes | None:
    found = AWS.search(text)
    return orjson.dumps({"__type": found["name"], "message": _encodable(found["said"])}) if found else None


@dataclass(frozen=True, slots=True)
class _Object:
    """An object in a text: as it stands there, and as JSON."""

    text: str
    body: bytes
    telling: bool


def _best(text: str) -> _Object | None:
    objects = list(_objects(text))
    return next((one for one in objects if one.telling), objects[0] if objects else None)


def _objects(text: str) -> Iterator[_Object]:
    """The objects that stand in a text, as JSON or as Python prints them; only so many are tried."""
    start = text.find("{")
    for _ in range(MOST_TRIES):
        if start < 0:
            return
        found = _json_at(text, start) or _printed_at(text, start)
        if found:
            yield found
        start = text.find("{", start + (len(found.text) if found else 1))


def _json_at(text: str, start: int) -> _Object | None:
    try:
        value, end = json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError):
        return None
    inner = text[start:end]
    return _Object(inner, _bytes(inner), _is_telling(value)) if value else None


def _printed_at(text: str, start: int) -> _Object | None:
    end = _end(text, start) if PRINTED.match(text, start) else start
    inner = text[start:end]
    if not inner:
        return None
    try:
        with warnings.catch_warnings(action="ignore"):
            value = ast.literal_eval(inner)
        return _Object(inner, orjson.dumps(value), _is_telling(value)) if isinstance(value, dict) and value else None
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None


def _is_telling(value: dict[object, object]) -> bool:
    return not ERROR_KEYS.isdisjoint(name for name in value if isinstance(name, str))


PRINTED = re.compile(r"\{\s{0,20}['\"]")
"""A dictionary as Python prints it begins with a name in quotes."""
TOKEN = re.compile(r"\\.|[{}'\"]", re.S)


def _end(text: str, start: int) -> int:
    """Behind the brace that closes the one at ``start``, or the start; braces in quotes do not count."""
    depth, quote = 0, ""
    for found in TOKEN.finditer(text, start, start + LONGEST):
        sign = found[0]
        if quote or sign in "'\"":
            quote = "" if sign == quote else quote or (sign if sign in "'\"" else "")
        elif sign in "{}":
            depth += 1 if sign == "{" else -1
            if depth == 0:
                return found.end()
    return start


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _encodable(text: str) -> str:
    return _bytes(text).decode()
