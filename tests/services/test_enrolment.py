"""Self-serve subscriptions from the wish to the end, on both databases."""

from __future__ import annotations

import asyncio
import base64
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from statuspage.core.channel import Outlets, Smtp
from statuspage.core.delivery import DeliveryState, Failure, Outcome
from statuspage.core.subscription import Filters, Format, Origin, SubscriptionState
from statuspage.errors import Conflict, Invalid, NotFound, TooSoon, Unauthorized, UsageError
from statuspage.ports import Store
from statuspage.services import enrolment
from statuspage.services.enrolment import MOST_PENDING_OF_ONE, Made, hash_of
from statuspage.services.letters import is_untold
from tests.house import FABLE
from tests.services.enrolling import CHATS, URL, Desk
from tests.services.outbox import START
from tests.staff import STAFF

KEY = "5f0c2f7d-9a1e-4b44-8c21-000000000001"
GONE = Outcome(410, Failure.STATUS)


async def test_from_the_wish_to_the_first_event(store: Store) -> None:
    desk = Desk(store)
    made = await desk.make(filters={"models": [FABLE], "types": ["model.down"]}, format="statuspage")
    one = made.subscription
    assert (one.state, one.origin, one.format) == (SubscriptionState.PENDING, Origin.SELF_SERVE, Format.STATUSPAGE)
    assert one.filters == Filters(models=(FABLE,), types=("model.down",))
    assert len(base64.b64decode(made.secret.removeprefix("whsec_"), validate=True)) == 32
    assert made.token.startswith("spt_")
    async with store.reading() as view:
        assert await view.token_hash(one.id) == hash_of(made.token)
    await desk.box.publish(FABLE)
    assert await desk.box.courier.run_once() == 0
    assert await desk.enrolments.verify_due() == 0
    assert await desk.later(seconds=2) == 1
    assert (await desk.now(one)).state is SubscriptionState.LIVE
    assert await desk.box.publish(FABLE)
    assert await desk.box.courier.run_once() == 1
    assert desk.receivers.types == ["webhook.verify", "model.down"]


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:8092/hook", "https://127.0.0.1/", "http://hooks.example.com/", "https://localhost/",
     "https://hooks.example.com:8443/", "https://status.example/", "https://me@hooks.example.com/", "https://[::1]/"],
)  # fmt: skip
async def test_an_operators_allowances_are_not_for_everybody(store: Store, url: str) -> None:
    desk = Desk(store)
    with pytest.raises(Invalid) as caught:
        await desk.make(url)
    assert [one.field for one in caught.value.mistakes] == ["url"]
    made = await desk.live()
    with pytest.raises(Invalid):
        await desk.enrolments.change(made.subscription.id, {"url": url})
    assert (await desk.box.subscriptions.list()) == [made.subscription]


async def test_classes_made_at_night_can_be_named(store: Store) -> None:
    desk = Desk(store)
    with pytest.raises(Invalid, match="us-persons"):
        await desk.make(filters={"user_classes": ["us-person"]})


async def test_unverified_ones_vanish_after_a_day(store: Store) -> None:
    desk = Desk(store, lambda _: CHATS)
    made = await desk.make()
    kept = await desk.live("https://other.example.com/")
    desk.receivers.answer = lambda _: GONE
    gone = await desk.make("https://third.example.com/")
    await desk.later(hours=23)
    assert (await desk.now(gone.subscription)).state is SubscriptionState.DISABLED
    desk.clock.now = START + timedelta(hours=24)
    assert await desk.enrolments.vanish() == 2
    with pytest.raises(Unauthorized):
        await desk.enrolments.authenticated(made.subscription.id, made.token)
    desk.clock.move(timedelta(days=2))
    assert await desk.enrolments.vanish() == 1
    assert await desk.box.subscriptions.list() == []
    assert kept.subscription.state is SubscriptionState.PENDING


async def test_live_ones_do_not_vanish(store: Store) -> None:
    desk = Desk(store)
    made = await desk.live()
    await desk.later(days=400)
    assert (await desk.now(made.subscription)).state is SubscriptionState.LIVE


