"""The pages: each function renders one page of a snapshot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from statuspage.core.availability import USABLE, Availability, CellKey
from statuspage.core.event import Event
from statuspage.core.incident import Incident
from statuspage.core.settings import Model, Provider, UserClass
from statuspage.core.snapshot import CellView, Snapshot
from statuspage.core.uptime import ACCESS_FORMULA, UPTIME_FORMULA
from statuspage.errors import FieldMistake
from statuspage.site import answer, beside, drawn, feeds, headline, matrix, stories, strips
from statuspage.site.look import first, look
from statuspage.site.openapi.problems import PROBLEMS
from statuspage.site.render import page

EVENTS = 30
"""How many events a model's page lists."""


def home(snapshot: Snapshot, as_of: datetime | None = None, shown: drawn.Home | None = None) -> bytes:
    """The first page; with ``as_of``, the same page of a past snapshot under a banner that says so."""
    shown = shown or drawn.of_home(snapshot)
    parts = headline.parts(snapshot)
    now = answer.of_home(snapshot)
    return page(
        "home.html",
        snapshot,
        "/" if as_of is None else f"/at/{as_of:%Y-%m-%dT%H:%M:%SZ}",
        as_of=as_of,
        parts=parts,
        look=first(part.look for part in parts) if parts else look(snapshot.summary.availability),
        answer=now,
        cause=headline.cause(snapshot, now.incident),
        doubt=headline.doubt(snapshot),
        rows=shown.rows,
        stories=stories.stories(snapshot),
        strips=shown.strips,
        months=strips.months(snapshot),
        incidents=strips.incidents(snapshot),
        reference=next((one for one in snapshot.user_classes if one.reference), None),
    )


def model(snapshot: Snapshot, one: Model, shown: drawn.ModelDays | None = None) -> bytes:
    """A model's page."""
    cells = snapshot.of_model(one.id)
    models = {other.id: other for other in snapshot.models}
    standing = answer.standing(snapshot, one)
    rows = matrix.of_model(snapshot, one)
    alternatives = [models[name] for name in one.alternatives if name in models]
    shown = shown or drawn.of_model(snapshot, one)
    return page(
        "model.html",
        snapshot,
        f"/models/{one.id}",
        model=one,
        cells=cells,
        classes={other.id: other for other in snapshot.user_classes},
        opened=_telling(cells),
        standing=standing,
        part=headline.of_model(snapshot, one, standing.look),
        answer=answer.of_model(snapshot, one),
        rows=rows,
        parties=matrix.parties(rows, snapshot.user_classes),
        alternatives=[(other, answer.standing(snapshot, other)) for other in alternatives],
        remedies=tuple(dict.fromkeys(cell.remedy for cell in cells if cell.remedy)),
        beside=beside.beside(snapshot, cells),
        strips=shown.strips,
        shares=shown.shares,
        months=strips.months(snapshot),
        incidents=strips.incidents(snapshot),
        events=[event for event in snapshot.recent_events if one.id in feeds.models_of(event)][:EVENTS],
        charts=shown.charts,
        uptime_formula=UPTIME_FORMULA,
        access_formula=ACCESS_FORMULA,
    )


def user_class(snapshot: Snapshot, one: UserClass, shown: drawn.ClassList | None = None) -> bytes:
    """The page of a user class: what it can use now, what not, what instead."""
    shown = shown or drawn.of_class(snapshot, one, matrix.home(snapshot))
    items = shown.items
    usable = [item for item in items if item.square.availability in USABLE]
    unsure = [item for item in items if item.square.availability is Availability.UNKNOWN]
    told = {*map(id, usable), *map(id, unsure)}
    return page(
        "user_class.html",
        snapshot,
        f"/user-classes/{one.id}",
        user_class=one,
        total=len(items),
        usable=usable,
        unsure=unsure,
        closed=[item for item in items if id(item) not in told],
        loudest=_calm(first(item.square.look for item in items)),
        strips=shown.strips,
        months=strips.months(snapshot),
        incidents=strips.incidents(snapshot),
    )


