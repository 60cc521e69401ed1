"""Ask the Gemini API: the model's catalogue entry, a free token count, a streamed generation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from checks.concessions import Conceded, Concession
from checks.dialect import Dialect, Question, fits, segment
from checks.observation import Observation
from checks.observe import json_object
from checks.stream import Stream
from checks.target import Level, Target

LEAST_THINKING: tuple[tuple[re.Pattern[str], dict[str, object]], ...] = (
    (re.compile(r"gemini-2\.5-flash"), {"thinkingBudget": 0}),
    (re.compile(r"gemini-[3-9]"), {"thinkingLevel": "low"}),
)
"""How a family is asked to think as little as it can, so that the few tokens of output are left for output."""


def is_content(data: bytes) -> bool:
    """Does this chunk carry output of the model, thoughts included?"""
    return any(_has_content(candidate) for candidate in _candidates(data))


def is_end(data: bytes) -> bool:
    """Does a candidate say why it stopped, or the chunk that it is an error?"""
    return any(one.get("finishReason") for one in _candidates(data)) or bool(json_object(data).get("error"))


class Gemini(Dialect):
    """Checks of a provider that speaks ``generateContent``; ``base_url`` is without ``/v1beta``."""

    dialect = "gemini"
    levels = frozenset(Level)
    stream = Stream(is_content, is_end)
    key_header = "x-goog-api-key"
    key_prefix = ""
    concessions = (Concession("thinking", (b"think",)),)

    async def listed(self, target: Target) -> Observation:
        """Read the model's entry of the catalogue."""
        return await self.entry(target, _path(target), _entry)

    async def accepted(self, target: Target) -> Observation:
        """Have the tokens of a prompt counted, which is free."""
        return await self.count(target, f"{_path(target)}:countTokens", self._contents(), "totalTokens")

    def question(self, target: Target, conceded: Conceded) -> Question:
        """A streamed generation."""
        settings: dict[str, object] = {"maxOutputTokens": fits(target)}
        if "thinking" not in conceded:
            settings |= _least_thinking(target.provider_model_id)
        return f"{_path(target)}:streamGenerateContent?alt=sse", self._contents() | {"generationConfig": settings}

    def _contents(self) -> dict[str, object]:
        return {"contents": [{"role": "user", "parts": [{"text": self.prompt()}]}]}


def _path(target: Target) -> str:
    return f"/v1beta/models/{segment(target.provider_model_id.removeprefix('models/'))}"


def _entry(document: dict[str, object]) -> object:
    return document if isinstance(document.get("name"), str) else None


def _least_thinking(model_id: str) -> dict[str, object]:
    found = next((how for family, how in LEAST_THINKING if family.search(model_id)), None)
    return {"thinkingConfig": found} if found else {}


def _candidates(data: bytes) -> Iterator[Mapping[str, object]]:
    candidates = json_object(data).get("candidates")
    for candidate in candidates if isinstance(candidates, list) else ():
        if isinstance(candidate, Mapping):
            yield candidate


def _has_content(candidate: Mapping[str, object]) -> bool:
    content = candidate.get("content")
    parts = content.get("parts") if isinstance(content, Mapping) else None
    return isinstance(parts, list) and any(isinstance(part, Mapping) and any(part.values()) for part in parts)