async def test_unsubscribing_by_link_leaves_nothing(store: Store) -> None:
    desk = Desk(store)
    made = await desk.live()
    await desk.box.publish(FABLE)
    await desk.box.courier.run_once()
    path = desk.receivers.events[0]["data"]["links"]["unsubscribe"]
    assert made.subscription.id in path
    await desk.enrolments.unsubscribe(made.subscription.id, path.partition("token=")[2])
    assert await desk.box.subscriptions.list() == []
    await desk.box.publish(FABLE)
    assert await desk.box.courier.run_once() == 0


async def test_another_url_must_be_verified_again(store: Store) -> None:
    desk = Desk(store)
    made = await desk.live()
    old = desk.link("unsubscribe")
    same = await desk.enrolments.change(made.subscription.id, {"url": URL, "filters": {"models": [FABLE]}})
    assert (same.state, same.filters.models) == (SubscriptionState.LIVE, (FABLE,))
    await desk.box.publish(FABLE)
    moved = await desk.enrolments.change(made.subscription.id, {"url": "https://new.example.com/"})
    assert moved.state is SubscriptionState.PENDING
    assert moved.filters.models == (FABLE,)
    with pytest.raises(NotFound):
        await desk.enrolments.unsubscribe(*old)
    assert await desk.box.courier.run_once() == 0
    await desk.later(seconds=2)
    assert (await desk.now(moved)).state is SubscriptionState.LIVE
    assert await desk.box.courier.run_once() == 1
    assert [parcel.subscription.url for parcel in desk.receivers.parcels] == [URL, *["https://new.example.com/"] * 2]


async def test_an_attempt_at_the_old_url_says_nothing_of_the_new_one(store: Store) -> None:
    desk = Desk(store)
    made = await desk.live()
    [_] = await desk.box.publish(FABLE)
    desk.receivers.gate = asyncio.Event()
    desk.receivers.answer = lambda _: GONE
    flying = asyncio.create_task(desk.box.courier.run_once())
    while desk.receivers.flying == 0:  # noqa: ASYNC110 - what is awaited does not know of the test
        await asyncio.sleep(0.005)
    await desk.enrolments.change(made.subscription.id, {"url": "https://new.example.com/"})
    desk.receivers.gate.set()
    await flying
    one = await desk.now(made.subscription)
    assert (one.state, one.failures_running) == (SubscriptionState.PENDING, 0)
    [delivery] = await desk.box.deliveries(one)
    assert delivery.state is DeliveryState.PENDING


async def test_what_an_operator_disabled_stays_so(store: Store) -> None:
    desk = Desk(store, lambda _: CHATS)
    made = await desk.live()
    link = desk.link("confirm")
    await desk.box.subscriptions.disable(made.subscription.id, STAFF)
    for attempt in (
        desk.enrolments.verify(made.subscription.id),
        desk.enrolments.change(made.subscription.id, {"url": "https://new.example.com/"}),
    ):
        with pytest.raises(Conflict, match="operator"):
            await attempt
    assert (await desk.enrolments.confirm(*link)).state is SubscriptionState.DISABLED


async def test_an_operators_own_is_out_of_reach(store: Store) -> None:
    desk = Desk(store)
    own = await desk.box.subscribe("https://hooks.example.com/own")
    for token in ("", "spt_", "None"):
        with pytest.raises(Unauthorized):
            await desk.enrolments.authenticated(own.id, token)
    for token in ("", "0" * 64):
        with pytest.raises(NotFound):
            await desk.enrolments.linked("unsubscribe", own.id, token)


@pytest.mark.parametrize("wrong", ["", "sub_", "sub_\0", "../x", "sub_" + "a" * 5000, "sub_ü", "%00", "sub_1'--"])
async def test_ids_that_cannot_be_are_unknown_ones(store: Store, wrong: str) -> None:
    desk = Desk(store)
    made = await desk.make()
    with pytest.raises(Unauthorized):
        await desk.enrolments.authenticated(wrong, made.token)
    with pytest.raises(NotFound):
        await desk.enrolments.linked("confirm", wrong, "x")


async def test_a_token_opens_its_own_subscription_alone(store: Store) -> None:
    desk = Desk(store)
    mine, theirs = await desk.make(), await desk.make("https://their.example.com/")
    assert await desk.enrolments.authenticated(mine.subscription.id, mine.token) == mine.subscription
    for token in (theirs.token, mine.token.upper(), mine.token[:-1], mine.secret, hash_of(mine.token), "\ud800"):
        with pytest.raises(Unauthorized):
            await desk.enrolments.authenticated(mine.subscription.id, token)


