"""The errors that people meet.

StatuspageError
├── ConfigurationError    the configuration is wrong: every mistake at once (exit 2)
├── UsageError            a command or request cannot be meant that way (exit 2, HTTP 400/422)
│   └── Invalid           a document with mistakes: every field at once (HTTP 422)
├── Unauthorized          no token, or not the right one (HTTP 401)
├── Forbidden             known, but not allowed to do that (exit 1, HTTP 403)
├── TooSoon               too many requests for now (HTTP 429)
├── NotFound              nothing of that name (exit 1, HTTP 404)
├── NotSent               nothing can be sent from here just now (exit 1, HTTP 503)
├── Starting              the service has published nothing yet (HTTP 503)
├── Conflict              somebody else changed it first (exit 1, HTTP 409)
│   └── Outdated          … and there is a newer revision to look at
└── StoreError            the store cannot be used (exit 1, HTTP 503)
    ├── StoreBusy         another process owns the database
    ├── SchemaOutdated    the schema needs ``statuspage db upgrade``
    └── StoreDamaged      the integrity check failed
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


class StatuspageError(Exception):
    """The root of every error that this program raises on purpose."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake in a configuration: where it is, what is wrong, what would be right. Lines count from 1."""

    file: str
    line: int
    column: int
    place: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.place}: {self.problem}. {self.remedy}"


class ConfigurationError(StatuspageError):
    """The configuration is wrong; ``mistakes`` holds all of them, in the order of the file."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        self.mistakes = mistakes
        super().__init__("\n".join(str(mistake) for mistake in mistakes))


class UsageError(StatuspageError):
    """A command or request cannot be meant that way; the message says what would be right."""


@dataclass(frozen=True, slots=True)
class FieldMistake:
    """One wrong field of a document, with what would be right."""

    field: str
    detail: str


class Invalid(UsageError):
    """A document with mistakes; ``mistakes`` holds all of them."""

    def __init__(self, mistakes: tuple[FieldMistake, ...]) -> None:
        self.mistakes = mistakes
        super().__init__("; ".join(f"{one.field}: {one.detail}" for one in mistakes))


class Unauthorized(StatuspageError):
    """No token, or not the right one."""


class Forbidden(StatuspageError):
    """Known, but not allowed to do that; the message says what it takes."""


class TooSoon(StatuspageError):
    """Too many requests for now; ``wait`` says for how long."""

    def __init__(self, message: str, wait: timedelta) -> None:
        self.wait = wait
        super().__init__(message)


class NotFound(StatuspageError):
    """Nothing of that name."""


class NotSent(StatuspageError):
    """Nothing can be sent from here just now, through no fault of the receiver's; what is owed stays owed."""


class Starting(StatuspageError):
    """The service has published nothing yet; a moment later it has."""


class Conflict(StatuspageError):
    """Somebody else changed it first."""


class Outdated(Conflict):
    """Somebody else saved a newer revision; ``rev`` is its number."""

    def __init__(self, message: str, rev: int) -> None:
        self.rev = rev
        super().__init__(message)


class StoreError(StatuspageError):
    """The store cannot be used."""


class StoreBusy(StoreError):
    """Another process owns the database."""


class SchemaOutdated(StoreError):
    """The schema needs ``statuspage db upgrade``."""


class StoreDamaged(StoreError):
    """The integrity check failed."""
