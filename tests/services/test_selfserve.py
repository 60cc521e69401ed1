"""What the owner of a self-serve subscription does with it, on both databases."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest

from statuspage.core.subscription import SubscriptionState
from statuspage.errors import Conflict, Invalid, NotFound
from statuspage.ports import Store
from tests.services.enrolling import CHATS, Desk
from tests.services.outbox import START
from tests.staff import STAFF


def raw(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix("whsec_"))


def newest(desk: Desk) -> tuple[bytes, ...]:
    """What signed the newest request."""
    return desk.receivers.parcels[-1].secrets


async def test_a_test_is_for_a_live_one_alone(store: Store) -> None:
    desk = Desk(store, lambda _: CHATS)
    made = await desk.live()
    with pytest.raises(Conflict, match=r"webhook\.verify"):
        await desk.own.test(made.subscription)
    live = await desk.enrolments.confirm(*desk.link("confirm"))
    assert await desk.own.test(live) == CHATS
    assert desk.receivers.types == ["webhook.verify", "webhook.test"]
    ended = await desk.box.subscriptions.disable(live.id, STAFF)
    with pytest.raises(Conflict, match="operator"):
        await desk.own.test(ended)


async def test_both_secrets_sign_until_the_old_one_ends(store: Store) -> None:
    desk = Desk(store)
    made = await desk.live()
    rotated = await desk.own.rotate(made.subscription)
    assert rotated.old_valid_until == desk.clock() + timedelta(hours=24)
    await desk.own.test(made.subscription)
    assert newest(desk) == (raw(rotated.secret), raw(made.secret))
    await desk.box.publish()
    await desk.box.courier.run_once()
    assert newest(desk) == (raw(rotated.secret), raw(made.secret))
    desk.clock.move(timedelta(hours=24))
    await desk.own.test(made.subscription)
    assert newest(desk) == (raw(rotated.secret),)
    [delivery] = await desk.box.deliveries(made.subscription)
    await desk.own.resend(made.subscription, delivery.id)
    assert newest(desk) == (raw(rotated.secret),)


async def test_an_overlap_is_at_most_a_week_and_may_be_none(store: Store) -> None:
    desk = Desk(store)
    made = await desk.live()
    for wrong in (timedelta(seconds=-1), timedelta(days=7, seconds=1)):
        with pytest.raises(Invalid, match="604800"):
            await desk.own.rotate(made.subscription, wrong)
    await desk.own.rotate(made.subscription, timedelta(days=7))
    second = await desk.own.rotate(made.subscription, timedelta(days=7))
    with pytest.raises(Conflict):
        await desk.own.rotate(made.subscription)
    now = await desk.own.rotate(made.subscription, timedelta(0))
    await desk.own.test(made.subscription)
    assert newest(desk) == (raw(now.secret),)
    assert second.secret != now.secret


async def test_others_deliveries_are_not_there(store: Store) -> None:
    desk = Desk(store)
    mine, theirs = await desk.live(), await desk.live("https://their.example.com/")
    await desk.box.publish()
    await desk.box.courier.run_once()
    [own], [other] = [await desk.box.deliveries(one.subscription) for one in (mine, theirs)]
    assert (await desk.own.resend(mine.subscription, own.id)).succeeded
    for wrong in (other.id, "dlv_unknown", "dlv_\0", "", "../" + own.id):
        with pytest.raises(NotFound):
            await desk.own.resend(mine.subscription, wrong)
    log = await desk.own.log(mine.subscription, 10)
    assert [delivery.id for delivery, _ in log.deliveries] == [own.id]
    assert len(log.deliveries[0][1]) == 2


async def test_recovering_begins_with_the_subscription(store: Store) -> None:
    desk = Desk(store)
    await desk.box.publish("early")
    desk.clock.move(timedelta(hours=1))
    made = await desk.make()
    with pytest.raises(Conflict):
        await desk.own.recover(made.subscription, START)
    await desk.box.publish("meanwhile")
    await desk.later(minutes=1)
    live = await desk.now(made.subscription)
    assert live.state is SubscriptionState.LIVE
    with pytest.raises(Invalid, match="future"):
        await desk.own.recover(live, desk.clock() + timedelta(seconds=1))
    assert await desk.own.recover(live, START.replace(year=1)) == 1
    assert await desk.box.courier.run_once() == 1
    assert json.loads(desk.receivers.parcels[-1].body)["data"]["model"] == "meanwhile"
