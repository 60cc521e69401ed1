"""The cast: small values of every aggregate, of which a test says only what matters to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

from checks.observation import Cause, Evidence, Observation, Timings
from checks.target import Level
from statuspage.core.availability import Availability, Basis, CellKey, Reason
from statuspage.core.cell import CellState, Episode, Measured, Published, Transition
from statuspage.core.delivery import Delivery, DeliveryState
from statuspage.core.event import Event, EventDraft, EventType, Severity
from statuspage.core.subscription import Filters, Origin, Subscription, SubscriptionState
from statuspage.store.database import Database

NOON = datetime(2026, 6, 12, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
SITE = "https://status.example"
OPUS = CellKey("opus", "claude-api", "us-persons")
FABLE = CellKey("fable", "claude-api", "us-persons")
ABROAD = CellKey("fable", "bedrock", "abroad")
_numbers = count(1)


def name(prefix: str) -> str:
    """An id that no other test has."""
    return f"{prefix}_{next(_numbers)}"


def measured(at: datetime = NOON) -> Measured:
    """A measured restriction."""
    return Measured(Availability.RESTRICTED, Reason.LEGAL, at)


def published(at: datetime = NOON) -> Published:
    """A published restriction."""
    return Published(Availability.RESTRICTED, Reason.LEGAL, at, Basis.MEASURED)


def state(key: CellKey, *, episode: Episode | None = None) -> CellState:
    """The state of a restricted cell."""
    return CellState(key, f"id-of-{key.model}", measured(), published(), episode=episode)


def transition(key: CellKey, recorded_at: datetime = NOON, event: str | None = None) -> Transition:
    """A change of a cell to restricted."""
    return Transition(
        name("trn"),
        key,
        f"id-of-{key.model}",
        recorded_at,
        recorded_at,
        Availability.AVAILABLE,
        published(recorded_at),
        measured(recorded_at),
        1,
        event,
    )


def observation(key: CellKey, at: datetime = NOON) -> Observation:
    """An answer that worked."""
    evidence = Evidence(at, 200, None, None, "ok", None, None, "generic.ok")
    names = (key.provider, key.model, f"id-of-{key.model}", key.user_class)
    return Observation(at, *names, "local", "direct", Level.ACCEPTS, Cause.OK, None, evidence, Timings(0.25))


def draft(*keys: CellKey, type: EventType = EventType.MODEL_RESTRICTED, at: datetime = NOON) -> EventDraft:  # noqa: A002
    """An event that names the cells."""
    return EventDraft(
        id=name("evt"),
        type=type,
        timestamp=at,
        model=keys[0].model if keys else None,
        provider=keys[0].provider if keys else None,
        summary="what happened",
        severity=Severity.MAJOR,
        effective_at=at,
        models=tuple(sorted({key.model for key in keys})),
        providers=tuple(sorted({key.provider for key in keys})),
        user_classes=tuple(sorted({key.user_class for key in keys})),
    )


def subscription(
    state: SubscriptionState = SubscriptionState.LIVE, paused_until: datetime | None = None
) -> Subscription:
    """A webhook subscription."""
    identity = name("sub")
    url = f"https://{identity}.example/hook"
    return Subscription(identity, url, Filters(), state, Origin.OPERATOR, NOON, paused_until=paused_until)


def owed(event: Event, to: Subscription, lane: str = "", at: datetime = NOON) -> Delivery:
    """A pending delivery; without a lane's name it has a lane of its own."""
    identity = name("dlv")
    return Delivery(identity, event.id, event.seq, to.id, lane or identity, DeliveryState.PENDING, 0, at, at)


async def append(store: Database, *drafts: EventDraft) -> list[Event]:
    """Commit events."""
    async with store.writing() as writer:
        return await writer.append_events(drafts, SITE)


async def subscribe(store: Database, *subscriptions: Subscription) -> None:
    """Commit subscriptions whose secret is their id."""
    async with store.writing() as writer:
        for one in subscriptions:
            await writer.add_subscription(one, one.id.encode(), None)


async def owe(store: Database, *deliveries: Delivery) -> None:
    """Commit deliveries."""
    async with store.writing() as writer:
        await writer.add_deliveries(deliveries)
