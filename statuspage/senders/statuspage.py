"""The sender for ``format: statuspage``: the same event in the shape of Atlassian Statuspage's webhooks, signed alike.

A body is made of the stored event alone, so it has the same bytes on every attempt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any

import orjson

from statuspage.core import compat as words
from statuspage.core.availability import Availability, CellKey
from statuspage.core.compat import Component, Indicator
from statuspage.core.delivery import Failure, Outcome
from statuspage.core.event import EventType
from statuspage.ports import Parcel, Sender
from statuspage.senders.shortened import fitting

Shape = dict[str, Any]

STATUS = {
    EventType.RESTRICTION_LIFTED: "monitoring",
    EventType.INCIDENT_RESOLVED: "resolved",
    EventType.MAINTENANCE_SCHEDULED: "scheduled",
    EventType.MAINTENANCE_STARTED: "in_progress",
    EventType.MAINTENANCE_COMPLETED: "completed",
    EventType.CONFIG_CHANGED: "resolved",
    EventType.DIGEST_DAILY: "resolved",
    EventType.WEBHOOK_VERIFY: "resolved",
    EventType.WEBHOOK_TEST: "resolved",
}
"""What an event without changes says of its incident; every other one: the cause is known."""

PLANNED = frozenset({EventType.MAINTENANCE_SCHEDULED, EventType.MAINTENANCE_STARTED, EventType.MAINTENANCE_COMPLETED})
OVER = frozenset({"resolved", "completed"})


class StatuspageSender:
    """Hands a parcel on with its body in the other shape."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    async def send(self, parcel: Parcel, at: datetime) -> Outcome:
        """Send the parcel; ``at`` is the attempt's time, which is signed."""
        try:
            other = body(parcel.body)
        except (KeyError, TypeError, ValueError) as error:
            return Outcome(None, Failure.PROTOCOL, detail=f"the event cannot be told in this shape: {error!r}")
        return await self._sender.send(replace(parcel, body=other), at)


@lru_cache(maxsize=64)
def body(event: bytes) -> bytes:
    """The body for an event: ``component_update`` where cells changed, ``incident`` where people spoke."""
    return fitting(event, _told)


def _told(event: Shape, rides_along: bytes) -> Shape:
    told = Told(event)
    main = _component_update(told) if told.changes else _incident(told)
    return _frame(told) | main | {"x_event": orjson.Fragment(rides_along)}


@dataclass(frozen=True)
class Told:
    """An event as it was stored, with what both bodies need of it."""

    event: Shape

    @property
    def data(self) -> Shape:
        """What it says."""
        data: Shape = self.event["data"]
        return data

    @property
    def type(self) -> EventType:
        """Its type."""
        return EventType(self.event["type"])

    @property
    def at(self) -> str:
        """When it was told."""
        return str(self.event["timestamp"])

    @cached_property
    def site_url(self) -> str:
        """The page's address, which every event's links begin with."""
        return str(self.data["links"]["self"]).removesuffix(f"/api/v1/events/{self.event['id']}")

    @cached_property
    def page_id(self) -> str:
        """The page's permanent id."""
        return words.page_id(self.site_url)

    @cached_property
    def changes(self) -> list[tuple[CellKey, Component, Component]]:
        """The cells that changed, each with its status before and after."""
        data = self.data
        return [
            (
                CellKey(one.get("model") or data["model"], data["provider"], one["user_class"]),
                words.leaf_status(Availability(one["from"])),
                words.leaf_status(Availability(one["to"])),
            )
            for one in data["changes"]
        ]


def _frame(told: Told) -> Shape:
    severity = Indicator(told.data["severity"])
    calm = severity is Indicator.NONE
    return {
        "meta": {
            "unsubscribe": f"{told.site_url}/subscribe",
            "documentation": f"{told.site_url}/docs/api",
            "generated_at": told.at,
        },
        "page": {
            "id": told.page_id,
            "status_indicator": severity.value,
            "status_description": told.data["summary"] if calm else words.DESCRIPTIONS[severity],
        },
    }


