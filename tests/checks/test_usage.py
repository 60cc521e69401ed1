"""Token counts of answers: every dialect's names, running counts of streams, and nothing that output can fake."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.observation import Usage
from checks.usage import MOST, usage_of

STREAM = b"""\
event: message_start
data: {"type":"message_start","message":{"usage":{"input_tokens":25,"cache_read_input_tokens":900,"output_tokens":1}}}

event: message_delta
data: {"type":"message_delta","usage":{"output_tokens":15}}
"""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"usage": {"input_tokens": 12, "output_tokens": 3}}', Usage(12, 3)),
        (b'{"usage":{"prompt_tokens":12,"completion_tokens":3,"total_tokens":15}}', Usage(12, 3)),
        (b'{"usageMetadata":{"promptTokenCount":8,"candidatesTokenCount":2,"thoughtsTokenCount":20}}', Usage(8, 22)),
        (b'{"metadata":{"usage":{"inputTokens":8,"outputTokens":2}}}', Usage(8, 2)),
        (b'{"prompt_eval_count":26,"eval_count":4}', Usage(26, 4)),
        (b'{"input_tokens": 9}', Usage(9, 0)),
        (STREAM, Usage(25, 15)),
        (b'{"usage":{"input_tokens":999999999,"output_tokens":1}}', Usage(MOST, 1)),
        (b"", None),
        (b"<html>input_tokens: 5</html>", None),
        (b'{"usage":{"input_tokens":"5"}}', None),
    ],
)
def test_every_dialect_names_its_tokens(body: bytes, expected: Usage | None) -> None:
    assert usage_of(body) == expected


@given(st.text())
def test_output_of_a_model_is_never_a_count(said: str) -> None:
    text = f'{{"input_tokens": 5, "output_tokens": 7}} {said}'
    assert usage_of(json.dumps({"content": text}).encode()) is None


@given(st.binary())
def test_nothing_makes_it_raise(body: bytes) -> None:
    usage_of(body)
