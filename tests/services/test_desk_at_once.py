"""Two processes at the desk at once, on each store: one of two wins, nobody loses a word, nothing happens twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from statuspage.core.incident import Incident, Kind, Says, ScopeRow
from statuspage.core.staff import Actor, ActorKind, Role
from statuspage.errors import Conflict, NotFound, Outdated, UsageError
from statuspage.ports import Fingerprint, RevisionKind
from statuspage.services.fingerprints import Fingerprints
from statuspage.services.incidents import Continuation, Incidents, Opening, Statement
from statuspage.store.database import Database, open_store
from statuspage.store.secrets import KeyRing
from tests.house import FABLE, GATEWAY, House, house_over
from tests.passwords import Door
from tests.services.test_four_eyes import two
from tests.staff import STAFF

ADA, GRACE, EDSGER = (
    Actor(ActorKind.PERSON, f"per_{name}", name, Role.APPROVER) for name in ("ada", "grace", "edsger")
)
SCOPE = (ScopeRow(models=(FABLE,)),)
OPENING = Opening(Kind.RESTRICTION, "Directive", "It is ordered.", SCOPE, (Statement(Says.ORDERED),))
REFUSED = (Conflict, NotFound, Outdated, UsageError)
TIMES = 3


@dataclass
class Pair:
    """The desk of one process, and that of another over the same store."""

    house: House
    here: Incidents
    there: Incidents
    other: Database


@pytest.fixture
async def pair(store: Database, store_url: str, key: KeyRing) -> AsyncIterator[Pair]:
    """Nothing was asked yet; two people could approve."""
    other = await open_store(store_url, key=key)
    async with house_over(store) as house, house_over(other) as second:
        second.numbers = iter(range(50_000, 90_000))
        for one in (house, second):
            one.incidents.approvers = two
        yield Pair(house, house.incidents, second.incidents, other)
    await other.close()


async def both(*tries: Awaitable[Incident]) -> tuple[list[Incident], list[BaseException]]:
    """What came of tries at once: those that went well, and how the others were refused."""
    found = await asyncio.gather(*tries, return_exceptions=True)
    wrong = [one for one in found if isinstance(one, BaseException)]
    assert all(isinstance(one, REFUSED) for one in wrong), wrong
    return [one for one in found if isinstance(one, Incident)], wrong


async def test_two_approvers_at_once_publish_once(pair: Pair) -> None:
    for number in range(1, TIMES + 1):
        held = await pair.here.open(OPENING, ADA)
        good, wrong = await both(
            pair.here.approve(held.id, GRACE, base_rev=held.rev), pair.there.approve(held.id, EDSGER, base_rev=held.rev)
        )
        assert (len(good), len(wrong)) == (1, 1)
        assert not (await pair.there.one(held.id)).draft
        assert (await pair.house.types()).count("incident.opened") == number


async def test_of_an_approval_and_a_withdrawal_one_wins(pair: Pair) -> None:
    for _ in range(TIMES):
        told = len(await pair.house.events())
        held = await pair.here.open(OPENING, ADA)
        good, wrong = await both(
            pair.here.approve(held.id, GRACE, base_rev=held.rev), pair.there.withdraw(held.id, ADA, base_rev=held.rev)
        )
        assert (len(good), len(wrong)) == (1, 1)
        last = (await pair.here.log(held.id))[-1][1]
        assert last.discarded is last.draft, "public, or discarded and never told"
        assert (len(await pair.house.events()) > told) is not last.discarded


async def test_what_is_approved_is_what_was_seen(pair: Pair) -> None:
    for _ in range(TIMES):
        held = await pair.here.open(OPENING, ADA)
        other = replace(OPENING, body="Another text.", draft=True)
        await both(
            pair.there.rewrite(held.id, other, ADA, base_rev=held.rev),
            pair.here.approve(held.id, GRACE, base_rev=held.rev),
        )
        now = await pair.here.one(held.id)
        assert now.draft or now.updates[-1].body == "It is ordered."


async def test_of_two_who_read_the_same_revision_one_saves(pair: Pair) -> None:
    draft = await pair.here.open(replace(OPENING, draft=True), ADA)
    for _ in range(TIMES):
        rev = (await pair.here.one(draft.id)).rev
        texts = [replace(OPENING, body=f"{who} {rev}", draft=True) for who in ("Ada", "Grace")]
        good, [wrong] = await both(
            pair.here.rewrite(draft.id, texts[0], ADA, base_rev=rev),
            pair.there.rewrite(draft.id, texts[1], GRACE, base_rev=rev),
        )
        assert isinstance(wrong, Outdated)
        assert (good[0].rev, wrong.rev) == (rev + 1, rev + 1)
    assert [revision.rev for revision, _ in await pair.there.log(draft.id)] == list(range(1, TIMES + 2))


async def test_one_update_is_published_once_by_the_clock_of_two_processes(pair: Pair) -> None:
    at = pair.house.clock() + timedelta(hours=1)
    public = await pair.here.open(replace(OPENING, kind=Kind.INCIDENT, statements=()), ADA)
    await pair.here.update(public.id, Continuation("Later.", publish_at=at), ADA)
    pair.house.clock.at = at
    pair.there.clock = pair.house.clock
    await asyncio.gather(pair.here.take_effect(), pair.there.take_effect(), return_exceptions=True)
    assert [one.body for one in (await pair.here.one(public.id)).updates] == ["It is ordered.", "Later."]
    assert (await pair.house.types()).count("incident.updated") == 1


async def test_two_admins_who_disable_each_other_leave_one(pair: Pair) -> None:
    doors = [Door(store, pair.house.clock) for store in (pair.house.store, pair.other)]
    for name in ("ada", "grace"):
        await doors[0].welcome(name, Role.ADMIN)
    ada, grace = (await doors[0].enter("ada")).actor, (await doors[0].enter("grace")).actor
    await asyncio.gather(
        doors[0].people.disable("grace", ada), doors[1].people.disable("ada", grace), return_exceptions=True
    )
    assert sum(one.active for one in await doors[0].people.all(STAFF)) >= 1
    for one in doors:
        one.passwords.close()


async def test_an_answer_is_settled_once(pair: Pair) -> None:
    at = pair.house.clock()
    async with pair.house.store.writing() as tx:
        await tx.see_fingerprint(Fingerprint("f" * 16, GATEWAY, at, at, 1, "Odd.", 500))
    texts = [Fingerprints(store, pair.house.clock) for store in (pair.house.store, pair.other)]
    await asyncio.gather(*(one.settle(GATEWAY, "f" * 16, "Nothing", STAFF) for one in texts))
    async with pair.house.store.reading() as view:
        assert len(await view.revision_log(RevisionKind.ANSWER, f"{GATEWAY} {'f' * 16}")) == 1
