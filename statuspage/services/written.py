"""What staff send as plain data, from a form or as JSON: read strictly, with every mistake named at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from statuspage.core.incident import By, Certainty, Impact, Incident, Kind, Says, ScopeRow, Stage
from statuspage.errors import FieldMistake, Invalid
from statuspage.services.drafting import MAX_BODY, MAX_LINE, MAX_TITLE, Continuation, Opening, Statement

MOST = 200
"""Entries in one list."""

Line = Annotated[str, Field(max_length=MAX_LINE)]
Words = Annotated[str, Field(max_length=MAX_BODY)]
Names = Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=MOST)]
Moment = AwareDatetime | None


class Written(BaseModel):
    """Plain data of which every field is known."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Row(Written):
    """A row of a scope, with its own times where it has any; an empty list means all."""

    models: Names = []
    providers: Names = []
    user_classes: Names = []
    excepted: Annotated[Names, Field(alias="except")] = []
    start: Annotated[Moment, Field(alias="from")] = None
    until: Moment = None

    def plain(self) -> ScopeRow:
        """The cells that it means."""
        return ScopeRow(*(tuple(one) for one in (self.models, self.providers, self.user_classes, self.excepted)))


Rows = Annotated[list[Row], Field(max_length=MOST)]


class Fact(Written):
    """One statement; without a scope of its own it is about that of the story."""

    says: Says
    certainty: Certainty = Certainty.CONFIRMED
    by: By | None = None
    authority: Line | None = None
    basis: Line | None = None
    announced_at: Moment = None
    start: Annotated[Moment, Field(alias="from")] = None
    until: Moment = None
    source: Line | None = None
    scope: Rows = []

    def statements(self, story: Sequence[Row]) -> list[Statement]:
        """The statement, once for each pair of times among its rows."""
        spans: dict[tuple[Moment, Moment], list[ScopeRow]] = {}
        for row in self.scope or story:
            spans.setdefault((row.start or self.start, row.until or self.until), []).append(row.plain())
        if not spans:
            spans = {(self.start, self.until): []}
        return [self._statement(*span, tuple(rows)) for span, rows in spans.items()]

    def _statement(self, start: Moment, until: Moment, rows: tuple[ScopeRow, ...]) -> Statement:
        return Statement(
            says=self.says,
            certainty=self.certainty,
            by=self.by,
            authority=self.authority or None,
            basis=self.basis or None,
            announced_at=_utc(self.announced_at),
            effective_from=_utc(start),
            until=_utc(until),
            source=self.source or None,
            scope=rows,
        )


Facts = Annotated[list[Fact], Field(max_length=MOST)]


class Story(Written):
    """A new incident, or a draft written again."""

    kind: Kind = Kind.INCIDENT
    title: Annotated[str, Field(max_length=MAX_TITLE)] = ""
    body: Words = ""
    scope: Rows = []
    statements: Facts = []
    impact: Impact | None = None
    stage: Stage | None = None
    started_at: Moment = None
    next_update_by: Moment = None
    scheduled_for: Moment = None
    scheduled_until: Moment = None
    draft: bool = False
    quiet: bool = False
    publish_at: Moment = None
    override: Line | None = None
    base_rev: int | None = None

    def opening(self) -> Opening:
        """The same as staff's verbs take it."""
        _check_rows(self.kind, self.scope, self.statements)
        return Opening(
            kind=self.kind,
            title=self.title,
            body=self.body,
            scope=tuple(row.plain() for row in self.scope),
            statements=tuple(said for fact in self.statements for said in fact.statements(self.scope)),
            impact=self.impact,
            stage=self.stage,
            started_at=_utc(self.started_at),
            next_update_by=_utc(self.next_update_by),
            scheduled_for=_utc(self.scheduled_for),
            scheduled_until=_utc(self.scheduled_until),
            draft=self.draft,
            quiet=self.quiet,
            publish_at=_utc(self.publish_at),
        )


