"""Ask an Anthropic-shaped API: the model's catalogue entry, a free token count, a streamed message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from checks.concessions import Conceded
from checks.dialect import Dialect, Question, fits, segment
from checks.observation import Observation
from checks.observe import json_object
from checks.stream import Stream
from checks.target import Level, Target

VERSION = "2023-06-01"
CONTENT_FIELDS = ("text", "thinking", "partial_json")
LAST_EVENTS = ("message_stop", "error")


def is_content(data: bytes) -> bool:
    """Does this event carry output of the model, thinking included?"""
    delta = json_object(data).get("delta")
    return isinstance(delta, dict) and any(delta.get(name) for name in CONTENT_FIELDS)


def is_end(data: bytes) -> bool:
    """Does nothing come after this event?"""
    return json_object(data).get("type") in LAST_EVENTS


class Anthropic(Dialect):
    """Checks of a provider that speaks the Messages API; ``base_url`` is without ``/v1``."""

    dialect = "anthropic"
    levels = frozenset(Level)
    stream = Stream(is_content, is_end)
    key_header = "x-api-key"
    key_prefix = ""
    always: ClassVar[Mapping[str, str]] = {"anthropic-version": VERSION}

    async def listed(self, target: Target) -> Observation:
        """Read the model's entry of the catalogue."""
        return await self.entry(target, f"/v1/models/{segment(target.provider_model_id)}", _entry)

    async def accepted(self, target: Target) -> Observation:
        """Have the tokens of a message counted, which is free."""
        return await self.count(target, "/v1/messages/count_tokens", self._message(target), "input_tokens")

    def question(self, target: Target, _: Conceded) -> Question:
        """A streamed message."""
        return "/v1/messages", self._message(target) | {"max_tokens": fits(target), "stream": True}

    def _message(self, target: Target) -> dict[str, object]:
        message = {"role": "user", "content": self.prompt()}
        return {"model": target.provider_model_id, "messages": [message]}


def _entry(document: dict[str, object]) -> object:
    return document if isinstance(document.get("id"), str) else None
