"""API tokens: made for a program, looked at, revoked, and recognised."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from statuspage.core import token as tokens
from statuspage.core.person import name_of
from statuspage.core.session import hash_of
from statuspage.core.staff import FOR_A_PERSON, Action, Actor, ActorKind, require
from statuspage.core.token import PREFIX, Token
from statuspage.errors import FieldMistake, Forbidden, Invalid, NotFound, Unauthorized
from statuspage.ports import Clock, Ids, Store, Writing
from statuspage.services.audit import record

NOT_A_TOKEN = "this token opens nothing: it is unknown, expired or revoked, or its maker was disabled"  # noqa: S105


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A new token with its secret, which is shown this once."""

    token: Token
    secret: str


@dataclass
class Tokens:
    """The verbs of admins on API tokens."""

    store: Store
    clock: Clock
    ids: Ids
    random: Callable[[int], bytes]

    async def create(
        self, name: str, scopes: Iterable[str], expires_at: datetime, actor: Actor, *, person: str | None = None
    ) -> MadeToken:
        """Make a token; it may never do more than its maker may at the time of use, or the ``person`` for whom it is
        made at a terminal: their eyes are then the token's."""
        require(actor, Action.TOKENS)
        at, named, allowed = self.clock(), name_of(name), tokens.scopes_of(scopes)
        tokens.require_time(expires_at, at)
        secret = PREFIX + self.random(24).hex()
        async with self.store.writing() as tx:
            owner = actor if person is None else await _person(tx, person, actor)
            for one in allowed:
                require(owner, one)
            if Action.APPROVE in allowed and owner.kind is not ActorKind.PERSON:
                raise Invalid((FieldMistake("scopes", f"approve takes a person's eyes: {FOR_A_PERSON}"),))
            owned = owner.id if owner.kind is ActorKind.PERSON else None
            made = Token(self.ids("tok"), named, allowed, owner.label, owned, at, expires_at)
            await tx.add_token(made, hash_of(secret))
            said = {"scopes": [one.value for one in allowed], "expires_at": expires_at.isoformat()}
            await record(tx, actor, "token.create", f"token:{named}", said | _for(owner, actor), at)
        return MadeToken(made, secret)

    async def all(self, actor: Actor) -> list[Token]:
        """Every token, the ended included, by name."""
        require(actor, Action.TOKENS)
        async with self.store.reading() as view:
            return await view.tokens()

    async def revoke(self, name: str, actor: Actor) -> Token:
        """End a token, at once and for ever."""
        require(actor, Action.TOKENS)
        async with self.store.writing() as tx:
            at = self.clock()
            found = next((one for one in await tx.tokens() if name in (one.name, one.id)), None)
            if found is None:
                raise NotFound(f"there is no token {name[:80]!r}; `statuspage token list` shows all")
            ended = replace(found, revoked_at=found.revoked_at or at)
            await tx.save_token(ended)
            await record(tx, actor, "token.revoke", f"token:{found.name}", {}, at)
        return ended

    async def authenticated(self, secret: str) -> Actor:
        """Who acts with this token; Unauthorized tells nobody why it opens nothing."""
        now = self.clock()
        async with self.store.reading() as view:
            found = await view.token_hashed(hash_of(secret)) if secret.startswith(PREFIX) else None
            owner = await view.person(found.owner) if found and found.owner else None
        if found is None or not found.lives(now) or (found.owner and not (owner and owner.active)):
            raise Unauthorized(NOT_A_TOKEN)
        if not found.used_lately(now):
            await self._used(found, now)
        return tokens.actor(found, owner)

    async def _used(self, token: Token, now: datetime) -> None:
        async with self.store.writing() as tx:
            fresh = next((one for one in await tx.tokens() if one.id == token.id), None)
            if fresh is not None:
                await tx.save_token(replace(fresh, used_at=now))


async def _person(tx: Writing, name: str, actor: Actor) -> Actor:
    """For whom a terminal makes a token; nobody else may borrow the eyes of another."""
    if actor.kind is not ActorKind.TERMINAL:
        raise Forbidden("only a terminal makes tokens for somebody else")
    found = await tx.person_named(name_of(name))
    if found is None or not found[0].active:
        raise NotFound(f"nobody active is named {name[:80]!r}; `statuspage staff list` shows all")
    return found[0].actor


def _for(owner: Actor, actor: Actor) -> dict[str, str]:
    return {} if owner is actor else {"for": owner.label}