def provider(snapshot: Snapshot, one: Provider, rows: tuple[matrix.Row, ...] | None = None) -> bytes:
    """The page of a platform."""
    rows = matrix.of_provider(snapshot, one.id) if rows is None else rows
    trouble = [row for row in rows if any(square and square.loud for square in row.squares)]
    return page(
        "provider.html",
        snapshot,
        f"/providers/{one.id}",
        provider=one,
        rows=rows,
        trouble=trouble,
        loudest=_calm(first(square.look for row in rows for square in row.squares if square)),
        instead=_elsewhere(snapshot, one, trouble),
    )


def incident(snapshot: Snapshot, one: Incident) -> bytes:
    """The permalink of a story."""
    linked = [event for event in snapshot.recent_events if event.draft.incident == one.id]
    told = stories.story(snapshot, one)
    return page("incident.html", snapshot, f"/incidents/{one.id}", story=told, linked=linked)


def event(snapshot: Snapshot, one: Event) -> bytes:
    """The permalink of an event."""
    return page("event.html", snapshot, f"/events/{one.id}", event=one)


def history(snapshot: Snapshot, shown: date | None = None, listed: tuple[date, ...] | None = None) -> bytes:
    """Incidents and events of every month, or of one month when ``shown`` is its first day."""
    return page(
        "history.html",
        snapshot,
        f"/history/{shown:%Y-%m}" if shown else "/history",
        shown=shown,
        months=months(snapshot) if listed is None else listed,
        incidents=[one for one in snapshot.incidents if shown in (None, month_of(began(one)))],
        events=[one for one in snapshot.recent_events if shown in (None, month_of(one.draft.timestamp))],
    )


def methodology(snapshot: Snapshot) -> bytes:
    """How verdicts are made, from the policy in force."""
    return page(
        "methodology.html",
        snapshot,
        "/methodology",
        uptime_formula=UPTIME_FORMULA,
        access_formula=ACCESS_FORMULA,
    )


def not_found(snapshot: Snapshot) -> bytes:
    """The page for an address that holds nothing."""
    return page("not_found.html", snapshot, "/404")


def refused(snapshot: Snapshot, status: int, detail: str, errors: Sequence[FieldMistake] = ()) -> bytes:
    """The page for a request that is not granted, with what is wrong and what to do."""
    known = {one.status: one for one in PROBLEMS}
    told = known.get(status) or known[400 if status < 500 else 500]
    context = {"title": told.title, "advice": told.advice, "detail": detail, "errors": errors}
    return page("refused.html", snapshot, "/404", **context)


def months(snapshot: Snapshot) -> tuple[date, ...]:
    """The months of which the history has something to tell, newest first."""
    opened = {month_of(began(one)) for one in snapshot.incidents}
    return tuple(sorted(opened | {month_of(one.draft.timestamp) for one in snapshot.recent_events}, reverse=True))


def began(one: Incident) -> datetime:
    """When a story is told to have begun."""
    return one.started_at or one.created_at


def month_of(at: datetime) -> date:
    """The first day of a moment's month."""
    return at.date().replace(day=1)


def _calm(name: str) -> str:
    return "available" if name in {"expected", "absent"} else name


def _telling(cells: tuple[CellView, ...]) -> CellKey | None:
    def calm(cell: CellView) -> bool:
        return cell.by_design or cell.availability in (Availability.AVAILABLE, Availability.UNKNOWN)

    ranked = sorted(cells, key=lambda cell: (calm(cell), not cell.deviates, cell.by_design, cell.proof is None))
    return ranked[0].key if ranked else None


def _elsewhere(snapshot: Snapshot, one: Provider, rows: Iterable[matrix.Row]) -> list[tuple[Model, list[str]]]:
    names = {other.id: other.name for other in snapshot.providers}
    models = {model.id: model for model in snapshot.models}
    found = []
    for row in rows:
        places = {
            cell.key.provider: None
            for cell in snapshot.of_model(row.id)
            if cell.key.provider != one.id and cell.availability in USABLE
        }
        if places:
            found.append((models[row.id], [names.get(place, place) for place in places]))
    return found
