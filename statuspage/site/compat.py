"""Documents in the shape of Atlassian Statuspage's public API, ``/api/v2``; our own facts ride along as ``x_``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import orjson

from statuspage.core import compat as words
from statuspage.core.availability import Availability, CellKey
from statuspage.core.channel import MAIL, address_of
from statuspage.core.compat import Component
from statuspage.core.event import rfc3339
from statuspage.core.incident import Incident, Stage, Update
from statuspage.core.settings import Model
from statuspage.core.snapshot import CellView, Snapshot
from statuspage.core.subscription import Subscription
from statuspage.site.compat_components import kept, of_model
from statuspage.site.prose import printable
from statuspage.site.shapes import Shape, is_maintenance

MOST = 50
EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
"""What is said to be the age of a site that holds nothing."""

NOT_CHECKED = "Not Checked Yet"
"""How a page is described whose every cell still waits for its first answer."""


@dataclass(frozen=True, slots=True)
class View:
    """A snapshot as this shape needs it: its leaves and groups, each rendered once."""

    snapshot: Snapshot
    cells: tuple[CellView, ...]
    statuses: tuple[Component, ...]
    leaves: dict[CellKey, Shape]
    components: tuple[orjson.Fragment, ...]
    updated_at: datetime = EPOCH

    @property
    def page_id(self) -> str:
        """The page's permanent id."""
        return words.page_id(self.snapshot.site.url)


def view(snapshot: Snapshot) -> View:
    """The leaves and groups of a snapshot."""
    cells = tuple(cell for cell in snapshot.cells if shown(cell))
    planned = [one for one in snapshot.incidents if is_maintenance(one) and one.stage is Stage.IN_PROGRESS]
    status = {one.key: words.leaf_status(one.availability, _maintained(one, planned)) for one in cells}
    began = {one.key: one.at for one in reversed(snapshot.transitions)}
    named = {one.id: one.name for one in snapshot.providers}, {one.id: one.name for one in snapshot.user_classes}
    leaves: dict[CellKey, Shape] = {}
    components: list[orjson.Fragment] = []
    for place, model in enumerate(snapshot.models, 1):
        own = _ordered(model, [cell for cell in snapshot.of_model(model.id) if cell.key in status])
        if own:
            marks = tuple((status[cell.key], began.get(cell.key, cell.since)) for cell in own)
            key = (model, place, tuple(own), marks, named, snapshot.site.url)
            mine, shapes = kept(model.id, key, partial(of_model, snapshot, model, own, marks, place, named))
            leaves |= mine
            components += shapes
    moments = [cell.since for cell in snapshot.cells] + [one.updated_at for one in snapshot.incidents]
    updated = max(moments, default=EPOCH)
    return View(snapshot, cells, tuple(status.values()), leaves, tuple(components), updated)


def shown(cell: CellView) -> bool:
    """Whether a cell has a place here: not by design, or the page would be red for ever, nor before its first check."""
    if cell.by_design or cell.unreached:
        return False
    checked = cell.measured is not None and cell.measured.last_observed_at is not None
    return checked or cell.availability is not Availability.UNKNOWN


def summary(seen: View) -> Shape:
    """Everything that is open."""
    opened = [one for one in seen.snapshot.incidents if one.open]
    return {
        "page": page(seen),
        "components": list(seen.components),
        "incidents": _stories(seen, (one for one in opened if not is_maintenance(one))),
        "scheduled_maintenances": _stories(seen, (one for one in opened if is_maintenance(one))),
        "status": roll_up(seen),
    }


def status(seen: View) -> Shape:
    """The page in one word."""
    return {"page": page(seen), "status": roll_up(seen)}


def components(seen: View) -> Shape:
    """Every component, each group before its leaves."""
    return {"page": page(seen), "components": list(seen.components)}


def incidents(keep: Callable[[Incident], bool]) -> Callable[[View], Shape]:
    """A document of the newest incidents that pass."""
    return _listed("incidents", lambda one: not is_maintenance(one) and keep(one))


def maintenances(keep: Callable[[Incident], bool]) -> Callable[[View], Shape]:
    """A document of the newest maintenances that pass."""
    return _listed("scheduled_maintenances", lambda one: is_maintenance(one) and keep(one))


def page(seen: View) -> Shape:
    """Whose page it is, and when anything on it last changed."""
    site = seen.snapshot.site
    return {
        "id": seen.page_id,
        "name": printable(site.label),
        "url": site.url,
        "time_zone": site.time_zone,
        "updated_at": rfc3339(seen.updated_at),
        "x_sandbox": site.sandbox,
    }


def subscriber(snapshot: Snapshot, one: Subscription, subscriber_id: str) -> Shape:
    """A subscriber, for who has its id; in that shape the page comes first."""
    mail = one.url.startswith(MAIL)
    address = {"email": address_of(one.url)} if mail else {"webhook": one.url, "email": one.owner}
    return {
        "page": page(view(snapshot)),
        "can_select_components": True,
        "mode": "email_sms" if mail else "webhook",
        **address,
        "id": subscriber_id,
        "created_at": rfc3339(one.created_at),
        "x_subscription": one.id,
        "x_state": one.state.value,
    }


