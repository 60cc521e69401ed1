"""Bytes of a body → the documents in it: JSON, JSON lines, server-sent events, AWS event streams, pages, text."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from checks.observation import Answer

LIMIT = 4_000_000
MAX_EVENTS = 20_000
PAGE = re.compile(
    r"\s*(?:<!--.*?-->\s*)*<(?:!doctype|html|head|title|body|meta|\?xml|h1|center|error|script|style|p>|div)",
    re.I | re.S,
)
SSE_LINE = re.compile(r"^(?::|(?:event|data|id|retry)(?::|$))", re.M)
AWS_TYPES = ("event-type", "exception-type", "error-code", "error-message")


@dataclass(frozen=True, slots=True)
class Body:
    """What a body holds. ``documents`` are parsed JSON values in order; ``failed`` names error events of a stream."""

    text: str
    documents: list[Any] = field(default_factory=list)
    stream: bool = False
    page: bool = False
    failed: tuple[str, ...] = ()


def read(answer: Answer) -> Body:
    """Everything that can be read of an answer's body; never raises."""
    raw = answer.body[:LIMIT]
    kind = answer.headers.get("content-type", "").lower()
    if b":event-type" in raw[:400] or b":exception-type" in raw[:400] or b":message-type" in raw[:400]:
        return read_aws(raw)
    text = raw.decode("utf-8", "replace").lstrip("\ufeff").strip()
    document = parse(text)
    if document is not None:
        return Body(text, [document])
    if "event-stream" in kind or SSE_LINE.match(text):
        return read_events(text)
    lines = read_lines(text)
    if lines:
        return Body(text, lines, stream=True)
    return Body(text, page=bool(PAGE.match(text[:2000])) or ("text/html" in kind and "<" in text))


def parse(text: str) -> Any:
    """The JSON object or array in ``text``, or None."""
    if not text or text[0] not in '{["':
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(value, str):
        return parse(value.strip()) if value.strip()[:1] in ("{", "[") else None
    return value if isinstance(value, dict | list) else None


def read_lines(text: str) -> list[Any]:
    """The documents of a JSON-lines body; empty when any line is something else."""
    if not text.startswith("{") or "\n" not in text:
        return []
    documents = [parse(line.strip()) for line in text.split("\n", MAX_EVENTS)[:MAX_EVENTS] if line.strip()]
    if documents and documents[-1] is None:
        documents.pop()
    return [] if any(document is None for document in documents) else documents


def read_events(text: str) -> Body:
    """The documents of server-sent events, and which of them were named as errors."""
    documents: list[Any] = []
    failed: list[str] = []
    for name, data in server_sent_events(text):
        document = parse(data)
        if name in {"error", "exception"}:
            failed.append(data)
            documents.append({"error": document if document is not None else data or "error"})
        elif document is not None:
            documents.append(document)
    return Body(text, documents + loose(text), stream=True, failed=tuple(failed))


def loose(text: str) -> list[Any]:
    """The document that a server wrote behind its events, without the form of one: how some say that they broke off."""
    begins = re.search(r"^\{", text, re.M)
    document = parse(text[begins.start() :].strip()) if begins else None
    return [] if document is None else [document]


def server_sent_events(text: str) -> Iterator[tuple[str, str]]:
    """Each event's name and joined data."""
    name, data = "", list[str]()
    for line in [*re.split(r"\r\n|\n|\r", text, maxsplit=MAX_EVENTS)[:MAX_EVENTS], ""]:
        key, _, value = line.partition(":")
        if key == "event":
            name = value.strip().lower()
        elif key == "data":
            data.append(value.removeprefix(" "))
        elif not line and (name or data):
            yield name, "\n".join(data).strip()
            name, data = "", []


def read_aws(raw: bytes) -> Body:
    """The documents of an ``application/vnd.amazon.eventstream`` body."""
    documents: list[Any] = []
    failed: list[str] = []
    for headers, payload in aws_frames(raw):
        document = parse(payload.decode("utf-8", "replace"))
        exception = headers.get("exception-type") or headers.get("error-code")
        if exception:
            failed.append(exception)
            inner = document if isinstance(document, dict) else {"message": headers.get("error-message", "")}
            documents.append({"error": {**inner, "type": exception}})
        elif isinstance(document, dict):
            documents.append(unwrap_bytes(document, headers.get("event-type", "")))
    return Body(raw.decode("utf-8", "replace"), documents, stream=True, failed=tuple(failed))


def unwrap_bytes(document: dict[str, Any], event: str) -> Any:
    """A chunk's inner JSON (``{"bytes": base64}``), or the event's own payload under its name."""
    packed = document.get("bytes")
    if isinstance(packed, str):
        try:
            inner = parse(base64.b64decode(packed, validate=False).decode("utf-8", "replace"))
        except (binascii.Error, ValueError):
            inner = None
        return inner if inner is not None else {}
    return {event: document} if event else document


def aws_frames(raw: bytes) -> Iterator[tuple[dict[str, str], bytes]]:
    """Each frame's interesting headers and payload; stops at the first frame that does not add up."""
    at = 0
    while at + 16 <= len(raw):
        total = int.from_bytes(raw[at : at + 4], "big")
        head = int.from_bytes(raw[at + 4 : at + 8], "big")
        if total < 16 + head or at + total > len(raw):
            return
        yield aws_headers(raw[at + 12 : at + 12 + head]), raw[at + 12 + head : at + total - 4]
        at += total


def aws_headers(block: bytes) -> dict[str, str]:
    """The string headers of a frame that say what it is."""
    found: dict[str, str] = {}
    for name in AWS_TYPES:
        start = block.find(b":" + name.encode() + b"\x07")
        if start >= 0:
            at = start + len(name) + 2
            size = int.from_bytes(block[at : at + 2], "big")
            found[name] = block[at + 2 : at + 2 + size].decode("utf-8", "replace")
    return found
