"""Ask Amazon Bedrock with a bearer key: the model's catalogue entry, a streamed conversation."""

from __future__ import annotations

import re
from collections.abc import Mapping

from checks.concessions import Conceded, Concession
from checks.dialect import Dialect, Question, fits, segment
from checks.observation import Observation
from checks.observe import json_object
from checks.stream import Frames, Stream
from checks.target import Level, Target

RUNTIME_HOST = "://bedrock-runtime"
CONTROL_HOST = "://bedrock"
PROFILE = re.compile(r"(?:us|us-gov|eu|apac|jp|au|ca|global)\.|arn:[^:]*:bedrock:[^:]*:\d*:(?:\w+-)?inference-profile/")
"""Ids of inference profiles, which the catalogue keeps apart from the models."""


def is_content(data: bytes) -> bool:
    """Does this frame carry output of the model, reasoning included?"""
    block = json_object(data).get("contentBlockDelta")
    delta = block.get("delta") if isinstance(block, Mapping) else None
    return isinstance(delta, Mapping) and any(delta.values())


def is_end(data: bytes) -> bool:
    """Does nothing of interest come after this frame?"""
    return not {"messageStop", "error"}.isdisjoint(json_object(data))


class Bedrock(Dialect):
    """Checks of a region of Bedrock through Converse; ``base_url`` is the runtime's address.

    A model that cannot stream is asked without, from its first refusal on. An answer does not name its model.
    """

    dialect = "bedrock"
    levels = frozenset({Level.LISTED, Level.ANSWERS})
    stream = Stream(is_content, is_end, Frames)
    concessions = (Concession("stream", (b"stream",)),)

    async def listed(self, target: Target) -> Observation:
        """Read the entry of the model or of the inference profile."""
        kind = "inference-profiles" if PROFILE.match(target.provider_model_id) else "foundation-models"
        return await self.entry(target, f"/{kind}/{segment(target.provider_model_id)}", _entry)

    def question(self, target: Target, conceded: Conceded) -> Question:
        """A conversation of one message, streamed where the model can."""
        body: dict[str, object] = {
            "messages": [{"role": "user", "content": [{"text": self.prompt()}]}],
            "inferenceConfig": {"maxTokens": fits(target)},
        }
        verb = "converse" if "stream" in conceded else "converse-stream"
        return f"/model/{segment(target.provider_model_id)}/{verb}", body

    def address(self, target: Target, path: str) -> str:
        """Models are at the runtime's host, the catalogue at its sister's."""
        address = super().address(target, path)
        return address if path.startswith("/model/") else address.replace(RUNTIME_HOST, CONTROL_HOST, 1)


def _entry(document: dict[str, object]) -> object:
    if isinstance(document.get("inferenceProfileId"), str):
        return document
    details = document.get("modelDetails")
    life = details.get("modelLifecycle") if isinstance(details, Mapping) else None
    return {**details, **life} if isinstance(details, Mapping) and isinstance(life, Mapping) else details