def roll_up(seen: View) -> Shape:
    """The indicator of the page, from its leaves alone."""
    indicator = words.roll_up(seen.statuses)
    waiting = bool(seen.snapshot.cells) and not seen.cells and not any(one.by_design for one in seen.snapshot.cells)
    return {
        "indicator": indicator.value,
        "description": NOT_CHECKED if waiting else words.DESCRIPTIONS[indicator],
        "x_availability": seen.snapshot.summary.availability.value,
        "x_headline": printable(seen.snapshot.summary.headline),
    }


def story(seen: View, one: Incident) -> Shape:
    """An incident or a maintenance with its updates, the newest first, and the components that it touches."""
    updates = told(one)
    monitored = next((each.at for each in updates[::-1] if each.stage is Stage.MONITORING), None)
    shape = {
        "id": words.incident_id(one.id),
        "page_id": seen.page_id,
        "name": printable(one.title),
        "status": words.incident_status(one.kind, one.stage),
        "impact": words.incident_impact(one, (each.id for each in seen.snapshot.user_classes)),
        "created_at": rfc3339(one.created_at),
        "updated_at": rfc3339(one.updated_at),
        "started_at": rfc3339(one.started_at or one.created_at),
        "monitoring_at": rfc3339(monitored) if monitored else None,
        "resolved_at": rfc3339(one.resolved_at) if one.resolved_at else None,
        "shortlink": f"{seen.snapshot.site.url}/incidents/{one.id}",
        "reminder_intervals": None,
        "incident_updates": [_update(one, each) for each in updates],
        "components": [shape for key, shape in seen.leaves.items() if one.covers(key)],
        "x_incident": one.id,
        "x_kind": one.kind.value,
    }
    return shape | _planned(one) if is_maintenance(one) else shape


def told(one: Incident) -> list[Update]:
    """The public messages of an incident, the newest first; never none, as readers take the first for granted."""
    written = sorted(one.updates, key=lambda each: each.at, reverse=True)
    return written or [Update(f"{one.id}/opened", one.created_at, one.stage, one.title)]


def documents(snapshot: Snapshot) -> Iterator[tuple[str, bytes]]:
    """Every path of this shape with its bytes."""
    seen = view(snapshot)
    for path, make in DOCUMENTS.items():
        yield path, orjson.dumps(make(seen))


def _listed(name: str, keep: Callable[[Incident], bool]) -> Callable[[View], Shape]:
    def make(seen: View) -> Shape:
        kept = [one for one in seen.snapshot.incidents if keep(one)]
        return {"page": page(seen), name: _stories(seen, kept)}

    return make


def _stories(seen: View, listed: Iterable[Incident]) -> list[Shape]:
    newest = sorted(listed, key=lambda one: one.created_at, reverse=True)
    return [story(seen, one) for one in newest[:MOST]]


def _update(incident: Incident, one: Update) -> Shape:
    at = rfc3339(one.at)
    return {
        "id": words.update_id(incident.id, one.id),
        "incident_id": words.incident_id(incident.id),
        "status": words.incident_status(incident.kind, one.stage),
        "body": printable(one.body),
        "created_at": at,
        "updated_at": rfc3339(max([one.at, *(edit.at for edit in one.edits)])),
        "display_at": at,
        "affected_components": None,
        "deliver_notifications": not incident.quiet,
        "custom_tweet": None,
        "tweet_id": None,
    }


def _planned(one: Incident) -> Shape:
    start = one.scheduled_for or one.started_at or one.created_at
    end = one.scheduled_until or one.resolved_at or start
    return {"scheduled_for": rfc3339(start), "scheduled_until": rfc3339(end)}


def _ordered(model: Model, cells: list[CellView]) -> list[CellView]:
    """A model's cells, those at its primary provider first."""
    primary = {offering.provider for offering in model.offered if offering.primary}
    return sorted(cells, key=lambda cell: cell.key.provider not in primary)


def _maintained(cell: CellView, planned: list[Incident]) -> bool:
    return any(one.covers(cell.key) for one in planned)


DOCUMENTS: dict[str, Callable[[View], Shape]] = {
    "/api/v2/summary.json": summary,
    "/api/v2/status.json": status,
    "/api/v2/components.json": components,
    "/api/v2/incidents.json": incidents(lambda _: True),
    "/api/v2/incidents/unresolved.json": incidents(lambda one: one.open),
    "/api/v2/scheduled-maintenances.json": maintenances(lambda _: True),
    "/api/v2/scheduled-maintenances/upcoming.json": maintenances(lambda one: one.stage is Stage.SCHEDULED),
    "/api/v2/scheduled-maintenances/active.json": maintenances(lambda one: one.stage is Stage.IN_PROGRESS),
}
