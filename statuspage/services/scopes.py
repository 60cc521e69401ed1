"""Names in what staff write: one that nothing has is refused, with the nearest that there is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from statuspage.core.incident import ScopeRow
from statuspage.core.settings import Settings
from statuspage.core.subscription import Filters
from statuspage.core.wish import TYPES
from statuspage.errors import UsageError
from statuspage.ports import Store
from statuspage.services.world import load


def check_scope(scope: Iterable[ScopeRow], settings: Settings) -> None:
    """UsageError for a model, provider or user class in a scope that the configuration does not have."""
    classes = [one.id for one in settings.user_classes]
    for row in scope:
        check_names("model", row.models, [one.id for one in settings.models])
        check_names("provider", row.providers, [one.id for one in settings.providers])
        check_names("user class", (*row.user_classes, *row.excepted), classes)


async def check_filters(store: Store, filters: Filters, settings: Settings) -> None:
    """UsageError for a filter that lets nothing pass, because nothing has that name."""
    async with store.reading() as view:
        known = (await load(view, settings)).settings
    check_names("model", filters.models, [one.id for one in known.models])
    check_names("provider", filters.providers, [one.id for one in known.providers])
    check_names("user class", filters.user_classes, [one.id for one in known.user_classes])
    check_names("event type", filters.types, TYPES)


def check_names(what: str, named: Iterable[str], there: Sequence[str]) -> None:
    """UsageError for the first name that is not there."""
    for one in named:
        if one not in there:
            close = get_close_matches(one, there, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"there are: {', '.join(there)}"
            raise UsageError(f"there is no {what} {one!r}; {hint}")
