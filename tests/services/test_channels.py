"""Chat channels: subscriptions that come and go with the configuration, brought by the same courier."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from unittest.mock import patch

from statuspage.core.channel import Channel
from statuspage.core.delivery import DeliveryState, Failure, Outcome
from statuspage.core.event import EventType
from statuspage.core.subscription import Filters, Format, Origin, Subscription, SubscriptionState
from statuspage.ports import Store, Writing
from statuspage.services.channels import NOT_CONFIGURED, adopt_channels
from tests.services.outbox import OK, Outbox, Telling
from tests.staff import STAFF

SECRET = "slack://token-that-nobody-may-see"
ONCALL = Channel("oncall", SECRET)


async def adopt(box: Outbox, *channels: Channel) -> int:
    """Take these channels from the configuration."""
    return await adopt_channels(box.store, channels, box.clock, bytes)


async def channel(box: Outbox, name: str = "oncall") -> Subscription:
    """A channel as it is now."""
    return (await box.subscriptions.show(f"chat_{name}")).subscription


async def test_a_channel_gets_what_its_filters_let_through(store: Store) -> None:
    box = Outbox(store)
    assert await adopt(box, ONCALL, Channel("opus", "x", Filters(models=("opus",)))) == 2
    assert await adopt(box, ONCALL, Channel("opus", "x", Filters(models=("opus",)))) == 0
    await box.publish("fable", "opus")
    await box.courier.run_once()
    sent = sorted((one.subscription.id, one.delivery.lane) for one in box.sender.parcels)
    assert sent == [("chat_oncall", "fable@cloud"), ("chat_oncall", "opus@cloud"), ("chat_opus", "opus@cloud")]
    assert {one.subscription.format for one in box.sender.parcels} == {Format.CHAT}


async def test_its_address_is_nowhere_in_the_store(store: Store) -> None:
    box = Outbox(store)
    await adopt(box, ONCALL)
    one = await channel(box)
    assert (one.url, one.origin, one.state) == ("chat://oncall", Origin.CONFIGURED, SubscriptionState.LIVE)
    assert "token" not in repr(one)
    assert "token" not in repr(ONCALL)


async def test_what_it_does_not_take_is_repeated_and_can_be_seen(store: Store) -> None:
    box = Outbox(store, Telling((Outcome(None, Failure.TIMEOUT, detail="no end within 30 seconds"), OK)))
    await adopt(box, ONCALL)
    await box.publish()
    await box.courier.run_once()
    [delivery] = await box.deliveries(await channel(box))
    assert (delivery.state, delivery.attempts) == (DeliveryState.PENDING, 1)
    await box.pass_time(timedelta(minutes=2), timedelta(seconds=30))
    [delivery] = await box.deliveries(await channel(box))
    assert delivery.state is DeliveryState.DELIVERED
    assert [one.outcome.detail for one in await box.attempts(delivery)] == ["no end within 30 seconds", ""]


async def test_one_that_leaves_is_owed_nothing_and_comes_back_with_its_log(store: Store) -> None:
    box = Outbox(store)
    await adopt(box, ONCALL)
    await box.publish("fable")
    assert await adopt(box) == 1
    assert await box.courier.run_once() == 0
    gone = await channel(box)
    assert (gone.state, gone.disabled_reason) == (SubscriptionState.DISABLED, NOT_CONFIGURED)
    await box.publish("opus")
    assert await adopt(box, ONCALL) == 1
    await box.publish("haiku")
    await box.courier.run_once()
    assert [one.delivery.lane for one in box.sender.parcels] == ["haiku@cloud"]
    assert len(await box.deliveries(await channel(box))) == 2


async def test_new_filters_hold_from_then_on_and_an_operators_end_stays(store: Store) -> None:
    box = Outbox(store)
    await adopt(box, ONCALL)
    await adopt(box, Channel("oncall", SECRET, Filters(types=(EventType.MODEL_RESTRICTED.value,))))
    await box.publish()
    assert await box.courier.run_once() == 0
    await box.subscriptions.disable("chat_oncall", STAFF)
    assert await adopt(box, ONCALL) == 1
    assert (await channel(box)).state is SubscriptionState.DISABLED


async def test_an_operators_end_stays_when_it_comes_while_the_configuration_is_read(store: Store) -> None:
    box, writing = Outbox(store), store.writing
    await adopt(box, ONCALL)

    @asynccontextmanager
    async def after_the_operator() -> AsyncIterator[Writing]:
        with patch.object(store, "writing", writing):
            await box.subscriptions.disable("chat_oncall", STAFF)
        async with writing() as tx:
            yield tx

    with patch.object(store, "writing", after_the_operator):
        await adopt(box, Channel("oncall", SECRET, Filters(models=("opus",))))
    now = await channel(box)
    assert (now.state, now.filters.models) == (SubscriptionState.DISABLED, ("opus",))


async def test_a_failed_one_lives_again_when_the_configuration_is_read(store: Store) -> None:
    box = Outbox(store)
    await adopt(box, ONCALL)
    await box.subscriptions.disable("chat_oncall", STAFF, "5 days without a success")
    assert await adopt(box, ONCALL) == 1
    assert (await channel(box)).state is SubscriptionState.LIVE
