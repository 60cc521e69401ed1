"""How the simulated gateway says things: Chat Completions requests, answers, streams and a gateway's errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson

from statuspage.demo.catalogue import Model, Provider
from statuspage.demo.reply import Asked, BadRequest, Reply, json_reply, stream_reply
from statuspage.demo.state import State


@dataclass(frozen=True, slots=True)
class OpenAIShape:
    """Says things the way of a Chat Completions gateway, for one request."""

    request_id: str
    provider: Provider
    created: int

    def read(self, body: Mapping[str, object]) -> Asked:
        model_id, messages = body.get("model"), body.get("messages")
        if not isinstance(model_id, str) or not model_id:
            raise BadRequest("No models provided")
        if not isinstance(messages, list) or not messages:
            raise BadRequest('Input required: specify "prompt" or "messages"')
        limit = body.get("max_completion_tokens", body.get("max_tokens", 4096))
        if not isinstance(limit, int) or limit < 1:
            raise BadRequest("max_tokens must be a positive integer")
        options = body.get("stream_options")
        usage = isinstance(options, Mapping) and options.get("include_usage") is True
        return Asked(model_id, limit, body.get("stream") is True, usage)

    def output(self, asked: Asked, served: str) -> Reply:
        if asked.streamed:
            return stream_reply(self._stream(asked, served), self._headers())
        message = {"role": "assistant", "content": "".join(asked.pieces)}
        choice = {"index": 0, "message": message, "finish_reason": _finish(asked)}
        completion = self._object("chat.completion", served) | {"choices": [choice], "usage": _usage(asked)}
        return json_reply(200, completion, self._headers())

    def unauthorised(self, presented: bool) -> Reply:
        return self._error(401, "User not found." if presented else "No auth credentials found")

    def bad_request(self, message: str) -> Reply:
        return self._error(400, message)

    def unknown_model(self, model_id: str) -> Reply:
        return self._error(400, f"{model_id} is not a valid model ID")

    def policy(self) -> Reply:
        return self._error(400, "data retention mode 'zero' is not available for this model")

    def entitlement(self, model_id: str) -> Reply:
        error = {
            "message": f"The requested model '{model_id}' is not available for this API key.",
            "type": "key_model_access_denied",
            "param": "model",
            "code": "403",
        }
        return json_reply(403, {"error": error}, self._headers())

    def outage(self, status: int) -> Reply:
        return self._error(status, "Internal Server Error" if status == 500 else "Service unavailable")

    def listing(self, models: Sequence[Model], state: State) -> Reply:
        entries = [self._entry(model) for model in models if model.id not in state.retired]
        return json_reply(200, {"object": "list", "data": entries}, self._headers())

    def entry(self, model: Model, state: State) -> Reply:
        if model.id in state.retired:
            return self.unknown_model(self.provider.model_id(model))
        return json_reply(200, self._entry(model), self._headers())

    def _entry(self, model: Model) -> dict[str, object]:
        return {"id": self.provider.model_id(model), "object": "model", "created": self.created, "name": model.name}

    def _error(self, status: int, message: str) -> Reply:
        return json_reply(status, {"error": {"message": message, "code": status}}, self._headers())

    def _headers(self) -> dict[str, str]:
        return {"x-request-id": self.request_id, "x-ratelimit-limit": "600", "x-ratelimit-remaining": "599"}

    def _object(self, kind: str, served: str) -> dict[str, object]:
        return {"id": f"gen-{self.request_id[4:]}", "object": kind, "created": self.created, "model": served}

    def _stream(self, asked: Asked, served: str) -> list[bytes]:
        deltas: list[tuple[dict[str, str], str | None]] = [({"role": "assistant", "content": ""}, None)]
        deltas += [({"content": piece}, None) for piece in asked.pieces]
        deltas += [({}, _finish(asked))]
        chunks = [{"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]} for delta, finish in deltas]
        usage: list[dict[str, object]] = [{"choices": [], "usage": _usage(asked)}] if asked.wants_usage else []
        head = self._object("chat.completion.chunk", served)
        lines = [b"data: " + orjson.dumps(head | chunk) + b"\n\n" for chunk in chunks + usage]
        return [b": GATEWAY PROCESSING\n\n", *lines, b"data: [DONE]\n\n"]


def _finish(asked: Asked) -> str:
    return "length" if asked.cut else "stop"


def _usage(asked: Asked) -> dict[str, int]:
    count = len(asked.pieces)
    return {"prompt_tokens": 18, "completion_tokens": count, "total_tokens": 18 + count}
