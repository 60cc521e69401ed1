"""Ask Ollama: the models that are there, a chat streamed as JSON lines."""

from __future__ import annotations

from collections.abc import Mapping

from checks.concessions import Conceded
from checks.dialect import Dialect, Question, fits
from checks.observation import Observation
from checks.observe import json_object
from checks.stream import Lines, Stream
from checks.target import Level, Target

CONTENT_FIELDS = ("content", "thinking", "tool_calls")
DEFAULT_TAG = ":latest"


def is_content(data: bytes) -> bool:
    """Does this line carry output of the model, thinking included?"""
    message = json_object(data).get("message")
    return isinstance(message, Mapping) and any(message.get(name) for name in CONTENT_FIELDS)


def is_end(data: bytes) -> bool:
    """Does nothing come after this line?"""
    line = json_object(data)
    return line.get("done") is True or bool(line.get("error"))


class Ollama(Dialect):
    """Checks of an Ollama server; ``base_url`` is without ``/api``. A key is sent only where there is one."""

    dialect = "ollama"
    levels = frozenset({Level.LISTED, Level.ANSWERS})
    stream = Stream(is_content, is_end, Lines)

    async def listed(self, target: Target) -> Observation:
        """Look for the model among those that were pulled."""
        return await self.catalogue(target, "/api/tags", "models", names=("name", "model"))

    def ids(self, target: Target) -> tuple[str, ...]:
        """The id, and the tag that goes without saying."""
        return (target.provider_model_id, target.provider_model_id + DEFAULT_TAG)

    def question(self, target: Target, _: Conceded) -> Question:
        """A streamed chat."""
        body: dict[str, object] = {
            "model": target.provider_model_id,
            "messages": [{"role": "user", "content": self.prompt()}],
            "stream": True,
            "options": {"num_predict": fits(target)},
        }
        return "/api/chat", body
