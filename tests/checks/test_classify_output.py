"""What a model writes is never read as an error, in whatever shape its answer comes."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from checks.classify import classify
from checks.observation import Answer, Cause

EVIL = (
    "This model has been withdrawn for legal reasons by court order. Your API key is invalid. Insufficient credits. "
    'event: error\n\ndata: {"error": {"message": "Country not supported", "code": "unsupported_country"}}\n\n'
    '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}} <html>Access denied in your country'
)


def message(text: str) -> Any:
    content = [{"type": "text", "text": text}]
    return {"type": "message", "role": "assistant", "model": "m-1", "content": content, "stop_reason": "end_turn"}


def chat(text: str) -> Any:
    choice = {"index": 0, "message": {"role": "assistant", "content": text, "refusal": None}, "finish_reason": "stop"}
    return {"object": "chat.completion", "model": "m-1", "choices": [choice]}


def completion(text: str) -> Any:
    return {"object": "text_completion", "model": "m-1", "choices": [{"text": text, "finish_reason": "length"}]}


def responses(text: str) -> Any:
    part = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}]}
    return {"object": "response", "status": "completed", "error": None, "model": "m-1", "output": [part]}


def gemini(text: str) -> Any:
    candidate = {"content": {"role": "model", "parts": [{"text": text}]}, "finishReason": "STOP"}
    return {"candidates": [candidate], "modelVersion": "m-1"}


def ollama(text: str) -> Any:
    return {"model": "m-1", "message": {"role": "assistant", "content": text}, "done": True, "done_reason": "stop"}


def ollama_generate(text: str) -> Any:
    return {"model": "m-1", "response": text, "done": True}


def converse(text: str) -> Any:
    return {"output": {"message": {"role": "assistant", "content": [{"text": text}]}}, "stopReason": "end_turn"}


def cohere(text: str) -> Any:
    reply = {"role": "assistant", "content": [{"type": "text", "text": text}]}
    return {"id": "x", "finish_reason": "COMPLETE", "message": reply}


def cohere_v1(text: str) -> Any:
    return {"response_id": "x", "text": text, "generation_id": "y", "finish_reason": "COMPLETE"}


def generated(text: str) -> Any:
    return [{"generated_text": text}]


def workers(text: str) -> Any:
    return {"result": {"response": text}, "success": True, "errors": [], "messages": []}


def reasoning(text: str) -> Any:
    choice = {"message": {"role": "assistant", "content": "OK", "reasoning_content": text}, "finish_reason": "stop"}
    return {"model": "m-1", "choices": [choice]}


def tool_call(text: str) -> Any:
    call = {"type": "function", "function": {"name": "error", "arguments": json.dumps({"error": text})}}
    return {"model": "m-1", "choices": [{"message": {"tool_calls": [call]}, "finish_reason": "tool_calls"}]}


WHOLE = [
    *(message, chat, completion, responses, gemini, ollama, ollama_generate, converse),
    *(cohere, cohere_v1, generated, workers, reasoning, tool_call),
]


def sse(*documents: Any, named: bool = False) -> bytes:
    lines = [(f"event: {item['type']}\n" if named else "") + f"data: {json.dumps(item)}\n\n" for item in documents]
    return "".join([": keep-alive\n\n", *lines, "data: [DONE]\n\n"]).encode()


def message_stream(text: str) -> bytes:
    start = {"type": "message_start", "message": {**message(""), "content": [], "stop_reason": None}}
    delta = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}
    stop = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}}
    return sse(start, delta, stop, {"type": "message_stop"}, named=True)


def chat_stream(text: str) -> bytes:
    return sse({"object": "chat.completion.chunk", "model": "m-1", "choices": [{"delta": {"content": text}}]})


def responses_stream(text: str) -> bytes:
    delta = {"type": "response.output_text.delta", "delta": text}
    return sse(delta, {"type": "response.completed", "response": responses(text)}, named=True)


def gemini_stream(text: str) -> bytes:
    return sse(gemini(text))


def gemini_array(text: str) -> bytes:
    return json.dumps([gemini(text), gemini(text)]).encode()


def ollama_stream(text: str) -> bytes:
    return "\n".join(json.dumps(item) for item in ({**ollama(text), "done": False}, ollama(""))).encode()


def frame(event: str, payload: bytes, kind: str = ":event-type") -> bytes:
    """One frame of AWS's event stream."""
    name, value = kind.encode(), event.encode()
    head = bytes([len(name)]) + name + b"\x07" + struct.pack(">H", len(value)) + value
    prelude = struct.pack(">II", 16 + len(head) + len(payload), len(head))
    start = prelude + struct.pack(">I", zlib.crc32(prelude)) + head + payload
    return start + struct.pack(">I", zlib.crc32(start))


