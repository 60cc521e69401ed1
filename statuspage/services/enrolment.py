"""Self-serve subscriptions from the wish to the end: made, verified, changed, removed, or forgotten unverified."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from statuspage.core import enrolment
from statuspage.core.channel import MAIL, address_of, is_address, mailbox
from statuspage.core.settings import Settings
from statuspage.core.subscription import SECRET_BYTES, Origin, Subscription, SubscriptionState, secret_text
from statuspage.core.wish import Known, Wish, read
from statuspage.errors import Conflict, FieldMistake, Invalid, NotFound, TooSoon, Unauthorized, UsageError
from statuspage.ports import Clock, Reading, Sender, Store, Writing
from statuspage.services import world
from statuspage.services.verification import CONFIRM, UNSUBSCRIBE, Links, Verified, Verifier

CheckUrl = Callable[[str, Origin], None]

MOST_PENDING = 1000
"""Unverified subscriptions at one time."""

MOST_PENDING_OF_ONE = 20
"""Unverified ones that one client address may have, so that it alone never fills the room of all."""

MOST_PENDING_OF_A_MAILBOX = 3

NOBODY = hashlib.sha256(b"").hexdigest()
ID = re.compile(r"[a-z]{3}_[0-9A-Za-z]{1,64}", re.ASCII)
IDEMPOTENCY_KEY = re.compile(r"[!-~]{16,200}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Made:
    """A new subscription with the secret and the token, which are shown this once."""

    subscription: Subscription
    secret: str
    token: str


class Enrolments:
    """The verbs of somebody who needs nobody's leave; each writes one transaction, sending is never inside one.

    ``keys`` are this installation's own, the newest first: they sign links and derive what a repeated request gets.
    """

    def __init__(
        self,
        store: Store,
        sender: Sender,
        clock: Clock,
        settings: Settings,
        *,
        check_url: CheckUrl,
        random: Callable[[int], bytes],
        keys: Sequence[bytes],
    ) -> None:
        self._store = store
        self._sender = sender
        self._clock = clock
        self._random = random
        self._keys = tuple(keys)
        self.adopt(check_url, settings)

    def adopt(self, check_url: CheckUrl, settings: Settings) -> None:
        """Go on with another configuration."""
        self._check_url = check_url
        self._settings = settings
        self._links = Links(self._keys, settings.site.url)
        self._verifier = Verifier(self._store, self._sender, self._clock, self._links, settings)

    async def create(
        self, said: Any, idempotency_key: str | None = None, *, client: str = "", incidents: tuple[str, ...] = ()
    ) -> Made:
        """Make a pending subscription of a document; the same key and document make it once.

        Secret and token are shown again to the same key and client only until the subscription is verified. ``client``
        is the address that asks, of which a fingerprint is kept.
        """
        seed = self._seed(idempotency_key)
        async with self._store.reading() as view:
            wish = read(said, await self._known(view), self._check)
        wish = replace(wish, filters=replace(wish.filters, incidents=incidents))
        secret, token = _derived(seed, "secret"), f"spt_{_derived(seed, 'token').hex()}"
        fresh = self._fresh(f"sub_{_derived(seed, 'id').hex()[:24]}", wish, self._fingerprint(client))
        async with self._store.writing() as tx:
            there = await tx.subscription(fresh.id)
            if there is None:
                await _require_room(tx, fresh)
                await tx.add_subscription(fresh, secret, hash_of(token))
            else:
                _require_same(there, fresh, await tx.secrets(there.id), secret)
        return Made(there or fresh, secret_text(secret), token)

    async def authenticated(self, subscription_id: str, token: str) -> Subscription:
        """The subscription to which a token belongs; whether the id or the token is wrong is not told."""
        async with self._store.reading() as view:
            stored = await view.token_hash(subscription_id) if ID.fullmatch(subscription_id) else None
            fits = hmac.compare_digest(hash_of(token), stored or NOBODY)
            found = await view.subscription(subscription_id) if fits and stored else None
        if found is None:
            raise Unauthorized("this token does not belong to such a subscription")
        return found

    async def change(self, subscription_id: str, said: Any) -> Subscription:
        """Change what a document names; with another URL the subscription must be verified again."""
        async with self._store.reading() as view:
            known = await self._known(view)
        async with self._store.writing() as tx:
            before = await _found(tx, subscription_id)
            wish = read(said, known, self._check, Wish(before.url, before.filters, before.format, before.owner))
            after = replace(before, url=wish.url, filters=wish.filters, format=wish.format, owner=wish.owner)
            if wish.url != before.url:
                _require_webhooks(before.url, wish.url)
                enrolment.require_free(before)
                after = enrolment.pending(after, self._challenge(), self._clock())
            await tx.save_subscription(after)
        return after

    async def remove(self, subscription_id: str) -> None:
        """Delete a subscription with everything that belongs to it."""
        async with self._store.writing() as tx:
            await tx.remove_subscription(subscription_id)

    async def verify(self, subscription_id: str) -> Verified:
        """Send the verification now; a disabled subscription begins anew, a live one has nothing to verify."""
        now = self._clock()
        async with self._store.writing() as tx:
            asked = enrolment.renewed(await _found(tx, subscription_id), self._challenge(), now)
            parcel = await self._verifier.begin(tx, asked, now)
        return await self._verifier.attempt(parcel, now)

    async def linked(self, purpose: str, subscription_id: str, token: str) -> Subscription:
        """The subscription that a signed link is for; NotFound when there is none or the link is not ours."""
        async with self._store.reading() as view:
            return await self._linked(view, purpose, subscription_id, token)

    async def confirm(self, subscription_id: str, token: str) -> Subscription:
        """Let a subscription live because a person opened the link that was sent to its receiver."""
        async with self._store.writing() as tx:
            found = await self._linked(tx, CONFIRM, subscription_id, token)
            alive = enrolment.verified(found, self._clock())
            await tx.save_subscription(alive)
            await self._verifier.tell_owner(tx, found, alive)
        return alive

    async def unsubscribe(self, subscription_id: str, token: str) -> None:
        """Delete a subscription because a person opened the link that was sent to its receiver."""
        async with self._store.writing() as tx:
            found = await self._linked(tx, UNSUBSCRIBE, subscription_id, token)
            await tx.remove_subscription(found.id)

    async def verify_due(self) -> int:
        """Send the verifications that are due; how many."""
        return await self._verifier.send_due()

    async def vanish(self) -> int:
        """Forget the subscriptions that nobody verified in time; how many."""
        now = self._clock()
        async with self._store.writing() as tx:
            states = (SubscriptionState.PENDING, SubscriptionState.DISABLED)
            late = [one for state in states for one in await tx.subscriptions_in(state) if enrolment.vanishes(one, now)]
            for one in late:
                await tx.remove_subscription(one.id)
            await self._verifier.forget_turns(tx)
        return len(late)

    async def _linked(self, view: Reading, purpose: str, subscription_id: str, token: str) -> Subscription:
        found = await view.subscription(subscription_id) if ID.fullmatch(subscription_id) else None
        if found is None or found.enrolment is None:
            raise NotFound("this link is not valid any more")
        self._links.require(purpose, found, token)
        return found

    def _fresh(self, subscription_id: str, wish: Wish, asked_by: str) -> Subscription:
        now, state = self._clock(), SubscriptionState.PENDING
        fresh = Subscription(subscription_id, wish.url, wish.filters, state, Origin.SELF_SERVE, now, wish.format)
        fresh = replace(fresh, owner=wish.owner)
        return enrolment.pending(fresh, self._challenge(), now, wish.fingerprint, asked_by)

    def _fingerprint(self, client: str) -> str:
        """What is kept of a client's address: enough to count, too little to name it without our key."""
        return hmac.digest(self._keys[0], b"client\0" + client.encode(), "sha256").hex()[:16] if client else ""

    def _seed(self, idempotency_key: str | None) -> bytes:
        """What everything that is secret about one subscription is derived from."""
        if idempotency_key is None:
            return self._random(SECRET_BYTES)
        if not IDEMPOTENCY_KEY.fullmatch(idempotency_key):
            wanted = "must have 16 to 200 visible ASCII characters that nobody can guess, such as a random UUID"
            raise Invalid((FieldMistake("Idempotency-Key", wanted),))
        return hmac.digest(self._keys[0], b"idempotency\0" + idempotency_key.encode(), "sha256")

    def _challenge(self) -> str:
        return self._random(24).hex()

    def _check(self, url: str) -> None:
        if not url.startswith(MAIL):
            self._check_url(url, Origin.SELF_SERVE)
        elif self._settings.outlets.smtp is None:
            raise UsageError("this site sends no e-mail; write the URL as https://name.of.your.host/path")
        elif not is_address(url.removeprefix(MAIL)):
            raise UsageError("write an address alone, such as mailto:me@example.org")

    async def _known(self, view: Reading) -> Known:
        settings = (await world.load(view, self._settings)).settings
        lists = (settings.models, settings.providers, settings.user_classes)
        return Known(*(tuple([one.id for one in many]) for many in lists))


