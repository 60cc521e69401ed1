"""What runs by itself in a process, and how often."""

from __future__ import annotations

import random
from datetime import timedelta

from statuspage.app.verbs import Verbs
from statuspage.core.agenda import Agenda, beats
from statuspage.core.selfcheck import doubtful
from statuspage.runtime.local import Chore, Runtime
from statuspage.runtime.publisher import Publisher
from statuspage.services.courier import Courier
from statuspage.services.endpoints import watch_endpoints
from statuspage.services.letters import Letters
from statuspage.services.streaming import Tail

SWEEP_EVERY = timedelta(seconds=2)
LOOK_EVERY = timedelta(milliseconds=500)
FORGET_EVERY = timedelta(hours=1)
VERIFY_EVERY = timedelta(seconds=1)
LETTERS_EVERY = timedelta(seconds=1)
DIGEST_EVERY = timedelta(minutes=1)
OWNERS_EVERY = timedelta(seconds=30)
VANISH_EVERY = timedelta(minutes=5)


def runtime_of(used: Verbs, publisher: Publisher, courier: Courier | None, tail: Tail) -> Runtime:
    """What runs by itself: without a courier (nobody watches here) only the pages follow the store."""

    def wake() -> None:
        if courier:
            courier.wake()
        tail.wake()

    async def sweep() -> None:
        told = await used.incidents.take_effect()
        if await used.monitor.sweep() or told:
            wake()

    async def look() -> None:
        if await publisher.look():
            wake()

    async def forget() -> None:
        now, keep = used.clock(), used.settings.retention
        if doubtful(used.monitor.recall.ahead.values()):
            return
        async with used.store.writing() as tx:
            await tx.forget(now - keep.observations, now - keep.attempts, now - keep.response_bodies)
            await tx.forget_letters(now - keep.attempts)

    async def tell_digest() -> None:
        if await digest.tell_due():
            wake()

    async def watch() -> None:
        await watch_endpoints(used.store, used.alerts, used.clock)

    async def tell_owners() -> None:
        if used.settings.outlets.smtp:
            await letters.tell_owners(used.settings.site.url)

    shows = Chore("publish", LOOK_EVERY, look)
    agenda = Agenda(used.settings.schedule.jitter, random.random)
    if courier is None:
        return Runtime(used.monitor, agenda, used.clock, (shows,), wake)
    digest = used.digest
    letters = Letters(used.store, used.sending.herald, used.clock, used.ids, chance=random.random, alerts=used.alerts)
    agenda.fill(beats(used.settings), used.clock())
    chores = (
        Chore("sweep", SWEEP_EVERY, sweep),
        shows,
        Chore("forget", FORGET_EVERY, forget),
        Chore("letters", LETTERS_EVERY, letters.send_due),
        Chore("owners", OWNERS_EVERY, tell_owners),
        Chore("endpoints", OWNERS_EVERY, watch),
        Chore("digest", DIGEST_EVERY, tell_digest),
        Chore("verify", VERIFY_EVERY, used.enrolments.verify_due),
        Chore("vanish", VANISH_EVERY, used.enrolments.vanish),
    )
    return Runtime(used.monitor, agenda, used.clock, chores, wake)
