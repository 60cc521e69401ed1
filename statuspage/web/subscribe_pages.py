"""Pages on which people subscribe and look after a subscription, without script and without a cookie.

The token travels in the forms of the page, never in an address.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from statuspage.core.channel import MAIL
from statuspage.core.event import rfc3339
from statuspage.core.subscription import Subscription
from statuspage.errors import Conflict, FieldMistake, Invalid, StatuspageError, TooSoon
from statuspage.site import manage
from statuspage.site.manage import Fresh
from statuspage.web import ask
from statuspage.web.forms import Form, form_of
from statuspage.web.subscribe import Subscribe, private_page

SHOWN = 20
DIMENSIONS = ("models", "providers", "user_classes", "types")


@dataclass(frozen=True, slots=True)
class Did:
    """What came of an act: words for the reader, and what is shown this once."""

    said: str = ""
    fresh: Fresh | None = None
    leaving: bool = False


@dataclass
class SubscribePages:
    """The pages in front of the same verbs as the API's."""

    api: Subscribe

    def routes(self) -> list[Route]:
        """The routes, at the root."""
        return [
            Route("/subscribe", self.create, methods=["POST"]),
            Route("/subscriptions", self.enter, methods=["GET"]),
            Route("/subscriptions", self.act, methods=["POST"]),
            Route("/subscriptions/{subscription_id}", self.enter, methods=["GET"]),
        ]

    async def create(self, request: Request) -> Response:
        """A new subscription of the form on ``/subscribe``."""
        form = await form_of(request)
        made = await self.api.make(request, _wish(form))
        fresh = Fresh(made.secret if not made.subscription.url.startswith(MAIL) else None, made.token)
        return await self._shown(made.subscription, made.token, Did(fresh=fresh), status=201)

    async def enter(self, request: Request) -> Response:
        """The form that asks for id and token."""
        return private_page(manage.entrance(self.api.current(), request.path_params.get("subscription_id", "")))

    async def act(self, request: Request) -> Response:
        """Show a subscription, after what the form asks for was done."""
        form = await form_of(request)
        token = form.one("token")
        mine = await self.api.mine(request, form.one("id"), token)
        what = form.one("do") or "show"
        if what == "remove":
            await self.api.enrolments.remove(mine.id)
            return private_page(manage.gone(self.api.current()))
        did = await self._do(what, mine, form)
        return await self._shown(mine, token, did)

    async def _do(self, what: str, mine: Subscription, form: Form) -> Did:
        """One act; what cannot be done now is said on the page."""
        acts: dict[str, Callable[[Subscription, Form], Awaitable[Did]]] = {
            "show": _nothing,
            "leave": _leave,
            "verify": self._verify,
            "test": self._test,
            "resend": self._resend,
            "recover": self._recover,
            "rotate": self._rotate,
            "change": self._change,
        }
        if what not in acts:
            raise Invalid((FieldMistake("do", "there is no such act"),))
        try:
            return await acts[what](mine, form)
        except (Conflict, TooSoon) as error:
            return Did(_sentence(error))

    async def _verify(self, mine: Subscription, _: Form) -> Did:
        self.api.sending.take(mine.id)
        met = await self.api.enrolments.verify(mine.id)
        return Did(manage.tried(met.outcome))

    async def _test(self, mine: Subscription, _: Form) -> Did:
        self.api.sending.take(mine.id)
        return Did("The test: " + manage.tried(await self.api.own.test(mine)))

    async def _resend(self, mine: Subscription, form: Form) -> Did:
        self.api.sending.take(mine.id)
        return Did("Sent again: " + manage.tried(await self.api.own.resend(mine, form.one("delivery"))))

    async def _recover(self, mine: Subscription, form: Form) -> Did:
        self.api.sending.take(mine.id)
        since = ask.moment(form.one("since"), "since")
        count = await self.api.recovered(mine, since)
        return Did(f"{count} events since {rfc3339(since)} are owed, and on their way.")

    async def _rotate(self, mine: Subscription, form: Form) -> Did:
        seconds = ask.whole(form.one("old_valid_for") or "86400", "old_valid_for", 0, 10**9)
        made = await self.api.own.rotate(mine, timedelta(seconds=seconds))
        until = f"{made.old_valid_until:%Y-%m-%d %H:%M} UTC"
        return Did(f"From now on the new secret signs; the old one does too until {until}.", Fresh(made.secret))

    async def _change(self, mine: Subscription, form: Form) -> Did:
        await self.api.enrolments.change(mine.id, {"filters": _filters(form)})
        return Did("Changed.")

    async def _shown(self, mine: Subscription, token: str, did: Did, status: int = 200) -> Response:
        log = await self.api.own.log(mine, SHOWN)
        body = manage.page_of(self.api.current(), log, token, did.said, did.fresh, leaving=did.leaving)
        return private_page(body, status)


def _wish(form: Form) -> dict[str, Any]:
    """The wish in the form of a webhook, or in that of a mailbox."""
    if form.one("mailbox"):
        return {"url": f"{MAIL}{form.one('mailbox')}", "filters": {"models": form.many("only")}}
    wish: dict[str, Any] = {"url": form.one("url"), "filters": _filters(form)}
    if form.one("format"):
        wish["format"] = form.one("format")
    return wish | ({"email": form.one("email")} if form.one("email") else {})


def _filters(form: Form) -> dict[str, list[str]]:
    return {name: form.many(name) for name in DIMENSIONS}


def _sentence(error: StatuspageError) -> str:
    text = str(error)
    return text[:1].upper() + text[1:] + "."


async def _nothing(_: Subscription, __: Form) -> Did:
    return Did()


async def _leave(_: Subscription, __: Form) -> Did:
    return Did(leaving=True)
