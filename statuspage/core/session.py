"""Sessions of signed-in people: when each ends, and the proof that a form was served to this session."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

IDLE = timedelta(hours=8)
LONGEST = timedelta(hours=24)
TOUCH_EVERY = timedelta(minutes=5)
"""The record of when a session was last seen is at most so old."""

FUTURE = timedelta(minutes=5)
AGENT = 200
"""Characters that are kept of what a browser calls itself."""


class Ended(StrEnum):
    """Why a session has ended."""

    IDLE = "idle"
    LONGEST = "longest"
    FUTURE = "future"


@dataclass(frozen=True, slots=True)
class Session:
    """One browser of one person; ``hash`` is of the secret that only the browser keeps."""

    hash: str
    person_id: str
    created_at: datetime
    seen_at: datetime
    address: str = ""
    agent: str = ""

    @property
    def short(self) -> str:
        """A name for lists that opens nothing."""
        return self.hash[:16]


def hash_of(secret: str) -> str:
    """How a session's or a token's secret is kept; it is random, so no salt is needed."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def proof(secret: str) -> str:
    """What a form of this session carries, so that no other page can send it."""
    return hmac.digest(secret.encode("utf-8", "replace"), b"statuspage csrf", "sha256").hex()


def proves(given: str, secret: str) -> bool:
    """Whether a form carries the session's own proof."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), proof(secret).encode())


def ended(session: Session, now: datetime) -> Ended | None:
    """Why a session has ended; None while it lasts. One from the future was made before the clock was set back."""
    if session.created_at > now + FUTURE:
        return Ended.FUTURE
    if now - session.created_at >= LONGEST:
        return Ended.LONGEST
    return Ended.IDLE if now - session.seen_at >= IDLE else None


def stale(session: Session, now: datetime) -> bool:
    """Whether it should be written down that the session was seen again."""
    return abs(now - session.seen_at) >= TOUCH_EVERY
