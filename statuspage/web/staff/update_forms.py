"""The forms of what comes next in a public story: an update, a lifting, the end, the postmortem, a correction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from statuspage.core.incident import Incident, Proposal, Update
from statuspage.core.snapshot import CellView
from statuspage.core.staff import Actor
from statuspage.core.suggestion import still_affected
from statuspage.errors import NotFound, Outdated, UsageError
from statuspage.ports import Clock, Ids
from statuspage.services.incidents import Incidents
from statuspage.services.sheets import Sheet, Sheets
from statuspage.services.written import More, read
from statuspage.services.written_again import more_of
from statuspage.site import desk_filling, desk_forms, desk_pages
from statuspage.site.desk_filling import typed, worded
from statuspage.site.desk_forms import Form
from statuspage.site.desk_history import text_of
from statuspage.site.desk_pages import Filling
from statuspage.web.bodies import form as posted
from statuspage.web.staff import forms
from statuspage.web.staff.forms import AGAIN, mistakes_of, newest
from statuspage.web.staff.guard import Rule
from statuspage.web.staff.showing import seeing, show, visit_of

NEW = "/staff/incidents/{incident_id}/updates/new"
EDIT = "/staff/incidents/{incident_id}/updates/{update_id}/edit"
PURPOSES = ("update", "lift", "end", "postmortem")
CORRECT = "correct"


@dataclass
class UpdateForms:
    """The forms under a public incident."""

    incidents: Incidents
    sheets: Sheets
    clock: Clock
    ids: Ids

    def pages(self) -> list[Rule]:
        """The routes of the forms."""
        return forms.rules(self, NEW, EDIT)

    async def new(self, request: Request, actor: Actor) -> Response:
        """What comes next, with words to begin with, or what was typed before."""
        incident = await self._public(request)
        sheet = await self.sheets.find(actor.eyes, request.url.path)
        if sheet and (not request.query_params or "kept" in request.query_params):
            return self._show(request, incident, Filling(typed(sheet), sheet=sheet), _purpose_of(sheet))
        purpose = _known(request.query_params.get("as", ""))
        form = desk_filling.first_of(visit_of(request).snapshot, incident, purpose)
        form = replace(form, incident_id=incident.id, update_id=self.ids("upd"), base_rev=str(incident.rev))
        return self._show(request, incident, Filling(form, offered=sheet), purpose)

    async def edit(self, request: Request, actor: Actor) -> Response:
        """A waiting update as it was saved, or a public one to be corrected; or what was typed since."""
        incident = await self._public(request)
        waiting, said = _found(incident, request.path_params["update_id"])
        sheet = await self.sheets.find(actor.eyes, request.url.path)
        known: dict[str, Any] = {"incident_id": incident.id, "base_rev": str(incident.rev)}
        if waiting:
            form = desk_forms.of_story(more_of(waiting, incident), update_id=waiting.id, **known)
            if not form.rescoped:
                form = replace(form, rows=tuple(desk_filling.row_of(one) for one in incident.scope) or form.rows)
        else:
            form = Form(body=said.body if said else "", update_id=request.path_params["update_id"], **known)
        filling = Filling(typed(sheet) if sheet else form, sheet=sheet)
        return self._show(request, incident, filling, "update" if waiting else CORRECT)

    async def write(self, request: Request, actor: Actor) -> Response:
        """Save it as a draft of an update, or correct what is public."""
        incident, fields = await self._public(request), await posted(request)
        form, purpose = desk_forms.of_fields(fields), _known(dict(fields).get("as", ""), (*PURPOSES, CORRECT))
        if form.do in AGAIN:
            return self._show(request, incident, Filling(self._changed(request, form, incident)), purpose)
        try:
            step = await self._save(request, form, incident, actor)
        except Outdated as error:
            return await self._outdated(request, form, purpose, error)
        except UsageError as error:
            return self._show(request, incident, Filling(form, mistakes_of(error)), purpose, 422)
        await self.sheets.drop(actor.eyes, request.url.path)
        return seeing(request, f"/staff/incidents/{incident.id}{step}")

    async def _save(self, request: Request, form: Form, incident: Incident, actor: Actor) -> str:
        more = read(More, desk_forms.more(form, self.clock(), incident.scope))
        if form.do == "correct":
            update_id = request.path_params["update_id"]
            await self.incidents.edit(incident.id, update_id, more.body, actor, base_rev=more.base_rev)
            return "?done=corrected"
        ends = more.ends or incident.ends_with(more.stage)
        affected = self._affected(request, incident) if ends else ()
        if affected and not more.despite_checks:
            raise UsageError("our checks still see what is listed above; tick “Resolve it all the same” if you mean it")
        written = replace(more.continuation(incident), draft=True)
        if written == replace(type(written)(), draft=True):
            raise UsageError("say something: words, a fact, a scope, a stage or the next update")
        update_id = request.path_params.get("update_id") or form.update_id or None
        await self.incidents.update(incident.id, written, actor, update_id=update_id, base_rev=more.base_rev)
        return f"/updates/{update_id}/review" if form.do == "review" and update_id else "?done=saved"

    def _changed(self, request: Request, form: Form, incident: Incident) -> Form:
        """The form after one of its small buttons."""
        if form.do == "row":
            return replace(desk_forms.with_row(form), rescoped=True)
        if form.do == "fact":
            return desk_forms.with_fact(form)
        return worded(form, visit_of(request).snapshot, incident.started_at or incident.created_at, incident.scope)

    async def _public(self, request: Request) -> Incident:
        found = await self.incidents.one(request.path_params["incident_id"])
        if found.draft:
            raise UsageError(f"{found.id} is a draft: write that first")
        return found

    def _affected(self, request: Request, incident: Incident) -> tuple[CellView, ...]:
        return still_affected(visit_of(request).snapshot.cells, incident)

    async def _outdated(self, request: Request, form: Form, purpose: str, error: Outdated) -> Response:
        """Both texts on one page; saving again is knowing."""
        theirs, saved_by = await newest(self.incidents, request.path_params["incident_id"])
        bodies = {one.id: one.body for one in theirs.updates} | {one.id: one.body for one in theirs.proposals}
        text = bodies.get(form.update_id, text_of(theirs))
        met = desk_pages.conflict_of(saved_by, text, form.body)
        filling = Filling(replace(form, base_rev=str(error.rev)), conflict=met)
        return self._show(request, theirs, filling, purpose, 409)

    def _show(
        self, request: Request, incident: Incident, filling: Filling, purpose: str, status: int = 200
    ) -> Response:
        affected = self._affected(request, incident) if purpose in ("end", "lift") else ()
        snapshot = visit_of(request).snapshot
        context = desk_pages.update_form(snapshot, filling, incident, purpose, affected)
        return show(request, "staff/update_form.html", status=status, **context)


def _found(incident: Incident, update_id: str) -> tuple[Proposal | None, Update | None]:
    waiting = next((one for one in incident.proposals if one.id == update_id), None)
    said = next((one for one in incident.updates if one.id == update_id), None)
    if waiting is None and said is None:
        raise NotFound(f"{incident.id} has no update {update_id[:80]!r}")
    return waiting, said


def _known(purpose: str, known: tuple[str, ...] = PURPOSES) -> str:
    return purpose if purpose in known else "update"


def _purpose_of(sheet: Sheet) -> str:
    return _known(dict(parse_qsl(sheet.fields)).get("as", ""))
