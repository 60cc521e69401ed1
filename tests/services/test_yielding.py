"""Giving way: to whoever keeps the loop busy, not for ever, and to nobody else."""

from __future__ import annotations

from statuspage.services.yielding import BUSY, give_way
from tests.services.neighbours import beside


async def test_whoever_computes_goes_first() -> None:
    async with beside(20, 4 * BUSY) as had:
        await give_way(60.0)
        assert len(had) == 20


async def test_nobody_is_given_way_for_ever() -> None:
    async with beside(1000, 4 * BUSY) as had:
        await give_way(20 * BUSY)
        assert 1 <= len(had) <= 20


async def test_an_idle_loop_holds_nothing_up() -> None:
    async with beside(1000, 0.0) as had:
        await give_way(60.0)
        assert len(had) < 20


async def test_time_that_went_by_elsewhere_is_nobodys_work() -> None:
    async with beside(1000, 4 * BUSY, sleeping=True) as had:
        await give_way(60.0)
        assert len(had) < 20
