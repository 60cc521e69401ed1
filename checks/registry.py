"""The check kinds by name: the only other file that a new kind touches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from checks.check import Check, Now
from checks.http import Fetcher
from checks.kinds.anthropic import Anthropic
from checks.kinds.azure import Azure
from checks.kinds.bedrock import Bedrock
from checks.kinds.gemini import Gemini
from checks.kinds.http import Http
from checks.kinds.ollama import Ollama
from checks.kinds.openai import OpenAI
from checks.kinds.openai_responses import OpenAIResponses
from checks.target import Level, Vantage


class Factory(Protocol):
    """Makes a check that asks through a fetcher, from a vantage, by a clock; ``levels`` is what it can ask."""

    @property
    def levels(self) -> frozenset[Level]:
        """The levels of the dialect."""
        ...

    def __call__(self, fetcher: Fetcher, vantage: Vantage, now: Now) -> Check:
        """Make the check."""
        ...


KINDS: Mapping[str, Factory] = {
    "anthropic": Anthropic,
    "azure": Azure,
    "bedrock": Bedrock,
    "gemini": Gemini,
    "http": Http,
    "ollama": Ollama,
    "openai": OpenAI,
    "openai-responses": OpenAIResponses,
}
