"""Raw observations, appended in order of time, and the error texts that no rule knows."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import case, func, insert, select

from checks.observation import Observation
from statuspage.core.availability import CellKey
from statuspage.ports import Fingerprint
from statuspage.store import schema
from statuspage.store.cells import CellsReading, CellsWriting
from statuspage.store.codec import OBSERVATION, dump, load
from statuspage.store.session import Found

OBSERVED = schema.observation.c
SEEN = schema.fingerprint.c


class ObservationsReading(CellsReading):
    """Reads observations."""

    async def observations(self, key: CellKey, start: datetime, limit: int = 1000) -> list[Observation]:
        """Raw observations of a cell since ``start``, oldest first."""
        numbers = await self.known([key])
        if key not in numbers:
            return []
        rows = await self.all(
            select(OBSERVED.body)
            .where(OBSERVED.cell == numbers[key], OBSERVED.at >= start)
            .order_by(OBSERVED.at, OBSERVED.id)
            .limit(limit)
        )
        return [OBSERVATION.decode(text) for (text,) in rows]

    async def newest_observation_at(self, until: datetime | None = None) -> datetime | None:
        """When the newest observation was made, of those up to ``until``."""
        statement = select(func.max(OBSERVED.at))
        newest: datetime | None = await self.value(
            statement if until is None else statement.where(OBSERVED.at <= until)
        )
        return newest

    async def fingerprints(self) -> list[Fingerprint]:
        """Error texts that no rule knows, newest first."""
        found = [_fingerprint(row) for row in await self.all(select(schema.fingerprint))]
        return sorted(found, key=lambda one: (one.last_seen, one.first_seen, one.fingerprint), reverse=True)


class ObservationsWriting(CellsWriting, ObservationsReading):
    """Writes observations."""

    async def add_observations(self, observations: Sequence[Observation]) -> None:
        """Append raw observations."""
        if not observations:
            return
        keys = [CellKey(one.model, one.provider, one.user_class) for one in observations]
        numbers = await self.numbers(keys)
        first_id = secrets.randbits(46) << 16
        records = [
            {"at": one.at, "id": first_id + place, "cell": numbers[key], "body": OBSERVATION.encode(one)}
            for place, (key, one) in enumerate(zip(keys, observations, strict=True))
        ]
        await self.run(insert(schema.observation), records)

    async def see_fingerprint(self, seen: Fingerprint) -> bool:
        """Count an error text that no rule knows; True when it is the first of its kind."""
        fresh = self.upsert(schema.fingerprint).values(
            provider=seen.provider,
            fingerprint=seen.fingerprint,
            first_seen=seen.first_seen,
            last_seen=seen.last_seen,
            count=seen.count,
            status=seen.status,
            sample=dump(seen.sample),
        )
        again = fresh.on_conflict_do_update(
            index_elements=[SEEN.provider, SEEN.fingerprint],
            set_={
                "count": SEEN.count + fresh.excluded.count,
                "last_seen": case(
                    (fresh.excluded.last_seen > SEEN.last_seen, fresh.excluded.last_seen), else_=SEEN.last_seen
                ),
            },
        )
        total = await self.value(again.returning(SEEN.count))
        return bool(total == seen.count)


def _fingerprint(row: Found) -> Fingerprint:
    return Fingerprint(
        row.fingerprint,
        row.provider,
        row.first_seen,
        row.last_seen,
        row._mapping["count"],
        load(row.sample),
        row.status,
    )
