"""Letters to staff and owners: owed in the transaction that found their reason, and sent until they are taken."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count

import pytest

from statuspage.core.alert import AlertKind, alert
from statuspage.core.channel import Outlets, Smtp, StaffChannel
from statuspage.core.delivery import DeliveryState, Failure, Outcome
from statuspage.core.letter import TROUBLE_AFTER, Letter, Route
from statuspage.core.settings import Settings, Site
from statuspage.ports import Store
from statuspage.services.alerts import StaffAlerts, kept
from statuspage.services.letters import LEASE, Letters
from tests.services.enrolling import Desk
from tests.services.outbox import HandClock
from tests.staff import STAFF

BAD = Outcome(500, Failure.STATUS)
SITE = "https://status.example"


@dataclass
class Hears:
    """A herald that answers as it is told; an exception is raised."""

    answers: list[Outcome | Exception] = field(default_factory=lambda: [Outcome(200)])
    heard: list[Letter] = field(default_factory=list)

    async def tell(self, letter: Letter) -> Outcome:
        """Keep the letter and answer; the last answer stays."""
        self.heard.append(letter)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


class Room:
    """Alerts and letters over a store."""

    def __init__(self, store: Store, *channels: StaffChannel) -> None:
        self.store = store
        self.clock = HandClock()
        self.herald = Hears()
        numbers = count(1)
        settings = Settings(site=Site("Our page"), outlets=Outlets(staff=channels))
        self.alerts = StaffAlerts(settings, lambda prefix: f"{prefix}_{next(numbers):06d}")
        self.letters = self.another()

    def another(self) -> Letters:
        """Letters as another process, or this one after a restart, has them."""
        numbers = count(1)
        return Letters(
            self.store, self.herald, self.clock, lambda prefix: f"{prefix}_x{next(numbers)}",
            chance=lambda: 0.5, alerts=self.alerts,
        )  # fmt: skip

    async def alarm(self, kind: AlertKind = AlertKind.CREDENTIAL) -> None:
        """Raise an alert."""
        async with self.store.writing() as tx:
            await self.alerts.tell(
                tx, [alert(kind, "vendor/staff", "a key is refused", self.clock())], (), self.clock()
            )

    async def owed(self) -> list[Letter]:
        """Every letter."""
        async with self.store.reading() as view:
            return await view.letters()


async def test_an_alert_that_is_news_goes_to_the_channels_that_want_it(store: Store) -> None:
    room = Room(store, StaffChannel("pager", "x"), StaffChannel("money", "x", (AlertKind.CAP,)))
    await room.alarm()
    await room.alarm()
    assert await room.letters.send_due() == 1
    [letter] = room.herald.heard
    assert (letter.route, letter.to, letter.text) == (Route.STAFF, "pager", "a key is refused")
    assert letter.title == "Our page, for staff: credential (vendor/staff)"
    assert await room.letters.send_due() == 0
    await room.alarm(AlertKind.CAP)
    await room.letters.send_due()
    assert sorted(one.to for one in room.herald.heard) == ["money", "pager", "pager"]


async def test_what_is_let_taken_is_repeated_on_the_ladder_and_becomes_an_alert(store: Store) -> None:
    room = Room(store, StaffChannel("pager", "x"))
    room.herald.answers = [BAD, RuntimeError("broken"), BAD, Outcome(200)]
    await room.alarm()
    for _ in range(TROUBLE_AFTER):
        assert await room.letters.send_due() == 1
        assert await room.letters.send_due() == 0
        room.clock.move(timedelta(minutes=3))
    async with store.reading() as view:
        alerts = {one.kind: one for one in await kept(view)}
    assert "pager" in alerts[AlertKind.CHANNEL].text
    [waits] = await room.owed()
    assert (waits.attempts, waits.state) == (3, DeliveryState.PENDING)
    await room.letters.send_due()
    async with store.reading() as view:
        assert AlertKind.CHANNEL not in {one.kind for one in await kept(view)}
    assert {one.state for one in await room.owed()} == {DeliveryState.DELIVERED}


async def test_what_is_cut_off_is_due_again_when_its_lease_ends(store: Store) -> None:
    room = Room(store, StaffChannel("pager", "x"))
    await room.alarm()
    async with store.writing() as tx:
        [claimed] = await tx.claim_letters(room.clock(), LEASE, 10)
    assert await room.another().send_due() == 0
    room.clock.move(LEASE)
    assert await room.another().send_due() == 1
    assert [one.id for one in room.herald.heard] == [claimed.id]


async def test_a_failed_transaction_owes_nothing(store: Store) -> None:
    room = Room(store, StaffChannel("pager", "x"))

    async def fails() -> None:
        async with store.writing() as tx:
            await room.alerts.tell(tx, [alert(AlertKind.CAP, "x", "y", room.clock())], (), room.clock())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fails()
    assert await room.owed() == []


async def test_old_ones_are_forgotten_but_never_what_is_owed(store: Store) -> None:
    room = Room(store, StaffChannel("pager", "x"))
    await room.alarm()
    later = room.clock() + timedelta(days=60)
    async with store.writing() as tx:
        assert await tx.forget_letters(later) == 0
    await room.letters.send_due()
    async with store.writing() as tx:
        assert await tx.forget_letters(later) == 1


async def test_the_owner_is_told_once_of_an_end_that_nobody_wished(store: Store) -> None:
    desk = Desk(store)
    made = await desk.live(email="me@example.org")
    room = Room(store)
    assert await room.letters.tell_owners(SITE) == 0
    async with store.writing() as tx:
        one = await tx.subscription(made.subscription.id)
        assert one
        await tx.save_subscription(replace(one, failing_since=desk.clock()))
    await desk.box.subscriptions.disable(
        made.subscription.id, STAFF, "5 days without a success: the receiver answered 500"
    )
    assert await room.letters.tell_owners(SITE) == 1
    assert await room.letters.tell_owners(SITE) == 0
    [letter] = await room.owed()
    assert (letter.route, letter.to) == (Route.MAIL, "me@example.org")
    assert "5 days without a success" in letter.text
    assert f"{SITE}/subscriptions/{made.subscription.id}" in letter.text
    await desk.box.subscriptions.enable(made.subscription.id, STAFF)
    await desk.box.subscriptions.disable(made.subscription.id, STAFF)
    assert await room.letters.tell_owners(SITE) == 0, "an operator did it, and tells them"


async def test_the_owner_is_told_that_it_is_live(store: Store) -> None:
    desk = Desk(store, outlets=Outlets(smtp=Smtp("mail.example", "status@status.example")))
    await desk.live(email="me@example.org")
    await desk.live("https://other.example.com/x")
    async with store.reading() as view:
        [letter] = await view.letters()
    assert letter.to == "me@example.org"
    assert "is live" in letter.title


async def test_without_a_mail_server_nothing_is_owed_to_anybody(store: Store) -> None:
    desk = Desk(store)
    await desk.live(email="me@example.org")
    async with store.reading() as view:
        assert await view.letters() == []
