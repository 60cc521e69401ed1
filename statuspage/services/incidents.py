"""Staff's verbs on incidents: each writes one revision, publishes the cells it bears on, and tells its events.

What two people must publish waits, as a draft or a proposal, until the second one has approved it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from statuspage.core import proposal as proposals
from statuspage.core import review as reviews
from statuspage.core import story
from statuspage.core.incident import Incident, Link, Note
from statuspage.core.review import Approval, Review
from statuspage.core.settings import Settings
from statuspage.core.staff import AS_A_PERSON, Action, Actor, is_person, require
from statuspage.errors import FieldMistake, Invalid, NotFound, UsageError
from statuspage.ports import Alerts, Clock, Ids, Store, Writing
from statuspage.services import world as worlds
from statuspage.services.alerts import NoAlerts
from statuspage.services.clockwork import Clockwork
from statuspage.services.commits import Deed, Scene, check_rev, commit, find
from statuspage.services.drafting import (
    Continuation,
    Opening,
    Statement,
    check_body,
    check_title,
    drafted,
    proposed,
    rewritten,
)
from statuspage.services.incident_reading import Count, IncidentReading, one_person
from statuspage.services.publication import Step, advanced, alerts_of
from statuspage.services.reviewing import (
    UPDATE_ID,
    Terms,
    asked,
    check_draft,
    check_free,
    detail,
    proposal,
    review_of,
    with_review,
)
from statuspage.services.scopes import check_names

__all__ = ["Continuation", "Incidents", "Opening", "Statement", "Terms"]

Change = Callable[[Incident, Scene], Incident]

AT_ONCE = Terms()


@dataclass
class Incidents(IncidentReading):
    """The verbs of staff on incidents. ``base_rev`` is the revision that was read; an outdated one is refused."""

    store: Store
    settings: Settings
    clock: Clock
    ids: Ids
    alerts: Alerts = field(default_factory=NoAlerts)
    approvers: Count = one_person

    async def open(
        self, opening: Opening, actor: Actor, *, incident_id: str | None = None, override: str | None = None
    ) -> Incident:
        """Record a new incident; unless it is a draft or has to wait, publish and tell it."""
        require(actor, Action.WRITE if opening.draft else Action.PUBLISH)
        async with self.store.writing() as tx:
            world = await worlds.load(tx, self.settings)
            scene = Scene(world.recording(self.clock()), world.settings, await self.approvers(tx))
            check_free(incident_id, world.incidents)
            made = drafted(opening, incident_id or self.ids("inc"), scene.at, scene.settings, self.ids)
            review = Review(writers=(actor.eyes,))
            terms = Terms(opening.quiet, opening.publish_at, override)
            made = replace(made, review=review if opening.draft else asked(review, actor, scene.at, terms))
            step = advanced(made, scene)
            deed = Deed(actor, "incident.open", detail(opening.quiet, override), step.quiet)
            kept, _ = await commit(tx, world, None, step.incident, deed, scene.at, self.ids)
            await self._alert(tx, None, kept, scene.at)
        return kept

    async def rewrite(
        self, incident_id: str, opening: Opening, actor: Actor, *, base_rev: int | None = None
    ) -> Incident:
        """Write a draft again; what was approved was another text."""

        def change(old: Incident, scene: Scene) -> Incident:
            check_draft(old)
            new = rewritten(old, opening, scene.at, scene.settings, self.ids)
            return replace(new, review=reviews.written(old.review, actor.eyes))

        return await self._revise(incident_id, actor, Action.WRITE, "incident.rewrite", change, base_rev)

    async def update(
        self,
        incident_id: str,
        written: Continuation,
        actor: Actor,
        *,
        update_id: str | None = None,
        base_rev: int | None = None,
        override: str | None = None,
    ) -> Incident:
        """Add an update, a declaration, another scope or stage.

        ``update_id`` writes a waiting one again, or is the id of the new one.
        """
        if update_id is not None and not UPDATE_ID.fullmatch(update_id):
            raise NotFound(f"there is no update {update_id[:80]!r}")

        def change(old: Incident, scene: Scene) -> Incident:
            new = proposed(old, written, scene.at, scene.settings, self.ids)
            if update_id in {one.id for one in old.updates}:
                raise UsageError(f"{update_id} is public already: correct it instead")
            if old.draft:
                changed = proposals.applied(old, new, scene.at)
                return replace(changed, review=reviews.written(old.review, actor.eyes))
            before = next((one for one in old.proposals if one.id == update_id), replace(new, id=update_id or new.id))
            review = reviews.written(before.review, actor.eyes)
            if not written.draft:
                review = asked(review, actor, scene.at, Terms(written.quiet, written.publish_at, override))
            new = replace(new, id=before.id, created_at=before.created_at, review=review)
            return proposals.with_proposal(old, new)

        verb = "incident.resolve" if written.ends else "incident.update"
        action = Action.WRITE if written.draft else Action.PUBLISH
        said = detail(written.quiet, override)
        return await self._revise(incident_id, actor, action, verb, change, base_rev, said, advance=True)

    async def resolve(self, incident_id: str, body: str, actor: Actor, *, override: str | None = None) -> Incident:
        """End an incident with a last update."""
        found = await self.one(incident_id)
        if not found.open:
            raise UsageError(f"{found.id} is not open: it is {'a draft' if found.draft else found.stage.value}")
        return await self.update(incident_id, Continuation(body, ends=True), actor, override=override)

    async def publish(
        self,
        incident_id: str,
        actor: Actor,
        *,
        terms: Terms = AT_ONCE,
        update_id: str | None = None,
        base_rev: int | None = None,
    ) -> Incident:
        """Make a draft, or a waiting update, public; where a second person is needed it waits for that one."""

        def change(old: Incident, scene: Scene) -> Incident:
            return with_review(old, update_id, asked(review_of(old, update_id), actor, scene.at, terms))

        said = detail(terms.quiet, terms.override, update_id)
        return await self._revise(
            incident_id, actor, Action.PUBLISH, "incident.publish", change, base_rev, said, advance=True
        )

    async def approve(
        self, incident_id: str, actor: Actor, *, update_id: str | None = None, base_rev: int | None = None
    ) -> Incident:
        """Be the second pair of eyes; what was asked to be published is public from then on."""

        def change(old: Incident, scene: Scene) -> Incident:
            review = review_of(old, update_id)
            if not is_person(actor.eyes):
                raise UsageError(f"{actor.label} may be the one who wrote it: {AS_A_PERSON}")
            if not reviews.may_approve(review, actor.eyes):
                raise UsageError("you have written this yourself; another approver must look at it")
            seen = reviews.approved(review, Approval(actor.eyes, actor.label, scene.at))
            return with_review(old, update_id, seen)

        said = detail(False, None, update_id)
        return await self._revise(
            incident_id, actor, Action.APPROVE, "incident.approve", change, base_rev, said, advance=True
        )

    async def withdraw(
        self, incident_id: str, actor: Actor, *, update_id: str | None = None, base_rev: int | None = None
    ) -> Incident:
        """Discard a draft, or an update that is not public yet."""

        def change(old: Incident, _: Scene) -> Incident:
            if update_id:
                return proposals.without(old, proposal(old, update_id).id)
            check_draft(old)
            return replace(old, discarded=True, review=replace(old.review, asked=None))

        said = detail(False, None, update_id)
        return await self._revise(incident_id, actor, Action.WRITE, "incident.withdraw", change, base_rev, said)

    async def edit(
        self, incident_id: str, update_id: str, body: str, actor: Actor, *, base_rev: int | None = None
    ) -> Incident:
        """Correct the words of an update; what it said before stays public in its history, if it was public."""
        check_body(body)

        def change(old: Incident, scene: Scene) -> Incident:
            if update_id not in {one.id for one in old.updates}:
                raise NotFound(f"{old.id} has no public update {update_id[:80]!r}")
            return _reworded(old, proposals.edited(old, update_id, body.strip(), scene.at), actor)

        said = {"update": update_id}
        return await self._revise(incident_id, actor, Action.PUBLISH, "incident.edit", change, base_rev, said)

    async def retitle(self, incident_id: str, title: str, actor: Actor, *, base_rev: int | None = None) -> Incident:
        """Give it another title."""
        check_title(title)
        return await self._revise(
            incident_id,
            actor,
            Action.PUBLISH,
            "incident.retitle",
            lambda old, scene: _reworded(old, proposals.retitled(old, title.strip(), scene.at), actor),
            base_rev,
        )

    async def link(self, incident_id: str, provider: str, fingerprint: str, actor: Actor) -> Incident:
        """Say that a provider's fingerprint is how this restriction shows there."""
        check_names("provider", (provider,), [one.id for one in self.settings.providers])
        if not fingerprint.strip() or len(fingerprint) > 200:
            raise Invalid((FieldMistake("fingerprint", "must be the fingerprint of an answer, as the API shows it"),))
        return await self._revise(
            incident_id,
            actor,
            Action.PUBLISH,
            "incident.link",
            lambda old, scene: story.with_link(old, Link(provider, fingerprint, actor.label, scene.at)),
        )

    async def unlink(self, incident_id: str, provider: str, fingerprint: str, actor: Actor) -> Incident:
        """Take that back."""
        return await self._revise(
            incident_id,
            actor,
            Action.PUBLISH,
            "incident.unlink",
            lambda old, _: story.without_link(old, provider, fingerprint),
        )

    async def note(self, incident_id: str, body: str, actor: Actor) -> Incident:
        """Add a private remark."""
        if not body.strip():
            raise Invalid((FieldMistake("body", "a note must say something"),))
        check_body(body)
        return await self._revise(
            incident_id,
            actor,
            Action.WRITE,
            "incident.note",
            lambda old, scene: replace(old, notes=(*old.notes, Note(scene.at, actor.label, body.strip()))),
        )

    async def take_effect(self) -> int:
        """Do what is due by the clock; how many events that made."""
        work = Clockwork(self.store, self.settings, self.clock, self.ids, self.approvers, self._alert)
        return await work.run()

    async def _revise(
        self,
        incident_id: str,
        actor: Actor,
        action: Action,
        verb: str,
        change: Change,
        base_rev: int | None = None,
        said: Mapping[str, Any] | None = None,
        *,
        advance: bool = False,
    ) -> Incident:
        require(actor, action)
        async with self.store.writing() as tx:
            world = await worlds.load(tx, self.settings)
            scene = Scene(world.recording(self.clock()), world.settings, await self.approvers(tx))
            before = find([one for one in world.incidents if not one.discarded], incident_id)
            check_rev(before, base_rev)
            changed = change(before, scene)
            step = advanced(changed, scene) if advance else Step(changed)
            deed = Deed(actor, verb, said or {}, step.quiet)
            kept, _ = await commit(tx, world, before, step.incident, deed, scene.at, self.ids)
            await self._alert(tx, before, kept, scene.at)
        return kept

    async def _alert(self, tx: Writing, before: Incident | None, after: Incident, at: datetime) -> None:
        raised, ended = alerts_of(before, after, at)
        if raised or ended:
            await self.alerts.tell(tx, raised, ended, at)


def _reworded(before: Incident, after: Incident, actor: Actor) -> Incident:
    """The incident in other words; those of a draft are another text than the one that was approved."""
    if not before.draft or after == before:
        return after
    return replace(after, review=reviews.written(before.review, actor.eyes))
