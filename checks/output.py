"""Is a document an answer in some API's shape, who says it answered, and why did it stop?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from checks.observation import Cause

RESULT_KEYS = frozenset(
    {"choices", "candidates", "completion", "generations", "generation", "generated_text", "outputs", "predictions"}
    | {"results", "embeddings", "embedding", "output_text", "outputText", "inputTextTokenCount", "promptFeedback"}
    | {"messageStart", "contentBlockStart", "contentBlockDelta", "contentBlockStop", "messageStop", "metadata"}
    | {"usageMetadata", "totalTokens", "input_tokens", "inputTokens", "total_tokens", "tokens", "tokenCount", "count"}
    | {"models", "modelSummaries", "publisherModels", "generation_id", "stop_reason", "stopReason", "finish_reason"}
)
"""A document with one of these is an answer: output, a token count or a catalogue."""
RESULT_LISTS = frozenset(
    {"choices", "candidates", "content", "output", "data", "predictions", "generations", "outputs", "results"}
)
EVENT_TYPES = re.compile(
    r"message(?:_start|_delta|_stop|-start|-end)?$|content[_-]|ping$|response\.|text-|stream-|tool-|citation|"
    r"completion$|model$"
)
OBJECTS = frozenset(
    {"response", "list", "text_completion", "model", "message", "chat.completion", "chat.completion.chunk"}
)

REASON_KEYS = (
    "stop_reason",
    "stopReason",
    "finish_reason",
    "finishReason",
    "native_finish_reason",
    "blockReason",
    "done_reason",
    "completionReason",
)
REASONS: dict[str, Cause] = {
    **dict.fromkeys(
        (
            "refusal", "content_filter", "content_filtered", "safety", "recitation", "blocklist", "prohibited_content",
            "spii", "image_safety", "guardrail_intervened", "error_toxic", "sensitive", "moderation", "model_armor",
            "image_prohibited_content", "image_recitation", "blocked", "jailbreak", "block_reason_unspecified",
        ),
        Cause.CONTENT_FILTER,
    ),
    "insufficient_system_resource": Cause.CAPACITY,
    "network_error": Cause.SERVER_ERROR,
    "error": Cause.SERVER_ERROR,
    "timeout": Cause.TIMEOUT,
}  # fmt: skip
"""Why a model stopped, where that says more than that it answered."""
INNER = ("response", "message", "result", "delta", "output", "promptFeedback", "incomplete_details", "messageStop")


@dataclass(frozen=True, slots=True)
class Output:
    """What an answer that worked says of itself."""

    recognised: bool
    served_model: str | None = None
    stopped: Cause | None = None
    reason: str = ""


def look(documents: list[Any]) -> Output:
    """The output in these documents; a stream counts as one answer."""
    objects = list(flatten(documents))
    recognised = any(has_result(item) for item in objects)
    served = next(filter(None, map(served_model, objects)), None)
    for item in objects:
        for reason in reasons(item):
            if reason in REASONS:
                return Output(recognised, served, REASONS[reason], reason)
    return Output(recognised, served)


def flatten(documents: list[Any]) -> Iterator[dict[str, Any]]:
    """The objects of documents that may be arrays of objects."""
    for document in documents:
        for item in document if isinstance(document, list) else [document]:
            if isinstance(item, dict):
                yield item


def has_result(item: dict[str, Any]) -> bool:
    """Whether an object has the shape of an answer."""
    for key in RESULT_KEYS & item.keys():
        if item[key] is not None and (key not in RESULT_LISTS or item[key]):
            return True
    return names_result(item) or holds_output(item)


def names_result(item: dict[str, Any]) -> bool:
    """Whether an object says by its type that it is an answer or a part of one."""
    kind, thing = item.get("type"), item.get("object")
    if isinstance(kind, str) and EVENT_TYPES.match(kind):
        return True
    return (
        isinstance(thing, str)
        and thing in OBJECTS
        and bool(item.keys() & {"choices", "output", "data", "id", "status"})
    )


def holds_output(item: dict[str, Any]) -> bool:
    """Whether an object holds output under a name that other documents use too."""
    if isinstance(item.get("done"), bool) and isinstance(item.get("model"), str):
        return True
    if isinstance(item.get("data"), list) and "error" not in item:
        return True
    for key in ("output", "message", "result", "response"):
        value = item.get(key)
        if isinstance(value, dict) and (
            value.keys() & {"message", "role", "content", "response", "text"} or has_shallow_result(value)
        ):
            return True
    return isinstance(item.get("text"), str) or (isinstance(item.get("output"), str | list) and bool(item["output"]))


def has_shallow_result(item: dict[str, Any]) -> bool:
    """Whether an inner object has an answer's key."""
    return bool((RESULT_KEYS - {"metadata", "count", "tokens"}) & item.keys())


