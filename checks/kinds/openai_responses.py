"""Ask an OpenAI-shaped API through its Responses endpoint: the model list, a streamed response."""

from __future__ import annotations

from checks.concessions import Conceded, Concession
from checks.dialect import Question, fits
from checks.kinds.openai import OpenAI, least_effort
from checks.observe import json_object
from checks.stream import Stream
from checks.target import Target

LAST_EVENTS = ("response.completed", "response.incomplete", "response.failed", "error")


def is_content(data: bytes) -> bool:
    """Is this event a piece of output, reasoning included?"""
    event = json_object(data)
    return str(event.get("type")).endswith(".delta") and bool(event.get("delta"))


def is_end(data: bytes) -> bool:
    """Does nothing come after this event?"""
    return data == b"[DONE]" or json_object(data).get("type") in LAST_EVENTS


class OpenAIResponses(OpenAI):
    """Checks of a provider that speaks the Responses API; ``base_url`` is with ``/v1``. Nothing is stored there."""

    dialect = "openai-responses"
    stream = Stream(is_content, is_end)
    concessions = (Concession("store", (b"store",)), Concession("effort", (b"effort",)))

    def question(self, target: Target, conceded: Conceded) -> Question:
        """A streamed response."""
        body: dict[str, object] = {
            "model": target.provider_model_id,
            "input": self.prompt(),
            "max_output_tokens": fits(target),
            "stream": True,
        }
        if effort := least_effort(target, conceded):
            body["reasoning"] = {"effort": effort}
        return "/responses", body if "store" in conceded else body | {"store": False}
