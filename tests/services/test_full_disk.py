"""A disk that is really full: what was told stays told, rounds fail with a sentence, and go on when there is room."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from sqlalchemy import Connection, event, text

from statuspage.core.alert import AlertKind
from statuspage.core.availability import Availability, Reason
from statuspage.errors import StoreError
from statuspage.services.alerts import kept
from statuspage.store.database import Database
from tests.house import FABLE, VENDOR, House

pytestmark = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)

ROOM = 1_000_000


@dataclass(eq=False)
class Disk:
    """The disk under an SQLite store: so many pages may be used."""

    pages: int = ROOM

    def __call__(self, connection: Connection) -> None:
        """Before each transaction."""
        connection.exec_driver_sql(f"PRAGMA max_page_count = {self.pages}")


async def fails(house: House) -> StoreError | None:
    """A round, and what it says if it cannot be kept."""
    house.pass_time(minutes=1)
    try:
        await house.round(VENDOR)
    except StoreError as error:
        return error
    return None


async def test_a_full_disk_loses_nothing_told_and_is_over_when_there_is_room(calm: House, store: Database) -> None:
    disk = Disk()
    event.listen(store._write.sync_engine, "begin", disk, insert=True)
    subscription = await calm.subscribe()
    calm.do("restrict", model=FABLE)
    [told] = await calm.settle(VENDOR, (FABLE,))
    calm.do("restore", model=FABLE)
    async with store.reading() as view:
        used: int = await view.value(text("SELECT page_count FROM pragma_page_count"))
    disk.pages = used
    said = [str(error) for _ in range(20) if (error := await fails(calm)) is not None]
    assert len(said) >= 3
    assert {"the disk of the database is full; free some space, nothing was written"} == set(said)
    assert [one.id for one in await calm.events()] == await calm.owed(subscription) == [told.id]
    assert (await calm.said())[0] is Availability.RESTRICTED

    disk.pages = ROOM
    for _ in range(3):
        await calm.settle(VENDOR, (FABLE,))
        calm.pass_time(minutes=5)
    assert await calm.said() == (Availability.AVAILABLE, Reason.NONE)
    assert await calm.types() == ["model.restricted", "model.restored"]
    async with store.reading() as view:
        [alert] = [one for one in await kept(view) if one.kind is AlertKind.STORE]
    assert f"{len(said)} times" in alert.text