def hash_of(token: str) -> str:
    """How a management token is kept; it is random, so no salt is needed."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


async def _found(view: Reading, subscription_id: str) -> Subscription:
    found = await view.subscription(subscription_id)
    if found is None:
        raise NotFound(f"there is no subscription {subscription_id}")
    return found


async def _require_room(tx: Writing, fresh: Subscription) -> None:
    """Refuse one more unverified subscription where one client or one mailbox has too many.

    Where there are too many of all, the least missed one goes: nobody closes the door to everybody.
    """
    pending = await tx.subscriptions_in(SubscriptionState.PENDING)
    mine = fresh.enrolment.asked_by if fresh.enrolment else ""
    same = sum(1 for one in pending if mine and one.enrolment and one.enrolment.asked_by == mine)
    box = _mailbox(fresh)
    boxed = sum(1 for one in pending if box and _mailbox(one) == box)
    full = len(pending) >= MOST_PENDING
    dropped = enrolment.least_missed(pending) if full else None
    if same >= MOST_PENDING_OF_ONE or boxed >= MOST_PENDING_OF_A_MAILBOX or (full and dropped is None):
        raise TooSoon("too many subscriptions wait for their verification", enrolment.HOST_REST)
    if dropped is not None:
        await tx.remove_subscription(dropped.id)


def _require_webhooks(*urls: str) -> None:
    """Refuse to turn a subscription towards a mailbox, which could be anybody's: each is asked by a new one."""
    if any(url.startswith(MAIL) for url in urls):
        raise Conflict("a mailbox cannot be changed: subscribe the other one, and end this")


def _mailbox(one: Subscription) -> str | None:
    return mailbox(address_of(one.url)) if one.url.startswith(MAIL) else None


def _require_same(there: Subscription, asked: Subscription, secrets: tuple[bytes, ...], secret: bytes) -> None:
    """Refuse a key that was used for something else or by somebody else, or whose subscription has its own life by now.

    Who has seen a key, but asks from elsewhere, is not told the secret.
    """
    known, again = there.enrolment, asked.enrolment
    if known is None or again is None or known.request != again.request:
        raise UsageError("this Idempotency-Key was used for another request; take a new one")
    if known.asked_by != again.asked_by:
        raise UsageError("this Idempotency-Key was used from another address; take a new one")
    fresh = there.state is SubscriptionState.PENDING and known.verified_at is None
    if not fresh or secrets[:1] != (secret,):
        raise Conflict(f"this Idempotency-Key has made {there.id}, which is in use: its secret is not shown again")


def _derived(seed: bytes, purpose: str) -> bytes:
    return hmac.digest(seed, purpose.encode(), "sha256")
