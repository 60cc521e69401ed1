"""``/api/v2/subscribers``: the subscriber API of Atlassian Statuspage in front of the same verbs as ours."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from statuspage.core import legacy
from statuspage.core.subscription import Subscription
from statuspage.errors import NotFound, Unauthorized, UsageError
from statuspage.site import compat
from statuspage.web import ask
from statuspage.web.bodies import body_of
from statuspage.web.subscribe import LARGEST, Subscribe, private

_FIELD = re.compile(r"subscriber\[(\w+)\](\[\])?")


@dataclass
class SubscribeCompat:
    """Subscribers as clients of that API make, show and remove them."""

    api: Subscribe

    def routes(self) -> list[Route]:
        """The routes, under ``/api/v2``."""
        return [
            Route("/subscribers.json", self.create, methods=["POST"]),
            Route("/subscribers.json", self.show, methods=["GET"]),
            Route("/subscribers/{subscriber_id}.json", self.remove, methods=["DELETE"]),
        ]

    async def create(self, request: Request) -> Response:
        """A new subscriber, who must confirm."""
        said, snapshot = await _said(request), self.api.current()
        wished = legacy.read(said, [cell.key for cell in snapshot.cells], snapshot.incidents)
        key = request.headers.get("idempotency-key")
        made = await self.api.make(request, wished.wish, key, incidents=wished.incidents)
        shown = self._shape(made.subscription, legacy.subscriber_id(made.subscription.id, made.token))
        return private(shown | {"x_secret": made.secret, "x_token": made.token}, 201)

    async def show(self, request: Request) -> Response:
        """One subscriber."""
        ask.only(request.query_params, "subscriber[id]")
        subscriber = request.query_params.get("subscriber[id]", "")
        return private(self._shape(await self._mine(request, subscriber), subscriber))

    async def remove(self, request: Request) -> Response:
        """Remove a subscriber with everything of it."""
        mine = await self._mine(request, request.path_params["subscriber_id"])
        await self.api.enrolments.remove(mine.id)
        return private(b"true")

    async def _mine(self, request: Request, subscriber: str) -> Subscription:
        try:
            return await self.api.mine(request, *legacy.parts(subscriber))
        except Unauthorized:
            raise NotFound("there is no such subscriber") from None

    def _shape(self, one: Subscription, subscriber: str) -> dict[str, Any]:
        return compat.subscriber(self.api.current(), one, subscriber)


async def _said(request: Request) -> Any:
    """The ``subscriber`` of a JSON document or of a form, whichever was sent."""
    body = await body_of(request, LARGEST)
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            said = orjson.loads(body)
        except orjson.JSONDecodeError:
            raise UsageError("the body must be JSON") from None
        return said.get("subscriber") if isinstance(said, dict) else None
    found: dict[str, Any] = {}
    try:
        pairs = parse_qsl(body.decode("utf-8", "replace"), max_num_fields=500)
    except ValueError:
        raise UsageError("the form has too many fields") from None
    for name, value in pairs:
        field = _FIELD.fullmatch(name)
        if field and field[2]:
            found.setdefault(field[1], []).append(value)
        elif field:
            found[field[1]] = value
    return found
