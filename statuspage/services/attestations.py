"""Attestations and user classes made at night: staff's word on what no check can reach."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from statuspage.core.availability import CellKey
from statuspage.core.incident import Attestation, ScopeRow
from statuspage.core.memory import first_state
from statuspage.core.settings import Settings, UserClass
from statuspage.core.staff import Action, Actor, require
from statuspage.errors import Conflict, UsageError
from statuspage.ports import Clock, Ids, RevisionKind, Store
from statuspage.services import world as worlds
from statuspage.services.audit import record
from statuspage.services.documents import ATTESTATION, USER_CLASS, dump
from statuspage.services.publishing import republish, tell
from statuspage.services.scopes import check_scope


@dataclass
class Attestations:
    """Vouch for cells, and make user classes that can only be attested."""

    store: Store
    settings: Settings
    clock: Clock
    ids: Ids

    async def attest(
        self, scope: ScopeRow, *, available: bool, until: datetime, source: str | None, actor: Actor
    ) -> tuple[Attestation, list[CellKey]]:
        """Vouch for every unprobed cell of ``scope`` until a time; the cells it speaks for."""
        require(actor, Action.ATTEST)
        async with self.store.writing() as tx:
            at = self.clock()
            if until <= at:
                raise UsageError("an attestation must end in the future (--until)")
            world = await worlds.load(tx, self.settings)
            recorded_at = world.recording(at)
            attested = Attestation(self.ids("att"), scope, available, recorded_at, until, actor.role.value, source)
            check_scope((scope,), world.settings)
            keys = [k for k in world.settings.cells() if scope.covers(k) and world.settings.credential(k) is None]
            if not keys:
                raise UsageError("no cell that cannot be probed matches; checks speak for all the others")
            await tx.add_revision(RevisionKind.ATTESTATION, attested.id, dump(ATTESTATION, attested), at, actor.label)
            said = {"available": available, "until": until.isoformat(), "cells": [str(key) for key in keys]}
            await record(tx, actor, "attestation.add", attested.id, said, at)
            world = replace(world, attestations=(*world.attestations, attested))
            known = await tx.cells()
            states = [known.get(k) or first_state(k, world.settings.offering(k).id, at) for k in keys]
            await tell(tx, await republish(tx, known, states, world, at, self.ids), world, at, self.ids)
        return attested, keys

    async def add_class(self, user_class: UserClass, actor: Actor) -> None:
        """Make a user class without a deploy; it can only be attested."""
        require(actor, Action.ATTEST)
        async with self.store.writing() as tx:
            at = self.clock()
            world = await worlds.load(tx, self.settings)
            if user_class.id in {one.id for one in world.settings.user_classes}:
                raise Conflict(f"there is a user class {user_class.id!r} already")
            made = replace(user_class, attested=True)
            await tx.add_revision(RevisionKind.USER_CLASS, made.id, dump(USER_CLASS, made), at, actor.label)
            await record(tx, actor, "user-class.add", made.id, {"name": made.name}, at)

    async def classes(self) -> tuple[UserClass, ...]:
        """Every user class: the configured ones and those made at night."""
        async with self.store.reading() as tx:
            return (await worlds.load(tx, self.settings)).settings.user_classes
