"""What a provider asked us to leave alone, and until when: kept in the store, so that a restart honours it too."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from checks.observation import Group, Observation
from statuspage.ports import Reading, Writing

NOTE = "resting"
LONGEST = timedelta(hours=24)
"""A ``retry-after`` beyond this is taken for a mistake, or for malice."""


def question(provider: str, user_class: str, provider_model_id: str) -> str:
    """What rests: one model of a provider, for one credential."""
    return f"{provider}/{user_class}/{provider_model_id}"


@dataclass
class Rests:
    """Until when each question rests."""

    until: dict[str, datetime] = field(default_factory=dict)
    _loaded: bool = False

    async def load(self, tx: Reading) -> None:
        """Take up what a former process kept; once."""
        if not self._loaded:
            kept = json.loads(await tx.note(NOTE) or "{}")
            self.until = {name: datetime.fromisoformat(at) for name, at in kept.items()} | self.until
            self._loaded = True

    @property
    def loaded(self) -> bool:
        """Whether what a former process kept was taken up."""
        return self._loaded

    def resting(self, name: str, at: datetime) -> bool:
        """Whether a question is to be left alone now; nothing rests for longer than ``LONGEST``, by whatever clock."""
        until = self.until.get(name)
        return until is not None and at < until <= at + LONGEST

    def hear(self, seen: Iterable[Observation]) -> bool:
        """Note who asked for rest in these answers; whether anybody did."""
        asked = {
            question(one.provider, one.user_class, one.provider_model_id): one.at
            + min(timedelta(seconds=one.retry_after), LONGEST)
            for one in seen
            if one.group is Group.LIMITED and one.retry_after
        }
        for name, until in asked.items():
            self.until[name] = max(until, self.until.get(name, until))
        return bool(asked)

    def move(self, by: timedelta) -> None:
        """Follow a clock that was set."""
        self.until = {name: until + by for name, until in self.until.items()}

    async def keep(self, tx: Writing, at: datetime) -> None:
        """Keep what still rests."""
        self.until = {name: until for name, until in self.until.items() if self.resting(name, at)}
        await tx.set_note(NOTE, json.dumps({name: until.isoformat() for name, until in sorted(self.until.items())}))
