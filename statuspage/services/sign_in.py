"""Signing in and out: a password for a session, whose secret only the browser keeps."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from statuspage.core.person import LONGEST as LONGEST_PASSWORD
from statuspage.core.person import NAME, Person
from statuspage.core.session import AGENT, LONGEST, Session, ended, hash_of, stale
from statuspage.core.staff import Actor, ActorKind
from statuspage.errors import Forbidden, NotFound, Unauthorized
from statuspage.ports import Clock, Store, Writing
from statuspage.ports.access import Passwords
from statuspage.services.audit import record

WRONG = "The name or the password is wrong."
ENDED = "The temporary password has ended: ask an admin for another one."


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person with a session that lasts; ``secret`` is what the browser keeps."""

    person: Person
    session: Session
    secret: str

    @property
    def actor(self) -> Actor:
        """The person as one who acts."""
        return self.person.actor

    @property
    def must_change(self) -> bool:
        """Whether a password of their own comes first."""
        return self.person.temporary_until is not None


@dataclass(frozen=True, slots=True)
class Device:
    """A browser in which a person has signed in before, as its cookie proves."""

    id: str
    cookie: str


class SignIn:
    """The verbs around a session.

    ``prove`` and ``begin`` are apart: a second factor, or another house's word on who somebody is, stands between or
    in place of the first (docs/decisions/0018).
    """

    def __init__(
        self,
        store: Store,
        passwords: Passwords,
        clock: Clock,
        *,
        random: Callable[[int], bytes],
        keys: Sequence[bytes],
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._clock = clock
        self._random = random
        self._keys = tuple(keys)

    async def prove(self, name: str, password: str, *, known: bool = False) -> Person:
        """Whose name and password these are; Unauthorized tells nobody which of them is wrong.

        The work is the same whether or not there is such a person.
        """
        named = name.strip().lower()
        async with self._store.reading() as view:
            found = await view.person_named(named if NAME.fullmatch(named) else "")
        stored = found[1] if found and found[0].active else None
        fits = await self._passwords.fits(password[: LONGEST_PASSWORD + 1], stored, known=known)
        if not fits or found is None or stored is None:
            raise Unauthorized(WRONG)
        person, until = found[0], found[0].temporary_until
        if until is not None and self._clock() >= until:
            raise Unauthorized(ENDED)
        if self._passwords.outdated(stored):
            await self._refresh(person, stored, password)
        return person

    async def begin(self, person: Person, address: str, agent: str, old_secret: str | None = None) -> SignedIn:
        """A new session for somebody who was proven; whatever session the browser had before ends."""
        at, secret = self._clock(), self._random(32).hex()
        session = Session(hash_of(secret), person.id, at, at, address[:AGENT], _printable(agent))
        async with self._store.writing() as tx:
            now = await tx.person(person.id)
            if now is None or not now.active or now.password_at != person.password_at:
                raise Unauthorized(WRONG)
            if old_secret is not None:
                await tx.end_session(hash_of(old_secret))
            await tx.forget_sessions(at - LONGEST)
            await tx.add_session(session)
            await record(tx, now.actor, "session.begin", session.short, {"address": session.address}, at)
        return SignedIn(now, session, secret)

    async def authenticated(self, secret: str) -> SignedIn | None:
        """Who has this session, as long as it lasts."""
        now = self._clock()
        async with self._store.reading() as view:
            session = await view.session(hash_of(secret))
            person = await view.person(session.person_id) if session else None
        if session is None or person is None or not person.active or ended(session, now):
            return None
        if stale(session, now):
            async with self._store.writing() as tx:
                await tx.see_session(session.hash, now)
            session = replace(session, seen_at=now)
        return SignedIn(person, session, secret)

    async def sessions(self, actor: Actor) -> list[Session]:
        """One's own sessions that last, the newest first."""
        now = self._clock()
        async with self._store.reading() as view:
            return [one for one in await view.sessions(actor.id) if ended(one, now) is None]

    async def end(self, actor: Actor, short: str) -> None:
        """End one of one's own sessions, by its short name."""
        _require_person(actor)
        async with self._store.writing() as tx:
            mine = [one for one in await tx.sessions(actor.id) if one.short == short]
            if not mine:
                raise NotFound("you have no such session")
            await _end(tx, actor, mine[0], self._clock())

    async def sign_out(self, signed_in: SignedIn) -> None:
        """End the session."""
        async with self._store.writing() as tx:
            await _end(tx, signed_in.actor, signed_in.session, self._clock())

    def device(self, person: Person) -> Device:
        """What a browser keeps to be known again by its owner's name, and by nothing else."""
        return self._device(person.name, self._random(12).hex())

    def known(self, cookie: str, name: str) -> Device | None:
        """The browser that this cookie proves, if it is one in which this name has signed in before."""
        made, _, _ = cookie.partition(".")
        for key in self._keys:
            there = self._device(name.strip().lower(), made, key)
            if hmac.compare_digest(there.cookie.encode("utf-8", "replace"), cookie.encode("utf-8", "replace")):
                return there
        return None

    def _device(self, name: str, made: str, key: bytes | None = None) -> Device:
        said = f"{made}\0{name}".encode("utf-8", "replace")
        return Device(made, f"{made}.{hmac.digest(key or self._keys[0], said, 'sha256').hex()}")

    async def _refresh(self, person: Person, stored: str, password: str) -> None:
        """Hash the password anew in today's parameters, unless it was changed meanwhile."""
        hashed = await self._passwords.hash(password)
        async with self._store.writing() as tx:
            found = await tx.person_named(person.name)
            if found is not None and found[1] == stored:
                await tx.save_person(found[0], hashed)


async def _end(tx: Writing, actor: Actor, session: Session, at: datetime) -> None:
    await tx.end_session(session.hash)
    await record(tx, actor, "session.end", session.short, {}, at)


def _require_person(actor: Actor) -> None:
    if actor.kind is not ActorKind.PERSON:
        raise Forbidden("only people have sessions")


def _printable(agent: str) -> str:
    return "".join(one for one in agent[:AGENT] if one.isprintable())
