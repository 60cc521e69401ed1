"""The protocols that the use cases need from the world outside: the store, the sender, the checks, published bytes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from checks.observation import Observation
from checks.target import Level, Target
from statuspage.core.alert import Alert, Name
from statuspage.core.availability import CellKey
from statuspage.core.cell import CellState, Transition
from statuspage.core.delivery import Attempt, Delivery, Outcome
from statuspage.core.event import Event, EventDraft
from statuspage.core.letter import Letter
from statuspage.core.subscription import Subscription, SubscriptionState
from statuspage.ports.access import AccessReading, AccessWriting


class RevisionKind(StrEnum):
    """What is kept as append-only revisions, so that every past page can be rebuilt."""

    CATALOGUE = "catalogue"
    INCIDENT = "incident"
    ATTESTATION = "attestation"
    USER_CLASS = "user_class"


@dataclass(frozen=True, slots=True)
class Revision:
    """One recorded version of a thing. ``rev`` counts from 1 within (kind, key); ``document`` is plain JSON data."""

    kind: RevisionKind
    key: str
    rev: int
    recorded_at: datetime
    actor: str
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EventQuery:
    """Which events a reader wants, oldest first; an empty tuple means all. ``newest`` turns the order round."""

    after_seq: int = 0
    models: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    user_classes: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    limit: int = 100
    newest: bool = False


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """An error text that no rule knows, as staff see it. ``sample`` is redacted."""

    fingerprint: str
    provider: str
    first_seen: datetime
    last_seen: datetime
    count: int
    sample: str
    status: int | None


@dataclass(frozen=True, slots=True)
class Parcel:
    """A claimed delivery with all that one attempt needs. ``secrets`` are raw key bytes, the newest first."""

    delivery: Delivery
    subscription: Subscription
    body: bytes
    secrets: tuple[bytes, ...]


class Reading(AccessReading, Protocol):
    """A consistent view of the store."""

    async def cells(self) -> dict[CellKey, CellState]:
        """The state of every cell ever seen, also of those that left the catalogue."""
        ...

    async def cells_in_episode(self, event_id: str) -> set[CellKey]:
        """The cells whose open episode began with this event."""
        ...

    async def transitions(
        self, keys: Iterable[CellKey] | None, start: datetime | None, end: datetime | None
    ) -> list[Transition]:
        """Transitions recorded in [start, end), oldest first, with the last one before ``start`` of each cell."""
        ...

    async def transition_of_event(self, event_id: str) -> list[Transition]:
        """The transitions that an event told."""
        ...

    async def transitions_at(self, at: datetime) -> dict[CellKey, Transition]:
        """The newest transition of each cell that was recorded at or before ``at``."""
        ...

    async def revisions(self, kind: RevisionKind, at: datetime | None = None) -> list[Revision]:
        """The newest revision of each key, recorded at or before ``at``; ordered by key."""
        ...

    async def revision_log(self, kind: RevisionKind, key: str) -> list[Revision]:
        """All revisions of one thing, oldest first."""
        ...

    async def last_seq(self, at: datetime | None = None) -> int:
        """The ``seq`` of the newest event (committed at or before ``at``), 0 when there is none."""
        ...

    async def events(self, query: EventQuery) -> list[Event]:
        """Events in order of ``seq``."""
        ...

    async def event(self, event_id: str) -> Event | None:
        """One event."""
        ...

    async def observations(self, key: CellKey, start: datetime, limit: int = 1000) -> list[Observation]:
        """Raw observations of a cell since ``start``, oldest first."""
        ...

    async def fingerprints(self) -> list[Fingerprint]:
        """Error texts that no rule knows, newest first."""
        ...

    async def subscriptions(self) -> list[Subscription]:
        """Every subscription, oldest first."""
        ...

    async def subscription(self, subscription_id: str) -> Subscription | None:
        """One subscription."""
        ...

    async def subscriptions_of(self, ids: Iterable[str]) -> dict[str, Subscription]:
        """Several subscriptions by id; those that are not there are left out."""
        ...

    async def subscriptions_in(self, state: SubscriptionState) -> list[Subscription]:
        """Every subscription in one state, oldest first."""
        ...

    async def token_hash(self, subscription_id: str) -> str | None:
        """The hash of a subscription's management token, None where there is none."""
        ...

    async def deliveries(self, subscription_id: str, limit: int = 100) -> list[Delivery]:
        """A subscription's deliveries, newest first."""
        ...

    async def delivery(self, delivery_id: str) -> Delivery | None:
        """One delivery."""
        ...

    async def attempts(self, delivery_id: str) -> list[Attempt]:
        """The tries of one delivery, oldest first."""
        ...

    async def newest_observation_at(self, until: datetime | None = None) -> datetime | None:
        """When the newest observation was made, of those up to ``until``."""
        ...

    async def letters(self, limit: int = 100) -> list[Letter]:
        """The newest letters to people and staff channels."""
        ...

    async def next_letter_at(self) -> datetime | None:
        """When the next letter is due, None when nothing is owed."""
        ...

    async def note(self, name: str) -> str | None:
        """A small named fact of the installation (for example when the sandbox was seeded)."""
        ...


