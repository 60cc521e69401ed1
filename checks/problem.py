"""Find the error in a document, however deep, wrapped or oddly shaped it is, and what it says of itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from checks.packed import embedded

MAX_DEPTH = 24
MAX_NODES = 3000
ECHOES = frozenset(
    {"input", "request", "prompt", "messages", "content", "contents", "failed_generation", "choices", "candidates"}
    | {
        "output",
        "usage",
        "ctx",
        "url",
        "loc",
        "headers",
        "request_id",
        "requestid",
        "param",
        "body",
        "links",
        "metadata_headers",
    }
)
"""Fields that repeat our question or hold model output: never read as error text."""
MESSAGES = (
    "message",
    "msg",
    "detail",
    "details",
    "error",
    "error_message",
    "errormessage",
    "error_msg",
    "error_description",
)
MORE_MESSAGES = (
    "description",
    "title",
    "raw",
    "reason",
    "status_msg",
    "faultstring",
    "err",
    "text",
    "info",
    "hint",
    "upstream_error",
)
MESSAGE_KEYS = frozenset(MESSAGES + MORE_MESSAGES)
CODE_RANK = {
    "error_code": 0,
    "errorcode": 0,
    "error_name": 0,
    "reason": 1,
    "code": 1,
    "sub_code": 1,
    "subcode": 1,
    "error_type": 2,
    "errortype": 2,
    "type": 3,
    "__type": 3,
    "error": 3,
    "name": 3,
    "status": 4,
    "title": 4,
}
HEADER_CODES = ("x-amzn-errortype", "x-ms-error-code", "x-error-code", "x-goog-error-reason", "x-openrouter-error-code")
HEADER_RANK = 2
ENVELOPE = frozenset({"error", "errors", "fail", "failed", "failure"})
"""What an envelope calls itself; as a code it says nothing."""

CODE = re.compile(r"[A-Za-z_][\w.:/#-]{1,120}$")
WORDLESS = re.compile(r"[A-Za-z]+(?:_[A-Za-z]+)+$|[A-Z][a-z]+(?:[A-Z][a-z]+)+$")
"""A message that is nothing but a machine code."""
WRAPPER = re.compile(
    r"\b(?:litellm|openai|anthropic|botocore|google|vertexai)[\w.]*\.([A-Z]\w+?(?:Error|Exception|Exceeded|Timeout))\b"
)
AWS_CALL = re.compile(r"An error occurred \((\w+)\) when calling|^([A-Z]\w+(?:Exception|Error)): ")


@dataclass(frozen=True, slots=True)
class Problem:
    """What an error says: texts and codes with the most telling first, and the HTTP status it names."""

    texts: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    status: int | None = None
    request_id: bool = False

    @property
    def message(self) -> str:
        """The text that a person should read."""
        return max(self.texts[:3], key=len, default="") if self.texts else ""


class Finder:
    """Collects texts and codes from one document, the deepest last."""

    def __init__(self) -> None:
        """Start with nothing found."""
        self.texts: list[str] = []
        self.codes: list[tuple[int, int, str]] = []
        self.statuses: list[tuple[int, int]] = []
        self.request_id = False
        self.nodes = 0

    def walk(self, value: Any, key: str, depth: int) -> None:
        """Look at one value that stood under ``key``."""
        self.nodes += 1
        if depth > MAX_DEPTH or self.nodes > MAX_NODES:
            return
        if isinstance(value, dict):
            self.walk_fields(value, depth)
        elif isinstance(value, list):
            for item in value[:50]:
                self.walk(item, key, depth + 1)
        elif isinstance(value, str):
            self.see_text(value, key, depth)
        elif isinstance(value, int) and key in {
            "code",
            "status",
            "statuscode",
            "status_code",
            "error_code",
            "http_status",
        }:
            self.see_status(value, depth)

    def walk_fields(self, value: dict[Any, Any], depth: int) -> None:
        """Look at the fields of an object, skipping what repeats our question."""
        for name, item in value.items():
            key = str(name).lower().replace("-", "_")
            self.request_id |= key in {"request_id", "requestid"} and bool(item)
            if key == "@type" and isinstance(item, str):
                self.codes.append((5, depth, item.rsplit(".", 1)[-1]))
            echo = key in ECHOES and not (key == "param" and isinstance(item, dict))
            if not echo and not (key == "text" and depth > 3):
                self.walk(item, key, depth + 1)

    def see_status(self, value: int, depth: int) -> None:
        """A number that may be an HTTP status."""
        if 400 <= value <= 599:
            self.statuses.append((depth, value))

    def see_text(self, value: str, key: str, depth: int) -> None:
        """A string: a code, a message, or a whole document as text."""
        text = value.strip()[:20_000]
        if text.isascii() and text.isdigit() and key in CODE_RANK:
            self.see_status(int(text[:9]), depth)
        elif key in CODE_RANK and CODE.match(text) and text.lower() not in ENVELOPE:
            self.codes.append((CODE_RANK[key], -depth, text))
        elif key in MESSAGE_KEYS and text:
            self.see_message(text, key, depth)
        elif text[:1] in ("{", "["):
            for inner in embedded(text):
                self.walk(inner, key, depth + 1)

    def see_message(self, text: str, key: str, depth: int) -> None:
        """A sentence, with the documents and class names that are packed into it."""
        if WORDLESS.match(text):
            self.codes.append((3, -depth, text))
        for inner in embedded(text):
            self.walk(inner, key, depth + 1)
        head = text.split("{", 1)[0] if "{" in text else text
        if head.strip(" -:b'\"\n["):
            self.texts.append(head.strip() if len(head) > 3 else text)
        for name in (*WRAPPER.findall(text), *(one or two for one, two in AWS_CALL.findall(text))):
            self.codes.append((3, -depth, name))

    def found(self) -> Problem:
        """All that was collected, the most telling first."""
        ordered = [code for _, _, code in sorted(self.codes, key=lambda row: row[:2])]
        outermost = min(self.statuses, key=lambda row: row[0], default=(0, None))
        return Problem(unique(self.texts), unique(ordered), outermost[1], self.request_id)


def unique(items: list[str]) -> tuple[str, ...]:
    """The items without repeats, in order."""
    return tuple(dict.fromkeys(items))


def find(documents: list[Any], headers: dict[str, str]) -> Problem:
    """The problem that these documents and headers describe."""
    finder = Finder()
    for document in documents:
        finder.walk(document, "error", 0)
    for name in HEADER_CODES:
        if headers.get(name):
            finder.codes.append((HEADER_RANK, 0, headers[name]))
    if "error=" in headers.get("www-authenticate", ""):
        finder.codes.append(
            (HEADER_RANK, 0, headers["www-authenticate"].split("error=", 1)[1].strip('"').split('"')[0])
        )
    return finder.found()
