"""What the use cases need for staff: the audit log, people, sessions and tokens, and hashes of passwords."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from statuspage.core.audit import Deed, Entry, Head
from statuspage.core.person import Person
from statuspage.core.session import Session
from statuspage.core.token import Token


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """Which entries a reader wants, the newest first; None means all."""

    before: int | None = None
    actor: str | None = None
    subject: str | None = None
    limit: int = 100


class AccessReading(Protocol):
    """A consistent view of what belongs to staff."""

    async def audit(self, query: AuditQuery) -> list[Entry]:
        """Entries of the audit log, the newest first."""
        ...

    async def audit_head(self) -> Head:
        """The newest entry of the audit log, by number and hash."""
        ...

    async def people(self) -> list[Person]:
        """Everybody of staff, the disabled included, by name."""
        ...

    async def person(self, person_id: str) -> Person | None:
        """Somebody by id."""
        ...

    async def person_named(self, name: str) -> tuple[Person, str] | None:
        """Somebody by name, with the hash of the password."""
        ...

    async def session(self, session_hash: str) -> Session | None:
        """One session, whether or not it has ended."""
        ...

    async def sessions(self, person_id: str) -> list[Session]:
        """A person's sessions, the newest first."""
        ...

    async def tokens(self) -> list[Token]:
        """Every API token, the revoked and expired included, by name."""
        ...

    async def token_hashed(self, token_hash: str) -> Token | None:
        """The API token of which this is the hash."""
        ...


class AccessWriting(AccessReading, Protocol):
    """What a transaction changes of it."""

    async def add_audit(self, done: Deed) -> Entry:
        """Append a deed to the audit log."""
        ...

    async def add_person(self, person: Person, password: str) -> None:
        """Insert a person with the hash of a password; Conflict when the name is taken."""
        ...

    async def save_person(self, person: Person, password: str | None = None) -> None:
        """Replace a person; the password's hash stays unless another is given."""
        ...

    async def add_session(self, session: Session) -> None:
        """Insert a session."""
        ...

    async def see_session(self, session_hash: str, at: datetime) -> None:
        """Write down when a session was seen."""
        ...

    async def end_session(self, session_hash: str) -> None:
        """Delete a session."""
        ...

    async def end_sessions(self, person_id: str, keep: str | None = None) -> int:
        """Delete a person's sessions, all but the one that has the hash ``keep``; how many."""
        ...

    async def forget_sessions(self, created_before: datetime) -> int:
        """Delete the sessions that were made before a moment; how many."""
        ...

    async def add_token(self, token: Token, token_hash: str) -> None:
        """Insert an API token; Conflict when the name is taken."""
        ...

    async def save_token(self, token: Token) -> None:
        """Replace an API token; its hash stays."""
        ...


class Passwords(Protocol):
    """Hashes passwords: slowly, and therefore one at a time and beside the event loop."""

    async def hash(self, password: str) -> str:
        """The hash of a password."""
        ...

    async def fits(self, password: str, stored: str | None, *, known: bool = False) -> bool:
        """Whether a password has this hash; for None the same work, and False. TooSoon when too many wait.

        Who is ``known`` waits in a line of their own.
        """
        ...

    def outdated(self, stored: str) -> bool:
        """Whether a hash should be made anew when the password is at hand."""
        ...
