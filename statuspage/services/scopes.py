"""Names in what staff write: one that nothing has is refused, with the nearest that there is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from statuspage.core.incident import ScopeRow
from statuspage.core.settings import Settings
from statuspage.errors import UsageError


def check_scope(scope: Iterable[ScopeRow], settings: Settings) -> None:
    """UsageError for a model, provider or user class in a scope that the configuration does not have."""
    classes = [one.id for one in settings.user_classes]
    for row in scope:
        check_names("model", row.models, [one.id for one in settings.models])
        check_names("provider", row.providers, [one.id for one in settings.providers])
        check_names("user class", (*row.user_classes, *row.excepted), classes)


def check_names(what: str, named: Iterable[str], there: Sequence[str]) -> None:
    """UsageError for the first name that is not there."""
    for one in named:
        if one not in there:
            close = get_close_matches(one, there, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"there are: {', '.join(there)}"
            raise UsageError(f"there is no {what} {one!r}; {hint}")
