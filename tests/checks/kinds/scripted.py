"""A provider on loopback that follows a script and remembers what it was asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from checks.target import Credential, Target
from tests.checks.hostile import head_of, response

NOW = datetime(2026, 6, 13, 2, 0, tzinfo=UTC)
CREDENTIAL = Credential("us", "sk-a-secret-that-nobody-may-see")


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it arrived."""

    line: str
    headers: Mapping[str, str]
    body: dict[str, object]


@dataclass(slots=True)
class Scripted:
    """Answers each request with the next reply; the last one is repeated."""

    replies: list[bytes]
    seen: list[Seen] = field(default_factory=list)

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            line, *rows = (await head_of(reader)).decode().strip().split("\r\n")
            headers = {name.lower(): value for name, value in (row.split(": ", 1) for row in rows)}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            self.seen.append(Seen(line.removesuffix(" HTTP/1.1"), headers, json.loads(body or b"{}")))
            writer.write(self.replies.pop(0) if len(self.replies) > 1 else self.replies[0])


def says(content: object, *headers: str, status: str = "200 OK") -> bytes:
    """A JSON answer."""
    return response(json.dumps(content).encode(), "content-type: application/json", *headers, status=status)


def streams(*events: object, named: bool = False) -> bytes:
    """An answer in server-sent events; strings go out as they are."""
    lines: list[str] = []
    for event in events:
        if named and isinstance(event, dict):
            lines.append(f"event: {event['type']}")
        lines += [f"data: {event if isinstance(event, str) else json.dumps(event)}", ""]
    return response("\n".join([*lines, ""]).encode(), "content-type: text/event-stream")


def target(url: str, model_id: str, **changes: object) -> Target:
    """A target with the test's credential."""
    fields: dict[str, object] = {
        "provider": "test",
        "base_url": url,
        "model": "a-model",
        "provider_model_id": model_id,
        "user_class": "us-persons",
        "credential": CREDENTIAL,
        "timeout": 3.0,
    }
    return Target(**(fields | changes))  # type: ignore[arg-type]
