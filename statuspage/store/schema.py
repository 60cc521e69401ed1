"""The tables: one schema for SQLite and PostgreSQL; times are integer microseconds since 1970 in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def micros(moment: datetime) -> int:
    """A moment as whole microseconds since 1970."""
    return (moment - EPOCH) // MICROSECOND


def moment(count: int) -> datetime:
    """The moment that is so many microseconds after 1970."""
    return EPOCH + timedelta(microseconds=count)


class Moment(TypeDecorator[datetime]):
    """A column of moments that round-trips microseconds and sorts alike on both databases."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _: Dialect) -> int | None:
        """Towards the database."""
        return None if value is None else micros(value)

    def process_result_value(self, value: Any, _: Dialect) -> datetime | None:
        """From the database."""
        return None if value is None else moment(value)


Key = BigInteger().with_variant(Integer(), "sqlite")
"""A number that the database counts; SQLite counts only INTEGER keys."""

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)

counter = Table(
    "counter",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
    comment="'event': the newest seq; 'change': grows with every commit that a page could show",
)

note = Table("note", metadata, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))

cell = Table(
    "cell",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("model", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("user_class", Text, nullable=False),
    Column("episode_event", Text),
    Column("state", Text),
    Index("uq_cell_key", "model", "provider", "user_class", unique=True),
    Index("ix_cell_episode_event", "episode_event"),
    comment="the directory of cells; without a state it only names what was observed",
)

transition = Table(
    "transition",
    metadata,
    Column("row", Key, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("cell", ForeignKey("cell.id"), nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("event", Text),
    Column("body", Text, nullable=False),
    Index("ix_transition_cell_recorded_at", "cell", "recorded_at", "row"),
    Index("ix_transition_recorded_at", "recorded_at"),
    Index("ix_transition_event", "event"),
    comment="append-only: what was published of a cell, and when",
)

observation = Table(
    "observation",
    metadata,
    Column("at", Moment, primary_key=True),
    Column("id", BigInteger, primary_key=True),
    Column("cell", ForeignKey("cell.id"), nullable=False),
    Column("body", Text, nullable=False),
    sqlite_with_rowid=False,
    comment="raw facts in order of time; deleted when their retention ends",
)

fingerprint = Table(
    "fingerprint",
    metadata,
    Column("provider", Text, primary_key=True),
    Column("fingerprint", Text, primary_key=True),
    Column("first_seen", Moment, nullable=False),
    Column("last_seen", Moment, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("status", Integer),
    Column("sample", Text, nullable=False),
)

revision = Table(
    "revision",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("rev", Integer, primary_key=True),
    Column("recorded_at", Moment, nullable=False),
    Column("actor", Text, nullable=False),
    Column("document", Text, nullable=False),
    comment="append-only: catalogue, incidents, attestations and user classes",
)

event = Table(
    "event",
    metadata,
    Column("seq", Key, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False, unique=True),
    Column("type", Text, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("draft", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("ix_event_type_seq", "type", "seq"),
    Index("ix_event_recorded_at", "recorded_at", "seq"),
    comment="append-only and without gaps; body holds the bytes that every attempt sends",
)

event_subject = Table(
    "event_subject",
    metadata,
    Column("dimension", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Column("seq", ForeignKey("event.seq"), primary_key=True),
    sqlite_with_rowid=False,
    comment="the models, providers and user classes that an event names",
)

subscription = Table(
    "subscription",
    metadata,
    Column("id", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("paused_until", Moment),
    Column("token_hash", Text),
    Column("body", Text, nullable=False),
    Column("failing_since", Moment),
    Index("ix_subscription_state", "state", "paused_until", "id"),
)

secret = Table(
    "secret",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("subscription_id", ForeignKey("subscription.id"), nullable=False),
    Column("expires_at", Moment),
    Column("key_id", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Index("ix_secret_subscription_id", "subscription_id"),
    comment="signing secrets, encrypted; an earlier one ends at expires_at",
)

delivery = Table(
    "delivery",
    metadata,
    Column("id", Text, primary_key=True),
    Column("event_id", Text, nullable=False),
    Column("seq", ForeignKey("event.seq"), nullable=False),
    Column("subscription_id", ForeignKey("subscription.id"), nullable=False),
    Column("lane", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", Moment, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("lease_until", Moment),
    Column("due_at", Moment),
    Index("ix_delivery_subscription_id_seq", "subscription_id", "seq"),
    comment="due_at: from when a pending one may be claimed, the later of next_attempt_at and lease_until",
)


def _partial(name: str, *columns: Column[Any], only: Column[Any]) -> Index:
    """An index of the rows in which a column is set."""
    return Index(name, *columns, sqlite_where=only.is_not(None), postgresql_where=only.is_not(None))


_partial("ix_subscription_failing_since", subscription.c.failing_since, only=subscription.c.failing_since)
_partial("ix_delivery_due", delivery.c.due_at, only=delivery.c.due_at)
_partial(
    "ix_delivery_order",
    delivery.c.seq,
    delivery.c.id,
    delivery.c.subscription_id,
    delivery.c.lane,
    delivery.c.due_at,
    only=delivery.c.due_at,
)
_partial("ix_delivery_lease", delivery.c.lease_until, only=delivery.c.lease_until)

letter = Table(
    "letter",
    metadata,
    Column("id", Text, primary_key=True),
    Column("created_at", Moment, nullable=False),
    Column("due_at", Moment),
    Column("body", Text, nullable=False),
    Index("ix_letter_due_at", "due_at"),
    Index("ix_letter_created_at", "created_at"),
    comment="messages owed to people and staff channels beside the public events",
)

attempt = Table(
    "attempt",
    metadata,
    Column("id", Text, primary_key=True),
    Column("delivery_id", ForeignKey("delivery.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("next_attempt_at", Moment),
    Column("excerpt", LargeBinary, nullable=False),
    Column("outcome", Text, nullable=False),
    Index("ix_attempt_delivery_at", "delivery_id", "at"),
    Index("ix_attempt_at", "at"),
)

audit = Table(
    "audit",
    metadata,
    Column("number", Key, primary_key=True, autoincrement=False),
    Column("actor", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("entry", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index("ix_audit_actor", "actor", "number"),
    Index("ix_audit_subject", "subject", "number"),
    comment="append-only: who did what; each entry carries the hash of the one before it",
)

person = Table(
    "person",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("role", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("password_at", Moment, nullable=False),
    Column("temporary_until", Moment),
    Column("disabled_at", Moment),
    Column("password", Text, nullable=False),
    comment="staff; password is its hash, with salt and parameters",
)

session = Table(
    "session",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("address", Text, nullable=False),
    Column("agent", Text, nullable=False),
    Index("ix_session_person_id", "person_id"),
    Index("ix_session_created_at", "created_at"),
    comment="browsers that are signed in; their secrets are kept as hashes",
)

token = Table(
    "token",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("scopes", Text, nullable=False),
    Column("maker", Text, nullable=False),
    Column("owner", ForeignKey("person.id")),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("revoked_at", Moment),
    Column("used_at", Moment),
    Column("hash", Text, nullable=False, unique=True),
    comment="API tokens of staff; their secrets are kept as hashes",
)
