"""The web application: published bytes in front, then what is computed, then a real 404."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route, Router

from statuspage.core.allowance import Allowance
from statuspage.core.snapshot import Snapshot
from statuspage.errors import Invalid, Starting, StatuspageError
from statuspage.ports import Clock, EventQuery, Published
from statuspage.services.queries import Queries
from statuspage.services.streaming import Tail
from statuspage.site import pages
from statuspage.web import ask, pasting, problems
from statuspage.web.answers import computed, text
from statuspage.web.api import Api
from statuspage.web.health import Health, SnapshotCollector
from statuspage.web.limits import Limit, address_of
from statuspage.web.past import Past
from statuspage.web.public import PublishedFirst
from statuspage.web.staff.area import StaffArea
from statuspage.web.stream import Limits, Streams
from statuspage.web.subscribe import Subscribe
from statuspage.web.subscribe_compat import SubscribeCompat
from statuspage.web.subscribe_pages import SubscribePages

HTML = "text/html; charset=utf-8"
PASTING = Allowance(60, timedelta(minutes=1))


@dataclass
class Pages:
    """Pages that are rendered for a request: the past, old events, and what is not there."""

    queries: Queries
    current: Callable[[], Snapshot]
    pasting: Limit
    published: Published
    past: Past

    def routes(self) -> list[Route]:
        """The routes, at the root."""
        return [
            Route("/at/{time}", self.at),
            Route("/events/{event_id}", self.event),
            Route("/is-it-me", self.is_it_me, methods=["POST"]),
        ]

    async def at(self, request: Request) -> Response:
        """The first page as it was."""
        at = ask.moment(request.path_params["time"], "time")
        return computed(
            request, await self.past.shown(address_of(request), at, pages.home, "page"), HTML, cache_seconds=3600
        )

    async def event(self, request: Request) -> Response:
        """An event that is too old to be among the published ones."""
        event, _ = await self.queries.event(request.path_params["event_id"])
        return computed(request, pages.event(self.current(), event), HTML, cache_seconds=3600)

    async def is_it_me(self, request: Request) -> Response:
        """What a pasted error means, for readers without script; nothing is stored."""
        self.pasting.take(address_of(request))
        return text(await pasting.page(request, self.current()), HTML)

    async def on_error(self, request: Request, error: Exception) -> Response:
        """A page for people, a problem document for programs."""
        error = self._method(request, error)
        ours = isinstance(error, StatuspageError)
        said = await (problems.on_our_error if ours else problems.on_http_error)(request, error)
        if not for_people(request):
            return said
        try:
            return self._missing(request) if said.status_code == 404 else self._shown(error, said)
        except Starting:
            return said

    def _missing(self, request: Request) -> Response:
        page = computed(request, pages.not_found(self.current()), HTML)
        page.status_code = 404
        return page

    def _method(self, request: Request, error: Exception) -> Exception:
        """A wrong method on a published path is no missing page: 405, with the methods that are right."""
        status = error.status_code if isinstance(error, HTTPException) else 0
        if status not in (404, 405) or self.published.page(request.url.path) is None:
            return error
        known = (error.headers or {}).get("Allow", "") if isinstance(error, HTTPException) else ""
        allowed = dict.fromkeys(["GET", "HEAD", *(one.strip() for one in known.split(",") if one)])
        return HTTPException(405, headers={"Allow": ", ".join(allowed)})

    def _shown(self, error: Exception, said: Response) -> Response:
        """A problem as a page: with its status and headers, and with what is wrong."""
        wrong = error.mistakes if isinstance(error, Invalid) else ()
        detail = str(error.detail if isinstance(error, HTTPException) else error)
        page = text(pages.refused(self.current(), said.status_code, detail, wrong), HTML)
        page.status_code = said.status_code
        kept = {name: said.headers[name] for name in ("retry-after", "allow") if name in said.headers}
        page.headers.update(kept)
        return page


def for_people(request: Request) -> bool:
    """Whether an error is told by a page: everywhere but in the API, to browsers and curl alike."""
    return not request.url.path.startswith("/api/")


def make_app(
    queries: Queries,
    published: Published,
    current: Callable[[], Snapshot],
    clock: Clock,
    tail: Tail | None = None,
    subscribe: Subscribe | None = None,
    streams: Limits = Limits(),
    staff: StaffArea | None = None,
) -> Starlette:
    """The ASGI application; without a ``tail`` it streams nothing, without ``subscribe`` nobody subscribes here, and
    without ``staff`` nobody signs in."""
    registry = CollectorRegistry()
    registry.register(SnapshotCollector(current))
    pasted = Limit(PASTING, clock, f"{PASTING.count} pasted answers a minute from one address")
    past = Past(queries, clock)
    shown = Pages(queries, current, pasted, published, past)

    async def require_known(query: EventQuery) -> None:
        await queries.require_known(query, current)

    more = [
        *(Streams(tail, streams, require_known).routes() if tail else []),
        *(subscribe.routes() if subscribe else []),
    ]
    more += staff.routes() if staff else []
    routes: list[BaseRoute] = [
        Mount("/api/v1", Router([*more, *Api(queries, current, pasted, past).routes()], redirect_slashes=False)),
        *([Mount("/api/v2", Router(SubscribeCompat(subscribe).routes(), redirect_slashes=False))] if subscribe else []),
        *shown.routes(),
        *((*subscribe.pages(), *SubscribePages(subscribe).routes()) if subscribe else []),
        *(staff.pages() if staff else []),
        *Health(queries, current, clock, registry).routes(),
    ]
    app = Starlette(
        routes=routes,
        middleware=[Middleware(PublishedFirst, published=published)],
        exception_handlers={
            StatuspageError: shown.on_error,
            HTTPException: shown.on_error,
            Exception: problems.on_any_error,
        },
    )
    app.router.redirect_slashes = False
    return app


def make_health_app(queries: Queries, current: Callable[[], Snapshot], clock: Clock) -> Starlette:
    """The ASGI application of a process that serves no readers: health and figures."""
    registry = CollectorRegistry()
    registry.register(SnapshotCollector(current))
    return Starlette(routes=Health(queries, current, clock, registry).routes())
