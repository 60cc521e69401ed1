"""Ask an OpenAI-shaped API, the vendor's own or any compatible gateway: the model list, a streamed completion."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

from checks.concessions import Conceded, Concession
from checks.dialect import Dialect, Question, fits
from checks.observation import Observation
from checks.observe import json_object
from checks.stream import Stream
from checks.target import Level, Target

LIMITS = ("max_tokens", "max_completion_tokens")
NEWER_LIMIT = re.compile(r"(?:^|/)(?:o\d|gpt-5)")
"""Families that want the newer name of the output limit."""
LEAST_EFFORT = (
    (re.compile(r"(?:^|/)gpt-5(?:-mini|-nano)?(?:-20\d\d|$)"), "minimal"),
    (re.compile(r"(?:^|/)o\d"), "low"),
)
"""How a family is asked to reason as little as it can, so that the few tokens of output are left for output."""
MORE_TOKENS = 512
"""For a model that could not finish its thoughts with few: one API makes an error of that."""
CONTENT_FIELDS = ("content", "reasoning", "reasoning_content", "refusal", "tool_calls")


def is_content(data: bytes) -> bool:
    """Does this chunk carry output of the model, reasoning included?"""
    choices = json_object(data).get("choices")
    return isinstance(choices, list) and any(_delta_has_content(choice) for choice in choices)


def is_end(data: bytes) -> bool:
    """Does nothing come after this chunk?"""
    return data == b"[DONE]" or bool(json_object(data).get("error"))


class OpenAI(Dialect):
    """Checks of a provider that speaks Chat Completions; ``base_url`` is with ``/v1``.

    Which name of the output limit a model wants is not known beforehand, nor whether a gateway takes
    ``stream_options`` or an effort: what was refused by name is said the other way, once, and that is remembered.
    """

    dialect = "openai"
    levels = frozenset({Level.LISTED, Level.ANSWERS})
    stream = Stream(is_content, is_end)
    concessions: ClassVar[tuple[Concession, ...]] = (
        Concession("limit", tuple(name.encode() for name in LIMITS)),
        Concession("stream_options", (b"stream_options",)),
        Concession("effort", (b"effort",)),
        Concession("room", (b"could not finish the message", b"max_tokens")),
    )

    async def listed(self, target: Target) -> Observation:
        """Look for the model in the list."""
        return await self.catalogue(target, "/models", "data")

    def question(self, target: Target, conceded: Conceded) -> Question:
        """A streamed completion."""
        newer = bool(NEWER_LIMIT.search(target.provider_model_id)) ^ ("limit" in conceded)
        body: dict[str, object] = {
            "model": target.provider_model_id,
            "messages": [{"role": "user", "content": self.prompt()}],
            LIMITS[newer]: room(target, conceded),
            "stream": True,
        }
        if "stream_options" not in conceded:
            body["stream_options"] = {"include_usage": True}
        if effort := least_effort(target, conceded):
            body["reasoning_effort"] = effort
        return "/chat/completions", body


def room(target: Target, conceded: Conceded) -> int:
    """How many tokens of output to allow."""
    return MORE_TOKENS if "room" in conceded else fits(target)


def least_effort(target: Target, conceded: Conceded) -> str | None:
    """The word for the least effort that the model's family knows, where it reasons unasked."""
    if "effort" in conceded:
        return None
    return next((word for family, word in LEAST_EFFORT if family.search(target.provider_model_id)), None)


def _delta_has_content(choice: object) -> bool:
    delta = choice.get("delta") if isinstance(choice, Mapping) else None
    return isinstance(delta, Mapping) and any(delta.get(name) for name in CONTENT_FIELDS)
