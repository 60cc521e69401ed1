"""Whether the process lives, whether it is ready, and its figures for Prometheus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from statuspage.core.availability import Availability
from statuspage.core.event import rfc3339
from statuspage.core.snapshot import Snapshot
from statuspage.errors import StatuspageError
from statuspage.ports import Clock
from statuspage.services.queries import Queries
from statuspage.web.answers import document, text


@dataclass
class Health:
    """The routes that operators' tools ask."""

    queries: Queries
    current: Callable[[], Snapshot]
    clock: Clock
    registry: CollectorRegistry

    def routes(self) -> list[Route]:
        """The routes, at the root."""
        return [
            Route("/healthz", self.healthz),
            Route("/readyz", self.readyz),
            Route("/metrics", self.metrics),
        ]

    async def healthz(self, _: Request) -> Response:
        """The process answers."""
        return text("ok\n")

    async def readyz(self, _: Request) -> Response:
        """The store answers and the newest observation is not too old; 503 otherwise, with what is wrong."""
        try:
            newest = await self.queries.newest_observation_at()
        except StatuspageError as error:
            return document({"ready": False, "store": str(error)}, status=503)
        ready = newest is not None and self.current().valid_until >= self.clock()
        newest_at = rfc3339(newest) if newest else None
        body = {"ready": ready, "store": "ok", "newest_observation_at": newest_at}
        return document(body, status=200 if ready else 503)

    async def metrics(self, _: Request) -> Response:
        """Aggregates only: ten thousand series would hold up the checks."""
        return text(generate_latest(self.registry), CONTENT_TYPE_LATEST)


class SnapshotCollector(Collector):
    """Figures of the current snapshot, read when Prometheus asks."""

    def __init__(self, current: Callable[[], Snapshot]) -> None:
        self._current = current

    def collect(self) -> Iterable[Metric]:
        """The number of cells in each availability, the newest ``seq``, and the age of the newest observation."""
        snapshot = self._current()
        cells = GaugeMetricFamily("statuspage_cells", "Cells by published availability", labels=["availability"])
        counted = Counter(cell.availability for cell in snapshot.cells)
        for kind in Availability:
            cells.add_metric([kind.value], counted[kind])
        seq = GaugeMetricFamily("statuspage_event_seq", "The newest event's seq", value=snapshot.as_of_seq)
        newest = snapshot.newest_observation_at
        observed = GaugeMetricFamily(
            "statuspage_newest_observation_timestamp_seconds",
            "When the newest observation was made",
            value=newest.timestamp() if newest else 0,
        )
        return [cells, seq, observed]
