"""The real answers that the classifier is measured by, and ways to disguise them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from checks.observation import Answer

HERE = Path(__file__).parent


class Example(NamedTuple):
    """One real answer and what a person says that it means."""

    id: str
    provider: str
    status: int
    headers: dict[str, str]
    body: Any
    cause: str

    @property
    def answer(self) -> Answer:
        """The answer as it came over the wire."""
        return answer(self.status, self.body, self.headers)

    @property
    def is_error(self) -> bool:
        """Whether it is an error whose body is a JSON object."""
        return self.status >= 400 and isinstance(self.body, dict)


def answer(status: int, body: Any, headers: dict[str, str] | None = None) -> Answer:
    """An answer from a JSON value, or from text as it is."""
    raw = body if isinstance(body, str) else json.dumps(body)
    return Answer(status=status, headers=headers or {}, body=raw.encode())


def load(name: str) -> list[Example]:
    """The examples of one file."""
    rows = json.loads((HERE / name).read_text(encoding="utf-8"))
    return [Example(**{field: row[field] for field in Example._fields}) for row in rows]


EXAMPLES = [*load("known.json"), *load("answers.json"), *load("gathered.json")]
ERRORS = [example for example in EXAMPLES if example.is_error]
PROVIDERS = sorted({example.provider for example in EXAMPLES})
