"""Self-serve subscriptions for tests: a real store, a clock set by hand, receivers that answer as they are told."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from statuspage.core.channel import Outlets
from statuspage.core.delivery import Failure, Outcome
from statuspage.core.subscription import Origin, Subscription
from statuspage.ports import Parcel, Sender, Store
from statuspage.senders.guard import Rules, check_url, networks
from statuspage.services.enrolment import Enrolments, Made
from statuspage.services.selfserve import SelfServe
from tests.house import settings_for
from tests.services.outbox import Outbox, Telling

URL = "https://hooks.example.com/status"
KEYS = (bytes(range(32)), bytes(32))
RULES = Rules(allowed=networks("127.0.0.0/8"), allow_http=True, own_hosts=frozenset({"status.example"}))
"""The sandbox's rules: what they allow operators is never for self-serve subscriptions."""

REFUSES = Outcome(401, Failure.STATUS, 0.01)
CHATS = Outcome(200, None, 0.01, excerpt=b"ok")
Event = dict[str, Any]


def echo(event: Event) -> Outcome:
    """What a receiver answers that is made for it."""
    challenge = event["data"].get("challenge")
    return Outcome(200, None, 0.01, excerpt=json.dumps({"challenge": challenge}).encode())


@dataclass
class Receivers(Telling):
    """A sender whose receivers answer by what they are sent; or a ``real`` one, watched."""

    answer: Callable[[Event], Outcome] = echo
    events: list[Event] = field(default_factory=list)
    real: Sender | None = None

    async def send(self, parcel: Parcel, at: Any) -> Outcome:
        """Keep the parcel and answer."""
        await super().send(parcel, at)
        event = json.loads(parcel.body)
        self.events.append(event)
        return await self.real.send(parcel, at) if self.real else self.answer(event)

    @property
    def types(self) -> list[str]:
        """The types that were sent, in order."""
        return [event["type"] for event in self.events]


class Desk:
    """Everything that self-serve needs, put together as the program does it."""

    def __init__(
        self,
        store: Store,
        answer: Callable[[Event], Outcome] = echo,
        sender: Sender | None = None,
        rules: Rules = RULES,
        outlets: Outlets = Outlets(),
    ) -> None:
        self.store = store
        self.rules = rules
        self.receivers = Receivers(answer=answer, real=sender)
        self.box = Outbox(store, self.receivers, random=random.Random(8).randbytes)
        self.clock = self.box.clock
        self.settings = replace(settings_for("http://127.0.0.1:9"), outlets=outlets)
        self.enrolments = Enrolments(
            store, self.receivers, self.clock, self.settings,
            check_url=self.check, random=random.Random(7).randbytes, keys=KEYS,
        )  # fmt: skip
        self.own = SelfServe(store, self.box.subscriptions, self.clock)

    def check(self, url: str, origin: Origin) -> None:
        """The real rules, here with an operator's allowances."""
        check_url(url, origin=origin, rules=self.rules)

    async def make(self, url: str = URL, key: str | None = None, client: str = "", **wishes: Any) -> Made:
        """A pending subscription."""
        return await self.enrolments.create({"url": url} | wishes, key, client=client)

    async def live(self, url: str = URL, **wishes: Any) -> Made:
        """A subscription whose receiver has answered."""
        made = await self.make(url, **wishes)
        await self.later(minutes=1)
        return Made(await self.now(made.subscription), made.secret, made.token)

    async def now(self, subscription: Subscription) -> Subscription:
        """The subscription as it is now."""
        return (await self.box.subscriptions.show(subscription.id)).subscription

    async def later(self, **time: float) -> int:
        """Let time pass and do the chores; how many verifications were sent."""
        self.clock.move(timedelta(**time))
        await self.enrolments.vanish()
        return await self.enrolments.verify_due()

    def link(self, purpose: str) -> tuple[str, str]:
        """The id and the token of a link in the newest verification."""
        address = str(self.receivers.events[-1]["data"]["links"][purpose])
        path, _, token = address.partition("?token=")
        return path.split("/")[-2], token
