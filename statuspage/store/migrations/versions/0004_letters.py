"""Letters to people and staff channels."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "letter",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger()),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_letter"),
        comment="messages owed to people and staff channels beside the public events",
    )
    op.create_index("ix_letter_due_at", "letter", ["due_at"])
    op.create_index("ix_letter_created_at", "letter", ["created_at"])
