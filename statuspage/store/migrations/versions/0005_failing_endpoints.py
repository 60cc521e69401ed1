"""Endpoints that fail, as a column: the courier leaves room to the others."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def upgrade() -> None:
    """Apply this step."""
    op.add_column("subscription", sa.Column("failing_since", sa.BigInteger()))
    table = sa.table("subscription", *map(sa.column, ("id", "body", "failing_since")))
    connection = op.get_bind()
    for subscription_id, body in connection.execute(sa.select(table.c.id, table.c.body)).all():
        since = json.loads(body).get("failing_since")
        if since:
            micros = (datetime.fromisoformat(since) - EPOCH) // timedelta(microseconds=1)
            connection.execute(table.update().where(table.c.id == subscription_id).values(failing_since=micros))
    op.create_index(
        "ix_subscription_failing_since",
        "subscription",
        ["failing_since"],
        sqlite_where=sa.text("failing_since IS NOT NULL"),
        postgresql_where=sa.text("failing_since IS NOT NULL"),
    )
