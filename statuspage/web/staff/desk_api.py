"""Staff's work on incidents over ``/api/v1``: written, published, approved and linked by sessions and by tokens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from statuspage.core.incident import Incident, Kind, Proposal
from statuspage.core.settings import UserClass
from statuspage.core.snapshot import Snapshot
from statuspage.core.staff import Action, Actor
from statuspage.core.suggestion import still_affected
from statuspage.errors import Conflict, FieldMistake, Invalid
from statuspage.services.attestations import Attestations
from statuspage.services.incidents import Incidents, Terms
from statuspage.services.rehearsal import Rehearsals
from statuspage.services.written import (
    Answer,
    Going,
    More,
    NewClass,
    Remark,
    Seen,
    Story,
    Vouching,
    read,
)
from statuspage.services.written_again import more_of, story_of
from statuspage.site import desk_shapes
from statuspage.web.answers import document
from statuspage.web.bodies import json_object
from statuspage.web.staff.guard import Rule


@dataclass
class DeskApi:
    """The operations of contract "Staff" on incidents, attestations and user classes."""

    incidents: Incidents
    attestations: Attestations
    rehearsals: Rehearsals
    current: Callable[[], Snapshot]

    def rules(self) -> list[Rule]:
        """Each operation with the least that it takes."""
        staff, one = "/staff/incidents/{incident}", "/incidents/{incident}"
        update = f"{one}/updates/{{update_id}}"
        return [
            Rule("/staff/incidents", self.all, Action.VIEW),
            Rule(staff, self.one, Action.VIEW),
            Rule(f"{staff}/rehearsal", self.rehearse, Action.VIEW),
            Rule("/incidents", self.open, Action.WRITE, ("POST",)),
            Rule("/maintenances", self.plan, Action.WRITE, ("POST",)),
            Rule(one, self.change, Action.WRITE, ("PATCH",)),
            Rule(one, self.withdraw, Action.WRITE, ("DELETE",)),
            Rule(f"{one}/updates", self.update, Action.WRITE, ("POST",)),
            Rule(update, self.change_update, Action.WRITE, ("PATCH",)),
            Rule(update, self.withdraw, Action.WRITE, ("DELETE",)),
            Rule(f"{one}/notes", self.note, Action.WRITE, ("POST",)),
            Rule(f"{one}/publish", self.publish, Action.PUBLISH, ("POST",)),
            Rule(f"{one}/approve", self.approve, Action.APPROVE, ("POST",)),
            Rule(f"{one}/link", self.link, Action.PUBLISH, ("POST", "DELETE")),
            Rule("/attestations", self.attest, Action.ATTEST, ("POST",)),
            Rule("/user-classes", self.add_class, Action.ATTEST, ("POST",)),
        ]

    async def all(self, _: Request, __: Actor) -> Response:
        """Every incident, drafts included."""
        found = await self.incidents.all()
        return private_document({"incidents": [desk_shapes.incident(self.current(), one) for one in found]})

    async def one(self, request: Request, _: Actor) -> Response:
        """One incident with all that is private."""
        return self._shown(await self.incidents.one(_id(request)))

    async def rehearse(self, request: Request, _: Actor) -> Response:
        """What publishing a draft, or a waiting update, would make public, and who would be told."""
        query = request.query_params
        quiet = query.get("quiet", "false") == "true"
        found = await self.rehearsals.rehearse(_id(request), query.get("update"), quiet=quiet)
        return private_document(desk_shapes.rehearsal(found))

    async def open(self, request: Request, actor: Actor) -> Response:
        """A new incident."""
        return await self._open(read(Story, await json_object(request)), actor)

    async def plan(self, request: Request, actor: Actor) -> Response:
        """New maintenance."""
        said = await json_object(request)
        return await self._open(read(Story, {**said, "kind": Kind.MAINTENANCE}), actor)

    async def change(self, request: Request, actor: Actor) -> Response:
        """Write a draft again, or give a public incident another title."""
        said, found = await json_object(request), await self.incidents.one(_id(request))
        story = read(Story, {**story_of(found), **said})
        if found.draft:
            opening = replace(story.opening(), draft=True)
            return self._shown(await self.incidents.rewrite(found.id, opening, actor, base_rev=story.base_rev))
        if set(said) - {"title", "base_rev"}:
            raise Conflict(f"{found.id} is public: only its title can be corrected; all else is an update")
        return self._shown(await self.incidents.retitle(found.id, story.title, actor, base_rev=story.base_rev))

    async def withdraw(self, request: Request, actor: Actor) -> Response:
        """Discard a draft, or a waiting update."""
        base_rev = read(Seen, await json_object(request)).base_rev
        update_id = request.path_params.get("update_id")
        kept = await self.incidents.withdraw(_id(request), actor, update_id=update_id, base_rev=base_rev)
        return self._shown(kept)

    async def update(self, request: Request, actor: Actor) -> Response:
        """A new update."""
        more, found = read(More, await json_object(request)), await self.incidents.one(_id(request))
        return await self._update(found, more, actor, None)

    async def change_update(self, request: Request, actor: Actor) -> Response:
        """Write a waiting update again, or correct the words of a public one."""
        said, found = await json_object(request), await self.incidents.one(_id(request))
        update_id = request.path_params["update_id"]
        waiting = next((one for one in found.proposals if one.id == update_id), None)
        if waiting:
            return await self._update(found, _again(waiting, found, said), actor, update_id)
        remark = read(Remark, said)
        kept = await self.incidents.edit(found.id, update_id, remark.body, actor, base_rev=remark.base_rev)
        return self._shown(kept)

    async def note(self, request: Request, actor: Actor) -> Response:
        """A private remark."""
        remark = read(Remark, await json_object(request))
        return self._shown(await self.incidents.note(_id(request), remark.body, actor), 201)

    async def publish(self, request: Request, actor: Actor) -> Response:
        """Make a draft, or a waiting update, public, or ask for it."""
        going = read(Going, await json_object(request))
        terms = Terms(going.quiet, going.publish_at, going.override)
        kept = await self.incidents.publish(
            _id(request), actor, terms=terms, update_id=going.update, base_rev=going.base_rev
        )
        return self._shown(kept, _accepted(kept, going.update))

    async def approve(self, request: Request, actor: Actor) -> Response:
        """Be the second person."""
        seen = read(Seen, await json_object(request))
        kept = await self.incidents.approve(_id(request), actor, update_id=seen.update, base_rev=seen.base_rev)
        return self._shown(kept, _accepted(kept, seen.update))

    async def link(self, request: Request, actor: Actor) -> Response:
        """Say that a provider's answer is how this restriction shows there, or take it back."""
        answer = read(Answer, await json_object(request))
        verb = self.incidents.unlink if request.method == "DELETE" else self.incidents.link
        return self._shown(await verb(_id(request), answer.provider, answer.fingerprint, actor))

    async def attest(self, request: Request, actor: Actor) -> Response:
        """Vouch for cells that no check can reach."""
        said = await json_object(request)
        word = said.pop("availability", None)
        if word not in ("available", "restricted"):
            raise Invalid((FieldMistake("availability", "must be available or restricted"),))
        vouching = read(Vouching, {**said, "available": word == "available"})
        attested, keys = await self.attestations.attest(
            vouching.scope.plain(),
            available=vouching.available,
            until=vouching.until,
            source=vouching.source or None,
            actor=actor,
        )
        cells = [{"model": k.model, "provider": k.provider, "user_class": k.user_class} for k in keys]
        return private_document(desk_shapes.attestation(attested) | {"cells": cells}, 201)

    async def add_class(self, request: Request, actor: Actor) -> Response:
        """A user class without a deploy."""
        made = read(NewClass, await json_object(request))
        await self.attestations.add_class(UserClass(made.id, made.name, made.description, attested=True), actor)
        return private_document({"id": made.id, "name": made.name, "description": made.description}, 201)

    async def _open(self, story: Story, actor: Actor) -> Response:
        kept = await self.incidents.open(story.opening(), actor, override=story.override)
        answer = self._shown(kept, 201 if story.draft or not kept.draft else 202)
        answer.headers["location"] = f"/api/v1/staff/incidents/{kept.id}"
        return answer

    async def _update(self, found: Incident, more: More, actor: Actor, update_id: str | None) -> Response:
        if (more.ends or found.ends_with(more.stage)) and not more.draft and not more.despite_checks:
            _ask_the_checks(self.current(), found)
        known = {one.id for one in found.proposals}
        kept = await self.incidents.update(
            found.id,
            more.continuation(found),
            actor,
            update_id=update_id,
            base_rev=more.base_rev,
            override=more.override,
        )
        waits = not more.draft and any(one.id == update_id or one.id not in known for one in kept.proposals)
        return self._shown(kept, 202 if waits else 200 if update_id else 201)

    def _shown(self, one: Incident, status: int = 200) -> Response:
        return private_document(desk_shapes.incident(self.current(), one), status)


def _ask_the_checks(snapshot: Snapshot, incident: Incident) -> None:
    """Conflict, with their names, while our checks do not see a story's cells answering."""
    seen = still_affected(snapshot.cells, incident)
    if seen:
        names = ", ".join(f"{one.key} {one.measured.availability.value}" for one in seen[:10] if one.measured)
        more = f" and {len(seen) - 10} more" if len(seen) > 10 else ""
        raise Conflict(f'our checks still see {names}{more}; send "despite_checks": true to resolve it all the same')


def _again(waiting: Proposal, incident: Incident, said: dict[str, object]) -> More:
    return read(More, {**more_of(waiting, incident), **said})


def _accepted(incident: Incident, update_id: str | None) -> int:
    """202 while what was asked for is not public yet."""
    waits = any(one.id == update_id for one in incident.proposals) if update_id else incident.draft
    return 202 if waits else 200


def _id(request: Request) -> str:
    incident_id: str = request.path_params["incident"]
    return incident_id


def private_document(content: object, status: int = 200) -> Response:
    """A document for one person alone."""
    answer = document(content, status=status)
    del answer.headers["access-control-allow-origin"]
    answer.headers["cache-control"] = "no-store"
    return answer
