"""A pasted answer as data, for ``checks.classify``: provider, headers and body of a JSON object."""

from __future__ import annotations

from collections.abc import Mapping

import orjson

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
