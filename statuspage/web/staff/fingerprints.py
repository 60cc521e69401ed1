"""Answers that no rule knows: the list, a page for each, and what staff decide; by pages and by the API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from statuspage.core.snapshot import Snapshot
from statuspage.core.staff import Action, Actor
from statuspage.errors import UsageError
from statuspage.services.fingerprints import MAX_WHY, Fingerprints, Standing
from statuspage.services.incidents import Incidents
from statuspage.services.written import Reason, read
from statuspage.site import answers
from statuspage.web.bodies import json_object
from statuspage.web.staff.desk_api import private_document
from statuspage.web.staff.fields import fields_of
from statuspage.web.staff.guard import Rule
from statuspage.web.staff.showing import seeing, show, visit_of

ALL = "/staff/fingerprints"
ONE = ALL + "/{provider}/{fingerprint}"


@dataclass
class FingerprintPages:
    """What staff see of such answers, and what they say of them."""

    fingerprints: Fingerprints
    incidents: Incidents
    current: Callable[[], Snapshot]

    def pages(self) -> list[Rule]:
        """The rules of the pages."""
        return [
            Rule(ALL, self.listed, Action.VIEW),
            Rule(ONE, self.one, Action.VIEW),
            Rule(ONE, self.decide, Action.WRITE, ("POST",)),
        ]

    def api(self) -> list[Rule]:
        """The rules of the API; to link is a verb of incidents."""
        return [
            Rule(ALL, self.document, Action.VIEW),
            Rule(ONE, self.document_of_one, Action.VIEW),
            Rule(f"{ONE}/settle", self.settle, Action.WRITE, ("POST", "DELETE")),
        ]

    async def listed(self, request: Request, _: Actor) -> Response:
        """Every one, those that wait first."""
        found = sorted(await self.fingerprints.all(), key=lambda one: not one.open)
        return show(request, "staff/fingerprints.html", found=found)

    async def one(self, request: Request, _: Actor) -> Response:
        """One, with all that helps to decide."""
        context = answers.page(visit_of(request).snapshot, await self._one(request), await self.incidents.all())
        return show(request, "staff/fingerprint.html", longest=MAX_WHY, **context)

    async def decide(self, request: Request, actor: Actor) -> Response:
        """What a button of that page says."""
        provider, fingerprint = _name(request)
        said = await fields_of(request)
        match said.one("do"):
            case "settle":
                await self.fingerprints.settle(provider, fingerprint, said.one("why", MAX_WHY + 1), actor)
            case "reopen":
                await self.fingerprints.reopen(provider, fingerprint, actor)
            case _:
                raise UsageError("choose what to do")
        return seeing(request, f"{ALL}/{provider}/{fingerprint}")

    async def document(self, _: Request, __: Actor) -> Response:
        """Every one as JSON."""
        found = await self.fingerprints.all()
        return private_document({"fingerprints": [answers.shape(self.current(), one) for one in found]})

    async def document_of_one(self, request: Request, _: Actor) -> Response:
        """One as JSON."""
        return private_document(answers.shape(self.current(), await self._one(request)))

    async def settle(self, request: Request, actor: Actor) -> Response:
        """Say that it is nothing, or take that back."""
        provider, fingerprint = _name(request)
        if request.method == "DELETE":
            kept = await self.fingerprints.reopen(provider, fingerprint, actor)
        else:
            why = read(Reason, await json_object(request)).why
            kept = await self.fingerprints.settle(provider, fingerprint, why, actor)
        return private_document(answers.shape(self.current(), kept))

    async def _one(self, request: Request) -> Standing:
        return await self.fingerprints.one(*_name(request))


def _name(request: Request) -> tuple[str, str]:
    return request.path_params["provider"], request.path_params["fingerprint"]
