"""Forms that are filled before anybody types: from what the checks see, from a wording, from what was kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import parse_qsl

from statuspage.core import moment
from statuspage.core.incident import Incident, Kind, Says, ScopeRow
from statuspage.core.snapshot import Snapshot
from statuspage.core.suggestion import Suggestion, suggest
from statuspage.services.sheets import Sheet
from statuspage.site import desk_forms
from statuspage.site.desk_forms import Fact, Form, Row
from statuspage.site.wordings import Wording, filled, for_kind, wordings, words_for

SOON = "+1h"
"""The promise that stands in a new form."""


def typed(sheet: Sheet) -> Form:
    """The form as it was typed."""
    return desk_forms.of_fields(parse_qsl(sheet.fields, keep_blank_values=True))


def suggestion(snapshot: Snapshot, transition: str | None, cell: str | None) -> Suggestion | None:
    """What the checks suggest for a transition, or for a cell such as ``model@provider/class``; None for neither."""
    key = next((one.key for one in snapshot.transitions if one.id == transition), None)
    seed = next((one for one in snapshot.cells if one.key == key or str(one.key) == cell), None)
    return suggest(snapshot.cells, seed) if seed else None


def begun(snapshot: Snapshot, found: Suggestion) -> Form:
    """The form of a story as the checks see it; of a restriction, that the provider applies it since then."""
    applied = Fact(says=Says.APPLIED, by="provider", start=moment.shown(found.since))
    form = Form(
        kind=found.kind.value,
        started_at=moment.shown(found.since),
        next_in=SOON,
        rows=tuple(row_of(one) for one in found.rows),
        facts=(applied,) if found.kind is Kind.RESTRICTION else (),
    )
    [first, *_] = for_kind(found.kind.value)
    return worded(replace(form, wording=first.id), snapshot, found.since)


def worded(form: Form, snapshot: Snapshot, since: datetime | None, scope: Sequence[ScopeRow] | None = None) -> Form:
    """The form with the words that were chosen; a title that stands already stays."""
    found = next((one for one in wordings() if one.id == form.wording), None)
    if found is None:
        return form
    rows = scope if scope is not None else [desk_forms.plain(one) for one in form.rows]
    return _with_words(form, found, words_for(snapshot, rows, since))


def row_of(row: ScopeRow) -> Row:
    """A row of a scope as it stands in the form."""
    return Row(row.models, row.providers, row.user_classes, row.excepted)


def first_of(snapshot: Snapshot, incident: Incident, purpose: str) -> Form:
    """The form of what comes next in a public story."""
    form = Form(rows=tuple(row_of(one) for one in incident.scope) or (Row(),))
    match purpose:
        case "lift":
            form = replace(form, facts=(Fact(says=Says.LIFTED),), wording="51-partly-lifted")
        case "end":
            form = replace(form, ends=True, wording="60-resolved")
        case "postmortem":
            form = replace(form, stage="postmortem", wording="70-postmortem")
        case _:
            return replace(form, next_in=SOON)
    return worded(form, snapshot, incident.started_at or incident.created_at, incident.scope)


def _with_words(form: Form, found: Wording, words: dict[str, str]) -> Form:
    return replace(form, title=form.title.strip() or filled(found.title, words), body=filled(found.body, words))
