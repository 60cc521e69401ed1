"""One answer of a simulated API, whole or streamed, before it goes onto the wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import orjson

from statuspage.demo.catalogue import Model
from statuspage.demo.state import State

PIECES = ("OK", ".")


@dataclass(frozen=True, slots=True)
class Reply:
    """What to answer; with ``events`` it is a stream whose first event goes out at once.

    ``delay`` is the time in seconds before the first token, ``pause`` the time between two later events.
    """

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    events: tuple[bytes, ...] = ()
    delay: float = 0.0
    pause: float = 0.0


@dataclass(frozen=True, slots=True)
class Asked:
    """What a well-formed request wants."""

    model_id: str
    limit: int
    streamed: bool
    wants_usage: bool = False

    @property
    def pieces(self) -> tuple[str, ...]:
        """The tokens that fit into the limit."""
        return PIECES[: self.limit]

    @property
    def cut(self) -> bool:
        """Was the output cut by the limit?"""
        return self.limit < len(PIECES)


class BadRequest(ValueError):
    """The request's own mistake, in the words that the vendor uses for it."""


class Shape(Protocol):
    """How one vendor says things."""

    def read(self, body: Mapping[str, object]) -> Asked:
        """What a request wants; raises ``BadRequest``."""
        ...

    def output(self, asked: Asked, served: str) -> Reply:
        """The model's output, under the name of the model that served it."""
        ...

    def unauthorised(self, presented: bool) -> Reply:
        """No key, or one that nobody knows."""
        ...

    def bad_request(self, message: str) -> Reply:
        """The request's own mistake."""
        ...

    def unknown_model(self, model_id: str) -> Reply:
        """A model that is not offered."""
        ...

    def policy(self) -> Reply:
        """The organisation's retention setting closes the model."""
        ...

    def entitlement(self, model_id: str) -> Reply:
        """The model is for others only."""
        ...

    def outage(self, status: int) -> Reply:
        """The whole API fails."""
        ...

    def entry(self, model: Model, state: State) -> Reply:
        """One model's entry of the list."""
        ...

    def listing(self, models: Sequence[Model], state: State) -> Reply:
        """The models that this key may see."""
        ...


def json_reply(status: int, content: object, headers: Mapping[str, str]) -> Reply:
    """An answer in JSON."""
    return Reply(status, orjson.dumps(content), {"content-type": "application/json", **headers})


def stream_reply(events: Sequence[bytes], headers: Mapping[str, str]) -> Reply:
    """An answer in server-sent events."""
    return Reply(
        200,
        headers={"content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache", **headers},
        events=tuple(events),
    )
