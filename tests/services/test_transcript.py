"""A paste means what the answer itself meant, however it was copied: measured over every answer that is known."""

from __future__ import annotations

import json
from collections.abc import Callable
from time import perf_counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.classify import classify
from statuspage.services.transcript import meaning_of, read
from tests.checks.corpus import EXAMPLES, Example

CLOUDFLARE = (
    'report-to: {"endpoints":[{"url":"https://a.nel.example/report/v4?s=x"}],"group":"cf-nel","max_age":604800}\n'
    'nel: {"success_fraction":0,"report_to":"cf-nel","max_age":604800}\n'
)


def head(example: Example, mark: str = "") -> str:
    lines = [f"HTTP/2 {example.status} ", *(f"{name}: {value}" for name, value in example.headers.items())]
    return "".join(f"{mark}{line}\n" for line in lines)


def body(example: Example) -> str:
    return example.body if isinstance(example.body, str) else json.dumps(example.body)


def curl(example: Example) -> str:
    return f"{head(example)}{CLOUDFLARE}\n{body(example)}\n"


def curl_through_a_proxy(example: Example) -> str:
    return f"HTTP/1.1 200 Connection established\n\nHTTP/2 100\n\n{curl(example)}"


def curl_of_windows(example: Example) -> str:
    return curl(example).replace("\n", "\r\n")


def curl_verbose(example: Example) -> str:
    asked = (
        "* Connected to api.example.com (10.0.0.1) port 443 (#0)\n> POST /v1/messages HTTP/2\n> Host: api.example.com\n"
        "> content-type: application/json\n> \n} [123 bytes data]\n"
    )
    return f"{asked}{head(example, '< ')}< \n{{ [45 bytes data]\n{body(example)}\n* Connection #0 to host left intact\n"


def saved(example: Example) -> str:
    return json.dumps({"status": example.status, "headers": example.headers, "body": example.body}, indent=2)


def python_library(example: Example) -> str:
    return (
        'Traceback (most recent call last):\n  File "/app/main.py", line 12, in <module>\n'
        f"openai.APIStatusError: Error code: {example.status} - {example.body}\n"
    )


def javascript_library(example: Example) -> str:
    return (
        f"APIError: {example.status} {body(example)}\n    at APIError.generate (file:///app/error.mjs:44:20)\n"
        f"    at process.processTicksAndRejections {{\n  status: {example.status},\n  headers: {{}}\n}}"
    )


def agent(example: Example) -> str:
    return f"  ⎿  API Error: {example.status} {body(example)} · Retrying in 1 seconds… (attempt 1/10)"


def google_library(example: Example) -> str:
    return f"google.genai.errors.ClientError: {example.status} STATUS. {example.body}"


def log_line(example: Example) -> str:
    return f"2026-06-13T02:00:01.123Z ERROR [worker-3] upstream failed status={example.status} body={body(example)}"


def log_object(example: Example) -> str:
    return json.dumps({"level": "error", "msg": "upstream", "status": example.status, "response": body(example)})


def fenced(example: Example) -> str:
    return f"I get HTTP {example.status}:\n```json\n{json.dumps(example.body, indent=2)}\n```\nDoes anyone else?"


FOR_ALL = (curl, curl_through_a_proxy, curl_of_windows, curl_verbose, saved)
FOR_OBJECTS = (
    python_library, javascript_library, agent, google_library, log_line, log_object, fenced
)  # fmt: skip
Copies = Callable[[Example], str]


def misread(copies: Copies, examples: list[Example]) -> list[tuple[str, str, str]]:
    """Those whose paste is taken for something else than the answer itself."""
    found = []
    for one in examples:
        meant, said = classify("generic", one.answer), meaning_of("generic", read(copies(one)))
        if meant.cause != said.cause:
            found.append((one.id, meant.cause.value, said.cause.value))
    return found


