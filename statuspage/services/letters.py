"""Letters: sent beside the public events with the same promise, and what became of them told to staff.

A letter is owed inside the transaction that found its reason. A claim is a lease; what is cut off is due again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from statuspage.core.alert import Alert, AlertKind, Name, alert
from statuspage.core.delivery import GONE, DeliveryState, Failure, Outcome
from statuspage.core.letter import TROUBLE_AFTER, Letter, Route, settled
from statuspage.core.subscription import BY_OPERATOR, Subscription, SubscriptionState
from statuspage.errors import StatuspageError
from statuspage.ports import Alerts, Clock, Herald, Ids, Store, Writing

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
AT_ONCE = 20


class Letters:
    """Sends what is due; one for each process that sends."""

    def __init__(
        self, store: Store, herald: Herald, clock: Clock, ids: Ids, *, chance: Callable[[], float], alerts: Alerts
    ) -> None:
        self._store = store
        self._herald = herald
        self._clock = clock
        self._ids = ids
        self._chance = chance
        self._alerts = alerts

    async def send_due(self) -> int:
        """Send the letters that are due; how many were sent."""
        now = self._clock()
        async with self._store.reading() as view:
            next_at = await view.next_letter_at()
        if next_at is None or next_at > now:
            return 0
        async with self._store.writing() as tx:
            due = await tx.claim_letters(now, LEASE, AT_ONCE)
        await asyncio.gather(*(self._tell(one) for one in due))
        return len(due)

    async def tell_owners(self, site_url: str) -> int:
        """Owe a letter to the owner of each subscription that ended by itself, once; how many."""
        now = self._clock()
        async with self._store.reading() as view:
            ended = [one for one in await view.subscriptions_in(SubscriptionState.DISABLED) if is_untold(one)]
        if not ended:
            return 0
        async with self._store.writing() as tx:
            for one in ended:
                await self._tell_owner(tx, one, site_url, now)
        return len(ended)

    async def _tell_owner(self, tx: Writing, seen: Subscription, site_url: str, now: datetime) -> None:
        one = await tx.subscription(seen.id)
        if one is None or one.owner is None or not is_untold(one):
            return
        await tx.add_letters([ending(one, self._ids("let"), site_url, now)])
        await tx.save_subscription(replace(one, owner_told_of=one.disabled_at))

    async def _tell(self, letter: Letter) -> None:
        try:
            outcome = await self._herald.tell(letter)
        except Exception as error:
            log.exception("the herald failed on letter %s", letter.id)
            outcome = Outcome(None, Failure.PROTOCOL, detail=type(error).__name__)
        try:
            await self._settle(letter, outcome)
        except StatuspageError as error:
            log.warning("letter %s was not settled and will be repeated: %s", letter.id, error)

    async def _settle(self, letter: Letter, outcome: Outcome) -> None:
        now = self._clock()
        after, decision = settled(letter, outcome, now, self._chance())
        if not outcome.succeeded:
            log.warning("letter to %s %s was not taken: %s", letter.route.value, _who(letter), decision.reason)
        raised, ended = _trouble(after, outcome, now)
        async with self._store.writing() as tx:
            await tx.save_letter(after)
            if raised or ended:
                await self._alerts.tell(tx, raised, ended, now)


def is_untold(one: Subscription) -> bool:
    """Whether the owner of a subscription does not know yet that it ended; what an operator or the
    receiver itself has ended is theirs to tell."""
    if one.owner is None or one.disabled_at is None:
        return False
    if one.disabled_reason == BY_OPERATOR or (one.disabled_reason or "").startswith(str(GONE)):
        return False
    return one.owner_told_of != one.disabled_at


def ending(one: Subscription, letter_id: str, site_url: str, now: datetime) -> Letter:
    """What the owner reads when a subscription was disabled: why, since when it missed events, how to get them."""
    since = one.failing_since or one.disabled_at or now
    text = (
        f"Your webhook subscription {one.id} was disabled: {one.disabled_reason}.\n"
        f"It has missed events since {since:%Y-%m-%dT%H:%M:%SZ}. Nothing is lost: repair the receiver, verify the\n"
        f"subscription and recover what it missed, with its token, at {site_url}/subscriptions/{one.id}\n\n"
        "This address was given for it; nothing else is sent here."
    )
    return _mail(one, letter_id, "Your webhook subscription was disabled", text, now)


def alive(one: Subscription, letter_id: str, site_url: str, now: datetime) -> Letter:
    """What the owner reads when a subscription goes live."""
    text = (
        f"The webhook subscription {one.id} is live: its receiver, or a person there, has confirmed it.\n"
        f"Its log, tests, filters and end are, with its token, at {site_url}/subscriptions/{one.id}\n\n"
        "This address was given for it. When it is disabled because its receiver fails, you are told here."
    )
    return _mail(one, letter_id, "Your webhook subscription is live", text, now)


def _mail(one: Subscription, letter_id: str, title: str, text: str, now: datetime) -> Letter:
    return Letter(letter_id, Route.MAIL, one.owner or "", title, text, now, now)


def _trouble(after: Letter, outcome: Outcome, now: datetime) -> tuple[Sequence[Alert], Sequence[Name]]:
    """What an attempt gives staff to look at: a channel that takes nothing, or one that does again."""
    name = (AlertKind.CHANNEL, _who(after))
    if outcome.succeeded:
        return (), (name,)
    if after.attempts < TROUBLE_AFTER and after.state is DeliveryState.PENDING:
        return (), ()
    text = f"letters to {_who(after)} are not taken: {outcome.detail or outcome.status or outcome.failure}"
    return (alert(*name, text, now),), ()


def _who(letter: Letter) -> str:
    """The channel; of a person nothing but that it is one."""
    return letter.to if letter.route is Route.STAFF else "mail"
