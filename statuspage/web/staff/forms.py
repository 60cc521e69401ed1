"""What every form of incidents has in common: where it lies, what its small buttons are, what comes back from it."""

from __future__ import annotations

from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response

from statuspage.core.incident import Incident
from statuspage.core.staff import Action, Actor
from statuspage.errors import FieldMistake, Invalid, UsageError
from statuspage.services.incidents import Incidents
from statuspage.web.staff.guard import Rule

AGAIN = frozenset({"row", "fact", "wording"})
"""Buttons that change the form and save nothing."""


class Writing(Protocol):
    """A form that is begun, gone on with, and sent."""

    async def new(self, request: Request, actor: Actor) -> Response:
        """The form to begin with."""
        ...

    async def edit(self, request: Request, actor: Actor) -> Response:
        """The form as it was saved, or as it was typed since."""
        ...

    async def write(self, request: Request, actor: Actor) -> Response:
        """What is sent by either."""
        ...


def rules(form: Writing, new: str, edit: str) -> list[Rule]:
    """The routes of a form at two addresses; what is typed there is kept."""
    return [
        Rule(new, form.new, Action.WRITE),
        Rule(new, form.write, Action.WRITE, ("POST",), kept=True),
        Rule(edit, form.edit, Action.WRITE),
        Rule(edit, form.write, Action.WRITE, ("POST",), kept=True),
    ]


def mistakes_of(error: UsageError) -> tuple[FieldMistake, ...]:
    """Every mistake that an error names."""
    return error.mistakes if isinstance(error, Invalid) else (FieldMistake("", str(error)),)


async def newest(incidents: Incidents, incident_id: str) -> tuple[Incident, str]:
    """An incident as it is saved, and who saved it."""
    revision, theirs = (await incidents.log(incident_id))[-1]
    return theirs, revision.actor
