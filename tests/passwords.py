"""Argon2id with the least parameters, and a house with people, sessions and tokens in it."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

from argon2 import PasswordHasher

from statuspage.core.staff import Role
from statuspage.ports import Clock, Store
from statuspage.runtime.passwords import Argon2Passwords
from statuspage.services.audit import AuditLog
from statuspage.services.people import People
from statuspage.services.sign_in import SignedIn, SignIn
from statuspage.services.tokens import Tokens
from tests.staff import STAFF

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "a long sentence of mine"


@dataclass
class Door:
    """People, sign-in, tokens and the audit log over one store."""

    store: Store
    clock: Clock
    passwords: Argon2Passwords = field(default_factory=lambda: Argon2Passwords(QUICK))

    def __post_init__(self) -> None:
        numbers = count(1)

        def ids(prefix: str) -> str:
            return f"{prefix}_door{next(numbers):05d}"

        random = secrets.token_bytes
        self.people = People(self.store, self.passwords, self.clock, ids, random)
        self.sign_in = SignIn(self.store, self.passwords, self.clock, random=random, keys=[b"k" * 32])
        self.tokens = Tokens(self.store, self.clock, ids, random)
        self.audit = AuditLog(self.store)

    async def welcome(self, name: str, role: Role) -> None:
        """Somebody with a password of their own."""
        await self.people.add(name, role, STAFF, PASSWORD)

    async def robot(self, scopes: Iterable[str], name: str = "robot") -> str:
        """The secret of a token of an admin's own, good for a day."""
        await self.welcome(f"{name}-owner", Role.ADMIN)
        until = self.clock() + timedelta(days=1)
        return (await self.tokens.create(name, scopes, until, STAFF, person=f"{name}-owner")).secret

    async def enter(self, name: str, password: str = PASSWORD) -> SignedIn:
        """Somebody signs in."""
        return await self.sign_in.begin(await self.sign_in.prove(name, password), "192.0.2.7", "a browser")
