"""Publishing in two rhythms: at once when anything was committed by whatever process, and at every refresh."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from statuspage.core.incident import Kind
from statuspage.core.snapshot import Snapshot
from statuspage.errors import Starting
from statuspage.runtime.publisher import Publisher
from statuspage.services.incidents import Incidents, Opening
from statuspage.store.database import open_store
from statuspage.store.secrets import KeyRing
from tests.house import House
from tests.staff import STAFF

REFRESH = timedelta(seconds=60)


@dataclass
class Press:
    """Keeps what it is given to print; refuses as often as it is told to."""

    printed: list[Snapshot] = field(default_factory=list)
    refreshed: list[bool] = field(default_factory=list)
    refusals: int = 0

    def __call__(self, snapshot: Snapshot, refresh: bool) -> None:
        """Print one snapshot."""
        if self.refusals:
            self.refusals -= 1
            raise OSError("no space left")
        self.printed.append(snapshot)
        self.refreshed.append(refresh)


@pytest.fixture
def press() -> Press:
    return Press()


@pytest.fixture
async def publisher(house: House, press: Press) -> Publisher:
    await house.calm()
    made = Publisher(house.store, house.queries, house.clock, REFRESH, press)
    await made.publish()
    return made


async def test_where_nothing_changed_nothing_is_published(publisher: Publisher, press: Press) -> None:
    assert not await publisher.look()
    assert len(press.printed) == 1


async def test_what_another_process_commits_is_published(
    publisher: Publisher, press: Press, house: House, store_url: str, key: KeyRing
) -> None:
    other = await open_store(store_url, key=key)
    incidents = Incidents(other, house.settings, house.clock, house.ids)
    await incidents.open(Opening(Kind.NOTICE, "From another terminal"), STAFF)
    await other.close()
    assert await publisher.look()
    assert [one.title for one in press.printed[-1].incidents] == ["From another terminal"]
    assert publisher.current() is press.printed[-1]
    assert press.refreshed == [True, False], "a commit alone moves no freshness"
    assert not await publisher.look()


async def test_freshness_moves_with_every_refresh(publisher: Publisher, press: Press, house: House) -> None:
    house.clock.at += REFRESH - timedelta(seconds=1)
    assert not await publisher.look()
    house.pass_time(seconds=1)
    assert await publisher.look()
    assert press.printed[-1].generated_at == house.clock()
    assert press.refreshed[-1]


async def test_commits_between_do_not_put_a_refresh_off(publisher: Publisher, press: Press, house: House) -> None:
    for number in range(4):
        house.clock.at += REFRESH / 3
        await house.incidents.open(Opening(Kind.NOTICE, f"Notice {number}"), STAFF)
        await publisher.look()
    assert press.refreshed == [True, False, False, True, False]


async def test_a_clock_that_is_set_back_does_not_stop_the_rhythm(
    publisher: Publisher, press: Press, house: House
) -> None:
    house.clock.at -= timedelta(hours=1)
    assert await publisher.look()
    assert press.refreshed[-1]
    assert not await publisher.look()


async def test_a_round_that_changed_nothing_waits_for_the_refresh(
    publisher: Publisher, press: Press, house: House
) -> None:
    house.pass_time(seconds=5)
    await house.round()
    await publisher.look()
    assert len(press.printed) <= 2


async def test_what_could_not_be_published_is_tried_again_at_once(
    publisher: Publisher, press: Press, house: House
) -> None:
    await house.incidents.open(Opening(Kind.NOTICE, "Shown late"), STAFF)
    press.refusals = 1
    with pytest.raises(OSError, match="no space"):
        await publisher.look()
    assert not publisher.current().incidents
    assert await publisher.look()
    assert publisher.current().incidents


async def test_before_the_first_publication_there_is_nothing(house: House, press: Press) -> None:
    made = Publisher(house.store, house.queries, house.clock, REFRESH, press)
    with pytest.raises(Starting, match="nothing is published"):
        made.current()
    assert await made.look()


async def test_a_clock_that_is_set_back_does_not_stop_freshness(
    publisher: Publisher, press: Press, house: House
) -> None:
    house.pass_time(days=-2)
    assert await publisher.look()
    assert press.printed[-1].valid_until < house.clock() + timedelta(minutes=5)
    assert not await publisher.look()
