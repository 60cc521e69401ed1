"""The desk of incidents: the list, one story, its review and its history, and what is decided there."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from statuspage.core import moment
from statuspage.core.incident import Incident, Proposal
from statuspage.core.staff import Action, Actor
from statuspage.errors import FieldMistake, Invalid, NotFound, Outdated, UsageError
from statuspage.ports import Clock, Ids
from statuspage.services.incidents import Incidents, Terms
from statuspage.services.rehearsal import Rehearsals
from statuspage.services.sheets import Sheets
from statuspage.site import desk_forms, desk_pages
from statuspage.site.prose import markdown
from statuspage.web.answers import text
from statuspage.web.bodies import Fields
from statuspage.web.bodies import form as posted
from statuspage.web.staff.desk_api import DeskApi
from statuspage.web.staff.forms import mistakes_of
from statuspage.web.staff.guard import Rule, keeps
from statuspage.web.staff.showing import seeing, show, visit_of
from statuspage.web.staff.story_forms import StoryForms
from statuspage.web.staff.update_forms import UpdateForms
from statuspage.web.staff.vouching import Vouching

ONE = "/staff/incidents/{incident_id}"
UPDATE = ONE + "/updates/{update_id}"
LONGEST_PATH = 300


@dataclass
class Desk:
    """Every page and every part of the API on which staff work on incidents."""

    incidents: Incidents
    rehearsals: Rehearsals
    sheets: Sheets
    vouching: Vouching
    desk_api: DeskApi
    clock: Clock
    ids: Ids
    stories: StoryForms = field(init=False)
    updates: UpdateForms = field(init=False)

    def __post_init__(self) -> None:
        self.stories = StoryForms(self.incidents, self.sheets, self.clock, self.ids)
        self.updates = UpdateForms(self.incidents, self.sheets, self.clock, self.ids)

    def pages(self) -> list[Rule]:
        """The rules of the pages."""
        return [
            Rule("/staff/incidents", self.all, Action.VIEW),
            Rule("/staff/sheets", self.keep, Action.WRITE, ("POST",)),
            Rule("/staff/markdown", self.render, Action.WRITE, ("POST",)),
            *self.stories.pages(),
            *self.updates.pages(),
            *self.vouching.pages(),
            Rule(ONE, self.one, Action.VIEW),
            Rule(f"{ONE}/history", self.history, Action.VIEW),
            Rule(f"{ONE}/review", self.review, Action.VIEW),
            Rule(f"{ONE}/review", self.decide, Action.WRITE, ("POST",)),
            Rule(f"{UPDATE}/review", self.review, Action.VIEW),
            Rule(f"{UPDATE}/review", self.decide, Action.WRITE, ("POST",)),
            Rule(f"{ONE}/notes", self.notes, Action.WRITE),
            Rule(f"{ONE}/notes", self.note, Action.WRITE, ("POST",), kept=True),
            Rule(f"{ONE}/links", self.link, Action.PUBLISH, ("POST",)),
            Rule(f"{ONE}/title", self.retitle, Action.PUBLISH, ("POST",)),
        ]

    def api(self) -> list[Rule]:
        """The rules of the API."""
        return self.desk_api.rules()

    async def typed(self, actor: Actor, path: str, fields: str) -> None:
        """Keep what somebody is typing, or had typed when the session had ended, at the path of a form that is kept."""
        if len(path) > LONGEST_PATH or not keeps(self.pages(), path):
            raise Invalid((FieldMistake("path", "must be that of a form of incidents"),))
        await self.sheets.keep(actor.eyes, path, fields)

    async def all(self, request: Request, _: Actor) -> Response:
        """Every incident, by what it needs."""
        context = desk_pages.incidents(visit_of(request).snapshot, await self.incidents.all())
        return show(request, "staff/incidents.html", **context)

    async def one(self, request: Request, actor: Actor) -> Response:
        """A public story; a draft is at its form."""
        found = await self._incident(request)
        if found.draft:
            return seeing(request, f"/staff/incidents/{found.id}/{'review' if found.review.asked else 'edit'}")
        return await self._show_one(request, actor, found)

    async def history(self, request: Request, _: Actor) -> Response:
        """Who changed what."""
        log = await self.incidents.log(request.path_params["incident_id"])
        return show(request, "staff/incident_history.html", **desk_pages.history(log))

    async def review(self, request: Request, actor: Actor) -> Response:
        """Exactly what will be public, and who is told."""
        found = await self._incident(request)
        update_id = request.path_params.get("update_id")
        if _is_public(found, update_id):
            return seeing(request, f"/staff/incidents/{found.id}")
        return await self._show_review(request, actor, found)

    async def decide(self, request: Request, actor: Actor) -> Response:
        """Publish, ask, approve, override, or discard."""
        found, said = await self._incident(request), await posted(request)
        try:
            done = await self._decided(request, actor, dict(said))
        except Outdated:
            newest = await self._incident(request)
            if _is_public(newest, request.path_params.get("update_id")):
                return seeing(request, f"/staff/incidents/{found.id}")
            mistake = FieldMistake("", "somebody changed it since you looked; this is how it is now")
            return await self._show_review(request, actor, newest, said, (mistake,), 409)
        except UsageError as error:
            return await self._show_review(request, actor, found, said, mistakes_of(error), 422)
        return seeing(request, done)

    async def notes(self, request: Request, _: Actor) -> Response:
        """Where somebody comes back to whose session had ended: the remark that was kept stands in its field."""
        return seeing(request, f"/staff/incidents/{(await self._incident(request)).id}#notes")

    async def note(self, request: Request, actor: Actor) -> Response:
        """Add a private remark."""
        body = dict(await posted(request)).get("body", "")
        await self.incidents.note(request.path_params["incident_id"], body.replace("\r\n", "\n"), actor)
        await self.sheets.drop(actor.eyes, request.url.path)
        return seeing(request, f"/staff/incidents/{request.path_params['incident_id']}?done=noted#notes")

    async def link(self, request: Request, actor: Actor) -> Response:
        """Link a provider's answer, or take that back."""
        said = dict(await posted(request))
        verb = self.incidents.unlink if said.get("do") == "unlink" else self.incidents.link
        found = await verb(
            request.path_params["incident_id"], said.get("provider", ""), said.get("fingerprint", ""), actor
        )
        return seeing(request, f"/staff/incidents/{found.id}?done=linked#links")

    async def retitle(self, request: Request, actor: Actor) -> Response:
        """Give it another title."""
        said = dict(await posted(request))
        base_rev = desk_forms.number(said.get("base_rev", ""))
        title = said.get("title", "")
        try:
            await self.incidents.retitle(request.path_params["incident_id"], title, actor, base_rev=base_rev)
        except (Outdated, Invalid) as error:
            found = await self._incident(request)
            mistakes = mistakes_of(error) if isinstance(error, Invalid) else (FieldMistake("title", str(error)),)
            return await self._show_one(
                request, actor, found, title, mistakes, 409 if isinstance(error, Outdated) else 422
            )
        return seeing(request, f"/staff/incidents/{request.path_params['incident_id']}?done=corrected")

    async def keep(self, request: Request, actor: Actor) -> Response:
        """Keep what is being typed."""
        said = await posted(request)
        await self.typed(actor, dict(said).get("path", ""), dict(said).get("fields", ""))
        return text(f"{self.clock():%H:%M:%S}")

    async def render(self, request: Request, _: Actor) -> Response:
        """The HTML of what is being typed."""
        return text(str(markdown(dict(await posted(request)).get("body", ""))), "text/html; charset=utf-8")

    async def _incident(self, request: Request) -> Incident:
        return await self.incidents.one(request.path_params["incident_id"])

    async def _decided(self, request: Request, actor: Actor, said: dict[str, str]) -> str:
        incident_id, update_id = request.path_params["incident_id"], request.path_params.get("update_id")
        rev = desk_forms.number(said.get("base_rev", ""))
        match said.get("do"):
            case "approve":
                found = await self.incidents.approve(incident_id, actor, update_id=update_id, base_rev=rev)
            case "withdraw":
                found = await self.incidents.withdraw(incident_id, actor, update_id=update_id, base_rev=rev)
                return f"/staff/incidents/{found.id}?done=discarded" if update_id else "/staff/incidents?done=discarded"
            case "publish" | "override":
                terms = self._terms(said)
                found = await self.incidents.publish(incident_id, actor, terms=terms, update_id=update_id, base_rev=rev)
            case _:
                raise UsageError("choose what to do")
        if _is_public(found, update_id):
            return f"/staff/incidents/{found.id}?done=published"
        return "/staff/incidents?done=waiting"

    def _terms(self, said: dict[str, str]) -> Terms:
        later = said.get("publish_at", "").strip()
        at = moment.typed(later, self.clock()) if later else None
        if later and at is None:
            raise Invalid((FieldMistake("publish_at", "must be a moment such as 04:00, 14 Jun 04:00 or +2h"),))
        override = said.get("override", "") if said.get("do") == "override" else None
        return Terms(bool(said.get("quiet")), at, override)

    async def _show_one(
        self,
        request: Request,
        actor: Actor,
        found: Incident,
        title: str | None = None,
        mistakes: tuple[FieldMistake, ...] = (),
        status: int = 200,
    ) -> Response:
        context = desk_pages.incident(visit_of(request).snapshot, found, await self.incidents.fingerprints())
        sheet = await self.sheets.find(actor.eyes, f"/staff/incidents/{found.id}/notes")
        note = dict(parse_qsl(sheet.fields)).get("body", "") if sheet else ""
        said = {"title": found.title if title is None else title, "mistakes": mistakes, "note": note}
        return show(request, "staff/incident.html", status=status, **said, **context)

    async def _show_review(
        self,
        request: Request,
        actor: Actor,
        found: Incident,
        said: Fields | None = None,
        mistakes: tuple[FieldMistake, ...] = (),
        status: int = 200,
    ) -> Response:
        update = _waiting(found, request.path_params.get("update_id"))
        review = update.review if update else found.review
        quiet = bool(review.asked and review.asked.quiet)
        rehearsal = await self.rehearsals.rehearse(found.id, update.id if update else None, quiet=quiet)
        approvers = await self.incidents.count_approvers()
        context = desk_pages.review(rehearsal, found, update, actor, approvers)
        asked = moment.shown(review.asked.publish_at) if review.asked else ""
        later = dict(said).get("publish_at", asked) if said else asked
        return show(request, "staff/review.html", status=status, later=later, mistakes=mistakes, **context)


def _waiting(incident: Incident, update_id: str | None) -> Proposal | None:
    if update_id is None:
        return None
    for one in incident.proposals:
        if one.id == update_id:
            return one
    raise NotFound(f"{incident.id} has no update {update_id[:80]!r} that is not public yet")


def _is_public(incident: Incident, update_id: str | None) -> bool:
    if update_id is None:
        return not incident.draft
    return update_id in {one.id for one in incident.updates} or (
        not incident.draft and update_id not in {one.id for one in incident.proposals}
    )
