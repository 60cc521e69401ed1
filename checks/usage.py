"""How many tokens an answer says it used: read from its bytes, whatever the dialect; never raises."""

from __future__ import annotations

import re

from checks.observation import Usage

MOST = 1_000_000
"""No probe uses more; a far side that claims to is not believed."""

_INPUT = re.compile(
    rb'"(?:input_tokens|prompt_tokens|inputTokens|promptTokenCount|prompt_eval_count)"\s*:\s*(\d{1,9})\b'
)
_OUTPUT = re.compile(
    rb'"(?:output_tokens|completion_tokens|outputTokens|candidatesTokenCount|eval_count)"\s*:\s*(\d{1,9})\b'
)
_THOUGHT = re.compile(rb'"thoughtsTokenCount"\s*:\s*(\d{1,9})\b')


def usage_of(body: bytes) -> Usage | None:
    """The tokens in and out; of a stream's running counts the largest. None where the answer names neither.

    A quotation mark inside a model's output is escaped in JSON, so output never looks like a count.
    """
    sent, written = _largest(_INPUT, body), _largest(_OUTPUT, body)
    if sent is None and written is None:
        return None
    thought = _largest(_THOUGHT, body) or 0
    return Usage(min(sent or 0, MOST), min((written or 0) + thought, MOST))


def _largest(pattern: re.Pattern[bytes], body: bytes) -> int | None:
    return max((int(found) for found in pattern.findall(body)), default=None)
