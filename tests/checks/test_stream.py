"""Streams cut anywhere: the parts that come out are those of the whole."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.stream import Cutter, Events, Frames, Lines, Stream, StreamWatch
from tests.checks.kinds.samples import events, frame, json_lines

WHOLE: dict[type[Cutter], bytes] = {
    Lines: json_lines({"a": 1}, {"b": 2}),
    Events: b": hello\r\n" + events({"a": 1}) + b"event: x\rdata:" + b'{"b": 2}\r\n\r\n',
    Frames: frame("a", 1) + frame("b", 2),
}
FOUND: dict[type[Cutter], list[object]] = {
    Lines: [{"a": 1}, {"b": 2}],
    Events: [{"a": 1}, {"b": 2}],
    Frames: [{"a": 1}, {"b": 2}],
}


@pytest.mark.parametrize("cutter", WHOLE)
@given(cuts=st.lists(st.integers(0, 300)))
def test_where_a_stream_is_cut_does_not_matter(cutter: type[Cutter], cuts: list[int]) -> None:
    whole, cut = WHOLE[cutter], cutter()
    edges = [0, *sorted(min(at, len(whole)) for at in cuts), len(whole)]
    parts = [part for start, end in pairwise(edges) for part in cut.feed(whole[start:end])]
    assert [json.loads(part) for part in parts if part] == FOUND[cutter]


@pytest.mark.parametrize("cutter", WHOLE)
@given(noise=st.binary(max_size=400))
def test_no_noise_raises(cutter: type[Cutter], noise: bytes) -> None:
    cut = cutter()
    cut.feed(noise)
    cut.feed(noise)


def test_an_exception_frame_is_an_error() -> None:
    [part] = Frames().feed(frame("throttlingException", {"message": "no"}, kind="exception"))
    assert json.loads(part) == {"error": {"message": "no"}}


def test_a_watch_remembers_what_it_saw() -> None:
    watch = StreamWatch(Stream(is_content=lambda part: part == b"word", is_end=lambda part: part == b"end"))
    steps: list[tuple[bool, bool, bool]] = []
    for chunk in (b": nothing\n\n", b"data: a\n", b"data: wo", b"rd\n", b"data: b\n", b"data: end\n"):
        watch.feed(chunk)
        steps.append((watch.is_hollow, watch.begun, watch.ended))
    assert steps == [
        (False, False, False),
        (True, False, False),
        (True, False, False),
        (False, True, False),
        (False, True, False),
        (False, True, True),
    ]
