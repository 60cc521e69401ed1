"""A process that commits events without end and says each ``seq`` once it is safe."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace

from statuspage.store.database import open_store
from statuspage.store.secrets import KeyRing
from tests.store.cast import FABLE, SITE, draft, observation, state, transition


async def commit(url: str, mark: str, times: int) -> None:
    """Commit like a round does: observations, state, transition and event together."""
    store = await open_store(url, key=KeyRing.of(bytes(range(32))))
    for number in range(times):
        event = f"evt_{mark}_{number}"
        async with store.writing() as writer:
            await writer.add_observations([observation(FABLE)])
            await writer.save_cells([state(FABLE)])
            await writer.add_transitions([replace(transition(FABLE, event=event), id=f"trn_{mark}_{number}")])
            [appended] = await writer.append_events([replace(draft(FABLE), id=event)], SITE)
        sys.stdout.write(f"{appended.seq}\n")
        sys.stdout.flush()
    await store.close()


if __name__ == "__main__":
    asyncio.run(commit(sys.argv[1], sys.argv[2], int(sys.argv[3])))
