"""The classifier never raises, and stays quick, whatever comes."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.classify import classify
from checks.observation import Answer, Cause, Classification, Strength
from checks.rules.rule import STRENGTHS

KEYS = st.sampled_from(
    ["error", "message", "code", "type", "detail", "errors", "choices", "response", "base_resp", "model"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8) | KEYS, inner, max_size=5),
    max_leaves=12,
)
STATUSES = st.integers(min_value=0, max_value=999) | st.sampled_from([200, 400, 401, 403, 404, 410, 429, 500, 503])
HEADERS = st.dictionaries(
    st.sampled_from(["content-type", "link", "location", "x-amzn-errortype", "www-authenticate", "cf-mitigated"]),
    st.text(max_size=40),
)
BODIES = (
    st.binary(max_size=300) | JSON.map(lambda value: json.dumps(value).encode()) | st.text(max_size=200).map(str.encode)
)


def check(found: Classification) -> None:
    assert isinstance(found.cause, Cause)
    assert found.strength is None or STRENGTHS[found.cause] is not None
    assert found.rule
    assert found.hint
    if STRENGTHS[found.cause] is not None:
        assert isinstance(found.strength, Strength)


@settings(max_examples=150, deadline=None)
@given(
    status=STATUSES, headers=HEADERS, body=BODIES, asked=st.none() | st.text(max_size=20), dialect=st.text(max_size=8)
)
def test_never_raises(status: int, headers: dict[str, str], body: bytes, asked: str | None, dialect: str) -> None:
    check(classify(dialect, Answer(status, headers, body), asked=asked, serves=("a*", "[")))


@settings(max_examples=150, deadline=None)
@given(status=st.sampled_from([429, 500, 502, 503, 504, 529]), text=st.text(max_size=60), code=st.text(max_size=20))
def test_a_fault_or_a_limit_is_never_a_withdrawal(status: int, text: str, code: str) -> None:
    words = f"{text} Claude Fable 5 is not available. The model has been retired and does not exist. {text}"
    body = json.dumps({"error": {"message": words, "type": code}}).encode()
    gone = {Cause.WITHDRAWN, Cause.RETIRED, Cause.MODEL_NOT_FOUND}
    assert classify("generic", Answer(status, {}, body)).cause not in gone


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 50_000,
        b'{"error":' * 5_000,
        b'{"error":{"message":"' + b"model is not available " * 50_000 + b'"}}',
        b'{"error":{"message":"' + b"a.b:c-d/" * 100_000 + b'"}}',
        b'{"error":{"message":"' + b"{" * 100_000 + b'"}}',
        b"data: {}\n\n" * 30_000,
        b"<html>" + b"<div " * 50_000,
        b"x" * 1_000_000,
        b'{"a":1}\n' * 30_000,
        b"\x00\x00\x00\x10\x00\x00\x00\x00:event-type" + b"\x00" * 100_000,
        json.dumps({"error": {"message": "\\" * 50_000 + '{"' * 20_000}}).encode(),
        json.dumps({"error": {"message": "'error': '" * 5_000}}).encode(),
        json.dumps({str(number): {"message": "x"} for number in range(50_000)}).encode(),
        b'{"n": ' + b"9" * 5_000 + b"}",
        json.dumps({"error": {"message": "{" + "\\" * 3_000 + '"'}}).encode(),
        json.dumps({"error": {"message": "{&" + "amp;" * 4_000 + "quot;"}}).encode(),
        json.dumps({"error": {"message": "b'" + "\\" * 19_001 + "{'a':" * 100}}).encode(),
        json.dumps({"error": {"message": '"{' * 9_000}}).encode(),
        json.dumps({"error": {"message": "{'" + "\\'" * 9_900}}).encode(),
        json.dumps({"errors": [{"message": "{'" + "\\'" * 9_900 + "\\"}] * 12}).encode(),
    ],
    ids=lambda body: f"{body[:12]!r}",
)
@pytest.mark.parametrize("status", [200, 403])
def test_a_monstrous_body_takes_no_time(status: int, body: bytes) -> None:
    began = time.process_time()
    check(classify("generic", Answer(status, {}, body)))
    assert time.process_time() - began < 3


@pytest.mark.parametrize(
    "unit",
    [
        "@",
        "code ",
        "code\n",
        " ",
        "a@",
        "://",
        "rel=",
        "'",
        '"',
        "{",
        "HTTP/1 ",
        "model ",
        "{'",
        '[{"',
        "b'",
        "\\",
        "&quot;",
    ],
)
def test_a_text_that_repeats_itself_costs_no_more_than_its_length(unit: str) -> None:
    """Hostile bodies must not hold up the process: the work grows with the text, not with its square."""
    text = unit * (60_000 // len(unit))
    began = time.process_time()
    classify("generic", Answer(403, {"link": text[:16_000]}, text.encode()))
    assert time.process_time() - began < 5
