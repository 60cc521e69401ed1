"""People of staff, their sessions and the API tokens; secrets are kept as hashes alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update

from statuspage.core.person import Person
from statuspage.core.session import Session as SignedIn
from statuspage.core.staff import Action, Role
from statuspage.core.token import Token
from statuspage.errors import Conflict, NotFound
from statuspage.store import schema
from statuspage.store.session import Found, Session

PERSON = schema.person.c
SESSION = schema.session.c
TOKEN = schema.token.c
PUBLIC = [column for column in schema.person.c if column.name != "password"]
KNOWN = [column for column in schema.token.c if column.name != "hash"]


class PeopleReading(Session):
    """Reads people, sessions and tokens."""

    async def people(self) -> list[Person]:
        """Everybody of staff, the disabled included, by name."""
        return [_person(row) for row in await self.all(select(*PUBLIC).order_by(PERSON.name))]

    async def person(self, person_id: str) -> Person | None:
        """Somebody by id."""
        row = await self.first(select(*PUBLIC).where(PERSON.id == person_id))
        return _person(row) if row else None

    async def person_named(self, name: str) -> tuple[Person, str] | None:
        """Somebody by name, with the hash of the password."""
        row = await self.first(select(schema.person).where(PERSON.name == name))
        return (_person(row), row.password) if row else None

    async def session(self, session_hash: str) -> SignedIn | None:
        """One session, whether or not it has ended."""
        row = await self.first(select(schema.session).where(SESSION.hash == session_hash))
        return SignedIn(*row) if row else None

    async def sessions(self, person_id: str) -> list[SignedIn]:
        """A person's sessions, the newest first."""
        mine = select(schema.session).where(SESSION.person_id == person_id)
        return [SignedIn(*row) for row in await self.all(mine.order_by(SESSION.created_at.desc(), SESSION.hash))]

    async def tokens(self) -> list[Token]:
        """Every API token, the revoked and expired included, by name."""
        return [_token(row) for row in await self.all(select(*KNOWN).order_by(TOKEN.name))]

    async def token_hashed(self, token_hash: str) -> Token | None:
        """The API token of which this is the hash."""
        row = await self.first(select(*KNOWN).where(TOKEN.hash == token_hash))
        return _token(row) if row else None


class PeopleWriting(PeopleReading):
    """Writes people, sessions and tokens."""

    async def add_person(self, person: Person, password: str) -> None:
        """Insert a person with the hash of a password; Conflict when the name is taken."""
        if await self.first(select(PERSON.id).where(PERSON.name == person.name)):
            raise Conflict(f"the name {person.name!r} is taken; a name stays with one person for ever")
        await self.run(insert(schema.person), _person_record(person) | {"password": password})

    async def save_person(self, person: Person, password: str | None = None) -> None:
        """Replace a person; the password's hash stays unless another is given."""
        record = _person_record(person) | ({} if password is None else {"password": password})
        if not await self.run(update(schema.person).where(PERSON.id == person.id).values(record)):
            raise NotFound(f"there is no person {person.id}")

    async def add_session(self, session: SignedIn) -> None:
        """Insert a session."""
        columns = (column.name for column in schema.session.c)
        await self.run(insert(schema.session), {name: getattr(session, name) for name in columns})

    async def see_session(self, session_hash: str, at: datetime) -> None:
        """Write down when a session was seen."""
        await self.run(update(schema.session).where(SESSION.hash == session_hash).values(seen_at=at))

    async def end_session(self, session_hash: str) -> None:
        """Delete a session."""
        await self.run(delete(schema.session).where(SESSION.hash == session_hash))

    async def end_sessions(self, person_id: str, keep: str | None = None) -> int:
        """Delete a person's sessions, all but the one that has the hash ``keep``; how many."""
        mine = delete(schema.session).where(SESSION.person_id == person_id)
        return await self.run(mine if keep is None else mine.where(SESSION.hash != keep))

    async def forget_sessions(self, created_before: datetime) -> int:
        """Delete the sessions that were made before a moment; how many."""
        return await self.run(delete(schema.session).where(SESSION.created_at < created_before))

    async def add_token(self, token: Token, token_hash: str) -> None:
        """Insert an API token; Conflict when the name is taken."""
        if await self.first(select(TOKEN.id).where(TOKEN.name == token.name)):
            raise Conflict(f"the name {token.name!r} is taken, if only by a token that has ended; take another one")
        await self.run(insert(schema.token), _token_record(token) | {"hash": token_hash})

    async def save_token(self, token: Token) -> None:
        """Replace an API token; its hash stays."""
        if not await self.run(update(schema.token).where(TOKEN.id == token.id).values(_token_record(token))):
            raise NotFound(f"there is no token {token.id}")


def _person(row: Found) -> Person:
    return Person(
        row.id, row.name, Role(row.role), row.created_at, row.password_at, row.temporary_until, row.disabled_at
    )


def _person_record(person: Person) -> dict[str, Any]:
    return {column.name: getattr(person, column.name) for column in PUBLIC} | {"role": person.role.value}


def _token(row: Found) -> Token:
    scopes = tuple(Action(word) for word in row.scopes.split())
    times = (row.created_at, row.expires_at, row.revoked_at, row.used_at)
    return Token(row.id, row.name, scopes, row.maker, row.owner, *times)


def _token_record(token: Token) -> dict[str, Any]:
    scopes = " ".join(one.value for one in token.scopes)
    return {column.name: getattr(token, column.name) for column in KNOWN} | {"scopes": scopes}
