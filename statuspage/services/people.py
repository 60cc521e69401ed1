"""People of staff: added, disabled, given another role or another password."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

from statuspage.core.person import (
    TEMPORARY_FOR,
    Person,
    name_of,
    require_another_admin,
    require_good,
    temporary,
)
from statuspage.core.staff import Action, Actor, ActorKind, Role, require
from statuspage.errors import Conflict, FieldMistake, Forbidden, Invalid, NotFound
from statuspage.ports import Clock, Ids, Store, Writing
from statuspage.ports.access import Passwords
from statuspage.services.audit import record


@dataclass(frozen=True, slots=True)
class Welcomed:
    """Somebody with a password that was made for them, which is shown this once; None when they have their own."""

    person: Person
    password: str | None


@dataclass
class People:
    """The verbs of admins on people, and of everybody on their own password."""

    store: Store
    passwords: Passwords
    clock: Clock
    ids: Ids
    random: Callable[[int], bytes]

    async def add(self, name: str, role: Role, actor: Actor, password: str | None = None) -> Welcomed:
        """Add somebody, with a temporary password unless one is given."""
        require(actor, Action.PEOPLE)
        named = name_of(name)
        if password is not None:
            require_good(password, named)
        made = password or temporary(self.random(20))
        hashed, at = await self.passwords.hash(made), self.clock()
        until = None if password else at + TEMPORARY_FOR
        person = Person(self.ids("per"), named, role, at, at, until)
        async with self.store.writing() as tx:
            await tx.add_person(person, hashed)
            await record(tx, actor, "person.add", person.label, {"role": role.value}, at)
        return Welcomed(person, None if password else made)

    async def active(self, name: str) -> Person:
        """Somebody by name; NotFound where nobody is called so or they are disabled."""
        async with self.store.reading() as view:
            found = await view.person_named(name.strip().lower())
        if found is None or found[0].disabled_at:
            raise NotFound(f"nobody of staff is called {name[:80]!r}; `statuspage staff list` names everybody")
        return found[0]

    async def all(self, actor: Actor) -> list[Person]:
        """Everybody, the disabled included, by name."""
        require(actor, Action.PEOPLE)
        async with self.store.reading() as view:
            return await view.people()

    async def disable(self, name: str, actor: Actor) -> Person:
        """Let somebody sign in no more; sessions end at once, and so does every token that this person made."""

        async def change(tx: Writing, person: Person, at: datetime) -> Person:
            await _keep_an_admin(tx, person, actor)
            await tx.end_sessions(person.id)
            return replace(person, disabled_at=person.disabled_at or at)

        return await self._change(name, actor, "person.disable", {}, change)

    async def enable(self, name: str, actor: Actor) -> Person:
        """Let somebody sign in again."""

        async def change(_: Writing, person: Person, __: datetime) -> Person:
            return replace(person, disabled_at=None)

        return await self._change(name, actor, "person.enable", {}, change)

    async def give_role(self, name: str, role: Role, actor: Actor) -> Person:
        """Give somebody another role, in force at once."""

        async def change(tx: Writing, person: Person, _: datetime) -> Person:
            if role is not Role.ADMIN:
                await _keep_an_admin(tx, person, actor)
            return replace(person, role=role)

        return await self._change(name, actor, "person.role", {"role": role.value}, change)

    async def reset(self, name: str, actor: Actor, password: str | None = None) -> Welcomed:
        """Give somebody a temporary password, or the one that is given; sessions end at once."""
        require(actor, Action.PEOPLE)
        named = name_of(name)
        if password is not None:
            require_good(password, named)
        made = password or temporary(self.random(20))
        hashed, at = await self.passwords.hash(made), self.clock()
        async with self.store.writing() as tx:
            person = replace(
                await _named(tx, named), password_at=at, temporary_until=None if password else at + TEMPORARY_FOR
            )
            await tx.save_person(person, hashed)
            await tx.end_sessions(person.id)
            await record(tx, actor, "person.reset", person.label, {}, at)
        return Welcomed(person, None if password else made)

    async def change_own(self, actor: Actor, old: str, new: str, keep_session: str) -> None:
        """Change one's own password, which ends every other session."""
        if actor.kind is not ActorKind.PERSON:
            raise Forbidden("only people have passwords")
        async with self.store.reading() as view:
            found = await view.person_named(actor.name)
        if not await self.passwords.fits(old, found[1] if found else None, known=True):
            raise Invalid((FieldMistake("old", "is not the present password"),))
        require_good(new, actor.name)
        if new == old:
            raise Invalid((FieldMistake("password", "must be another one than the present"),))
        hashed, at = await self.passwords.hash(new), self.clock()
        async with self.store.writing() as tx:
            person = await _named(tx, actor.name)
            if found is None or person.password_at != found[0].password_at:
                raise Conflict("the password was changed at the same moment; sign in again")
            await tx.save_person(replace(person, password_at=at, temporary_until=None), hashed)
            await tx.end_sessions(person.id, keep_session)
            await record(tx, actor, "person.password", person.label, {}, at)

    async def _change(
        self,
        name: str,
        actor: Actor,
        verb: str,
        detail: dict[str, str],
        change: Callable[[Writing, Person, datetime], Awaitable[Person]],
    ) -> Person:
        require(actor, Action.PEOPLE)
        async with self.store.writing() as tx:
            at = self.clock()
            person = await change(tx, await _named(tx, name_of(name)), at)
            await tx.save_person(person)
            await record(tx, actor, verb, person.label, detail, at)
        return person


async def _keep_an_admin(tx: Writing, person: Person, actor: Actor) -> None:
    """Somebody must be left who can look after people; a terminal always can."""
    if actor.kind is not ActorKind.TERMINAL:
        require_another_admin(await tx.people(), person)


async def _named(tx: Writing, name: str) -> Person:
    found = await tx.person_named(name)
    if found is None:
        raise NotFound(f"there is nobody named {name!r}; `statuspage staff list` shows all")
    return found[0]
