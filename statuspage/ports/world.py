"""What the use cases need beside the store: who asks, who sends, what is published, time and identifiers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from checks.observation import Observation
from checks.target import Level, Target
from statuspage.core.alert import Alert, Name
from statuspage.core.delivery import Outcome
from statuspage.core.letter import Letter
from statuspage.ports.outbox import Parcel
from statuspage.ports.store import Writing


class Asker(Protocol):
    """Asks providers; the composition root builds it from the check kinds."""

    def levels(self, provider: str) -> frozenset[Level]:
        """The levels that a provider's kind can ask."""
        ...

    async def ask(self, target: Target, level: Level) -> Observation:
        """Ask one question; never raises for the far side's faults."""
        ...

    async def neutral(self, provider: str, egress: str) -> Observation | None:
        """Control C5: ask the provider's neutral host, or others' doors, through the same egress; None without any."""
        ...


class Alerts(Protocol):
    """Tells staff what the public page does not say."""

    async def tell(self, tx: Writing, raised: Sequence[Alert], ended: Iterable[Name], at: datetime) -> None:
        """Keep what was raised in this transaction, drop what is over, and tell what is news; each thing once."""
        ...


class Sender(Protocol):
    """Performs one attempt of one delivery; never raises for the far side's faults."""

    async def send(self, parcel: Parcel, at: datetime) -> Outcome:
        """Send the parcel; ``at`` is the attempt's time, which is signed."""
        ...


class Herald(Protocol):
    """Performs one attempt of one letter; never raises for the far side's faults."""

    async def tell(self, letter: Letter) -> Outcome:
        """Send the letter."""
        ...


class Forms(Protocol):
    """The compressed forms of some bytes, each made when it is first asked for."""

    def of(self, encoding: str) -> bytes:
        """The bytes in an encoding, ``gzip`` or ``br``."""
        ...

    def ready(self, encoding: str) -> bool:
        """Whether they are made already."""
        ...


@dataclass(frozen=True, slots=True)
class Page:
    """Published bytes at one path with a strong ETag of the content; ``forms`` is None where compressing is no use.

    ``age`` is how many seconds ago it was published, where an earlier run of the service did that.
    """

    path: str
    content_type: str
    body: bytes
    etag: str
    forms: Forms | None = field(default=None, compare=False)
    modified_at: datetime | None = None
    cache_seconds: int = 0
    status: int = 200
    age: int = 0

    @property
    def gzip(self) -> bytes | None:
        """The bytes as gzip makes them, None where there is no such form."""
        return self.forms.of("gzip") if self.forms else None

    @property
    def brotli(self) -> bytes | None:
        """The bytes as Brotli makes them, None where there is no such form."""
        return self.forms.of("br") if self.forms else None


class Published(Protocol):
    """The published site, read by the web server."""

    def page(self, path: str) -> Page | None:
        """The page at a path, None where there is none."""
        ...


class Clock(Protocol):
    """Reads wall time."""

    def __call__(self) -> datetime:
        """The current moment in UTC."""
        ...


class Ids(Protocol):
    """Makes identifiers that nobody can guess or order by."""

    def __call__(self, prefix: str) -> str:
        """A new id, such as ``evt_1f0c…`` for the prefix ``evt``; it holds no dot."""
        ...
