"""Wishes of Atlassian Statuspage's subscriber API, read as wishes of ours; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from statuspage.core import compat as words
from statuspage.core.availability import CellKey
from statuspage.core.channel import MAIL
from statuspage.core.incident import Incident
from statuspage.core.subscription import Format
from statuspage.errors import FieldMistake, Invalid

FIELDS = ("email", "endpoint", "component_id", "component_ids", "incident_id", "phone_number", "phone_country")
ID_LENGTH = 24
"""Hexadecimal digits of a subscription's own id; a subscriber's id is that and the token: only its owner knows it."""


@dataclass(frozen=True, slots=True)
class Legacy:
    """A document as our API takes it, and the incidents to which it is bound."""

    wish: dict[str, Any]
    incidents: tuple[str, ...] = ()


def read(said: Any, cells: Iterable[CellKey], incidents: Iterable[Incident]) -> Legacy:
    """What a ``subscriber`` wishes; Invalid names every wrong field."""
    if not isinstance(said, dict):
        raise Invalid((FieldMistake("subscriber", 'must be an object such as {"email": "me@example.org"}'),))
    mistakes = [
        FieldMistake(f"subscriber.{name[:80]}", "there is no such field") for name in said if name not in FIELDS
    ]
    if said.get("phone_number"):
        mistakes.append(FieldMistake("subscriber.phone_number", "this site sends no text messages"))
    filters = _filters(said, tuple(cells), mistakes)
    bound = _incidents(said, incidents, mistakes)
    url, email = said.get("endpoint"), said.get("email")
    if not url and not email:
        mistakes.append(FieldMistake("subscriber", "must have an endpoint, an email, or both"))
    if mistakes:
        raise Invalid(tuple(mistakes[:50]))
    if url:
        wish = {"url": url, "format": Format.STATUSPAGE.value, "email": email or None}
    else:
        wish = {"url": f"{MAIL}{email}" if isinstance(email, str) else email}
    return Legacy(wish | {"filters": filters}, bound)


def subscriber_id(subscription_id: str, token: str) -> str:
    """The id by which a subscriber is shown and removed; it holds the token, as the shape has no other proof."""
    return subscription_id.removeprefix("sub_") + token.removeprefix("spt_")


def parts(subscriber: str) -> tuple[str, str]:
    """The subscription's id and the token in a subscriber's id."""
    return f"sub_{subscriber[:ID_LENGTH]}", f"spt_{subscriber[ID_LENGTH:]}"


def _filters(said: Mapping[str, Any], cells: tuple[CellKey, ...], mistakes: list[FieldMistake]) -> dict[str, list[str]]:
    """Components as filters. Of several leaves each dimension is joined, so a little more may come than was asked."""
    asked = said.get("component_ids") or ([said["component_id"]] if said.get("component_id") else [])
    if not isinstance(asked, list):
        mistakes.append(FieldMistake("subscriber.component_ids", "must be a list of ids"))
        return {}
    groups = {words.group_id(key.model): key.model for key in cells}
    leaves = {words.leaf_id(key): key for key in cells}
    found = [leaves[one] for one in asked if isinstance(one, str) and one in leaves]
    models = {groups[one] for one in asked if isinstance(one, str) and one in groups}
    for one in asked:
        if not isinstance(one, str) or (one not in groups and one not in leaves):
            mistakes.append(FieldMistake("subscriber.component_id", f"there is no component {str(one)[:40]!r}"))
    filters = {"models": sorted(models | {key.model for key in found})}
    if found and not models:
        filters["providers"] = sorted({key.provider for key in found})
        filters["user_classes"] = sorted({key.user_class for key in found})
    return filters


def _incidents(said: Mapping[str, Any], incidents: Iterable[Incident], mistakes: list[FieldMistake]) -> tuple[str, ...]:
    asked = said.get("incident_id")
    if not asked:
        return ()
    found = [one.id for one in incidents if one.open and words.incident_id(one.id) == asked]
    if not found:
        mistakes.append(FieldMistake("subscriber.incident_id", "there is no such unresolved incident"))
    return tuple(found)
