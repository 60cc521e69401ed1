"""A good streamed answer of each kind of model API, word for word as its vendor documents it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from zlib import crc32

from tests.checks.hostile import response


def events(*data: object, named: bool = False) -> bytes:
    """Server-sent events; strings go out as they are."""
    lines: list[str] = []
    for one in data:
        if named and isinstance(one, dict):
            lines.append(f"event: {one['type']}")
        lines += [f"data: {one if isinstance(one, str) else json.dumps(one)}", ""]
    return "\n".join([*lines, ""]).encode()


def json_lines(*data: object) -> bytes:
    """One JSON document a line."""
    return b"".join(json.dumps(one).encode() + b"\n" for one in data)


def frame(name: str, payload: object, *, kind: str = "event") -> bytes:
    """One frame of an AWS event stream."""
    fields = {f":{kind}-type": name, ":content-type": "application/json", ":message-type": kind}
    head = b"".join(
        bytes([len(key)]) + key.encode() + b"\x07" + len(value).to_bytes(2, "big") + value.encode()
        for key, value in fields.items()
    )
    body = json.dumps(payload).encode()
    prelude = (16 + len(head) + len(body)).to_bytes(4, "big") + len(head).to_bytes(4, "big")
    message = prelude + crc32(prelude).to_bytes(4, "big") + head + body
    return message + crc32(message).to_bytes(4, "big")


@dataclass(frozen=True, slots=True)
class Sample:
    """A model id, the first part of a stream that has content, and what comes before and after it."""

    model: str
    before: bytes
    content: bytes
    after: bytes
    content_type: str = "text/event-stream"

    @property
    def body(self) -> bytes:
        """The whole stream."""
        return self.before + self.content + self.after

    @property
    def whole(self) -> bytes:
        """A complete HTTP answer."""
        return response(self.body, f"content-type: {self.content_type}")

    @property
    def open_ended(self) -> bytes:
        """The start of an HTTP answer that only ends when the connection does."""
        return f"HTTP/1.1 200 OK\r\ncontent-type: {self.content_type}\r\n\r\n".encode()


def _chunk(model: str, content: str, finish: str | None = None) -> dict[str, object]:
    choice = {"index": 0, "delta": {"content": content}, "finish_reason": finish}
    return {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": model, "choices": [choice]}


def _completion(model: str) -> Sample:
    usage = {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}
    last = _chunk(model, "", "stop") | {"choices": [], "usage": usage}
    return Sample(
        model,
        events(_chunk(model, "")),
        events(_chunk(model, "OK")),
        events(_chunk(model, "", "stop"), last, "[DONE]"),
    )


def _message() -> Sample:
    model = "claude-fable-5"
    usage = {"input_tokens": 9, "output_tokens": 1}
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": model, "content": [], "usage": usage}
    start = {"type": "message_start", "message": message | {"stop_reason": None, "stop_sequence": None}}
    block = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    delta = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "OK"}}
    stop = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 2}}
    return Sample(
        model,
        events(start, block, {"type": "ping"}, named=True),
        events(delta, named=True),
        events({"type": "content_block_stop", "index": 0}, stop, {"type": "message_stop"}, named=True),
    )


def _response() -> Sample:
    model = "model-5-2026-05-01"
    head = {"id": "resp_1", "object": "response", "created_at": 1, "model": model, "output": [], "error": None}
    common = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    item = {"id": "msg_1", "type": "message", "role": "assistant", "status": "in_progress", "content": []}
    part = {"type": "output_text", "text": "OK", "annotations": []}
    done = head | {"status": "completed", "output": [item | {"status": "completed", "content": [part]}]}
    return Sample(
        "model-5",
        events(
            {"type": "response.created", "sequence_number": 0, "response": head | {"status": "in_progress"}},
            {"type": "response.output_item.added", "sequence_number": 1, "output_index": 0, "item": item},
            {"type": "response.content_part.added", "sequence_number": 2, **common, "part": part | {"text": ""}},
            named=True,
        ),
        events({"type": "response.output_text.delta", "sequence_number": 3, **common, "delta": "OK"}, named=True),
        events(
            {"type": "response.output_text.done", "sequence_number": 4, **common, "text": "OK"},
            {"type": "response.completed", "sequence_number": 5, "response": done},
            named=True,
        ),
    )


def _generation() -> Sample:
    model = "gemini-2.5-pro"

    def chunk(text: str, **more: str) -> dict[str, object]:
        candidate = {"content": {"parts": [{"text": text}], "role": "model"}, "index": 0, **more}
        usage = {"promptTokenCount": 9, "totalTokenCount": 11}
        return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": model, "responseId": "r1"}

    return Sample(model, events(chunk("")), events(chunk("OK")), events(chunk(".", finishReason="STOP")))


def _conversation() -> Sample:
    delta = {"contentBlockIndex": 0, "delta": {"text": "OK"}, "p": "abc"}
    usage = {"usage": {"inputTokens": 9, "outputTokens": 2, "totalTokens": 11}, "metrics": {"latencyMs": 200}}
    return Sample(
        "us.anthropic.claude-fable-5-v1:0",
        frame("messageStart", {"role": "assistant", "p": "ab"}),
        frame("contentBlockDelta", delta),
        frame("contentBlockStop", {"contentBlockIndex": 0})
        + frame("messageStop", {"stopReason": "end_turn"})
        + frame("metadata", usage),
        "application/vnd.amazon.eventstream",
    )


def _chat() -> Sample:
    model = "llama3.2"

    def line(text: str, **more: object) -> dict[str, object]:
        message = {"role": "assistant", "content": text}
        return {"model": model, "created_at": "2026-06-13T02:00:00Z", "message": message, "done": False, **more}

    last = line("", done=True, done_reason="stop", total_duration=1, eval_count=2)
    return Sample(model, json_lines(line("")), json_lines(line("OK")), json_lines(last), "application/x-ndjson")


SAMPLES = {
    "anthropic": _message(),
    "azure": _completion("gpt-4.1-2025-04-14"),
    "bedrock": _conversation(),
    "gemini": _generation(),
    "ollama": _chat(),
    "openai": _completion("vendor/model-5"),
    "openai-responses": _response(),
}
"""By the name of the kind."""
