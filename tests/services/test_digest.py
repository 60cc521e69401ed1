"""The daily digest: once a day, at the site's own hour, to those who named it; and endpoints that take nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import orjson

from statuspage.core.alert import AlertKind
from statuspage.core.delivery import Failure, Outcome
from statuspage.core.event import EventType
from statuspage.core.settings import Settings
from statuspage.core.subscription import Filters
from statuspage.ports import EventQuery, Store
from statuspage.services.alerts import StaffAlerts, kept
from statuspage.services.digest import HOUR, Digest
from statuspage.services.endpoints import watch_endpoints
from tests.services.outbox import Outbox, Telling
from tests.site.snapshots import SITE

DIGEST = Filters(types=(EventType.DIGEST_DAILY.value,))
BAD = Outcome(500, Failure.STATUS)
AUCKLAND = Settings(site=replace(SITE, time_zone="Pacific/Auckland"))


async def digests(box: Outbox) -> list[dict[str, object]]:
    """Every digest that was told."""
    async with box.store.reading() as view:
        found = await view.events(EventQuery(types=(EventType.DIGEST_DAILY.value,)))
    return [orjson.loads(one.body)["data"] for one in found]


def at(box: Outbox, day: int, hour: int, minute: int = 0) -> None:
    """Set the clock to a time of the site's day."""
    box.clock.now = datetime(2026, 7, day, hour, minute, tzinfo=ZoneInfo("Pacific/Auckland"))


async def test_once_a_day_at_the_sites_own_hour(store: Store) -> None:
    box = Outbox(store)
    await box.subscribe(filters=DIGEST)
    await box.subscribe("https://other.example.com/")
    numbers = count(1)
    digest = Digest(store, AUCKLAND, box.clock, lambda prefix: f"{prefix}_d{next(numbers):05d}")
    at(box, 1, HOUR - 1, 59)
    assert await digest.tell_due() is False
    at(box, 1, HOUR)
    assert await digest.tell_due() is True
    assert await digest.tell_due() is False
    at(box, 1, 23, 59)
    assert await digest.tell_due() is False
    at(box, 2, HOUR, 1)
    assert await digest.tell_due() is True
    at(box, 1, 12)
    assert await digest.tell_due() is False, "a clock that is set back tells no day twice"
    at(box, 2, 12)
    await box.courier.run_once()
    assert len(box.sender.parcels) == 2, "only who named it gets it"
    [first, _] = await digests(box)
    assert first["summary"]
    assert first["counts"] == {"available": 0, "degraded": 0, "restricted": 0, "down": 0, "unknown": 0}


async def test_nobody_asked_so_nothing_is_told(store: Store) -> None:
    box = Outbox(store)
    await box.subscribe()
    at(box, 1, HOUR)
    assert await Digest(store, AUCKLAND, box.clock, box.ids).tell_due() is False
    assert await digests(box) == []


async def test_an_endpoint_of_ours_that_takes_nothing_is_an_alert_while_it_lasts(store: Store) -> None:
    box = Outbox(store, Telling((BAD,)))
    subscription = await box.subscribe()
    alerts = StaffAlerts()
    await box.publish("a")
    await box.pass_time(timedelta(minutes=1), timedelta(seconds=10))
    assert await watch_endpoints(store, alerts, box.clock) == 0
    await box.pass_time(timedelta(hours=2), timedelta(minutes=2))
    assert await watch_endpoints(store, alerts, box.clock) == 1
    assert await watch_endpoints(store, alerts, box.clock) == 1
    async with store.reading() as view:
        [one] = await kept(view)
    assert (one.kind, one.subject, one.count) == (AlertKind.ENDPOINT, subscription.id, 1)
    box.sender.answers = (Outcome(200),)
    await box.pass_time(timedelta(hours=5), timedelta(minutes=10))
    assert await watch_endpoints(store, alerts, box.clock) == 0
    async with store.reading() as view:
        assert await kept(view) == ()
