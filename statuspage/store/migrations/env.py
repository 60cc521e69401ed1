"""How Alembic runs migrations: on the connection that it is given, inside that connection's transaction."""

from __future__ import annotations

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from statuspage.store.schema import Moment, metadata


def _render(kind: str, item: object, _: AutogenContext) -> str | Literal[False]:
    return "sa.BigInteger()" if kind == "type" and isinstance(item, Moment) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_item=_render,
)
with context.begin_transaction():
    context.run_migrations()
