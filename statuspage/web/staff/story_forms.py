"""The forms of incidents: empty, filled from a transition, from a draft or from what was typed; saved as drafts."""

from __future__ import annotations

from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from statuspage.core import moment
from statuspage.core.incident import Incident, Kind, Update
from statuspage.core.staff import Actor
from statuspage.core.suggestion import Suggestion
from statuspage.errors import NotFound, Outdated, UsageError
from statuspage.ports import Clock, Ids
from statuspage.services.incidents import Incidents
from statuspage.services.sheets import Sheets
from statuspage.services.written import Story, read
from statuspage.services.written_again import story_of
from statuspage.site import desk_filling, desk_forms, desk_pages
from statuspage.site.desk_filling import SOON, suggestion, typed, worded
from statuspage.site.desk_forms import Form
from statuspage.site.desk_pages import Filling
from statuspage.web.bodies import form as posted
from statuspage.web.staff import forms
from statuspage.web.staff.forms import AGAIN, mistakes_of, newest
from statuspage.web.staff.guard import Rule
from statuspage.web.staff.showing import seeing, show, visit_of

NEW = "/staff/incidents/new"
EDIT = "/staff/incidents/{incident_id}/edit"


@dataclass
class StoryForms:
    """The form of a new incident, and that of a draft."""

    incidents: Incidents
    sheets: Sheets
    clock: Clock
    ids: Ids

    def pages(self) -> list[Rule]:
        """The routes of the forms."""
        return forms.rules(self, NEW, EDIT)

    async def new(self, request: Request, actor: Actor) -> Response:
        """An empty form, one filled from what the checks see, or what was typed before."""
        sheet, query = await self.sheets.find(actor.eyes, NEW), request.query_params
        if sheet and (not query or "kept" in query):
            return self._show(request, Filling(typed(sheet), sheet=sheet))
        snapshot = visit_of(request).snapshot
        found = suggestion(snapshot, query.get("transition"), query.get("cell"))
        if found is None and ("transition" in query or "cell" in query):
            raise NotFound("there is no such cell or transition in the last 90 days")
        form = desk_filling.begun(snapshot, found) if found else Form(kind=_kind(query.get("kind")), next_in=SOON)
        filling = Filling(replace(form, incident_id=self.ids("inc")), offered=sheet)
        return self._show(request, filling, found=found)

    async def edit(self, request: Request, actor: Actor) -> Response:
        """A draft as it was saved, or as it was typed since."""
        draft = await self._draft(request)
        sheet = await self.sheets.find(actor.eyes, request.url.path)
        saved = desk_forms.of_story(story_of(draft), incident_id=draft.id, base_rev=str(draft.rev))
        return self._show(request, Filling(typed(sheet) if sheet else saved, sheet=sheet), saved=draft)

    async def write(self, request: Request, actor: Actor) -> Response:
        """Save the draft, or change the form; whatever is wrong comes back with all that was typed."""
        form = desk_forms.of_fields(await posted(request))
        draft = await self._draft(request) if "incident_id" in request.path_params else None
        if form.do in AGAIN:
            return self._show(request, Filling(self._changed(request, form)), saved=draft)
        try:
            kept = await self._save(form, draft, actor)
        except Outdated as error:
            return await self._outdated(request, form, draft, error)
        except UsageError as error:
            return self._show(request, Filling(form, mistakes_of(error)), saved=draft, status=422)
        await self.sheets.drop(actor.eyes, request.url.path)
        step = "edit?done=saved" if form.do == "save" else "review"
        return seeing(request, f"/staff/incidents/{kept.id}/{step}")

    async def _save(self, form: Form, draft: Incident | None, actor: Actor) -> Incident:
        """Sent twice, a new form is one draft: it brings its id along."""
        story = read(Story, desk_forms.story(form, self.clock()))
        opening = replace(story.opening(), draft=True)
        known = {one.id for one in await self.incidents.all()}
        if draft is None and form.incident_id not in known:
            return await self.incidents.open(opening, actor, incident_id=form.incident_id or None)
        incident_id = draft.id if draft else form.incident_id
        return await self.incidents.rewrite(incident_id, opening, actor, base_rev=story.base_rev)

    async def _draft(self, request: Request) -> Incident:
        found = await self.incidents.one(request.path_params["incident_id"])
        if not found.draft:
            raise UsageError(f"{found.id} is public already: write an update, or correct what was said")
        return found

    def _changed(self, request: Request, form: Form) -> Form:
        """The form after one of its small buttons."""
        if form.do == "row":
            return desk_forms.with_row(form)
        if form.do == "fact":
            return desk_forms.with_fact(form)
        since = moment.typed(form.started_at, self.clock())
        return worded(replace(form, title=""), visit_of(request).snapshot, since)

    async def _outdated(self, request: Request, form: Form, draft: Incident | None, error: Outdated) -> Response:
        """Both texts on one page: theirs above, the writer's in the form; saving again is knowing."""
        theirs, saved_by = await newest(self.incidents, draft.id if draft else form.incident_id)
        mine = replace(theirs, title=form.title.strip(), updates=with_body(theirs, form.body))
        form = replace(form, base_rev=str(error.rev))
        met = desk_pages.conflict(theirs, saved_by, mine)
        return self._show(request, Filling(form, conflict=met), saved=theirs, status=409)

    def _show(
        self,
        request: Request,
        filling: Filling,
        *,
        saved: Incident | None = None,
        found: Suggestion | None = None,
        status: int = 200,
    ) -> Response:
        context = desk_pages.story_form(visit_of(request).snapshot, filling, saved, found)
        return show(request, "staff/incident_form.html", status=status, **context)


def with_body(incident: Incident, body: str) -> tuple[Update, ...]:
    """The updates of a draft with other words."""
    if not incident.updates:
        return (Update("upd_typed", incident.updated_at, incident.stage, body.strip()),)
    return (*incident.updates[:-1], replace(incident.updates[-1], body=body.strip()))


def _kind(text: str | None) -> str:
    return text if text in tuple(Kind) else Kind.INCIDENT.value
