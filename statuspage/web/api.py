"""The parts of ``/api/v1`` that are computed for a request; everything else there is published bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from statuspage.core.snapshot import Snapshot
from statuspage.errors import UsageError
from statuspage.services.queries import MOST_EVENTS, Queries
from statuspage.site import documents
from statuspage.web import ask, pasting
from statuspage.web.answers import computed, document
from statuspage.web.limits import Limit, address_of
from statuspage.web.past import Past

JSON = "application/json"


@dataclass
class Api:
    """Answers computed from the current snapshot, or from the store through ``queries``."""

    queries: Queries
    current: Callable[[], Snapshot]
    pasting: Limit
    past: Past

    def routes(self) -> list[Route]:
        """The routes, under ``/api/v1``."""
        return [
            Route("/availability", self.availability),
            Route("/route", self.route),
            Route("/history", self.history),
            Route("/events", self.events),
            Route("/events/{event_id}", self.event),
            Route("/at", self.at),
            Route("/incidents/{incident}", self.incident),
            Route("/classify", self.classify, methods=["POST"]),
        ]

    async def availability(self, request: Request) -> Response:
        """The matching cells; several classes are combined."""
        query = request.query_params
        ask.only(query, "model", "provider", "user_class")
        filters = [ask.names(query, name) for name in ("model", "provider", "user_class")]
        return computed(request, documents.availability(self.current(), *filters), JSON)

    async def route(self, request: Request) -> Response:
        """What to call now."""
        query = request.query_params
        ask.only(query, "model", "user_class")
        model = query.get("model")
        if not model:
            raise UsageError("model is missing; ask /api/v1/route?model=ID&user_class=ID")
        body = documents.route(self.current(), model, ask.names(query, "user_class"))
        return computed(request, body, JSON)

    async def history(self, request: Request) -> Response:
        """Transitions and daily figures."""
        query = request.query_params
        ask.only(query, "model", "provider", "user_class", "from", "to")
        models, providers, classes = (ask.names(query, name) for name in ("model", "provider", "user_class"))
        start, end = ask.optional_moment(query, "from"), ask.optional_moment(query, "to")
        body = documents.history(self.current(), models, providers, classes, start, end)
        return computed(request, body, JSON, cache_seconds=10)

    async def incident(self, request: Request) -> Response:
        """A public incident that was published a moment ago; NotFound for a draft as for what never was."""
        return computed(request, documents.incident(self.current(), request.path_params["incident"]), JSON)

    async def events(self, request: Request) -> Response:
        """The log, oldest first; complete and never re-ordered."""
        query = request.query_params
        wanted = ask.events(query, ask.number(query, "limit", 100, 1, MOST_EVENTS), "limit")
        await self.queries.require_known(wanted, self.current)
        found = await self.queries.events(wanted)
        following = found[-1].seq if found else wanted.after_seq
        return computed(request, documents.events(found, following, self.current().site.sandbox), JSON)

    async def event(self, request: Request) -> Response:
        """One event: the very bytes that webhooks carry."""
        event, _ = await self.queries.event(request.path_params["event_id"])
        return computed(request, event.body, JSON, cache_seconds=3600)

    async def at(self, request: Request) -> Response:
        """The snapshot as it was."""
        ask.only(request.query_params, "time")
        at = ask.moment(request.query_params.get("time", ""), "time")
        body = await self.past.shown(address_of(request), at, lambda past, _: documents.whole(past), "document")
        return computed(request, body, JSON, cache_seconds=3600)

    async def classify(self, request: Request) -> Response:
        """What a pasted answer means, and which cells show that now; nothing is stored."""
        self.pasting.take(address_of(request))
        return document(await pasting.document(request, self.current()))
