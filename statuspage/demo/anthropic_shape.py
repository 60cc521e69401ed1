"""How the simulated Claude API says things: the Messages API's requests, answers, streams and errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson

from statuspage.demo.catalogue import Model
from statuspage.demo.reply import Asked, BadRequest, Reply, json_reply, stream_reply
from statuspage.demo.state import State

CREATED_AT = "2026-06-09T17:08:00Z"
ERROR_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    529: "overloaded_error",
}


@dataclass(frozen=True, slots=True)
class AnthropicShape:
    """Says things the way of the Messages API, for one request."""

    request_id: str

    def read(self, body: Mapping[str, object]) -> Asked:
        for name, kind in (("model", str), ("max_tokens", int), ("messages", list)):
            if not isinstance(body.get(name), kind):
                raise BadRequest(f"{name}: Field required")
        limit = int(str(body["max_tokens"]))
        if limit < 1:
            raise BadRequest("max_tokens: Input should be greater than or equal to 1")
        return Asked(str(body["model"]), limit, body.get("stream") is True)

    def output(self, asked: Asked, served: str) -> Reply:
        if asked.streamed:
            return stream_reply([_event(data) for data in self._stream(asked, served)], self._headers())
        content = [{"type": "text", "text": "".join(asked.pieces)}]
        usage = {"input_tokens": 18, "output_tokens": len(asked.pieces)}
        message = self._message(served) | {"content": content, "stop_reason": _stop(asked), "usage": usage}
        return json_reply(200, message, self._headers())

    def counted(self) -> Reply:
        """The answer of the token counter."""
        return json_reply(200, {"input_tokens": 18}, self._headers())

    def unauthorised(self, presented: bool) -> Reply:
        return self._error(401, "invalid x-api-key" if presented else "x-api-key header is required")

    def bad_request(self, message: str) -> Reply:
        return self._error(400, message)

    def unknown_model(self, model_id: str) -> Reply:
        return self._error(404, f"model: {model_id}")

    def policy(self) -> Reply:
        return self._error(400, "data retention mode 'zero' is not available for this model")

    def entitlement(self, model_id: str) -> Reply:
        return self._error(403, f"Your API key does not have permission to use the model {model_id}.")

    def outage(self, status: int) -> Reply:
        return self._error(status, "Overloaded" if status == 529 else "Internal server error")

    def listing(self, models: Sequence[Model], state: State) -> Reply:
        entries = [_entry(model, state) for model in models]
        ids = [model.id for model in models]
        page = {"data": entries, "has_more": False, "first_id": ids[0], "last_id": ids[-1]}
        return json_reply(200, page, self._headers())

    def entry(self, model: Model, state: State) -> Reply:
        return json_reply(200, _entry(model, state), self._headers())

    def _error(self, status: int, message: str) -> Reply:
        error = {"type": ERROR_TYPES.get(status, "api_error"), "message": message}
        return json_reply(status, {"type": "error", "error": error, "request_id": self.request_id}, self._headers())

    def _headers(self) -> dict[str, str]:
        return {
            "request-id": self.request_id,
            "anthropic-ratelimit-requests-limit": "4000",
            "anthropic-ratelimit-requests-remaining": "3999",
        }

    def _message(self, served: str) -> dict[str, object]:
        return {"id": f"msg_{self.request_id[4:]}", "type": "message", "role": "assistant", "model": served}

    def _stream(self, asked: Asked, served: str) -> list[dict[str, object]]:
        start = self._message(served) | {
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": {"input_tokens": 18, "output_tokens": 1},
        }
        stop = {"stop_reason": _stop(asked), "stop_sequence": None}
        return [
            {"type": "message_start", "message": start},
            {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
            {"type": "ping"},
            *(_delta(piece) for piece in asked.pieces),
            {"type": "content_block_stop", "index": 0},
            {"type": "message_delta", "delta": stop, "usage": {"output_tokens": len(asked.pieces)}},
            {"type": "message_stop"},
        ]


def _delta(piece: str) -> dict[str, object]:
    return {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}}


def _event(data: dict[str, object]) -> bytes:
    return b"event: " + str(data["type"]).encode() + b"\ndata: " + orjson.dumps(data) + b"\n\n"


def _stop(asked: Asked) -> str:
    return "max_tokens" if asked.cut else "end_turn"


def _entry(model: Model, state: State) -> dict[str, object]:
    return {
        "type": "model",
        "id": model.served_as or model.id,
        "display_name": model.name,
        "created_at": CREATED_AT,
        "lifecycle": "retired" if model.id in state.retired else "active",
    }
