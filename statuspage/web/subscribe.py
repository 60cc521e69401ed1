"""Self-serve subscriptions over HTTP: the API under ``/api/v1/subscriptions``, and the pages behind signed links."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from statuspage.core.allowance import Allowance
from statuspage.core.channel import MAIL, is_address, mailbox
from statuspage.core.event import rfc3339
from statuspage.core.snapshot import Snapshot
from statuspage.core.subscription import Subscription
from statuspage.errors import FieldMistake, Invalid, Unauthorized, UsageError
from statuspage.ports import Clock
from statuspage.services.enrolment import Enrolments, Made
from statuspage.services.selfserve import SelfServe
from statuspage.services.subscriptions import OVERLAP
from statuspage.services.verification import CONFIRM, UNSUBSCRIBE
from statuspage.site import subscriptions as shapes
from statuspage.web import ask
from statuspage.web.answers import document, text
from statuspage.web.bodies import body_of
from statuspage.web.limits import Limit, address_of, household_of

HTML = "text/html; charset=utf-8"
LARGEST = 64 * 1024
MOST_DELIVERIES = 100

MAKING = Allowance(10, timedelta(hours=1))
MANAGING = Allowance(120, timedelta(minutes=1))
SENDING = Allowance(10, timedelta(minutes=1))
WRITING = Allowance(5, timedelta(days=1))
RECOVERING = Allowance(4, timedelta(hours=1))


@dataclass
class Subscribe:
    """Everything that somebody may do with a subscription of their own; every answer is for them alone."""

    enrolments: Enrolments
    own: SelfServe
    current: Callable[[], Snapshot]
    clock: Clock
    making: Limit = field(init=False)
    managing: Limit = field(init=False)
    sending: Limit = field(init=False)
    writing: Limit = field(init=False)
    recovering: Limit = field(init=False)

    def __post_init__(self) -> None:
        self.making = Limit(MAKING, self.clock, "10 new subscriptions an hour from one address")
        self.managing = Limit(MANAGING, self.clock, "120 a minute from one address")
        self.sending = Limit(SENDING, self.clock, "10 a minute that make us send")
        self.writing = Limit(WRITING, self.clock, "5 requests a day that name one mailbox")
        self.recovering = Limit(RECOVERING, self.clock, "4 recoveries an hour of one subscription")

    def routes(self) -> list[Route]:
        """The API, under ``/api/v1``."""
        one = "/subscriptions/{subscription_id}"
        return [
            Route("/subscriptions", self.create, methods=["POST"]),
            Route(one, self.one, methods=["GET", "PATCH", "DELETE"]),
            Route(f"{one}/verify", self.verify, methods=["POST"]),
            Route(f"{one}/test", self.test, methods=["POST"]),
            Route(f"{one}/secret/rotate", self.rotate, methods=["POST"]),
            Route(f"{one}/deliveries", self.deliveries),
            Route(f"{one}/deliveries/{{delivery_id}}/resend", self.resend, methods=["POST"]),
            Route(f"{one}/recover", self.recover, methods=["POST"]),
        ]

    def pages(self) -> list[Route]:
        """The pages, at the root: GET shows, POST acts."""
        one = "/subscriptions/{subscription_id}"
        return [
            Route(f"{one}/{CONFIRM}", self.confirm, methods=["GET", "POST"]),
            Route(f"{one}/{UNSUBSCRIBE}", self.unsubscribe, methods=["GET", "POST"]),
        ]

    async def create(self, request: Request) -> Response:
        """A new subscription, pending."""
        made = await self.make(request, await _json(request), request.headers.get("idempotency-key"))
        shown = shapes.subscription(made.subscription)
        answer = private({"id": made.subscription.id, "secret": made.secret, "token": made.token} | shown, 201)
        answer.headers["location"] = f"/api/v1/subscriptions/{made.subscription.id}"
        return answer

    async def make(self, request: Request, said: dict[str, Any], key: str | None = None, **more: Any) -> Made:
        """Make a subscription, within the limits of the client and of the mailboxes that are named."""
        client = household_of(request)
        self.making.take(client)
        self._count_mailboxes(said)
        return await self.enrolments.create(said, key, client=client, **more)

    def _count_mailboxes(self, said: dict[str, Any]) -> None:
        """Count each mailbox that a request names: nobody is written to for ever because somebody says so."""
        named = [str(said.get("email") or ""), str(said.get("url") or "").removeprefix(MAIL)]
        for box in {mailbox(one) for one in named if is_address(one)}:
            self.writing.take(box)

    async def one(self, request: Request) -> Response:
        """Show, change or delete it."""
        mine = await self._mine(request)
        if request.method == "DELETE":
            await self.enrolments.remove(mine.id)
            return private(b"", 204)
        if request.method == "PATCH":
            said = await _json(request)
            self._count_mailboxes(said)
            if "url" in said:  # another one is sent a verification
                self.sending.take(mine.id)
            mine = await self.enrolments.change(mine.id, said)
        return private(shapes.subscription(mine))

    async def verify(self, request: Request) -> Response:
        """Send the verification again, now."""
        mine = await self._sender(request)
        met = await self.enrolments.verify(mine.id)
        return private(shapes.verification(met.outcome, met.subscription))

    async def test(self, request: Request) -> Response:
        """Send a test, now."""
        return private(shapes.outcome(await self.own.test(await self._sender(request))))

    async def rotate(self, request: Request) -> Response:
        """A new secret; the old one signs too until it ends."""
        mine = await self._mine(request)
        said = await _json(request, optional=True, only=("old_valid_for",))
        seconds = said.get("old_valid_for", OVERLAP.total_seconds())
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or abs(seconds) > 10**9:
            raise Invalid((FieldMistake("old_valid_for", "must be a number of seconds"),))
        made = await self.own.rotate(mine, timedelta(seconds=seconds))
        return private({"secret": made.secret, "old_valid_until": rfc3339(made.old_valid_until)})

    async def deliveries(self, request: Request) -> Response:
        """The log of attempts."""
        mine = await self._mine(request)
        ask.only(request.query_params, "limit")
        limit = ask.number(request.query_params, "limit", 20, 1, MOST_DELIVERIES)
        return private(shapes.log((await self.own.log(mine, limit)).deliveries))

    async def resend(self, request: Request) -> Response:
        """Send one delivery, now."""
        mine = await self._sender(request)
        return private(shapes.outcome(await self.own.resend(mine, request.path_params["delivery_id"])))

    async def recover(self, request: Request) -> Response:
        """Owe again what was missed."""
        mine = await self._sender(request)
        said = (await _json(request, only=("since",))).get("since")
        if not isinstance(said, str):
            raise Invalid((FieldMistake("since", "must be a moment such as 2026-06-13T01:59:00Z"),))
        return private({"owed": await self.recovered(mine, ask.moment(said, "since"))}, 202)

    async def recovered(self, mine: Subscription, since: datetime) -> int:
        """Owe again what was missed, as often as one subscription may ask for it; how many."""
        self.recovering.take(mine.id)
        return await self.own.recover(mine, since)

    async def confirm(self, request: Request) -> Response:
        """Show what would be confirmed; confirm it."""
        link = self._link(request)
        if request.method == "POST":
            return private_page(shapes.confirming(self.current(), await self.enrolments.confirm(*link)))
        return private_page(shapes.confirming(self.current(), await self.enrolments.linked(CONFIRM, *link)))

    async def unsubscribe(self, request: Request) -> Response:
        """Show what would be ended; end it."""
        link = self._link(request)
        if request.method == "POST":
            await self.enrolments.unsubscribe(*link)
            return private_page(shapes.unsubscribing(self.current(), None))
        return private_page(shapes.unsubscribing(self.current(), await self.enrolments.linked(UNSUBSCRIBE, *link)))

    async def _mine(self, request: Request) -> Subscription:
        """The subscription that the token manages."""
        self.managing.take(address_of(request))
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Unauthorized("send the subscription's token: Authorization: Bearer spt_…")
        return await self.enrolments.authenticated(request.path_params["subscription_id"], token.strip())

    async def mine(self, request: Request, subscription_id: str, token: str) -> Subscription:
        """The subscription that a token in a form manages."""
        self.managing.take(address_of(request))
        return await self.enrolments.authenticated(subscription_id, token)

    async def _sender(self, request: Request) -> Subscription:
        """The same, for what makes us send."""
        mine = await self._mine(request)
        self.sending.take(mine.id)
        return mine

    def _link(self, request: Request) -> tuple[str, str]:
        self.managing.take(address_of(request))
        return request.path_params["subscription_id"], request.query_params.get("token", "")


async def _json(request: Request, *, optional: bool = False, only: tuple[str, ...] = ()) -> dict[str, Any]:
    """The JSON object in a body; ``only`` names the fields that it may have."""
    body = await body_of(request, LARGEST)
    if optional and not body:
        return {}
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise HTTPException(415, "send JSON, with Content-Type: application/json")
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise UsageError("the body must be JSON") from None
    if not isinstance(said, dict):
        raise UsageError("the body must be a JSON object")
    wrong = [FieldMistake(name[:80], f"there is no such field; there is: {', '.join(only)}") for name in said]
    unknown = [one for one in wrong if only and one.field not in only]
    if unknown:
        raise Invalid(tuple(unknown[:50]))
    return said


def private(content: Any, status: int = 200) -> Response:
    """A document for one reader alone."""
    answer = document(content, status=status)
    answer.headers["cache-control"] = "no-store"
    return answer


def private_page(body: bytes, status: int = 200) -> Response:
    """A page for one reader alone."""
    page = text(body, HTML)
    page.status_code = status
    page.headers["x-robots-tag"] = "noindex"
    return page
