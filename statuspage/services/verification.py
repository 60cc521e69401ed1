"""Verifying: the signed ``webhook.verify`` event that a receiver must answer, and the links in it for people."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from statuspage.core import enrolment
from statuspage.core.channel import MAIL, address_of, mailbox
from statuspage.core.delivery import Delivery, DeliveryState, Failure, Outcome
from statuspage.core.event import EventDraft, EventType, Severity, document
from statuspage.core.settings import Settings
from statuspage.core.subscription import Enrolment, Subscription, SubscriptionState
from statuspage.errors import Conflict, NotFound, StatuspageError, TooSoon
from statuspage.ports import Clock, Parcel, Sender, Store, Writing
from statuspage.services.letters import alive

log = logging.getLogger(__name__)

MOST_MAILS = 3
"""Mails that ask one mailbox for one subscription."""

AT_ONCE = 50
"""Verifications that are under way together."""

CONFIRM, UNSUBSCRIBE = "confirm", "unsubscribe"
TURNS = "verified."
"""Notes of when which host was last sent a verification."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What one verification met, and the subscription after it."""

    subscription: Subscription
    outcome: Outcome


class Links:
    """Addresses at which a person confirms or unsubscribes; each ends with the challenge that it was made for.

    ``keys`` sign them, the newest first. No subscriber knows these, so only who reads the event has the links.
    """

    def __init__(self, keys: Sequence[bytes], site_url: str) -> None:
        self._keys = tuple(keys)
        self._site_url = site_url

    def make(self, purpose: str, subscription: Subscription) -> str:
        """The address for one purpose."""
        token = _signature(self._keys[0], purpose, subscription)
        return f"{self._site_url}/subscriptions/{subscription.id}/{purpose}?token={token}"

    def require(self, purpose: str, subscription: Subscription, token: str) -> None:
        """NotFound unless the token is that of such a link."""
        given = token.encode(errors="replace")
        fits = [hmac.compare_digest(_signature(key, purpose, subscription).encode(), given) for key in self._keys]
        if not any(fits):
            raise NotFound("this link is not valid any more")


