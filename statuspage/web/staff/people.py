"""The pages of admins: people and tokens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from statuspage.core.staff import LEAST, MEANINGS, SCOPES, Action, Actor, Role
from statuspage.errors import Conflict, Invalid, UsageError
from statuspage.ports import Clock
from statuspage.services.people import People, Welcomed
from statuspage.services.tokens import MadeToken, Tokens
from statuspage.web.staff.fields import Fields, fields_of
from statuspage.web.staff.guard import Rule
from statuspage.web.staff.showing import seeing, show

LASTS = (7, 30, 90, 365)
"""Days for which the form offers to make a token."""


@dataclass
class PeoplePages:
    """People: who there is, another one, another role, another password, the end."""

    people: People

    def pages(self) -> list[Rule]:
        """The routes."""
        return [
            Rule("/staff/people", self.look, Action.PEOPLE),
            Rule("/staff/people", self.add, Action.PEOPLE, ("POST",)),
            Rule("/staff/people/{name}", self.change, Action.PEOPLE, ("POST",)),
        ]

    async def look(self, request: Request, actor: Actor) -> Response:
        """Everybody."""
        return await self._page(request, actor)

    async def add(self, request: Request, actor: Actor) -> Response:
        """Another one; the temporary password is shown this once."""
        form = await fields_of(request)
        try:
            welcomed = await self.people.add(form.one("name"), _role(form), actor)
        except (Invalid, Conflict, UsageError) as error:
            return await self._page(request, actor, wrong=str(error), typed=form.one("name"))
        return await self._page(request, actor, welcomed=welcomed)

    async def change(self, request: Request, actor: Actor) -> Response:
        """What a button beside a name says."""
        name, form = request.path_params["name"], await fields_of(request)
        does = form.one("do")
        try:
            if does == "reset":
                return await self._page(request, actor, welcomed=await self.people.reset(name, actor))
            if does == "role":
                await self.people.give_role(name, _role(form), actor)
            elif does in ("disable", "enable"):
                await (self.people.disable if does == "disable" else self.people.enable)(name, actor)
            else:
                raise UsageError("there is nothing of that kind to do")
        except (Conflict, UsageError) as error:
            return await self._page(request, actor, wrong=str(error))
        return seeing(request, "/staff/people")

    async def _page(
        self, request: Request, actor: Actor, welcomed: Welcomed | None = None, wrong: str = "", typed: str = ""
    ) -> Response:
        return show(
            request,
            "staff/people.html",
            status=422 if wrong else 200,
            people=await self.people.all(actor),
            roles=[(role, [MEANINGS[one] for one in Action if LEAST[one] is role]) for role in Role],
            welcomed=welcomed,
            wrong=wrong,
            typed=typed,
        )


@dataclass
class TokenPages:
    """Tokens: which there are, another one, the end."""

    tokens: Tokens
    clock: Clock

    def pages(self) -> list[Rule]:
        """The routes."""
        return [
            Rule("/staff/tokens", self.look, Action.TOKENS),
            Rule("/staff/tokens", self.create, Action.TOKENS, ("POST",)),
            Rule("/staff/tokens/{name}/revoke", self.revoke, Action.TOKENS, ("POST",)),
        ]

    async def look(self, request: Request, actor: Actor) -> Response:
        """Every token."""
        return await self._page(request, actor)

    async def create(self, request: Request, actor: Actor) -> Response:
        """Another one; its secret is shown this once."""
        form = await fields_of(request)
        try:
            ends = self.clock() + timedelta(days=_days(form))
            made = await self.tokens.create(form.one("name"), form.many("scope"), ends, actor)
        except (Invalid, Conflict, UsageError) as error:
            return await self._page(request, actor, wrong=str(error), typed=form)
        return await self._page(request, actor, made=made)

    async def revoke(self, request: Request, actor: Actor) -> Response:
        """The end of one."""
        await self.tokens.revoke(request.path_params["name"], actor)
        return seeing(request, "/staff/tokens")

    async def _page(
        self,
        request: Request,
        actor: Actor,
        made: MadeToken | None = None,
        wrong: str = "",
        typed: Fields | None = None,
    ) -> Response:
        now = self.clock()
        found = await self.tokens.all(actor)
        return show(
            request,
            "staff/tokens.html",
            status=422 if wrong else 200,
            tokens=[(one, one.lives(now)) for one in found],
            scopes=[(one, MEANINGS[one]) for one in SCOPES],
            lasts=LASTS,
            made=made,
            wrong=wrong,
            typed=typed or Fields({}),
        )


def _role(form: Fields) -> Role:
    try:
        return Role(form.one("role"))
    except ValueError:
        raise UsageError(f"choose a role: {', '.join(Role)}") from None


def _days(form: Fields) -> int:
    if form.one("days") not in {str(one) for one in LASTS}:
        raise UsageError("choose how long the token lasts")
    return int(form.one("days"))
