"""The sender in Atlassian Statuspage's shape: nothing that a receiver reads is missing, the same bytes every time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
import pytest
from standardwebhooks import Webhook

from statuspage import clock
from statuspage.core import compat
from statuspage.core.availability import Availability, Basis, CellKey, Reason
from statuspage.core.delivery import Failure
from statuspage.core.event import Change, EventDraft, EventType, Severity, document
from statuspage.core.subscription import Format, secret_text
from statuspage.senders.http import Client, Limits
from statuspage.senders.registry import Registry, senders
from statuspage.senders.statuspage import body
from tests.senders.parcels import AT, SANDBOX, SECRET, parcel
from tests.senders.receivers import receive
from tests.store.cast import ABROAD, FABLE, OPUS, draft

SITE = "https://status.example"


def stored(event: EventDraft) -> bytes:
    """The event's bytes, as the store keeps them."""
    return orjson.dumps(document(event, 7, SITE))


def told(event: EventDraft) -> Any:
    """The other body of an event."""
    return orjson.loads(body(stored(event)))


def moved(*keys: CellKey, to: Availability = Availability.RESTRICTED, **more: Any) -> EventDraft:
    """An event in which cells changed."""
    before = Availability.RESTRICTED if to is Availability.AVAILABLE else Availability.AVAILABLE
    changes = tuple(Change(key, key.model, before, to, Reason.NONE, Basis.MEASURED, 4) for key in keys)
    made = replace(draft(*keys), id="evt_1", model=keys[0].model, provider=keys[0].provider, changes=changes)
    return replace(made, **more)


def spoken(type_: EventType, **more: Any) -> EventDraft:
    """An event in which people spoke."""
    return replace(draft(type=type_), changes=(), incident="inc_1", summary="Two models suspended", **more)


def test_one_cell_is_its_own_component() -> None:
    made = told(moved(FABLE))
    assert "incident" not in made
    assert made["component"]["id"] == made["component_update"]["component_id"] == compat.leaf_id(FABLE)
    assert made["component"]["group_id"] == compat.group_id(FABLE.model)
    assert made["component_update"]["old_status"] == "operational"
    assert made["component_update"]["new_status"] == made["component"]["status"] == "major_outage"
    assert made["component_update"]["component_type"] == "Component"
    assert made["x_event"] == orjson.loads(stored(moved(FABLE)))


def test_many_cells_are_a_part_of_their_model() -> None:
    other = replace(FABLE, user_class="abroad")
    made = told(moved(FABLE, other))
    assert made["component_update"]["new_status"] == "partial_outage", "others may be untouched"
    assert {one["id"] for one in made["x_components"]} == {compat.leaf_id(FABLE), compat.leaf_id(other)}
    assert {one["status"] for one in made["x_components"]} == {"major_outage"}


@pytest.mark.parametrize(("complete", "status"), [(True, "operational"), (False, "partial_outage")])
def test_a_part_is_well_only_when_all_of_it_is(complete: bool, status: str) -> None:
    other = replace(FABLE, user_class="abroad")
    event = moved(FABLE, other, to=Availability.AVAILABLE, complete=complete, severity=Severity.NONE)
    made = told(event)
    assert made["component_update"]["new_status"] == status
    assert made["page"] == {
        "id": compat.page_id(SITE),
        "status_indicator": "none",
        "status_description": event.summary,
    }


def test_a_whole_provider_is_one_component() -> None:
    made = told(moved(FABLE, OPUS, to=Availability.DOWN, model=None))
    assert made["component"]["name"] == "claude-api"
    assert made["component_update"]["new_status"] == "major_outage"


@pytest.mark.parametrize("type_", [one for one in EventType if not one.value.startswith(("model.", "provider."))])
def test_what_people_say_is_an_incident_with_one_update(type_: EventType) -> None:
    made = told(spoken(type_))
    incident = made["incident"]
    assert incident["id"] == compat.incident_id("inc_1")
    assert incident["incident_updates"][0]["body"] == incident["name"] == "Two models suspended"
    assert incident["incident_updates"][0]["status"] == incident["status"]
    assert incident["shortlink"] == f"{SITE}/incidents/inc_1"
    assert (incident["resolved_at"] is not None) is (incident["status"] in {"resolved", "completed"})
    assert (incident["scheduled_for"] is not None) is type_.value.startswith("maintenance.")
    assert incident["status"] != "investigating"


INCIDENT_KEYS = (
    "id page_id name status impact impact_override created_at updated_at monitoring_at resolved_at shortlink "
    "backfilled postmortem_ignored postmortem_body postmortem_body_last_updated_at postmortem_published_at "
    "postmortem_notified_subscribers postmortem_notified_twitter scheduled_for scheduled_until scheduled_remind_prior "
    "scheduled_reminded_at scheduled_auto_in_progress scheduled_auto_completed incident_updates components"
)
COMPONENT_KEYS = "id page_id group_id name status description position showcase created_at updated_at"


def test_no_key_is_missing() -> None:
    incident = told(spoken(EventType.INCIDENT_OPENED))
    assert set(incident) == {"meta", "page", "incident", "x_event"}
    assert set(incident["meta"]) == {"unsubscribe", "documentation", "generated_at"}
    assert set(incident["incident"]) == set(INCIDENT_KEYS.split())
    component = told(moved(FABLE))
    assert set(component) == {"meta", "page", "component_update", "component", "x_components", "x_event"}
    assert set(component["component"]) == set(COMPONENT_KEYS.split())


async def test_it_is_signed_and_the_same_on_every_attempt() -> None:
    client = Client(Limits(dns=0.5, connect=2, total=3))
    registry = Registry(senders(client, SANDBOX))
    event = stored(moved(FABLE, ABROAD, model=None))
    async with receive() as receiver:
        for _ in range(2):
            one = parcel(receiver.url, body=event, shape=Format.STATUSPAGE)
            assert (await registry.send(one, clock.now())).succeeded
        broken = parcel(receiver.url, body=b'{"id":"evt_1","type":"model.gone"}', shape=Format.STATUSPAGE)
        outcome = await registry.send(broken, AT)
    await client.close()
    assert outcome.failure is Failure.PROTOCOL
    first, second = receiver.requests
    assert first.body == second.body == body(event)
    verified = Webhook(secret_text(SECRET)).verify(first.body, first.headers)
    assert verified["component_update"]
    assert event in first.body, "our own event rides along as it was stored"
