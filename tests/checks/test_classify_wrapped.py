"""An error keeps its cause wherever it stands: wrapped many times, in a 200, in a stream, among noise."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.classify import classify
from checks.observation import Cause
from tests.checks.corpus import ERRORS, Example, answer
from tests.checks.packings import PACKINGS as SENTENCES_OF_OTHERS
from tests.checks.packings import said
from tests.checks.test_classify import as_json_string, as_text_in_json, deeper, in_a_list, in_an_array, in_detail
from tests.checks.test_classify_wording import CHANGES, is_bare, rewritten, signed

NOISE = st.dictionaries(
    st.sampled_from(["trace", "node", "took_ms", "timestamp", "docs", "usage", "user_id", "version", "retryable"]),
    st.none() | st.booleans() | st.integers(min_value=0, max_value=399) | st.sampled_from(["a-1", "eu", "0.1.2"]),
    max_size=4,
)
WRAPPERS = st.lists(st.sampled_from([deeper, in_detail, in_a_list, in_an_array]), max_size=2)
PACKINGS = st.sampled_from([as_text_in_json, as_json_string, lambda body: body])
SAYING = [one for one in ERRORS if isinstance(one.body.get("error"), dict) and one.body["error"].get("message")]
WHOLE = [one for one in SAYING if one.body.keys() <= {"error", "type", "request_id", "user_id", "status"}]


def noisy(body: Any, noise: dict[str, Any]) -> Any:
    """The body among fields that say nothing."""
    return {**noise, **body} if isinstance(body, dict) else body


@settings(max_examples=300, deadline=None)
@given(
    example=st.sampled_from(ERRORS),
    noise=NOISE,
    wrappers=WRAPPERS,
    packing=PACKINGS,
    change=st.sampled_from([*CHANGES, str]),
)
def test_an_error_keeps_its_cause_through_all_of_it_at_once(
    example: Example,
    noise: dict[str, Any],
    wrappers: list[Callable[[Any], Any]],
    packing: Callable[[Any], Any],
    change: Callable[[str], str],
) -> None:
    if change is signed and is_bare(example.body):
        return
    body = noisy(rewritten(example.body, change), noise)
    for wrap in wrappers:
        body = wrap(body)
    found = classify("generic", answer(example.status, packing(body), example.headers))
    assert found.cause == example.cause, (example.id, found.rule)


@pytest.mark.parametrize("packing", SENTENCES_OF_OTHERS)
def test_an_error_keeps_its_cause_inside_the_sentence_of_another(packing: Callable[[Example], Any]) -> None:
    """A third of the answers to each, another third to the next; a page loses its words when it is quoted again."""
    share = [one for one in ERRORS if "<html" not in json.dumps(one.body)][SENTENCES_OF_OTHERS.index(packing) % 3 :: 3]
    found = [(one.id, classify("generic", answer(one.status, packing(one), one.headers)).cause) for one in share]
    assert found == [(one.id, one.cause) for one in share]


@pytest.mark.parametrize("cut", [1, 2, 3, 5])
def test_a_document_that_breaks_off_still_says_what_it_began_to_say(cut: int) -> None:
    body = {"error": {"code": "rate_limit_exceeded", "message": "Your credit balance is too low to ask."}}
    whole = json.dumps(body)
    for text in (f"upstream: {whole[:-cut]}", f"upstream: {body!r}"[:-cut]):
        assert classify("generic", answer(403, said(text))).cause is Cause.BILLING
    assert classify("generic", answer(403, whole[:-cut])).cause is Cause.BILLING


def in_an_object(error: dict[str, Any]) -> Any:
    return {"error": error}


def in_a_response(error: dict[str, Any]) -> Any:
    return {"id": "resp_1", "object": "response", "status": "failed", "model": "m-1", "error": error}


def in_a_chunk(error: dict[str, Any]) -> str:
    begun = {"object": "chat.completion.chunk", "model": "m-1", "choices": [{"delta": {"content": "O"}}]}
    return "".join(f"data: {json.dumps(item)}\n\n" for item in (begun, {"choices": [], "error": error}))


def as_an_event(error: dict[str, Any]) -> str:
    return f"event: error\ndata: {json.dumps({'type': 'error', 'error': error})}\n\n"


def test_a_list_as_text_is_a_document_and_no_sentence() -> None:
    body = [{"node": None, "error": {"message": "USER NOT FOUND.", "code": 401}}]
    found = classify("generic", answer(401, as_text_in_json(body)))
    assert (found.cause, found.message) == (Cause.CREDENTIAL, "USER NOT FOUND.")


def test_an_error_is_found_under_many_wrappings() -> None:
    body: Any = {"error": {"metadata": {"raw": {"data": '{"error":{"code":"unsupported_country_region_territory"}}'}}}}
    for _ in range(4):
        body = deeper(body)
    assert classify("generic", answer(403, as_text_in_json(body))).cause is Cause.REGION


@pytest.mark.parametrize("place", [in_an_object, in_a_response, in_a_chunk, as_an_event])
def test_an_error_inside_a_success_keeps_its_cause(place: Callable[[dict[str, Any]], Any]) -> None:
    changed = []
    for example in WHOLE:
        error = {**example.body["error"], "status": example.status}
        headers = {name: value for name, value in example.headers.items() if name != "content-type"}
        found = classify("generic", answer(200, place(error), headers))
        if found.cause != example.cause:
            changed.append((example.id, found.cause, found.rule))
    assert changed == []


def test_an_error_behind_the_events_of_a_stream_is_an_error() -> None:
    """Some servers break off without the form of an event; fragments that are no document say nothing."""
    begun = in_a_chunk({}).split("\n\n", 1)[0]
    fault = json.dumps(
        {"error": {"code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE"}}, indent=2
    )
    broken = answer(200, f"{begun}\n\n{fault}\n", {"content-type": "text/event-stream"})
    assert classify("generic", broken).cause is Cause.CAPACITY
    cut = answer(200, f"{begun}\n\n{fault[:40]}", {"content-type": "text/event-stream"})
    assert classify("generic", cut).cause is Cause.OK


@pytest.mark.parametrize("words", ["", "Access denied.", "<html><h1>451</h1></html>"])
def test_a_law_that_a_gateway_passes_on_is_still_law(words: str) -> None:
    assert classify("generic", answer(200, {"error": {"message": words, "status": 451}})).cause is Cause.LEGAL


def test_an_error_inside_a_success_needs_no_status() -> None:
    """Its words decide; what no words explain is a fault, never our own mistake."""
    gone = {"error": {"message": "The model `m-9` does not exist", "type": "gateway_error"}}
    assert classify("generic", answer(200, gone)).cause is Cause.MODEL_NOT_FOUND
    assert classify("generic", answer(200, {"error": {"message": "Bzzt"}})).cause is Cause.SERVER_ERROR


@settings(max_examples=200, deadline=None)
@given(
    status=st.sampled_from([429, 500, 502, 503, 504, 520, 529]),
    example=st.sampled_from([one for one in SAYING if one.cause in {"withdrawn", "retired", "model_not_found"}]),
)
def test_no_real_wording_makes_a_fault_a_withdrawal(status: int, example: Example) -> None:
    found = classify("generic", answer(status, example.body, example.headers))
    assert found.cause not in {Cause.WITHDRAWN, Cause.RETIRED, Cause.MODEL_NOT_FOUND}