class Verifier:
    """Sends verifications and settles them; a minute at least passes between two at one host."""

    def __init__(self, store: Store, sender: Sender, clock: Clock, links: Links, settings: Settings) -> None:
        self._store = store
        self._sender = sender
        self._clock = clock
        self._links = links
        self._site = settings.site
        self._mails = settings.outlets.smtp is not None

    async def send_due(self) -> int:
        """Send the verifications that are due, each host in its turn; how many were sent."""
        now = self._clock()
        async with self._store.reading() as view:
            pending = await view.subscriptions_in(SubscriptionState.PENDING)
        waiting = _one_a_host([one for one in pending if enrolment.is_due(one, now)])
        parcels = [await self._claimed(one.id, now) for one in waiting[:AT_ONCE]]
        sent = [self.attempt(one, now) for one in parcels if one]
        for met in await asyncio.gather(*sent, return_exceptions=True):
            if isinstance(met, BaseException):
                log.warning("a verification was not settled and will be repeated: %s", met)
        return len(sent)

    async def begin(self, tx: Writing, subscription: Subscription, now: datetime) -> Parcel:
        """Note that a verification is sent; TooSoon when its host was sent one just now."""
        _require_patience(subscription)
        name = TURNS + _host(subscription)
        last = await tx.note(name)
        rest = datetime.fromisoformat(last) + enrolment.HOST_REST - now if last else timedelta(0)
        if timedelta(0) < rest <= enrolment.HOST_REST:
            raise TooSoon("a host is sent at most one verification a minute", rest)
        await tx.set_note(name, now.isoformat())
        sent = enrolment.begun(subscription, now)
        await tx.save_subscription(sent)
        return self._parcel(sent, await tx.secrets(sent.id, now), now)

    async def attempt(self, parcel: Parcel, began: datetime) -> Verified:
        """Send a verification that has begun, and settle it."""
        outcome = await self._sent(parcel, began)
        challenge = enrolment.challenge_of(parcel.subscription) or ""
        async with self._store.writing() as tx:
            current = await tx.subscription(parcel.subscription.id)
            if current is None:
                raise NotFound("the subscription was removed meanwhile")
            after = enrolment.settled(current, challenge, outcome, began)
            if after != current:
                await tx.save_subscription(after)
                await self.tell_owner(tx, current, after)
        return Verified(after, outcome)

    async def tell_owner(self, tx: Writing, before: Subscription, after: Subscription) -> None:
        """Owe the owner the news that the subscription went live for the first time."""
        went_live = before.state is SubscriptionState.PENDING and after.state is SubscriptionState.LIVE
        if not went_live or not self._mails or after.owner is None:
            return
        if before.enrolment is None or before.enrolment.verified_at is not None:
            return  # told once: who verifies again and again must not make us write again and again
        letter_id = f"let_{hashlib.sha256(f'live {before.enrolment.challenge}'.encode()).hexdigest()[:24]}"
        await tx.add_letters([alive(after, letter_id, self._site.url, self._clock())])

    async def forget_turns(self, tx: Writing) -> None:
        """Forget the turns of hosts that are over."""
        await tx.drop_notes(TURNS, (self._clock() - enrolment.HOST_REST).isoformat())

    async def _claimed(self, subscription_id: str, now: datetime) -> Parcel | None:
        """The verification of one subscription if it is still due and its host's turn."""
        try:
            async with self._store.writing() as tx:
                found = await tx.subscription(subscription_id)
                due = found is not None and enrolment.is_due(found, now)
                return await self.begin(tx, found, now) if found and due else None
        except TooSoon:
            return None
        except StatuspageError as error:
            log.warning("the verification of %s cannot begin: %s", subscription_id, error)
            return None

    async def _sent(self, parcel: Parcel, began: datetime) -> Outcome:
        try:
            return await self._sender.send(parcel, began)
        except Exception as error:
            log.exception("the sender failed on a verification of %s", parcel.subscription.id)
            return Outcome(None, Failure.PROTOCOL, detail=type(error).__name__)

    def _parcel(self, subscription: Subscription, secrets: tuple[bytes, ...], now: datetime) -> Parcel:
        if subscription.enrolment is None:
            raise Conflict("an operator made this subscription; there is nothing to verify")
        event = self._event(subscription, subscription.enrolment)
        delivery = Delivery(
            f"dlv_{event.id[4:]}", event.id, 0, subscription.id, "verify", DeliveryState.PENDING, 0, now, now
        )
        return Parcel(delivery, subscription, self._body(event, subscription), secrets)

    def _event(self, subscription: Subscription, begun: Enrolment) -> EventDraft:
        """The same for the same challenge, so that every repetition has the same id and bytes."""
        confirm = self._links.make(CONFIRM, subscription)
        return EventDraft(
            id=f"evt_{hashlib.sha256(begun.challenge.encode()).hexdigest()[:24]}",
            type=EventType.WEBHOOK_VERIFY,
            timestamp=begun.pending_since,
            model=None,
            provider=None,
            summary=f"Somebody wishes {self._site.name} to send its events here. To confirm that, open {confirm}",
            severity=Severity.NONE,
            effective_at=begun.pending_since,
            challenge=begun.challenge,
        )

    def _body(self, event: EventDraft, subscription: Subscription) -> bytes:
        shown = document(event, None, self._site.url)
        shown["data"]["links"] |= {one: self._links.make(one, subscription) for one in (CONFIRM, UNSUBSCRIBE)}
        return json.dumps(shown, ensure_ascii=False, separators=(",", ":")).encode()


def _signature(key: bytes, purpose: str, subscription: Subscription) -> str:
    challenge = subscription.enrolment.challenge if subscription.enrolment else ""
    return hmac.digest(key, f"{purpose}\0{subscription.id}\0{challenge}".encode(), "sha256").hex()


def _require_patience(subscription: Subscription) -> None:
    """Refuse to ask a mailbox once more that did not answer: it may be somebody's who never asked for anything."""
    begun = subscription.enrolment
    if subscription.url.startswith(MAIL) and begun and begun.tries >= MOST_MAILS:
        raise Conflict(f"{MOST_MAILS} mails were sent and nobody confirmed; no more are sent for this subscription")


def _host(subscription: Subscription) -> str:
    """Whom a verification bothers: a host, or one mailbox."""
    if subscription.url.startswith(MAIL):
        return mailbox(address_of(subscription.url))
    return (urlsplit(subscription.url).hostname or "").lower()


def _one_a_host(subscriptions: Sequence[Subscription]) -> list[Subscription]:
    """The one of each host that has waited longest, in that order."""
    waited = sorted(subscriptions, key=lambda one: (one.enrolment.next_at if one.enrolment else None) or one.created_at)
    first: dict[str, Subscription] = {}
    for one in waited:
        first.setdefault(_host(one), one)
    return list(first.values())
