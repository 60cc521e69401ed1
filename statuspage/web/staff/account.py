"""One's own account: the password, and the sessions that last."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from statuspage.core.person import SHORTEST
from statuspage.core.staff import Actor
from statuspage.errors import Conflict, FieldMistake, Invalid
from statuspage.services.people import People
from statuspage.services.sign_in import SignIn
from statuspage.web.limits import Limit
from statuspage.web.staff.fields import fields_of
from statuspage.web.staff.guard import Rule
from statuspage.web.staff.showing import seeing, show, visit_of


@dataclass
class Account:
    """The page of somebody's own account; ``guessing`` limits how often the present password may be tried."""

    people: People
    sign_in: SignIn
    guessing: Limit

    def pages(self) -> list[Rule]:
        """The routes."""
        return [
            Rule("/staff/account", self.look, early=True),
            Rule("/staff/account/password", self.change, None, ("POST",), early=True),
            Rule("/staff/account/sessions/end", self.end, None, ("POST",)),
        ]

    async def look(self, request: Request, actor: Actor) -> Response:
        """The account."""
        return await self._page(request, actor)

    async def change(self, request: Request, actor: Actor) -> Response:
        """Another password; every other session ends."""
        signed_in = visit_of(request).signed_in
        if signed_in is None:
            raise Conflict("sign in again")
        form = await fields_of(request)
        try:
            self.guessing.take(actor.id)
            new = form.one("password", 2000)
            if new != form.one("again", 2000):
                raise Invalid((FieldMistake("again", "the two differ"),))
            await self.people.change_own(actor, form.one("old", 2000), new, signed_in.session.hash)
        except Invalid as error:
            return await self._page(request, actor, error.mistakes)
        return seeing(request, "/staff" if signed_in.must_change else "/staff/account?done=password")

    async def end(self, request: Request, actor: Actor) -> Response:
        """End one of one's own sessions."""
        await self.sign_in.end(actor, (await fields_of(request)).one("session"))
        return seeing(request, "/staff/account?done=session")

    async def _page(self, request: Request, actor: Actor, mistakes: tuple[FieldMistake, ...] = ()) -> Response:
        signed_in = visit_of(request).signed_in
        return show(
            request,
            "staff/account.html",
            status=422 if mistakes else 200,
            mistakes={one.field: one.detail for one in mistakes},
            sessions=await self.sign_in.sessions(actor),
            here=signed_in.session.short if signed_in else "",
            must_change=signed_in is not None and signed_in.must_change,
            shortest=SHORTEST,
            done=request.query_params.get("done", ""),
        )
