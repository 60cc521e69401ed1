"""The rule tables that the classifier reads, and a way to take rules out of them for a while."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from unittest import mock

import checks.classify as reader
from checks.rules.rule import Rule

TABLES = (
    "LEGAL",
    "REGION",
    "BARE_REFUSAL",
    "EDGE",
    "REGION_CODES",
    "CODES",
    "REQUEST_CODES",
    "TELLING_PHRASES",
    "OTHER_PHRASES",
)
RULES: tuple[Rule, ...] = tuple(row for table in TABLES for row in getattr(reader, table))


@contextlib.contextmanager
def without(*names: str) -> Iterator[None]:
    """Classify as if the rules of these names had never been written."""
    with contextlib.ExitStack() as stack:
        for table in TABLES:
            left = tuple(row for row in getattr(reader, table) if row.name not in names)
            stack.enter_context(mock.patch.object(reader, table, left))
        yield
