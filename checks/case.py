"""One answer with everything that was read of it, in the form that the rules match."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from checks import output, problem
from checks.body import Body
from checks.naming import bare
from checks.observation import Answer
from checks.rules.generic import GENERIC
from checks.words import code_words, plain

LIMIT = 4000
UNSAID = 400
"""What an error inside a 2xx counts as when it names no status: its words may say anything."""
REQUEST_IDS = frozenset(
    {"request-id", "x-request-id", "x-amzn-requestid", "apim-request-id", "x-goog-request-id", "x-ms-request-id"}
)


@dataclass(frozen=True, slots=True)
class Case:
    """What the rules look at. ``status`` is the effective one: under a 2xx the one that the error names."""

    answer: Answer
    body: Body
    status: int
    problem: problem.Problem
    words: str
    codes: tuple[str, ...]

    @property
    def http_status(self) -> int:
        """The status that came over the wire."""
        return self.answer.status or 0

    @property
    def status_alone(self) -> int:
        """The status to go by when no rule knows the words: an error that a 2xx hides without a status is a fault."""
        hidden = 200 <= self.http_status < 300 and self.problem.status is None
        return 500 if hidden and not any(code in GENERIC for code in self.codes) else self.status

    @property
    def specific(self) -> tuple[str, ...]:
        """The codes that say more than the status."""
        return tuple(code for code in self.codes if code not in GENERIC)

    @property
    def all_codes(self) -> str:
        """Every code, for the rules that look beside the words."""
        return " | ".join(self.codes)

    @property
    def has_request_id(self) -> bool:
        """Whether the API itself, not an edge before it, seems to have answered."""
        return self.problem.request_id or any(self.answer.headers.get(name) for name in REQUEST_IDS)

    @property
    def text(self) -> str:
        """What a person should read."""
        return self.problem.message or self.body.text


def make_case(answer: Answer, read: Body, asked: str | None) -> Case:
    """Everything that an error says."""
    status = answer.status or 0
    found = problem.find(sources(status, read), answer.headers)
    codes = tuple(dict.fromkeys(filter(None, map(code_words, found.codes))))
    words = " | ".join(filter(None, map(plain, found.texts)))[:LIMIT]
    return Case(answer, read, status_of(status, found, codes), found, mark_asked(words, asked), codes)


def sources(status: int, read: Body) -> list[object]:
    """Where an error may stand: in the error parts of a 2xx, anywhere in the documents of others, or in plain text."""
    if 200 <= status < 300:
        return output.error_parts(read.documents)
    return read.documents or ([] if read.page else [read.text[:20_000]])


def status_of(status: int, found: problem.Problem, codes: tuple[str, ...]) -> int:
    """The HTTP status, or under a 2xx the one that the error names."""
    if not 200 <= status < 300:
        return status
    if found.status:
        return found.status
    return next((GENERIC[code] for code in codes if code in GENERIC), UNSAID if found.texts or codes else status)


def mark_asked(words: str, asked: str | None) -> str:
    """The words with the asked model's id or display name as ``<asked>``."""
    for name in asked_forms(asked) if asked else ():
        words = re.sub(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", "<asked>", words)
    return words


def asked_forms(asked: str) -> Iterator[str]:
    """The ways in which a message may write the asked id."""
    for name in dict.fromkeys((asked.lower(), bare(asked))):
        if len(name) >= 3 and re.search(r"[\d-]", name):
            yield plain(name)
            yield plain(name.replace("-", " "))
