"""Sheets: what was typed comes back to whoever typed it, at the form where it was typed, for a week."""

from __future__ import annotations

import pytest

from statuspage.errors import UsageError
from statuspage.services.sheets import MAX_SHEET, MOST_SHEETS, Sheets
from tests.house import House

NEW, OTHER = "/staff/incidents/new", "/staff/incidents/new2"
TEXT = "title=%C3%9Cber&body=a%0Ab+%E2%80%AE&scope-0-models=x&scope-0-models=y"


async def test_what_was_typed_comes_back_to_its_writer_alone(house: House) -> None:
    sheets = Sheets(house.store, house.clock)
    version = await house.store.version()
    await sheets.keep("person:ada", NEW, "old=1")
    kept = await sheets.keep("person:ada", NEW, TEXT)
    assert await sheets.find("person:ada", NEW) == kept
    assert kept.fields == TEXT
    assert await sheets.find("person:ada", OTHER) is None
    assert await sheets.find("person:grace", NEW) is None
    assert await house.store.version() == version


async def test_a_saved_form_is_forgotten_and_no_other(house: House) -> None:
    sheets = Sheets(house.store, house.clock)
    for path in (NEW, OTHER):
        await sheets.keep("person:ada", path, TEXT)
    await sheets.drop("person:ada", NEW)
    assert await sheets.find("person:ada", NEW) is None
    assert await sheets.find("person:ada", OTHER)


async def test_an_old_sheet_is_forgotten_when_another_is_kept(house: House) -> None:
    sheets = Sheets(house.store, house.clock)
    await sheets.keep("person:ada", NEW, TEXT)
    house.pass_time(days=8)
    await sheets.keep("person:ada", OTHER, TEXT)
    assert await sheets.find("person:ada", NEW) is None


async def test_one_person_keeps_so_many_and_the_oldest_makes_room(house: House) -> None:
    sheets = Sheets(house.store, house.clock)
    await sheets.keep("person:grace", NEW, TEXT)
    paths = [f"/staff/incidents/inc_{number}/edit" for number in range(MOST_SHEETS + 1)]
    for path in paths[:-1]:
        await sheets.keep("person:ada", path, TEXT)
        house.pass_time(minutes=1)
    await sheets.keep("person:ada", paths[0], TEXT)
    assert await sheets.find("person:ada", paths[1])
    house.pass_time(minutes=1)
    await sheets.keep("person:ada", paths[-1], TEXT)
    kept = [path for path in paths if await sheets.find("person:ada", path)]
    assert kept == [paths[0], *paths[2:]]
    assert await sheets.find("person:grace", NEW)


async def test_a_sheet_has_a_limit(house: House) -> None:
    with pytest.raises(UsageError, match="at most"):
        await Sheets(house.store, house.clock).keep("person:ada", NEW, "x" * (MAX_SHEET + 1))
