"""Money in real rounds: a cap stops questions at answers before it is passed, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checks.target import Level
from statuspage.core.alert import AlertKind
from statuspage.core.availability import Availability, Reason
from statuspage.core.settings import Price, Settings
from statuspage.core.spend import ASSUMED, cost
from statuspage.services.alerts import kept
from tests.house import ABROAD, FABLE, FABLE_ABROAD, FABLE_HOME, HOME, VENDOR, House

PRICE = Price(10, 50)
ANSWER = "/messages"
FREE = "/messages/count_tokens"


def capped(settings: Settings, cap: float | None) -> Settings:
    """Every offering has a price; the vendor's credential at home has a cap."""
    models = tuple(replace(m, offered=tuple(replace(o, price=PRICE) for o in m.offered)) for m in settings.models)
    vendor, *others = settings.providers
    credentials = vendor.credentials | {HOME: replace(vendor.credentials[HOME], monthly_cap_usd=cap)}
    return replace(settings, models=models, providers=(replace(vendor, credentials=credentials), *others))


async def spent(house: House, user_class: str = HOME) -> float:
    return (await house.monitor.purses(VENDOR))[user_class].spent_usd


def asked(house: House, path: str, user_class: str = HOME) -> int:
    found = sum(one.path == path and one.key == f"sandbox-key-{user_class}" for one in house.asked)
    house.asked.clear()
    return found


async def test_what_answers_cost_is_kept_with_the_round(house: House) -> None:
    house.configure(capped(house.settings, None))
    result = await house.round()
    usages = [one.found.observation.usage for key, one in result.judged.items() if key.user_class == HOME]
    assert await spent(house) == pytest.approx(sum(cost(PRICE, usage or ASSUMED) for usage in usages))
    assert await spent(house) > 0


async def test_a_round_that_is_rolled_back_spends_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.configure(capped(house.settings, None))

    async def dies(*_: object) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr("statuspage.services.monitoring.tell", dies)
    with pytest.raises(RuntimeError):
        await house.round()
    assert await spent(house) == 0


async def test_the_cap_stops_answers_before_it_is_passed_and_survives_a_restart(house: House) -> None:
    cap = 6.5 * (await one_round(house))
    house.configure(capped(house.settings, cap))
    for _ in range(12):
        await house.round()
        assert await spent(house) <= cap
    shut_at = await spent(house)
    assert shut_at > 0
    house.asked.clear()

    house.configure(capped(house.settings, cap))
    result = await house.round()
    assert asked(house, ANSWER) == 0
    assert {key.user_class for key in result.judged} == {ABROAD, "zero-retention"}
    assert await spent(house) == shut_at


async def one_round(house: House) -> float:
    """What a round costs at home."""
    house.configure(capped(house.settings, None))
    before = await spent(house)
    await house.round()
    return await spent(house) - before


async def test_free_questions_go_on_and_the_cells_say_that_the_budget_is_used_up(calm: House) -> None:
    calm.configure(capped(calm.settings, 0.0))
    calm.pass_time(minutes=16)
    await calm.round(level=Level.ACCEPTS)
    assert asked(calm, FREE) > 0
    await calm.round()
    assert asked(calm, ANSWER) == 0
    await calm.monitor.sweep()
    assert await calm.said(FABLE_HOME) == (Availability.UNKNOWN, Reason.BILLING)
    assert await calm.said(FABLE_ABROAD) == (Availability.AVAILABLE, Reason.NONE)
    assert VENDOR not in {one.draft.provider for one in await calm.events()}, "our own trouble is no news"


async def test_a_cell_that_was_stale_before_says_so_too(calm: House) -> None:
    calm.pass_time(minutes=16)
    await calm.monitor.sweep()
    calm.configure(capped(calm.settings, 0.0))
    await calm.monitor.sweep()
    assert await calm.said(FABLE_HOME) == (Availability.UNKNOWN, Reason.BILLING)


async def test_a_free_refusal_still_restricts_and_a_free_acceptance_ends_nothing(calm: House) -> None:
    calm.configure(capped(calm.settings, 0.0))
    calm.do("restrict", model=FABLE, user_class=HOME)
    [told] = await calm.settle(VENDOR, (FABLE,))
    assert asked(calm, ANSWER) == 0
    assert (told.draft.type.value, told.draft.user_classes) == ("model.restricted", (HOME,))
    calm.do("restore", model=FABLE)
    for _ in range(4):
        calm.pass_time(minutes=5)
        await calm.round(level=Level.ACCEPTS)
        await calm.settle(VENDOR, (FABLE,))
        await calm.monitor.sweep()
    assert (await calm.said(FABLE_HOME))[0] is Availability.RESTRICTED
    assert "model.restored" not in await calm.types()


async def test_a_process_that_is_killed_while_it_asks_has_spent_what_was_set_aside(
    calm: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    cap = 6.5 * (await one_round(calm))
    calm.configure(capped(calm.settings, cap))

    async def killed(*_: object) -> None:
        raise RuntimeError("kill -9")

    monkeypatch.setattr(calm.monitor, "_settle", killed)
    for _ in range(3):
        with pytest.raises(RuntimeError):
            await calm.round()
    assert 0 < await spent(calm) <= cap
    monkeypatch.undo()
    before = await spent(calm)
    await calm.round()
    assert before <= await spent(calm) <= cap


async def test_staff_are_told_once(calm: House) -> None:
    calm.configure(capped(calm.settings, 0.0))
    for _ in range(3):
        await calm.round()
    async with calm.store.reading() as view:
        [told] = [one for one in await kept(view) if one.kind is AlertKind.CAP]
    assert (told.subject, told.count) == (f"{VENDOR}/{HOME}", 3)
    assert "raise monthly_cap_usd" in told.text


async def test_a_new_month_opens_the_purse(calm: House) -> None:
    calm.configure(capped(calm.settings, None))
    await calm.round()
    assert await spent(calm) > 0
    calm.pass_time(days=30)
    assert await spent(calm) == 0


async def test_a_probe_from_a_terminal_pays_too_and_may_not_pass_the_cap(calm: House) -> None:
    calm.configure(capped(calm.settings, None))
    assert await calm.monitor.examine(VENDOR, [FABLE_HOME])
    assert await spent(calm) > 0
    calm.configure(capped(calm.settings, 0.0))
    assert await calm.monitor.examine(VENDOR, [FABLE_HOME]) == {}
