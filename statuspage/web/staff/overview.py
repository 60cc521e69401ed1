"""The desk's first page, and the views of webhooks, checks, spend and the configuration in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from checks.redact import redact
from statuspage.core.delivery import Attempt, Outcome
from statuspage.core.staff import Action, Actor
from statuspage.errors import UsageError
from statuspage.ports import Clock
from statuspage.services.overview import Overview
from statuspage.services.subscriptions import Subscriptions
from statuspage.site.configuration import in_force, place_of
from statuspage.web import ask
from statuspage.web.staff.fields import Fields, fields_of
from statuspage.web.staff.guard import Rule
from statuspage.web.staff.showing import seeing, show, visit_of

EXCERPT = 300


@dataclass
class Views:
    """What staff look at, and what they do with webhooks."""

    overview: Overview
    subscriptions: Subscriptions
    clock: Clock

    def pages(self) -> list[Rule]:
        """The routes of the pages."""
        one = "/staff/subscriptions/{subscription_id}"
        return [
            Rule("/staff", self.desk, Action.VIEW),
            Rule("/staff/subscriptions", self.webhooks, Action.VIEW),
            Rule(one, self.webhook, Action.VIEW),
            Rule(one, self.operate, Action.OPERATE, ("POST",)),
            Rule(f"{one}/deliveries/{{delivery_id}}/resend", self.resend, Action.OPERATE, ("POST",)),
            Rule("/staff/checks", self.checks, Action.VIEW),
            Rule("/staff/configuration", self.configuration, Action.VIEW),
        ]

    def api(self) -> list[Rule]:
        """The routes of the API."""
        return []

    async def desk(self, request: Request, _: Actor) -> Response:
        """What needs a person now."""
        needs = await self.overview.needs(visit_of(request).snapshot)
        return show(request, "staff/desk.html", needs=needs)

    async def webhooks(self, request: Request, _: Actor) -> Response:
        """Every subscription."""
        found = [(one, place_of(one)) for one in await self.overview.webhooks()]
        return show(request, "staff/subscriptions.html", found=found)

    async def webhook(self, request: Request, _: Actor) -> Response:
        """One subscription with its deliveries."""
        return await self._webhook(request)

    async def operate(self, request: Request, actor: Actor) -> Response:
        """What a button on that page says."""
        name, form = request.path_params["subscription_id"], await fields_of(request)
        does = form.one("do")
        if does == "test":
            return await self._webhook(request, await self.subscriptions.test(name, actor))
        if does == "recover":
            owed = await self.subscriptions.recover(name, self._since(form), actor)
            return await self._webhook(request, owed=owed)
        if does not in ("disable", "enable"):
            raise UsageError("there is nothing of that kind to do")
        await (self.subscriptions.disable if does == "disable" else self.subscriptions.enable)(name, actor)
        return seeing(request, f"/staff/subscriptions/{name}")

    async def resend(self, request: Request, actor: Actor) -> Response:
        """Send one delivery again, now."""
        met = await self.subscriptions.resend(request.path_params["delivery_id"], actor)
        return await self._webhook(request, met)

    async def checks(self, request: Request, _: Actor) -> Response:
        """How checks, credentials and money stand."""
        lines, spend = await self.overview.lines(), await self.overview.spend()
        return show(request, "staff/checks.html", lines=lines, spend=spend, month=self.clock())

    async def configuration(self, request: Request, _: Actor) -> Response:
        """The configuration in force, without anything secret."""
        return show(request, "staff/configuration.html", parts=in_force(self.overview.settings))

    async def _webhook(self, request: Request, met: Outcome | None = None, owed: int | None = None) -> Response:
        shown = await self.overview.webhook(request.path_params["subscription_id"])
        return show(
            request,
            "staff/subscription.html",
            one=shown.subscription,
            place=place_of(shown.subscription),
            deliveries=[(delivery, [_tried(each) for each in tried]) for delivery, tried in shown.deliveries],
            met=_met(met) if met else None,
            owed=owed,
            since=self.clock() - timedelta(hours=24),
        )

    def _since(self, form: Fields) -> datetime:
        return ask.moment(form.one("since"), "since")


def _tried(one: Attempt) -> tuple[Attempt, dict[str, object]]:
    return one, _met(one.outcome)


def _met(outcome: Outcome) -> dict[str, object]:
    """What an attempt met; the answer is redacted."""
    said = redact(outcome.excerpt.decode("utf-8", "replace"), EXCERPT)
    ended = str(outcome.status) if outcome.failure is None else outcome.failure.value
    return {"succeeded": outcome.succeeded, "ended": ended, "said": said, "seconds": outcome.duration}