class More(Written):
    """An update of an incident; what is left out stays as it is."""

    body: Words = ""
    stage: Stage | None = None
    scope: Rows | None = None
    statements: Facts = []
    next_update_by: Moment = None
    backdated_to: Moment = None
    ends: bool = False
    draft: bool = False
    quiet: bool = False
    publish_at: Moment = None
    override: Line | None = None
    despite_checks: bool = False
    base_rev: int | None = None

    def continuation(self, incident: Incident) -> Continuation:
        """The same as staff's verbs take it; statements without a scope are about the incident's."""
        _check_rows(incident.kind, self.scope or [], self.statements)
        story = self.scope if self.scope is not None else [row_of(one) for one in incident.scope]
        return Continuation(
            body=self.body,
            stage=self.stage,
            scope=None if self.scope is None else tuple(row.plain() for row in self.scope),
            statements=tuple(said for fact in self.statements for said in fact.statements(story)),
            next_update_by=_utc(self.next_update_by),
            backdated_to=_utc(self.backdated_to),
            ends=self.ends,
            draft=self.draft,
            quiet=self.quiet,
            publish_at=_utc(self.publish_at),
        )


class Going(Written):
    """How a draft, or a waiting update, is to be published."""

    update: Line | None = None
    quiet: bool = False
    publish_at: Moment = None
    override: Line | None = None
    base_rev: int | None = None


class Seen(Written):
    """What a second person has looked at."""

    update: Line | None = None
    base_rev: int | None = None


class Remark(Written):
    """A private note, or other words for an update."""

    body: Words
    base_rev: int | None = None


class Answer(Written):
    """A provider's answer, by its fingerprint."""

    provider: Line
    fingerprint: Line


class Reason(Written):
    """Why something is so, for staff alone."""

    why: Line = ""


class Vouching(Written):
    """Staff's word on cells that no check can reach."""

    scope: Row = Row()
    available: bool
    until: AwareDatetime
    source: Line | None = None


class NewClass(Written):
    """A user class that is made without a deploy."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
    name: Annotated[str, Field(min_length=1, max_length=200)]
    description: Line = ""


Form = TypeVar("Form", bound=Written)


def row_of(one: ScopeRow) -> Row:
    """The plain data of a row."""
    return Row(
        models=list(one.models),
        providers=list(one.providers),
        user_classes=list(one.user_classes),
        excepted=list(one.excepted),
    )


def read(form: type[Form], said: Mapping[str, Any]) -> Form:
    """The data as a form; Invalid names every field that is wrong."""
    try:
        return form.model_validate(said)
    except ValidationError as error:
        mistakes = [FieldMistake(_place(one["loc"]), _words(one)) for one in error.errors(include_url=False)]
        raise Invalid(tuple(mistakes[:50])) from None


def _check_rows(kind: Kind, rows: Sequence[Row], facts: Sequence[Fact]) -> None:
    mistakes = []
    if facts and kind is not Kind.RESTRICTION:
        mistakes.append(FieldMistake("statements", "only a restriction states that it was ordered, applied or lifted"))
    if not facts and any(row.start or row.until for row in rows):
        mistakes.append(FieldMistake("scope", "the times of a row need a statement that holds for so long"))
    if mistakes:
        raise Invalid(tuple(mistakes))


def _utc(at: datetime | None) -> datetime | None:
    return at.astimezone(UTC) if at else None


def _place(steps: Sequence[int | str]) -> str:
    place = "".join(f"[{one}]" if isinstance(one, int) else f".{one[:80]}" for one in steps)
    return place.removeprefix(".")


def _words(error: Any) -> str:
    match error["type"]:
        case "extra_forbidden":
            return "there is no such field"
        case "missing":
            return "must be given"
        case "timezone_aware" | "datetime_from_date_parsing" | "datetime_parsing" | "datetime_type":
            return "must be a moment such as 2026-06-13T01:59:00Z"
        case _:
            told: str = error["msg"]
            return told[0].lower() + told[1:]
