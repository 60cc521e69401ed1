"""What a request asks: query parameters read strictly, every mistake named."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.datastructures import QueryParams

from statuspage.core.event import EventType
from statuspage.errors import UsageError
from statuspage.ports import EventQuery


def names(query: QueryParams, name: str) -> tuple[str, ...]:
    """A list of ids: repeated, or separated by commas."""
    return tuple(dict.fromkeys(one for text in query.getlist(name) for one in text.split(",") if one))


def number(query: QueryParams, name: str, default: int, least: int, most: int) -> int:
    """A whole number within bounds."""
    text = query.get(name)
    return default if text is None else whole(text, name, least, most)


def whole(text: str, name: str, least: int, most: int) -> int:
    """A whole number within bounds."""
    if not text.isascii() or not text.isdigit() or len(text) > 18 or not least <= int(text) <= most:
        raise UsageError(f"{name} must be a whole number from {least} to {most}")
    return int(text)


def moment(text: str, name: str) -> datetime:
    """A moment: RFC 3339 with an offset or Z; a date alone is its midnight in UTC."""
    try:
        at = datetime.fromisoformat(text.replace(" ", "+"))
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(f"{name} must be a moment such as 2026-06-13T01:59:00Z") from None


def optional_moment(query: QueryParams, name: str) -> datetime | None:
    """A moment, or None where none is asked for."""
    text = query.get(name)
    return moment(text, name) if text else None


def only(query: QueryParams, *allowed: str) -> None:
    """Refuse parameters that mean nothing here: a misspelt filter must not look like an empty answer."""
    for name in query:
        if name not in allowed:
            raise UsageError(f"there is no parameter {name!r} here; there are: {', '.join(allowed) or 'none'}")


def events(query: QueryParams, limit: int = 100, *more: str) -> EventQuery:
    """Which events are meant; ``more`` are parameters that the caller reads."""
    only(query, "after_seq", "model", "provider", "user_class", "type", *more)
    types = names(query, "type")
    for one in types:
        if one not in {known.value for known in EventType}:
            raise UsageError(f"there is no event type {one!r}")
    return EventQuery(
        after_seq=number(query, "after_seq", 0, 0, 2**63 - 1),
        models=names(query, "model"),
        providers=names(query, "provider"),
        user_classes=names(query, "user_class"),
        types=types,
        limit=limit,
    )