@pytest.mark.parametrize("copies", FOR_ALL, ids=lambda one: one.__name__)
def test_an_exchange_means_the_same(copies: Copies) -> None:
    wrong = misread(copies, EXAMPLES)
    assert len(wrong) <= len(EXAMPLES) // 100, wrong


@pytest.mark.parametrize("copies", FOR_OBJECTS, ids=lambda one: one.__name__)
def test_a_message_means_the_same(copies: Copies) -> None:
    errors = [one for one in EXAMPLES if one.is_error and one.body]
    wrong = misread(copies, errors)
    assert len(wrong) <= len(errors) // 50, wrong


DENIED = "AccessDeniedException"


@pytest.mark.parametrize(
    ("text", "status", "part"),
    [
        (f"botocore: An error occurred ({DENIED}) when calling the Converse operation: No access to it.", 403, DENIED),
        ('litellm.NotFoundError: AnthropicException - {"type":"error","error":{"type":"not_found_error"}}', 404,
         '{"type":"error"'),
        ("requests.exceptions.HTTPError: 404 Client Error: Not Found for url: https://api.example.com/", 404, "404"),
        ("Client error '403 Forbidden' for url 'https://api.example.com/v1/chat/completions'", 403, "Forbidden"),
        ("AxiosError: Request failed with status code 429", 429, "429"),
        ("urllib.error.HTTPError: HTTP Error 503: Service Unavailable", 503, "503"),
        ('{"level":"warn","body":"{\\"error\\":{\\"message\\":\\"m\\"}}","status":"x"} status=400', 400, '"body"'),
        ('the body was {\\"error\\": {\\"code\\": 404}}', 404, '{"error": {"code": 404}}'),
        ("headers {'a': 1} and then {'error': {'message': 'm'}}", None, '{"error":{"message":"m"}}'),
        ('event: error\ndata: {"type":"error"}\n\n', None, "event: error"),
        ("", None, ""),
    ],
)  # fmt: skip
def test_what_stands_in_a_message_is_found(text: str, status: int | None, part: str) -> None:
    answer = read(text)
    assert answer.status == status
    assert part.encode() in answer.body


PIECES = st.sampled_from(
    ["HTTP/1.1 404\n", "< HTTP/2 200 OK\r\n", "a: b\n", "{", "}", "{'a': ", '{"error": ', '"', "'", "\\", "404", "\n",
     "data: ", "Error code: ", "[", "null", "An error occurred (X) when calling y: z", "\ud800", "\x00", "```"]
)  # fmt: skip


@given(st.lists(PIECES | st.text(max_size=8), max_size=40).map("".join))
def test_nothing_makes_it_raise(text: str) -> None:
    answer = read(text)
    assert answer.status is None or 100 <= answer.status <= 599
    classify("generic", answer)


@pytest.mark.parametrize("piece", ["{", "{'a':", '{"a":', "{}", "{'", "HTTP/2 404\na: b\n", "error ", "\\'{", "a" * 61])
def test_no_paste_takes_long(piece: str) -> None:
    text = piece * (64 * 1024 // len(piece))
    started = perf_counter()
    read(text)
    assert perf_counter() - started < 5


def test_a_document_of_any_shape_is_read() -> None:
    odd: list[Any] = [
        [],
        1,
        None,
        {"status": True, "body": {}},
        {"status": 9, "body": "x"},
        {"status": 404, "body": None},
    ]
    for value in odd:
        assert isinstance(read(json.dumps(value)).body, bytes)


def test_a_body_alone_speaks_for_itself() -> None:
    errors = [one for one in EXAMPLES if one.is_error and one.body]
    known = {one.id for one in errors if classify("generic", one.answer).cause.value == one.cause}
    read_alone = [meaning_of("generic", read(body(one))).cause.value == one.cause for one in errors if one.id in known]
    assert sum(read_alone) >= 0.85 * len(read_alone), sum(read_alone) / len(read_alone)