class Writing(Reading, AccessWriting, Protocol):
    """A transaction: everything in it is committed together or not at all."""

    async def save_cells(self, states: Iterable[CellState]) -> None:
        """Insert or replace the state of cells."""
        ...

    async def add_observations(self, observations: Sequence[Observation]) -> None:
        """Append raw observations."""
        ...

    async def add_transitions(self, transitions: Sequence[Transition]) -> None:
        """Append transitions."""
        ...

    async def add_revision(
        self,
        kind: RevisionKind,
        key: str,
        document: Mapping[str, Any],
        recorded_at: datetime,
        actor: str,
        *,
        shown: bool = True,
    ) -> Revision:
        """Append a revision of a thing; with ``shown`` false no page shows it, and none is published anew for it."""
        ...

    async def see_fingerprint(self, seen: Fingerprint) -> bool:
        """Count an error text that no rule knows; True when it is the first of its kind."""
        ...

    async def append_events(self, drafts: Sequence[EventDraft], site_url: str) -> list[Event]:
        """Give each draft its ``seq``, render its body once, and append it. Called last in a transaction."""
        ...

    async def add_deliveries(self, deliveries: Sequence[Delivery]) -> None:
        """Append deliveries that are owed."""
        ...

    async def save_delivery(self, delivery: Delivery) -> None:
        """Replace what can change of a delivery."""
        ...

    async def save_deliveries(self, deliveries: Sequence[Delivery]) -> None:
        """Replace what can change of several deliveries; those that are not there are left out."""
        ...

    async def hasten_deliveries(self, by: timedelta) -> None:
        """Let every pending delivery be due so much earlier, because the clock was set back by it."""
        ...

    async def claim(self, now: datetime, lease: timedelta, limit: int, per_endpoint: int) -> list[Parcel]:
        """Lease due deliveries: oldest first, fair across subscriptions, one in flight a subscription and lane."""
        ...

    async def add_attempt(self, attempt: Attempt) -> None:
        """Append an attempt to the log."""
        ...

    async def add_attempts(self, attempts: Sequence[Attempt]) -> None:
        """Append attempts to the log."""
        ...

    async def add_subscription(self, subscription: Subscription, secret: bytes, token_hash: str | None) -> None:
        """Insert a subscription with its secret, which is encrypted at rest."""
        ...

    async def save_subscription(self, subscription: Subscription) -> None:
        """Replace a subscription; its secrets stay."""
        ...

    async def save_subscriptions(self, subscriptions: Sequence[Subscription]) -> None:
        """Replace several subscriptions; those that are not there are left out."""
        ...

    async def secrets(self, subscription_id: str, at: datetime | None = None) -> tuple[bytes, ...]:
        """A subscription's signing secrets, the newest first; ``at`` leaves out those that have ended."""
        ...

    async def rotate_secret(self, subscription_id: str, secret: bytes, old_until: datetime) -> None:
        """Give a subscription a new secret; the earlier ones end at ``old_until`` at the latest."""
        ...

    async def remove_subscription(self, subscription_id: str) -> None:
        """Delete a subscription with its secrets, deliveries and attempts."""
        ...

    async def add_letters(self, letters: Sequence[Letter]) -> None:
        """Append letters that are owed."""
        ...

    async def save_letter(self, letter: Letter) -> None:
        """Replace a letter."""
        ...

    async def claim_letters(self, now: datetime, lease: timedelta, limit: int) -> list[Letter]:
        """Lease due letters, the oldest first."""
        ...

    async def forget_letters(self, before: datetime) -> int:
        """Delete letters that are over and older; how many."""
        ...

    async def set_note(self, name: str, value: str) -> None:
        """Write a small named fact of the installation."""
        ...

    async def drop_notes(self, prefix: str, below: str) -> int:
        """Delete the notes whose names begin so and whose values sort before ``below``; how many."""
        ...

    async def start_over(self) -> None:
        """Delete a history that was only half played; people, subscriptions and their secrets stay."""
        ...

    async def forget(self, observations_before: datetime, attempts_before: datetime, bodies_before: datetime) -> int:
        """Delete raw observations, attempts, and what receivers answered to them, past retention; how many rows."""
        ...


class Store(Protocol):
    """The one place where facts are kept."""

    def reading(self) -> AbstractAsyncContextManager[Reading]:
        """A consistent view."""
        ...

    def writing(self) -> AbstractAsyncContextManager[Writing]:
        """A transaction that commits when the block ends and rolls back when it raises."""
        ...

    async def version(self) -> int:
        """A number that grows with every commit, of any process, that a page could show."""
        ...

    async def close(self) -> None:
        """Release every connection."""
        ...


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


@dataclass(frozen=True, slots=True)
class Page:
    """Published bytes at one path: identity and compressed forms with a strong ETag of the content.

    ``age`` is how many seconds ago it was published, where an earlier run of the service did that.
    """

    path: str
    content_type: str
    body: bytes
    etag: str
    gzip: bytes | None = None
    brotli: bytes | None = None
    modified_at: datetime | None = None
    cache_seconds: int = 0
    status: int = 200
    age: int = 0


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
