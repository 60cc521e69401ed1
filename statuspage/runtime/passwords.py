"""Passwords under argon2id: one at a time beside the event loop, with a short line of those who wait."""

from __future__ import annotations

import asyncio
import base64
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from statuspage.core.person import normal
from statuspage.errors import TooSoon

MOST_WAITING = 8
BUSY = timedelta(seconds=5)
RFC_9106 = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4)


@dataclass
class _Line:
    """Those who wait for one thread."""

    most: int
    waiting: int = 0
    thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "password"))


class Argon2Passwords:
    """Hashes with argon2id. Strangers wait in a line of their own: whoever was here before never waits for them."""

    def __init__(self, hasher: PasswordHasher = RFC_9106) -> None:
        self._hasher = hasher
        self._decoy = _decoy(hasher)
        self._strangers = _Line(MOST_WAITING)
        self._known = _Line(MOST_WAITING)

    async def hash(self, password: str) -> str:
        """The hash of a password."""
        call = partial(self._hasher.hash, normal(password))
        return await asyncio.get_running_loop().run_in_executor(self._known.thread, call)

    async def fits(self, password: str, stored: str | None, *, known: bool = False) -> bool:
        """Whether a password has this hash; for None the same work, and False. TooSoon when too many wait."""
        line = self._known if known else self._strangers
        if line.waiting >= line.most:
            raise TooSoon("too many people are signing in at this moment", BUSY)
        line.waiting += 1
        try:
            call = partial(self._fits, normal(password), stored or self._decoy)
            fitting = await asyncio.get_running_loop().run_in_executor(line.thread, call)
        finally:
            line.waiting -= 1
        return fitting and stored is not None

    def outdated(self, stored: str) -> bool:
        """Whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(stored)

    def close(self) -> None:
        """End the threads; what is being hashed is finished first."""
        for line in (self._strangers, self._known):
            line.thread.shutdown()

    def _fits(self, password: str, stored: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False


def _decoy(hasher: PasswordHasher) -> str:
    """A hash in today's parameters that no password has, as far as anybody knows: it was never computed."""
    salt, digest = (_b64(os.urandom(length)) for length in (hasher.salt_len, hasher.hash_len))
    kind = {Type.ID: "argon2id", Type.I: "argon2i", Type.D: "argon2d"}[hasher.type]
    return f"${kind}$v=19$m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}${salt}${digest}"


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode().rstrip("=")
