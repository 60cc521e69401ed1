"""The forms by which staff vouch for cells that no check reaches, and make user classes at night."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from statuspage.core import moment
from statuspage.core.settings import UserClass
from statuspage.core.snapshot import CellView
from statuspage.core.staff import Action, Actor
from statuspage.errors import Conflict, FieldMistake, Invalid, UsageError
from statuspage.ports import Clock
from statuspage.services.attestations import Attestations
from statuspage.services.written import NewClass, read
from statuspage.site import desk_forms, desk_pages
from statuspage.site.desk_forms import Row
from statuspage.web.bodies import form as posted
from statuspage.web.staff.forms import mistakes_of
from statuspage.web.staff.guard import Rule
from statuspage.web.staff.showing import seeing, show, visit_of

ATTEST = "/staff/attestations/new"
CLASS = "/staff/user-classes/new"
EMPTY = {"availability": "available", "until": "+14d", "source": ""}
NOBODY = {"id": "", "name": "", "description": ""}


@dataclass
class Vouching:
    """What staff know and no check can tell."""

    attestations: Attestations
    clock: Clock

    def pages(self) -> list[Rule]:
        """The routes of the forms."""
        return [
            Rule(ATTEST, self.attesting, Action.ATTEST),
            Rule(ATTEST, self.attest, Action.ATTEST, ("POST",)),
            Rule(CLASS, self.making, Action.ATTEST),
            Rule(CLASS, self.make, Action.ATTEST, ("POST",)),
        ]

    async def attesting(self, request: Request, _: Actor) -> Response:
        """The form, with the cell ticked that was named, or with the class of ``*/class``."""
        row = _row_of(visit_of(request).snapshot.cells, request.query_params.get("cell", ""))
        return self._attest(request, EMPTY, row)

    async def attest(self, request: Request, actor: Actor) -> Response:
        """Vouch for cells."""
        fields = await posted(request)
        said, [row, *_] = EMPTY | dict(fields), desk_forms.of_fields(fields).rows
        try:
            until = moment.typed(said["until"], self.clock())
            if until is None:
                raise Invalid((FieldMistake("until", "must be a moment such as +14d or 30 Jun 12:00"),))
            await self.attestations.attest(
                desk_forms.plain(row),
                available=said["availability"] == "available",
                until=until,
                source=said["source"].strip() or None,
                actor=actor,
            )
        except UsageError as error:
            return self._attest(request, said, row, mistakes_of(error), 422)
        return seeing(request, "/staff/incidents?done=attested")

    async def making(self, request: Request, _: Actor) -> Response:
        """The form of a user class."""
        return show(request, "staff/user_class.html", said=NOBODY, mistakes=())

    async def make(self, request: Request, actor: Actor) -> Response:
        """Make a user class."""
        said = NOBODY | {name: value for name, value in await posted(request) if name in NOBODY}
        try:
            made = read(NewClass, said)
            await self.attestations.add_class(UserClass(made.id, made.name, made.description, attested=True), actor)
        except (UsageError, Conflict) as error:
            wrong = mistakes_of(error) if isinstance(error, UsageError) else (FieldMistake("id", str(error)),)
            return show(request, "staff/user_class.html", status=422, said=said, mistakes=wrong)
        return seeing(request, "/staff/incidents?done=made")

    def _attest(
        self,
        request: Request,
        said: dict[str, str],
        row: Row,
        mistakes: tuple[FieldMistake, ...] = (),
        status: int = 200,
    ) -> Response:
        choices = desk_pages.choices(visit_of(request).snapshot, row.models)
        return show(request, "staff/attest.html", status=status, said=said, row=row, choices=choices, mistakes=mistakes)


def _row_of(cells: Iterable[CellView], named: str) -> Row:
    """What a cell such as ``model@provider/class``, or a class such as ``*/class``, ticks; nothing if there is none."""
    for key in (one.key for one in cells):
        if str(key) == named:
            return Row((key.model,), (key.provider,), (key.user_class,))
        if f"*/{key.user_class}" == named:
            return Row(user_classes=(key.user_class,))
    return Row()
