"""Everything that is kept, as plain records in a fixed order: for archives, analysis, or another program."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import orjson
from pydantic import TypeAdapter

from checks.redact import redact
from statuspage.core.cell import Transition
from statuspage.core.event import rfc3339
from statuspage.core.person import Person
from statuspage.core.staff import Action, Actor, require
from statuspage.core.subscription import Subscription
from statuspage.core.token import Token
from statuspage.ports import Clock, EventQuery, Fingerprint, Reading, Revision, RevisionKind, Store
from statuspage.ports.access import AuditQuery
from statuspage.services.documents import dump

SCHEMA = 1
A_TIME = 500

TRANSITION: TypeAdapter[Transition] = TypeAdapter(Transition)
FINGERPRINT: TypeAdapter[Fingerprint] = TypeAdapter(Fingerprint)
PERSON: TypeAdapter[Person] = TypeAdapter(Person)
TOKEN: TypeAdapter[Token] = TypeAdapter(Token)
SUBSCRIPTION: TypeAdapter[Subscription] = TypeAdapter(Subscription)

Record = dict[str, Any]
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Export:
    """Reads one consistent moment of the store. No secret, password, key or hash of one is in any record."""

    store: Store
    clock: Clock

    async def records(self, actor: Actor) -> AsyncIterator[Record]:
        """Every record, ``type`` first: the head, revisions, answers, staff, transitions, events, subscriptions, and
        the audit log."""
        require(actor, Action.AUDIT)
        async with self.store.reading() as view:
            yield {"type": "export", "schema": SCHEMA, "at": rfc3339(self.clock()), "last_seq": await view.last_seq()}
            for part in (_revisions, _fingerprints, _staff, _transitions, _events, _subscriptions, _audit):
                async for record in part(view):
                    yield record


async def _revisions(view: Reading) -> AsyncIterator[Record]:
    for kind in RevisionKind:
        for newest in await view.revisions(kind):
            for one in await view.revision_log(kind, newest.key):
                yield _revision(one)


def _revision(one: Revision) -> Record:
    return {
        "type": one.kind.value,
        "key": one.key,
        "rev": one.rev,
        "recorded_at": rfc3339(one.recorded_at),
        "actor": one.actor,
        "document": one.document,
    }


async def _fingerprints(view: Reading) -> AsyncIterator[Record]:
    for one in await view.fingerprints():
        yield {"type": "fingerprint", **dump(FINGERPRINT, one)}


async def _staff(view: Reading) -> AsyncIterator[Record]:
    for person in await view.people():
        yield {"type": "person", **dump(PERSON, person)}
    for token in await view.tokens():
        yield {"type": "token", **dump(TOKEN, token)}


async def _transitions(view: Reading) -> AsyncIterator[Record]:
    for key in sorted(await view.cells(), key=str):
        for one in await view.transitions([key], None, None):
            yield {"type": "transition", **dump(TRANSITION, one)}


async def _events(view: Reading) -> AsyncIterator[Record]:
    after = 0
    while found := await view.events(EventQuery(after_seq=after, limit=A_TIME)):
        for one in found:
            yield {"type": "event", "seq": one.seq, "event": orjson.loads(one.body)}
        after = found[-1].seq


async def _subscriptions(view: Reading) -> AsyncIterator[Record]:
    for one in await view.subscriptions():
        document = dump(SUBSCRIPTION, one) | {"url": redact(one.url, 2_000)}
        if document["enrolment"]:
            del document["enrolment"]["challenge"], document["enrolment"]["request"]
        yield {"type": "subscription", **document}


async def _audit(view: Reading) -> AsyncIterator[Record]:
    head = (await view.audit_head()).number
    for start in range(1, head + 1, A_TIME):
        end = min(start + A_TIME, head + 1)
        found = await view.audit(AuditQuery(before=end, limit=end - start))
        for one in reversed(found):
            yield {"type": "audit", "number": one.number, "entry": orjson.loads(one.text), "hash": one.hash}