async def test_the_same_key_makes_it_once(store: Store) -> None:
    desk = Desk(store)
    made = await desk.make(key=KEY)
    assert await desk.make(key=KEY) == made
    assert await asyncio.gather(*(desk.make(key=KEY) for _ in range(4))) == [made] * 4
    assert await desk.box.subscriptions.list() == [made.subscription]
    with pytest.raises(UsageError, match="another request"):
        await desk.make("https://other.example.com/", key=KEY)
    assert (await desk.make(key=KEY + "2")).subscription.id != made.subscription.id


async def test_a_key_that_everybody_might_choose_is_refused(store: Store) -> None:
    desk = Desk(store)
    for key in ("1", "", "a b" * 10, "ü" * 20, "x" * 201):
        with pytest.raises(Invalid, match="UUID"):
            await desk.make(key=key)


async def test_secret_and_token_are_not_shown_again_once_it_is_in_use(store: Store) -> None:
    desk = Desk(store)
    made = await desk.make(key=KEY)
    await desk.own.rotate(made.subscription)
    with pytest.raises(Conflict):
        await desk.make(key=KEY)
    other = await desk.make("https://other.example.com/", key=KEY + "2")
    await desk.later(seconds=2)
    with pytest.raises(Conflict, match=other.subscription.id):
        await desk.make("https://other.example.com/", key=KEY + "2")
    await desk.enrolments.change(other.subscription.id, {"url": "https://third.example.com/"})
    with pytest.raises(Conflict):
        await desk.make("https://other.example.com/", key=KEY + "2")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=8))
async def test_whatever_is_repeated_one_key_makes_one_subscription(store: Store, asked: list[tuple[int, int]]) -> None:
    """A model: the first wish of a key wins, repeating it is the same, another one is refused."""
    desk = Desk(store)
    for one in await desk.box.subscriptions.list():
        await desk.enrolments.remove(one.id)
    made: dict[int, tuple[int, Made]] = {}
    for key, wish in asked:
        asking = desk.make(f"https://hooks.example.com/{wish}", key=f"{KEY}-{key}")
        if key in made and made[key][0] != wish:
            with pytest.raises(UsageError):
                await asking
        else:
            answer = await asking
            assert made.setdefault(key, (wish, answer))[1] == answer
    assert {one.id for one in await desk.box.subscriptions.list()} == {one.subscription.id for _, one in made.values()}


async def test_who_asks_for_much_never_closes_the_door_to_others(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enrolment, "MOST_PENDING", 4)
    desk = Desk(store)
    quiet = await desk.make("https://quiet.example.com/", client="192.0.2.8")
    loud = [await desk.make(f"https://h{number}.example.com/", client="192.0.2.7") for number in range(3)]
    another = await desk.make(key=KEY, client="192.0.2.9")
    assert await desk.make(key=KEY, client="192.0.2.9") == another
    left = {one.id for one in await desk.box.subscriptions.list()}
    assert len(left) == 4
    assert {quiet.subscription.id, another.subscription.id} < left
    assert len(left & {one.subscription.id for one in loud}) == 2


async def test_whose_receiver_has_answered_keeps_its_place(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enrolment, "MOST_PENDING", 1)
    desk = Desk(store, lambda _: CHATS)
    await desk.make()
    await desk.later(minutes=1)
    with pytest.raises(TooSoon):
        await desk.make("https://another.example.com/")


async def test_one_client_never_fills_the_room_of_all(store: Store) -> None:
    desk = Desk(store)
    for number in range(MOST_PENDING_OF_ONE):
        await desk.make(f"https://h{number}.example.com/", client="192.0.2.7")
    with pytest.raises(TooSoon):
        await desk.make(client="192.0.2.7")
    made = await desk.make(client="192.0.2.8")
    assert made.subscription.enrolment
    assert "192" not in made.subscription.enrolment.asked_by


MAILS = Outlets(smtp=Smtp("mail.example", "status@status.example"))


def taken(_: dict[str, object]) -> Outcome:
    """What a mail server answers."""
    return Outcome(250)