def served_model(item: dict[str, Any]) -> str | None:
    """The model that an object names as its author."""
    for place in (item, item.get("message"), item.get("response"), item.get("result")):
        if isinstance(place, dict):
            for key in ("model", "modelVersion", "model_version", "model_id"):
                value = place.get(key)
                if isinstance(value, str) and 0 < len(value) <= 200:
                    return value
    return None


def reasons(item: dict[str, Any], depth: int = 0) -> Iterator[str]:
    """Every reason to stop that an object gives, lower-case."""
    for key in REASON_KEYS:
        value = item.get(key)
        if isinstance(value, str):
            yield value.lower()
    if refuses(item):
        yield "refusal"
    incomplete = item.get("incomplete_details")
    if isinstance(incomplete, dict) and isinstance(incomplete.get("reason"), str):
        yield incomplete["reason"].lower()
    if depth < 3:
        for inner in inner_objects(item):
            yield from reasons(inner, depth + 1)


def inner_objects(item: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Where APIs put a reason one level deeper."""
    for key in INNER:
        if isinstance(item.get(key), dict):
            yield item[key]
    for key in ("choices", "candidates", "output", "content", "generations", "results", "outputs"):
        values = item.get(key)
        for value in values[:20] if isinstance(values, list) else ():
            if isinstance(value, dict):
                yield value


def refuses(item: dict[str, Any]) -> bool:
    """Whether an object is a refusal part, or a message with a refusal text."""
    refusal = item.get("refusal")
    return item.get("type") == "refusal" or (isinstance(refusal, str) and bool(refusal.strip()) and "type" not in item)


def error_parts(documents: list[Any]) -> list[Any]:
    """The error objects of documents that came with a 2xx; never anything a model wrote."""
    found: list[Any] = []
    for item in flatten(documents):
        found.extend(errors_of(item))
    return found


def errors_of(item: dict[str, Any]) -> Iterator[Any]:
    """The error objects of one document."""
    for place in (item, item.get("response")):
        if isinstance(place, dict) and place.get("error"):
            yield {"error": place["error"], **{key: item[key] for key in ("code", "status", "type") if key in item}}
            return
    for choice in item["choices"][:5] if isinstance(item.get("choices"), list) else ():
        if isinstance(choice, dict) and isinstance(choice.get("error"), dict) and choice["error"]:
            yield choice["error"]
            return
    yield from unusual_errors(item)


def unusual_errors(item: dict[str, Any]) -> Iterator[Any]:
    """Errors that an API dresses as an answer: numbered, listed, or alone with a message."""
    base = item.get("base_resp")
    if isinstance(base, dict) and base.get("status_code") not in (0, None):
        yield base
    elif item.get("type") == "error" or item.get("object") == "error":
        yield item
    elif isinstance(item.get("errors"), list) and item["errors"] and not has_result(item):
        yield {"error": item["errors"]}
    elif not has_result(item) and is_bare_error(item):
        yield item


def is_bare_error(item: dict[str, Any]) -> bool:
    """Whether an object without output is nothing but a complaint."""
    if isinstance(item.get("detail"), str | list) or item.get("success") is False:
        return True
    says = any(isinstance(item.get(key), str) for key in ("message", "msg", "error_msg", "errorMessage", "Message"))
    return says and bool(
        item.keys() & {"code", "status", "error_code", "errorCode", "statusCode", "type", "__type", "message"}
    )