def _component_update(told: Told) -> Shape:
    """One component: the cell where one changed, else the model at the provider, or for many models the provider."""
    before, after = _statuses(told)
    leaves = [_leaf(told, key, status) for key, _, status in told.changes]
    main = _main(told, after) if len(leaves) > 1 else leaves[0]
    update = {
        "old_status": before.value,
        "new_status": after.value,
        "created_at": told.at,
        "component_type": "Component",
        "id": words.permanent_id("update", told.event["id"]),
        "component_id": main["id"],
    }
    return {"component_update": update, "component": main, "x_components": leaves}


def _statuses(told: Told) -> tuple[Component, Component]:
    """The status before and after. What may have cells that are not told of is never said to be out as a whole."""
    old = [before for _, before, _ in told.changes]
    new = [after for _, _, after in told.changes]
    if len(new) == 1:
        return old[0], new[0]
    whole = told.data["model"] is None
    return _of_many(old, whole), _of_many(new, whole) if told.data["complete"] else Component.PARTIAL


def _of_many(statuses: Sequence[Component], whole: bool) -> Component:
    status = words.group_status(statuses)
    return Component.PARTIAL if status is Component.MAJOR and not whole else status


def _main(told: Told, status: Component) -> Shape:
    model, provider = told.data["model"], str(told.data["provider"])
    name = f"{model} — {provider}" if model else provider
    id_ = words.permanent_id("offering", model, provider) if model else words.permanent_id("provider", provider)
    return _component(told, id_, name, status, words.group_id(model) if model else None)


def _component(told: Told, id_: str, name: str, status: Component, group: str | None) -> Shape:
    return {
        "id": id_,
        "page_id": told.page_id,
        "group_id": group,
        "name": name,
        "status": status.value,
        "description": None,
        "position": 1,
        "showcase": True,
        "created_at": told.data["effective_at"],
        "updated_at": told.at,
    }


def _leaf(told: Told, key: CellKey, status: Component) -> Shape:
    name = f"{key.model} — {key.provider} — {key.user_class}"
    return _component(told, words.leaf_id(key), name, status, words.group_id(key.model))


def _incident(told: Told) -> Shape:
    """An incident with the one update that the event is; nothing that a reader takes for granted is missing."""
    data, status = told.data, STATUS.get(told.type, "identified")
    planned = told.type in PLANNED
    own = data["incident"] or told.event["id"]
    shape = {
        "id": words.incident_id(own),
        "page_id": told.page_id,
        "name": data["summary"],
        "status": status,
        "impact": Indicator.MAINTENANCE.value if planned else data["severity"],
        "impact_override": None,
        "created_at": data["effective_at"],
        "updated_at": told.at,
        "monitoring_at": told.at if status == "monitoring" else None,
        "resolved_at": told.at if status in OVER else None,
        "shortlink": f"{told.site_url}/incidents/{own}" if data["incident"] else data["links"]["html"],
        "scheduled_for": data["effective_at"] if planned else None,
        "scheduled_until": None,
        "incident_updates": [_update(told, words.incident_id(own), status)],
        "components": [],
    }
    return {"incident": shape | _UNUSED}


def _update(told: Told, incident: str, status: str) -> Shape:
    return {
        "id": words.permanent_id("update", told.event["id"]),
        "incident_id": incident,
        "status": status,
        "body": told.data["summary"],
        "created_at": told.at,
        "updated_at": told.at,
        "display_at": told.at,
        "affected_components": [],
        "wants_twitter_update": False,
        "twitter_updated_at": None,
        "custom_tweet": None,
        "deliver_notifications": True,
    }


_UNUSED: Shape = {
    "backfilled": False,
    "postmortem_ignored": False,
    "postmortem_body": None,
    "postmortem_body_last_updated_at": None,
    "postmortem_published_at": None,
    "postmortem_notified_subscribers": False,
    "postmortem_notified_twitter": False,
    "scheduled_remind_prior": False,
    "scheduled_reminded_at": None,
    "scheduled_auto_in_progress": False,
    "scheduled_auto_completed": False,
}
"""What the shape has and we have no use for; receivers raise on a missing key."""