async def test_a_mailbox_is_subscribed_by_the_link_that_it_was_sent(store: Store) -> None:
    desk = Desk(store, taken, outlets=MAILS)
    made = await desk.make("mailto:me@example.org", filters={"models": [FABLE]})
    assert made.subscription.format is Format.EMAIL
    await desk.later(minutes=1)
    assert (await desk.now(made.subscription)).state is SubscriptionState.PENDING
    assert desk.receivers.types == ["webhook.verify"]
    await desk.later(hours=3)
    assert desk.receivers.types == ["webhook.verify"], "a mailbox is never asked twice by itself"
    await desk.enrolments.confirm(*desk.link("confirm"))
    assert (await desk.now(made.subscription)).state is SubscriptionState.LIVE
    await desk.box.publish(FABLE)
    await desk.box.courier.run_once()
    assert desk.receivers.types == ["webhook.verify", "model.down"]


async def test_one_mailbox_is_bothered_little_however_it_is_spelled(store: Store) -> None:
    desk = Desk(store, taken, outlets=MAILS)
    for spelled in ("me@example.org", "Me+a@example.org", "ME@EXAMPLE.ORG"):
        await desk.make(f"mailto:{spelled}", client=spelled)
    with pytest.raises(TooSoon):
        await desk.make("mailto:me+z@example.org", client="z")
    await desk.make("mailto:you@example.org")
    assert await desk.later(minutes=1) == 2, "one mail a minute for each mailbox"


@pytest.mark.parametrize("url", ["mailto:me", "mailto:a@b.org,c@d.org", "mailto:a@b.org?cc=c@d.org", "mailto:"])
async def test_what_is_no_mailbox_is_refused(store: Store, url: str) -> None:
    with pytest.raises(Invalid):
        await Desk(store, outlets=MAILS).make(url)


async def test_without_a_mail_server_no_mailbox_is_taken(store: Store) -> None:
    with pytest.raises(Invalid, match="sends no e-mail"):
        await Desk(store).make("mailto:me@example.org")


@pytest.mark.parametrize("wish", [{"format": "chat"}, {"format": "email"}, {"email": "me"}, {"email": 7}])
async def test_shapes_and_owners_that_cannot_be(store: Store, wish: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        await Desk(store, outlets=MAILS).make(**wish)


@pytest.mark.parametrize("url", ["chat://oncall", "chat:oncall", "json://127.0.0.1/"])
async def test_a_channel_of_the_configuration_is_never_anybodys(store: Store, url: str) -> None:
    with pytest.raises(Invalid):
        await Desk(store, outlets=MAILS).make(url)


async def test_nobody_turns_a_subscription_towards_a_mailbox(store: Store) -> None:
    desk = Desk(store, outlets=MAILS)
    made = await desk.live()
    with pytest.raises(Conflict, match="cannot be changed"):
        await desk.enrolments.change(made.subscription.id, {"url": "mailto:victim@example.org"})
    mine = await desk.make("mailto:me@example.org")
    for url in ("mailto:victim@example.org", URL):
        with pytest.raises(Conflict):
            await desk.enrolments.change(mine.subscription.id, {"url": url})


async def test_a_mailbox_that_does_not_answer_is_left_alone(store: Store) -> None:
    desk = Desk(store, taken, outlets=MAILS)
    made = await desk.make("mailto:victim@example.org")
    for _ in range(3):
        desk.clock.move(timedelta(minutes=2))
        await desk.enrolments.verify(made.subscription.id)
    desk.clock.move(timedelta(minutes=2))
    with pytest.raises(Conflict, match="no more are sent"):
        await desk.enrolments.verify(made.subscription.id)
    assert desk.receivers.types == ["webhook.verify"] * 3


async def test_an_owner_who_never_asked_hears_once(store: Store) -> None:
    """Whoever owns the receiver can verify and end it again and again; the address that they named hears once."""
    desk = Desk(store, outlets=MAILS)
    made = await desk.live(email="victim@example.org")
    for number in range(3):
        await desk.enrolments.change(made.subscription.id, {"url": f"https://h{number}.example.com/"})
        await desk.later(minutes=2)
        assert (await desk.now(made.subscription)).state is SubscriptionState.LIVE
    desk.receivers.answer = lambda _: GONE
    await desk.box.publish(FABLE)
    await desk.box.courier.run_once()
    async with store.reading() as view:
        letters = await view.letters()
        [ended] = await view.subscriptions_in(SubscriptionState.DISABLED)
    assert len(letters) == 1
    assert not is_untold(ended), "the receiver itself wished for it"
