"""Find the documents that are packed into a sentence: JSON, quoted JSON, printed Python, and what was cut off."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

BEGINNINGS = 4
"""How many opening brackets of each kind are tried: prose may hold a few before the document."""
UNQUOTINGS = 3
"""How often a document may have been quoted by one gateway after another."""
DECODER = json.JSONDecoder(strict=False)
TOKEN = re.compile(
    r"(?:\b[bu])?(?:'((?:[^'\\]|\\.)*+)(?:'|\\?\Z)|\"((?:[^\"\\]|\\.)*+)(?:\"|\\?\Z))|\b(None|True|False)\b", re.S
)
"""A string that never ends is taken whole: looking for its end again from every quote in it takes quadratic time."""
BYTES = re.compile(r"\bb(?:'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\")", re.S)
ESCAPE = re.compile(r"\\x([0-9a-fA-F]{2})|\\(.)|\"|[\x00-\x1f]", re.S)
CONSTANTS = {"None": "null", "True": "true", "False": "false"}
NAMES = "message|code|type|reason|status|error|detail"
PAIR = re.compile(
    rf"'({NAMES})':\s*(?:'((?:[^'\\]|\\.)*)(?:'|\Z)|\"((?:[^\"\\]|\\.)*)(?:\"|\Z)|(\d{{3}})\b)|"
    rf"\"({NAMES})\"\s*:\s*(?:\"((?:[^\"\\]|\\.)*)(?:\"|\Z)|(\d{{3}})\b)"
)
"""A field of a document that is broken off or oddly printed."""
DOCUMENT = re.compile(r"[{\[]\s*[{'\"]")


def embedded(text: str) -> Iterator[Any]:
    """The documents in a text: the first that is whole, else what can be read of the fields of a broken one."""
    if "&quot;" in text or "&#34;" in text:
        text = html.unescape(text)
    whole = next(filter(None, (read(text) for read in READERS)), None)
    if whole is not None:
        yield whole
    else:
        yield from fields(text)


def documents(text: str) -> Any:
    """The first JSON object, or list of objects, in the text."""
    for opening in ("{", "["):
        for begins in islice(re.finditer(re.escape(opening), text), BEGINNINGS):
            value = decoded(text, begins.start())
            if isinstance(value, dict) or (isinstance(value, list) and value and isinstance(value[0], dict)):
                return value
    return None


def decoded(text: str, at: int) -> Any:
    """The JSON value that begins there, or None."""
    try:
        return DECODER.raw_decode(text, at)[0]
    except (ValueError, RecursionError):
        return None


def quoted(text: str) -> Any:
    """A document that stands in quotes: JSON as a JSON string, once or more."""
    for _ in range(UNQUOTINGS):
        begins = re.search(r"\"\s*(?=[{\[])", text)
        value = decoded(text, begins.start()) if begins else None
        text = value if isinstance(value, str) else text.replace('\\"', '"').replace("\\n", " ")
        if found := documents(text):
            return found
    return None


def of_bytes(text: str) -> Any:
    """A document in ``b'…'``, as Python prints bytes."""
    found = BYTES.search(text)
    value = decoded(as_json_string(found[1] if found[1] is not None else found[2]), 0) if found else None
    return documents(value.encode("latin-1", "replace").decode("utf-8", "replace")) if isinstance(value, str) else None


def printed(text: str) -> Any:
    """A document in the form in which Python prints it."""
    if "'" not in text:
        return None
    begins = re.search(r"[{\[]\s*(?:\{\s*)?(?=['\"])", text)
    return documents(TOKEN.sub(as_json_token, text[begins.start() :])) if begins else None


def as_json_token(found: re.Match[str]) -> str:
    """One token of printed Python as JSON."""
    if found[3]:
        return CONSTANTS[found[3]]
    return as_json_string(found[2] if found[1] is None else found[1])


def as_json_string(inner: str) -> str:
    """The inside of a Python string as a JSON string."""
    return f'"{ESCAPE.sub(as_json_escape, inner)}"'


def as_json_escape(found: re.Match[str]) -> str:
    """One escape of a Python string as JSON writes it."""
    if found[1]:
        return f"\\u00{found[1]}"
    if found[2] is not None:
        return found[0] if found[2] in '"\\/bfnrtu' else found[2]
    return '\\"' if found[0] == '"' else " "


def fields(text: str) -> Iterator[dict[str, str]]:
    """The telling fields of a document that is not whole."""
    if not DOCUMENT.search(text):
        return
    for groups in PAIR.findall(text):
        value = next((value for value in (*groups[1:4], *groups[5:]) if value), "")
        yield {groups[0] or groups[4]: decoded(f'"{value}"', 0) or value}


READERS = (of_bytes, documents, printed, quoted)
