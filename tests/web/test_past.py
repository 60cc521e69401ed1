"""Looking back is bounded: one second is one answer, few are rebuilt at once, never on the event loop."""

from __future__ import annotations

import asyncio
import threading
from datetime import datetime, timedelta

from statuspage.core.event import rfc3339
from statuspage.core.snapshot import Snapshot
from statuspage.services.queries import Queries
from statuspage.web.past import AT_ONCE, KEPT_FOR, LOOKING_BACK, Past
from tests.house import START
from tests.services.outbox import until
from tests.web.conftest import Web


class Counted(Queries):
    """Counts what is rebuilt, and holds it back until the ``gate`` is open."""

    def __init__(self, web: Web) -> None:
        super().__init__(web.queries.store, web.queries.settings, web.queries.clock)
        self.asked: list[datetime] = []
        self.gate = asyncio.Event()

    async def at(self, at: datetime) -> Snapshot:
        """The past, counted."""
        self.asked.append(at)
        await self.gate.wait()
        return await super().at(at)


def draw(past: Snapshot, at: datetime) -> bytes:
    """When it was, drawn anywhere but on the event loop."""
    assert threading.current_thread() is not threading.main_thread()
    assert past.generated_at == at
    return rfc3339(at).encode()


async def test_all_moments_of_a_second_are_one_answer_rebuilt_once(web: Web) -> None:
    counted = Counted(web)
    past = Past(counted, web.clock)
    counted.gate.set()
    web.clock.at = START + 2 * KEPT_FOR
    moments = [START + timedelta(microseconds=one) for one in (0, 1, 500_000, 999_999)]
    heard = [await past.shown("192.0.2.1", one, draw, "document") for one in moments]
    assert (set(heard), counted.asked) == ({rfc3339(START).encode()}, [START])
    await past.shown("192.0.2.1", START, draw, "page")
    web.clock.at += KEPT_FOR
    await past.shown("192.0.2.1", START, draw, "page")
    assert counted.asked == [START] * 3


async def test_what_was_a_moment_ago_is_not_kept(web: Web) -> None:
    counted = Counted(web)
    past = Past(counted, web.clock)
    counted.gate.set()
    web.clock.at = START + timedelta(seconds=1)
    for _ in range(2):
        await past.shown("192.0.2.1", START, draw, "document")
    assert counted.asked == [START] * 2


async def test_few_are_rebuilt_at_one_time(web: Web) -> None:
    counted = Counted(web)
    past = Past(counted, web.clock)
    web.clock.at = START + timedelta(minutes=5)
    seconds = [START + timedelta(seconds=one) for one in range(AT_ONCE + 3)]
    asking = [asyncio.create_task(past.shown("192.0.2.1", one, draw, "document")) for one in seconds]
    await until(lambda: counted.asked)
    await asyncio.sleep(0.01)
    assert len(counted.asked) == AT_ONCE
    counted.gate.set()
    assert await asyncio.gather(*asking) == [rfc3339(one).encode() for one in seconds]


async def test_an_answer_that_is_kept_waits_for_nobody(web: Web) -> None:
    counted = Counted(web)
    past = Past(counted, web.clock)
    web.clock.at = START + timedelta(minutes=5)
    counted.gate.set()
    first = await past.shown("192.0.2.1", START, draw, "document")
    counted.gate.clear()
    later = [START + timedelta(seconds=one) for one in range(1, AT_ONCE + 1)]
    rebuilt = [asyncio.create_task(past.shown("192.0.2.1", one, draw, "document")) for one in later]
    await until(lambda: len(counted.asked) == 1 + AT_ONCE)
    assert await asyncio.wait_for(past.shown("192.0.2.2", START, draw, "document"), 60) == first
    assert not any(one.done() for one in rebuilt)
    counted.gate.set()
    await asyncio.gather(*rebuilt)


async def test_one_address_looks_back_so_often_in_whatever_way(web: Web) -> None:
    for _ in range(LOOKING_BACK.count // 2):
        assert (await web.get("/at/2020-01-01")).status_code == 404
        assert (await web.get("/api/v1/at?time=2020-01-01")).status_code == 404
    for path, kind in (("/at/2020-01-01", "text/html"), ("/api/v1/at?time=2020-01-01", "application/problem+json")):
        refused = await web.get(path)
        assert (refused.status_code, refused.headers["content-type"].split(";")[0]) == (429, kind)
        assert 0 < int(refused.headers["retry-after"]) <= 60
    web.clock.at += timedelta(minutes=1)
    assert (await web.get("/api/v1/at?time=2026-06-12T14:05:00.750Z")).json()["generated_at"].endswith("14:05:00.000Z")
