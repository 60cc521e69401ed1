"""Signing in and out: the only two doors of the staff area that are open to strangers."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from statuspage.core.snapshot import Snapshot
from statuspage.core.staff import Actor
from statuspage.core.throttle import OF_ADDRESS, OF_DEVICE, OF_NAME_THERE, Counted, counted
from statuspage.errors import Forbidden, StatuspageError, TooSoon, Unauthorized
from statuspage.ports import Clock
from statuspage.services.sign_in import Device, SignedIn, SignIn
from statuspage.web.limits import Limit, address_of
from statuspage.web.staff.cookies import Jar
from statuspage.web.staff.guard import FORGED, LARGEST, MOST_KEPT, Guard, Rule, keeps, read_form
from statuspage.web.staff.origin import Channel, channel, from_our_page, safe_next
from statuspage.web.staff.showing import Visit, seeing, sign_in_form, visit_of

Keep = Callable[[Actor, str, str], Awaitable[None]]
"""Keeps what somebody had typed at a path when the session had ended."""

TRY_LATER = "Too many attempts from here."
log = logging.getLogger(__name__)


@dataclass
class Entrance:
    """The pages on which people sign in and out."""

    guard: Guard
    sign_in: SignIn
    current: Callable[[], Snapshot]
    clock: Clock
    keep: Keep | None = None
    limits: dict[int, Limit] = field(init=False)

    def __post_init__(self) -> None:
        self.limits = {id(one): Limit(one, self.clock, TRY_LATER) for one in (OF_DEVICE, OF_NAME_THERE, OF_ADDRESS)}

    def open(self) -> list[Route]:
        """The routes that need no session."""
        return [Route("/staff/sign-in", self.enter, methods=["GET", "POST"])]

    def pages(self) -> list[Rule]:
        """The routes that do."""
        return [Rule("/staff/sign-out", self.leave, None, ("POST",), early=True)]

    async def enter(self, request: Request) -> Response:
        """The form; and what is sent by it."""
        request.state.visit = Visit(self.current())
        wanted = self.guard.page_of(safe_next(request.query_params.get("next", "/staff")))
        if request.method == "POST":
            return await self._entered(request)
        if await self.guard.signed_in(request):
            return seeing(request, wanted)
        return sign_in_form(request, wanted)

    async def leave(self, request: Request, _: Actor) -> Response:
        """End the session."""
        visit = visit_of(request)
        if visit.signed_in:
            await self.sign_in.sign_out(visit.signed_in)
        response = seeing(request, "/staff/sign-in")
        Jar.of(channel(request, visit.snapshot.site.url)).drop_session(response)
        return response

    async def _entered(self, request: Request) -> Response:
        given: dict[str, str] = {}
        try:
            came = self._require_channel(request)
            _, said = await read_form(request, LARGEST)
            given = {name: values[-1] for name, values in said.items()}
            return await self._begin(request, Jar.of(came), given)
        except StatuspageError as error:
            return self._refused(request, error, given)

    async def _begin(self, request: Request, jar: Jar, given: dict[str, str]) -> Response:
        name, address = given.get("name", "")[:200], address_of(request)
        device = self.sign_in.known(jar.device(request), name)
        counts = counted(name.strip().lower(), address, device.id if device else None)
        self._count(counts)
        person = await self.sign_in.prove(name, given.get("password", ""), known=device is not None)
        self._forget(counts)
        signed_in = await self.sign_in.begin(
            person, address, request.headers.get("user-agent", ""), jar.session(request)
        )
        wanted = await self._kept(signed_in, given)
        return self._welcome(request, jar, signed_in, wanted, device)

    def _welcome(self, request: Request, jar: Jar, signed_in: SignedIn, wanted: str, device: Device | None) -> Response:
        response = seeing(request, "/staff/account" if signed_in.must_change else wanted)
        jar.keep_session(response, signed_in.secret)
        jar.keep_device(response, (device or self.sign_in.device(signed_in.person)).cookie)
        return response

    async def _kept(self, signed_in: SignedIn, given: dict[str, str]) -> str:
        """Where to go on; what had been typed there is kept first."""
        wanted, kept = self._typed(given)
        if kept and self.keep is not None:
            await self.keep(signed_in.actor, wanted.partition("?")[0], kept)
        return wanted

    def _typed(self, given: dict[str, str]) -> tuple[str, str]:
        """Where to go on, and what had been typed there: nothing unless the form there is one that is kept."""
        wanted, kept = self.guard.page_of(safe_next(given.get("next", ""))), given.get("kept", "")
        fits = len(kept) <= MOST_KEPT and keeps(self.guard.kept, wanted.partition("?")[0])
        return wanted, kept if fits else ""

    def _require_channel(self, request: Request) -> Channel:
        site = self.current().site.url
        came = channel(request, site)
        if came is Channel.OPEN:
            raise Forbidden("passwords travel over TLS alone: sign in at the site's https address")
        if not from_our_page(request, site):
            raise Forbidden(FORGED)
        return came

    def _count(self, counts: tuple[Counted, ...]) -> None:
        for one in counts:
            self.limits[id(one.allowance)].take(one.subject)

    def _forget(self, counts: tuple[Counted, ...]) -> None:
        """What came to a good end counts for nothing, but for the address: a good sign-in buys no more attempts."""
        for one in counts:
            if one.allowance is not OF_ADDRESS:
                self.limits[id(one.allowance)].forget(one.subject)

    def _refused(self, request: Request, error: StatuspageError, given: dict[str, str]) -> Response:
        status = 429 if isinstance(error, TooSoon) else 401 if isinstance(error, Unauthorized) else 403
        log.warning("sign-in refused: %s from %s", type(error).__name__, address_of(request))
        wanted, kept = self._typed(given)
        page = sign_in_form(request, wanted, kept, given.get("name", "")[:40], str(error), status=status)
        if isinstance(error, TooSoon):
            page.headers["retry-after"] = str(max(1, round(error.wait.total_seconds())))
        return page
