"""Is it me? A paste is read whatever it is, and the form works without script."""

from __future__ import annotations

import pytest

from statuspage.services.transcript import read
from tests.web.conftest import Web

PRINTED = "Error code: 404 - {'error': {'type': 'not_found_error', 'message': 'model: claude-fable-5'}}"
CURL = 'HTTP/2 429\nretry-after: 7\ncontent-type: application/json\n\n{"error": {"message": "slow down"}}'


@pytest.mark.parametrize(
    ("text", "status", "body"),
    [
        (PRINTED, 404, b'{"error":{"type":"not_found_error","message":"model: claude-fable-5"}}'),
        (CURL, 429, b'{"error": {"message": "slow down"}}'),
        ('{"status": 503, "x": 1}', 503, b'{"status": 503, "x": 1}'),
        ("it is broken", None, b"it is broken"),
        ("{" * 3000 + "}" * 3000, None, b"{" * 3000 + b"}" * 3000),
        ("\ud800 {'a': }", None, b"? {'a': }"),
    ],
)
def test_a_paste_is_read_whatever_it_is(text: str, status: int | None, body: bytes) -> None:
    answer = read(text)
    assert (answer.status, answer.body) == (status, body)


def test_the_head_of_a_paste_becomes_headers() -> None:
    assert read(CURL).headers == {"retry-after": "7", "content-type": "application/json"}


async def test_the_form_answers_without_script(web: Web) -> None:
    answer = await web.client.post("/is-it-me", data={"answer": PRINTED, "provider": "nobody"})
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert "The provider does not know this model" in answer.text
    assert "What our checks see of the model" in answer.text
    assert "&#39;not_found_error&#39;" in answer.text


async def test_an_empty_form_is_the_form_again(web: Web) -> None:
    answer = await web.client.post("/is-it-me", data={"answer": "  "})
    assert answer.status_code == 200
    assert "What to do:" not in answer.text.partition("<template")[0]


async def test_a_paste_says_which_models_it_names(web: Web) -> None:
    answer = await web.client.post("/api/v1/classify", json={"text": PRINTED})
    said = answer.json()
    assert (said["cause"], said["status"]) == ("model_not_found", 404)
    assert {one["model"] for one in said["named"]} == {"claude-fable-5"}
