"""Answers that no rule knows, as staff decide on them: linked to a restriction, or said to be nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from statuspage.core.incident import Incident
from statuspage.core.staff import Action, Actor, require
from statuspage.errors import FieldMistake, Invalid, NotFound
from statuspage.ports import Clock, Fingerprint, Reading, Revision, RevisionKind, Store
from statuspage.services.audit import record
from statuspage.services.documents import incident as of_revision

MAX_WHY = 500


@dataclass(frozen=True, slots=True)
class Settled:
    """Somebody of staff said that an answer is nothing to act on, and why."""

    at: datetime
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class Standing:
    """An answer that no rule knows, and what staff made of it; ``linked`` are the incidents that it is linked to."""

    seen: Fingerprint
    linked: tuple[Incident, ...] = ()
    settled: Settled | None = None

    @property
    def open(self) -> bool:
        """Whether nobody has decided yet."""
        return not self.linked and self.settled is None


@dataclass
class Fingerprints:
    """Reads and settles; to link is a verb of incidents."""

    store: Store
    clock: Clock

    async def all(self) -> list[Standing]:
        """Every answer that no rule knows, the newest first."""
        async with self.store.reading() as view:
            return await standings(view)

    async def one(self, provider: str, fingerprint: str) -> Standing:
        """One of them; NotFound."""
        return _find(await self.all(), provider, fingerprint)

    async def settle(self, provider: str, fingerprint: str, why: str, actor: Actor) -> Standing:
        """Say that an answer is nothing to act on: it leaves the desk, and is counted on."""
        return await self._decide(provider, fingerprint, actor, settled=True, why=why)

    async def reopen(self, provider: str, fingerprint: str, actor: Actor) -> Standing:
        """Take that back."""
        return await self._decide(provider, fingerprint, actor, settled=False, why="")

    async def _decide(self, provider: str, fingerprint: str, actor: Actor, *, settled: bool, why: str) -> Standing:
        require(actor, Action.WRITE)
        if len(why) > MAX_WHY:
            raise Invalid((FieldMistake("why", f"must have at most {MAX_WHY} characters"),))
        async with self.store.writing() as tx:
            before, at = _find(await standings(tx), provider, fingerprint), self.clock()
            if settled is (before.settled is not None):
                return before
            key, document = _key(provider, fingerprint), {"settled": settled, "why": why.strip()}
            await tx.add_revision(RevisionKind.ANSWER, key, document, at, actor.label, shown=False)
            verb = "fingerprint.settle" if settled else "fingerprint.reopen"
            await record(tx, actor, verb, key, {"why": why.strip()} if settled else {}, at)
            return _find(await standings(tx), provider, fingerprint)


async def standings(view: Reading) -> list[Standing]:
    """Every answer that no rule knows, with what became of it."""
    said = {one.key: one for one in await view.revisions(RevisionKind.ANSWER)}
    incidents = [of_revision(one) for one in await view.revisions(RevisionKind.INCIDENT)]
    found = [(one, said.get(_key(one.provider, one.fingerprint))) for one in await view.fingerprints()]
    return [Standing(one, _linked(one, incidents), _settled(decision)) for one, decision in found]


def _find(found: Iterable[Standing], provider: str, fingerprint: str) -> Standing:
    for one in found:
        if (one.seen.provider, one.seen.fingerprint) == (provider, fingerprint):
            return one
    raise NotFound(f"{provider[:80]!r} gave no answer {fingerprint[:80]!r} that no rule knows")


def _key(provider: str, fingerprint: str) -> str:
    return f"{provider} {fingerprint}"


def _linked(seen: Fingerprint, incidents: Iterable[Incident]) -> tuple[Incident, ...]:
    name = (seen.provider, seen.fingerprint)
    kept = (one for one in incidents if not one.discarded)
    return tuple(one for one in kept if any((each.provider, each.fingerprint) == name for each in one.links))


def _settled(decision: Revision | None) -> Settled | None:
    if decision is None or not decision.document["settled"]:
        return None
    return Settled(decision.recorded_at, decision.actor, decision.document["why"])
