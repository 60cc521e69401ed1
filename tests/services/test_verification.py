"""How subscriptions are verified: the event, its repetitions, the turns of hosts, the links; on both databases."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hmac
import itertools
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from statuspage.core.delivery import Failure, Outcome
from statuspage.core.event import EventType
from statuspage.core.subscription import Subscription, SubscriptionState
from statuspage.errors import Conflict, NotFound, StatuspageError, TooSoon
from statuspage.ports import Store
from tests.house import FABLE
from tests.services.enrolling import CHATS, REFUSES, Desk
from tests.services.outbox import START
from tests.staff import STAFF

GONE = Outcome(410, Failure.STATUS)


async def test_the_verification_is_signed_and_has_everything(store: Store) -> None:
    desk = Desk(store, lambda _: REFUSES)
    made = await desk.make()
    await desk.later(seconds=2)
    await desk.later(minutes=1)
    first, second = desk.receivers.parcels
    assert first.body == second.body
    assert first.delivery.event_id == second.delivery.event_id
    assert first.secrets == (base64.b64decode(made.secret.removeprefix("whsec_")),)
    [event, _] = desk.receivers.events
    assert (event["type"], event["seq"], event["data"]["test"]) == ("webhook.verify", None, False)
    assert event["id"] == first.delivery.event_id
    assert len(event["data"]["challenge"]) == 48
    assert event["data"]["links"]["confirm"] in event["data"]["summary"]
    assert event["data"]["links"]["confirm"].startswith("https://status.example/subscriptions/sub_")
    async with store.reading() as view:
        assert await view.last_seq() == 0


async def test_a_failing_receiver_is_asked_again_with_patience(store: Store) -> None:
    desk = Desk(store, lambda _: REFUSES)
    made = await desk.make()
    sent = [await desk.later(minutes=1) for _ in range(60)]
    assert [minute for minute, count in enumerate(sent, 1) if count] == [1, 2, 4, 9, 24]
    one = await desk.now(made.subscription)
    assert one.enrolment
    assert one.enrolment.last
    assert (one.enrolment.last.status, one.enrolment.tries) == (401, 5)
    desk.receivers.answer = lambda _: CHATS
    assert await desk.later(hours=1) == 1
    assert await desk.later(hours=20) == 0


async def test_one_verification_a_minute_for_each_host_whoever_asks(store: Store) -> None:
    desk = Desk(store, lambda _: REFUSES)
    many = [await desk.make(f"https://hooks.example.com/{number}") for number in range(3)]
    other = await desk.make("https://else.example.com/")
    assert await desk.later(seconds=2) == 2
    assert await desk.later(seconds=59) == 0
    with pytest.raises(TooSoon) as caught:
        await desk.enrolments.verify(many[2].subscription.id)
    assert caught.value.wait == timedelta(seconds=1)
    for one in many[:2]:
        await desk.enrolments.remove(one.subscription.id)
    again = await desk.make()
    with pytest.raises(TooSoon):
        await desk.enrolments.verify(again.subscription.id)
    desk.clock.move(timedelta(seconds=1))
    await desk.enrolments.verify(again.subscription.id)
    met = {
        (parcel.subscription.url, at) for parcel, at in zip(desk.receivers.parcels, desk.receivers.times, strict=True)
    }
    assert len(met) == 3
    assert other.subscription.url in {url for url, _ in met}


async def test_hosts_take_turns_in_the_order_in_which_they_wait(store: Store) -> None:
    desk = Desk(store)
    for number in range(4):
        await desk.make(f"https://hooks.example.com/{number}")
        desk.clock.move(timedelta(seconds=1))
    for _ in range(4):
        await desk.later(minutes=1)
    assert [parcel.subscription.url[-1] for parcel in desk.receivers.parcels] == ["0", "1", "2", "3"]


async def test_a_clock_that_is_set_back_stops_no_verification(store: Store) -> None:
    desk = Desk(store)
    await desk.live()
    desk.clock.now = START - timedelta(days=30)
    made = await desk.make()
    assert (await desk.enrolments.verify(made.subscription.id)).subscription.state is SubscriptionState.LIVE


async def test_the_turns_of_hosts_are_forgotten(store: Store) -> None:
    desk = Desk(store)
    await desk.live()
    async with store.reading() as view:
        assert await view.note("verified.hooks.example.com")
    await desk.later(minutes=2)
    async with store.writing() as tx:
        assert await tx.note("verified.hooks.example.com") is None
        await tx.set_note("verified_hooks", "")
        assert await tx.drop_notes("verified.", "9") == 0


async def test_a_person_confirms_by_the_link_alone(store: Store) -> None:
    desk = Desk(store, lambda _: CHATS)
    made = await desk.live()
    assert made.subscription.state is SubscriptionState.PENDING
    link = desk.link("confirm")
    assert (await desk.enrolments.linked("confirm", *link)).state is SubscriptionState.PENDING
    for wrong in ((link[0], "0" * 64), (link[0], ""), (link[0], "ü"), ("sub_x", link[1]), desk.link("unsubscribe")):
        with pytest.raises(NotFound):
            await desk.enrolments.confirm(*wrong)
    assert (await desk.enrolments.confirm(*link)).state is SubscriptionState.LIVE
    assert (await desk.enrolments.confirm(*link)).state is SubscriptionState.LIVE


async def test_the_links_cannot_be_made_from_what_the_maker_knows(store: Store) -> None:
    """Its secret, its token and even the challenge are no key of ours."""
    desk = Desk(store, lambda _: CHATS)
    made = await desk.live()
    challenge = desk.receivers.events[0]["data"]["challenge"]
    message = f"confirm\0{made.subscription.id}\0{challenge}".encode()
    for known in (base64.b64decode(made.secret.removeprefix("whsec_")), made.token.encode(), challenge.encode()):
        with pytest.raises(NotFound):
            await desk.enrolments.confirm(made.subscription.id, hmac.digest(known, message, "sha256").hex())


async def test_links_survive_a_new_key_of_the_installation(store: Store) -> None:
    desk = Desk(store, lambda _: CHATS)
    await desk.live()
    link = desk.link("confirm")
    newer = Desk(store)
    newer.enrolments._keys = (b"new" * 8, *newer.enrolments._keys)
    newer.enrolments.adopt(newer.check, newer.settings)
    assert (await newer.enrolments.confirm(*link)).state is SubscriptionState.LIVE


async def test_what_happens_during_a_verification_wins(store: Store) -> None:
    desk = Desk(store)
    made = await desk.make()
    desk.receivers.gate = asyncio.Event()
    verifying = asyncio.create_task(desk.enrolments.verify(made.subscription.id))
    while desk.receivers.flying == 0:  # noqa: ASYNC110 - what is awaited does not know of the test
        await asyncio.sleep(0.005)
    await desk.enrolments.remove(made.subscription.id)
    desk.receivers.gate.set()
    with pytest.raises(NotFound):
        await verifying
    assert await desk.box.subscriptions.list() == []


async def test_a_sender_that_fails_is_one_more_failed_try(store: Store) -> None:
    class Broken:
        async def send(self, parcel: Any, at: Any) -> Outcome:
            raise RuntimeError("a bug")

    desk = Desk(store, sender=Broken())
    made = await desk.make()
    met = await desk.enrolments.verify(made.subscription.id)
    assert met.outcome.failure is Failure.PROTOCOL
    assert met.subscription.state is SubscriptionState.PENDING


async def test_a_disabled_one_comes_back_by_a_verification(store: Store) -> None:
    desk = Desk(store)
    made = await desk.live()
    await desk.box.publish(FABLE)
    desk.receivers.answer = lambda _: GONE
    await desk.box.courier.run_once()
    one = await desk.now(made.subscription)
    assert one.state is SubscriptionState.DISABLED
    desk.clock.move(timedelta(minutes=5))
    met = await desk.enrolments.verify(one.id)
    assert met.subscription.state is SubscriptionState.DISABLED
    with pytest.raises(TooSoon):
        await desk.enrolments.verify(one.id)
    assert (await desk.now(one)).state is SubscriptionState.DISABLED
    desk.clock.move(timedelta(minutes=5))
    desk.receivers.answer = Desk(store).receivers.answer
    assert (await desk.enrolments.verify(one.id)).subscription.state is SubscriptionState.LIVE
    with pytest.raises(Conflict):
        await desk.enrolments.verify(one.id)
    assert await desk.own.recover(await desk.now(one), START) == 1


STEPS = ["make", "later", "verify", "confirm", "move", "publish", "send", "fail", "work", "chat", "gone", "disable"]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(STEPS), min_size=1, max_size=14))
async def test_nothing_but_verifications_reaches_who_has_not_answered(store: Store, steps: list[str]) -> None:
    """Whatever is done in whichever order: an event goes only to a URL that echoed, or whose link was opened."""
    desk = Desk(store)
    for one in await desk.box.subscriptions.list():
        await desk.enrolments.remove(one.id)
    made = await desk.make()
    agreed: set[str] = set()
    answers = {"fail": REFUSES, "chat": CHATS, "gone": GONE}
    working = desk.receivers.answer
    for number, step in enumerate(["make", *steps]):
        with contextlib.suppress(StatuspageError, IndexError):
            await _do(desk, made.subscription, step, number)
        if step in answers:
            desk.receivers.answer = lambda _, step=step: answers[step]  # type: ignore[misc]
        if step == "work":
            desk.receivers.answer = working
        current = next((one for one in await desk.box.subscriptions.list() if one.id == made.subscription.id), None)
        if current and current.state is SubscriptionState.LIVE:
            agreed.add(current.url)
    for parcel, event in zip(desk.receivers.parcels, desk.receivers.events, strict=True):
        if parcel.subscription.id == made.subscription.id and event["type"] != EventType.WEBHOOK_VERIFY:
            assert parcel.subscription.url in agreed
    times: dict[str, list[Any]] = {}
    for parcel, at, event in zip(desk.receivers.parcels, desk.receivers.times, desk.receivers.events, strict=True):
        if event["type"] == EventType.WEBHOOK_VERIFY:
            times.setdefault(parcel.subscription.url, []).append(at)
    assert all(
        later - earlier >= timedelta(minutes=1)
        for many in times.values()
        for earlier, later in itertools.pairwise(many)
    )


async def _do(desk: Desk, one: Subscription, step: str, number: int) -> None:
    match step:
        case "later":
            await desk.later(minutes=7)
        case "verify":
            desk.clock.move(timedelta(seconds=20))
            await desk.enrolments.verify(one.id)
        case "confirm":
            await desk.enrolments.confirm(*desk.link("confirm"))
        case "move":
            await desk.enrolments.change(one.id, {"url": f"https://hooks{number}.example.com/"})
        case "publish":
            await desk.box.publish(FABLE)
        case "send":
            await desk.box.courier.run_once()
        case "disable":
            await desk.box.subscriptions.disable(one.id, STAFF)
