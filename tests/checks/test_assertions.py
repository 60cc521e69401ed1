"""Assertions about any answer: how they are written, and when they hold."""

from __future__ import annotations

import pytest

from checks.assertions import parse
from checks.observation import Answer

BODY = b'{"status": "ok", "models": [{"id": "m-5", "ready": true}], "queue": 3, "none": null}'
ANSWER = Answer(204, {"content-type": "application/json"}, BODY)


@pytest.mark.parametrize(
    ("written", "holds"),
    [
        ("status=204", True),
        ("status=2xx", True),
        ("status=200,204", True),
        ("status=200", False),
        ("header.Content-Type=application/*", True),
        ("header.content-type", True),
        ("header.x-other", False),
        ("header.content-type=text/*", False),
        ("json.status=ok", True),
        ("json.status=o*", True),
        ("json.status=OK", False),
        ("json.models.0.id=m-5", True),
        ("json.models.0.ready=true", True),
        ("json.queue=3", True),
        ("json.none=null", True),
        ("json.models.1.id", False),
        ("json.models.id", False),
        ("json.status.deeper", False),
        ("text=m-5", True),
        ("text=%22queue%22:+3", True),
        ("text=other", False),
        ("latency=500ms", True),
        ("latency=0.3s", False),
    ],
)
def test_an_assertion_holds_or_not(written: str, holds: bool) -> None:
    path, assertions = parse(f"a/path?x=1#{written}")
    assert path == "a/path?x=1"
    assert assertions[-1].holds(ANSWER, 0.4) is holds


def test_nothing_written_means_a_good_status() -> None:
    path, [only] = parse("health")
    assert (path, str(only), only.holds(ANSWER, 0.4)) == ("health", "status", True)


def test_several_hold_together() -> None:
    _, assertions = parse("#status=204&json.status=ok&latency=2s")
    assert [str(one) for one in assertions] == ["status", "json status", "latency"]


def test_a_body_that_is_no_json_has_nothing_at_any_path() -> None:
    _, assertions = parse("#json.a")
    assert not assertions[-1].holds(Answer(200, {}, b"<html>"), 0.1)


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("#stauts=200", '"stauts" cannot be asserted; status, header, json, text, latency can'),
        ("#header=x", '"header" should be header.NAME'),
        ("#text.x=y", '"text.x" should be text'),
        ("#status=ok", '"ok" is not a status such as 200, 2xx or 200,204'),
        ("#latency=fast", '"fast" is not a duration such as 500ms'),
    ],
)
def test_a_mistake_is_told_in_a_sentence(written: str, problem: str) -> None:
    with pytest.raises(ValueError, match="^" + problem.replace(".", r"\.") + "$"):
        parse(written)