def converse_stream(text: str) -> bytes:
    delta = json.dumps({"contentBlockIndex": 0, "delta": {"text": text}}).encode()
    stop = json.dumps({"stopReason": "end_turn"}).encode()
    return frame("contentBlockDelta", delta) + frame("messageStop", stop)


def invoke_stream(text: str) -> bytes:
    chunk = {"type": "content_block_delta", "delta": {"type": "text_delta", "text": text}}
    return frame("chunk", json.dumps({"bytes": base64.b64encode(json.dumps(chunk).encode()).decode()}).encode())


STREAMS = [
    *(message_stream, chat_stream, responses_stream, gemini_stream, gemini_array, ollama_stream),
    *(converse_stream, invoke_stream),
]


def as_bytes(shape: Callable[[str], Any], text: str) -> bytes:
    made = shape(text)
    return made if isinstance(made, bytes) else json.dumps(made).encode()


@pytest.mark.parametrize("shape", [*WHOLE, *STREAMS])
@pytest.mark.parametrize("dialect", ["generic", "anthropic", "gemini"])
def test_a_model_that_quotes_errors_has_answered(shape: Callable[[str], Any], dialect: str) -> None:
    found = classify(dialect, Answer(200, {}, as_bytes(shape, EVIL)))
    assert (found.cause, found.rule) == (Cause.OK, "output.ok")


@pytest.mark.parametrize("shape", [*WHOLE, *STREAMS])
@settings(max_examples=25, deadline=None)
@given(text=st.text(max_size=80))
@example(text="error")
@example(text='{"error": "no"}')
def test_whatever_a_model_writes_it_has_answered(shape: Callable[[str], Any], text: str) -> None:
    assert classify("generic", Answer(200, {}, as_bytes(shape, text))).cause is Cause.OK


@pytest.mark.parametrize("shape", [message_stream, chat_stream, converse_stream])
def test_an_error_after_output_is_an_error(shape: Callable[[str], bytes]) -> None:
    aws = shape is converse_stream
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    late = frame("throttlingException", b'{"message":"slow"}', ":exception-type") if aws else sse(error, named=True)
    found = classify("generic", Answer(200, {}, shape("O") + late))
    assert found.cause == (Cause.RATE_LIMITED if aws else Cause.CAPACITY)


@pytest.mark.parametrize(
    "body",
    [
        {"input_tokens": 9},
        {"totalTokens": 9},
        {"inputTokens": 9},
        {"object": "list", "data": [{"id": "m-1", "object": "model"}]},
        {"models": [{"name": "models/m-1"}]},
        {"type": "model", "id": "m-1", "display_name": "M 1"},
    ],
)
def test_counts_and_catalogues_are_answers(body: Any) -> None:
    assert classify("generic", Answer(200, {}, json.dumps(body).encode())).cause is Cause.OK


@pytest.mark.parametrize(
    "body", [b"", b"  ", b"OK", b"{}", b"[]", b"null", b"\xff\xfe", b'{"choices": []}', b"<html>hi"]
)
def test_a_success_in_no_shape_is_a_fault(body: bytes) -> None:
    assert classify("generic", Answer(200, {}, body)).cause is Cause.SERVER_ERROR


@pytest.mark.parametrize("reason", ["SAFETY", "content_filter", "refusal", "guardrail_intervened", "RECITATION"])
def test_a_filtered_answer_is_an_answer(reason: str) -> None:
    body = {"model": "m-1", "choices": [{"message": {"content": ""}, "finish_reason": reason}]}
    assert classify("generic", Answer(200, {}, json.dumps(body).encode())).cause is Cause.CONTENT_FILTER
