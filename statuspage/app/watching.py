"""What watches the watcher: canaries on loopback, clocks, countries and the heartbeat."""

from __future__ import annotations

from contextlib import AsyncExitStack
from datetime import timedelta

from checks.target import Vantage
from statuspage.app.verbs import Verbs
from statuspage.demo.canary import Canaries
from statuspage.runtime.asker import CheckAsker
from statuspage.runtime.local import Chore, Runtime
from statuspage.runtime.outside import countries, heartbeat
from statuspage.services.selfcheck import SelfCheck

CHECK_OURSELVES_EVERY = timedelta(minutes=1)
ASK_COUNTRIES_EVERY = timedelta(hours=1)
MOST_QUIET = timedelta(minutes=2)


async def self_checks(used: Verbs, runtime: Runtime, stack: AsyncExitStack) -> tuple[Chore, ...]:
    """Canaries on loopback, and the chores that ask them, compare clocks and countries, and send the heartbeat."""
    canaries = Canaries(used.clock)
    await canaries.start()
    stack.push_async_callback(canaries.stop)
    asker = CheckAsker(canaries.settings, used.fetcher, Vantage(), used.clock)
    check = SelfCheck(used.store, used.monitor, asker, canaries.targets, used.clock, used.monitor.alerts)

    async def ourselves() -> None:
        url, within = used.settings.heartbeat_url, 3 * used.settings.schedule.accepts_every
        healthy = await check.run() and runtime.rounds_run(max(within, MOST_QUIET))
        if url and healthy:
            await heartbeat(used.fetcher, url)

    async def abroad() -> None:
        await check.tell(await countries(used.fetcher, used.settings, used.clock()))

    return (
        Chore("self-check", CHECK_OURSELVES_EVERY, ourselves),
        Chore("countries", ASK_COUNTRIES_EVERY, abroad),
    )
