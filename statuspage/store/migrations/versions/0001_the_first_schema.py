"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SET = {name: sa.text(f"{name} IS NOT NULL") for name in ("due_at", "lease_until")}


def upgrade() -> None:
    """Apply this step."""
    _facts()
    _cells()
    _events()
    _subscriptions()
    _deliveries()


def _facts() -> None:
    op.create_table(
        "counter",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counter"),
        comment="'event': the newest seq; 'change': grows with every commit that a page could show",
    )
    op.create_table(
        "note",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_note"),
    )
    op.create_table(
        "fingerprint",
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("first_seen", sa.BigInteger(), nullable=False),
        sa.Column("last_seen", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("sample", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "fingerprint", name="pk_fingerprint"),
    )
    op.create_table(
        "revision",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", "rev", name="pk_revision"),
        comment="append-only: catalogue, incidents, attestations and user classes",
    )
    counters = sa.table("counter", sa.column("name", sa.Text), sa.column("value", sa.BigInteger))
    op.bulk_insert(counters, [{"name": "event", "value": 0}, {"name": "change", "value": 0}])


def _cells() -> None:
    op.create_table(
        "cell",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("user_class", sa.Text(), nullable=False),
        sa.Column("episode_event", sa.Text()),
        sa.Column("state", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_cell"),
        comment="the directory of cells; without a state it only names what was observed",
    )
    op.create_index("ix_cell_episode_event", "cell", ["episode_event"])
    op.create_index("uq_cell_key", "cell", ["model", "provider", "user_class"], unique=True)
    op.create_table(
        "transition",
        sa.Column("row", NUMBER, autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("cell", NUMBER, nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("event", sa.Text()),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["cell"], ["cell.id"], name="fk_transition_cell"),
        sa.PrimaryKeyConstraint("row", name="pk_transition"),
        sa.UniqueConstraint("id", name="uq_transition_id"),
        comment="append-only: what was published of a cell, and when",
    )
    op.create_index("ix_transition_cell_recorded_at", "transition", ["cell", "recorded_at", "row"])
    op.create_index("ix_transition_event", "transition", ["event"])
    op.create_index("ix_transition_recorded_at", "transition", ["recorded_at"])
    op.create_table(
        "observation",
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("cell", NUMBER, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["cell"], ["cell.id"], name="fk_observation_cell"),
        sa.PrimaryKeyConstraint("at", "id", name="pk_observation"),
        comment="raw facts in order of time; deleted when their retention ends",
        sqlite_with_rowid=False,
    )


def _events() -> None:
    op.create_table(
        "event",
        sa.Column("seq", NUMBER, autoincrement=False, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("draft", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_event"),
        sa.UniqueConstraint("id", name="uq_event_id"),
        comment="append-only and without gaps; body holds the bytes that every attempt sends",
    )
    op.create_index("ix_event_recorded_at", "event", ["recorded_at", "seq"])
    op.create_index("ix_event_type_seq", "event", ["type", "seq"])
    op.create_table(
        "event_subject",
        sa.Column("dimension", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("seq", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["seq"], ["event.seq"], name="fk_event_subject_seq"),
        sa.PrimaryKeyConstraint("dimension", "value", "seq", name="pk_event_subject"),
        comment="the models, providers and user classes that an event names",
        sqlite_with_rowid=False,
    )


def _subscriptions() -> None:
    op.create_table(
        "subscription",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("paused_until", sa.BigInteger()),
        sa.Column("token_hash", sa.Text()),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_subscription"),
    )
    op.create_index("ix_subscription_state", "subscription", ["state", "paused_until", "id"])
    op.create_table(
        "secret",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("subscription_id", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.BigInteger()),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["subscription_id"], ["subscription.id"], name="fk_secret_subscription_id"),
        sa.PrimaryKeyConstraint("id", name="pk_secret"),
        comment="signing secrets, encrypted; an earlier one ends at expires_at",
    )
    op.create_index("ix_secret_subscription_id", "secret", ["subscription_id"])


def _deliveries() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("seq", NUMBER, nullable=False),
        sa.Column("subscription_id", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", sa.BigInteger()),
        sa.Column("due_at", sa.BigInteger()),
        sa.ForeignKeyConstraint(["seq"], ["event.seq"], name="fk_delivery_seq"),
        sa.ForeignKeyConstraint(["subscription_id"], ["subscription.id"], name="fk_delivery_subscription_id"),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
        comment="due_at: from when a pending one may be claimed, the later of next_attempt_at and lease_until",
    )
    op.create_index(
        "ix_delivery_due", "delivery", ["due_at"], sqlite_where=SET["due_at"], postgresql_where=SET["due_at"]
    )
    op.create_index(
        "ix_delivery_lease",
        "delivery",
        ["lease_until"],
        sqlite_where=SET["lease_until"],
        postgresql_where=SET["lease_until"],
    )
    op.create_index(
        "ix_delivery_order",
        "delivery",
        ["seq", "id", "subscription_id", "lane", "due_at"],
        sqlite_where=SET["due_at"],
        postgresql_where=SET["due_at"],
    )
    op.create_index("ix_delivery_subscription_id_seq", "delivery", ["subscription_id", "seq"])
    op.create_table(
        "attempt",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("delivery_id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("next_attempt_at", sa.BigInteger()),
        sa.Column("excerpt", sa.LargeBinary(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name="fk_attempt_delivery_id"),
        sa.PrimaryKeyConstraint("id", name="pk_attempt"),
    )
    op.create_index("ix_attempt_at", "attempt", ["at"])
    op.create_index("ix_attempt_delivery_at", "attempt", ["delivery_id", "at"])
