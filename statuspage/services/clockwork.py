"""What happens to incidents because its time has come: publication, planned work, declarations that take effect."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from statuspage.core import story
from statuspage.core.incident import Incident
from statuspage.core.proposal import turned
from statuspage.core.settings import Settings
from statuspage.core.staff import CLOCK
from statuspage.ports import Clock, Ids, Reading, Store, Writing
from statuspage.services import world as worlds
from statuspage.services.commits import Deed, Scene, commit
from statuspage.services.incident_reading import Count
from statuspage.services.publication import Step, advanced

Alert = Callable[[Writing, Incident | None, Incident, datetime], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Clockwork:
    """Does what is due, each incident in a transaction of its own; nothing is written while nothing is due."""

    store: Store
    settings: Settings
    clock: Clock
    ids: Ids
    approvers: Count
    alert: Alert

    async def run(self) -> int:
        """Do what is due; how many events that made."""
        async with self.store.reading() as view:
            world, scene = await self._scene(view)
            due = [one.id for one in world.incidents if _after(one, scene).incident != one]
        return sum([await self._advance(incident_id) for incident_id in due])

    async def _advance(self, incident_id: str) -> int:
        async with self.store.writing() as tx:
            world, scene = await self._scene(tx)
            before = next(one for one in world.incidents if one.id == incident_id)
            step = _after(before, scene)
            deed = Deed(CLOCK, "incident.due", {}, step.quiet)
            kept, events = await commit(tx, world, before, step.incident, deed, scene.at, self.ids)
            await self.alert(tx, before, kept, scene.at)
            return len(events)

    async def _scene(self, view: Reading) -> tuple[worlds.World, Scene]:
        world = await worlds.load(view, self.settings)
        return world, Scene(world.recording(self.clock()), world.settings, await self.approvers(view))


def _after(incident: Incident, scene: Scene) -> Step:
    """One step of what is due: what went public takes effect in the next run, so that each is told."""
    step = advanced(turned(incident, scene.at), scene)
    if step.incident != incident:
        return step
    marked, _ = story.taking_effect(incident, scene.at, scene.settings.cells())
    return Step(marked)
