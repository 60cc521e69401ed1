"""The corpus of real answers, and how one of them is said about the model that was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

import orjson

from statuspage.demo.catalogue import Model

CORPUS_NAMES = ("Claude Fable 5",)
CORPUS_IDS = (
    "nousresearch/hermes-3-llama-3.1-405b:free",
    "claude-3-7-sonnet-latest",
    "gpt-4o-2024-08-06",
    "gpt-4o-mini",
    "gpt-4-vision-preview",
    "gpt-4o",
    "models/gemini-x",
    "claude-sonnet-5",
    "mock-frontier",
)
CORPUS_REQUEST_ID = "req_x"


@dataclass(frozen=True, slots=True)
class Signal:
    """One real answer of the corpus; ``cause`` is what it means."""

    id: str
    provider: str
    status: int
    headers: Mapping[str, str]
    body: str
    cause: str

    @property
    def content_type(self) -> str:
        """JSON or, for an edge's page, HTML."""
        return "application/json" if self.body.startswith("{") else "text/html; charset=utf-8"


def render(signal: Signal, model: Model, model_id: str, request_id: str) -> str:
    """The signal's body, about this model and this request where it names a model or a request."""
    text = signal.body.replace(CORPUS_REQUEST_ID, request_id)
    for name in CORPUS_NAMES:
        text = text.replace(name, model.name)
    named = next((each for each in CORPUS_IDS if each in text), None)
    return text.replace(named, model_id) if named else text


def _load() -> dict[str, Signal]:
    rows = orjson.loads(files("statuspage.demo").joinpath("signals.json").read_bytes())
    return {row["id"]: _signal(row) for row in rows}


def _signal(row: dict[str, object]) -> Signal:
    body, headers = row["body"], row["headers"]
    assert isinstance(headers, dict)  # noqa: S101 - the shape of our own file
    return Signal(
        id=str(row["id"]),
        provider=str(row["provider"]),
        status=int(str(row["status"])),
        headers=headers,
        body=body if isinstance(body, str) else orjson.dumps(body).decode(),
        cause=str(row["cause"]),
    )


SIGNALS: Mapping[str, Signal] = _load()
