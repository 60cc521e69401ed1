"""Forms of staff: fields of HTML to the data that the verbs read, and back; what was typed stays as it was typed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from statuspage.core import moment
from statuspage.core.incident import ScopeRow

Fields = Sequence[tuple[str, str]]
Data = dict[str, Any]

OTHER = "at"
"""The choice of "next update" that is typed."""

MOST_ROWS = 20
_NUMBERED = re.compile(r"(scope|fact)-(\d{1,2})-([a-z_]+)")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the scope as it stands in the form."""

    models: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    user_classes: tuple[str, ...] = ()
    excepted: tuple[str, ...] = ()
    start: str = ""
    until: str = ""

    @property
    def plain(self) -> bool:
        """Whether it needs no more than the three questions."""
        return not (self.excepted or self.start or self.until)


@dataclass(frozen=True, slots=True)
class Fact:
    """One statement as it stands in the form; ``user_classes`` narrows it."""

    says: str = ""
    by: str = ""
    authority: str = ""
    basis: str = ""
    announced_at: str = ""
    start: str = ""
    until: str = ""
    source: str = ""
    claimed: bool = False
    user_classes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """A story or an update as it stands in the form; every value is what was typed."""

    incident_id: str = ""
    update_id: str = ""
    base_rev: str = ""
    kind: str = "incident"
    title: str = ""
    body: str = ""
    stage: str = ""
    impact: str = ""
    started_at: str = ""
    next_in: str = ""
    next_at: str = ""
    scheduled_for: str = ""
    scheduled_until: str = ""
    backdated_to: str = ""
    ends: bool = False
    rescoped: bool = False
    rows: tuple[Row, ...] = (Row(),)
    facts: tuple[Fact, ...] = ()
    wording: str = ""
    despite: bool = False
    do: str = ""


FLAGS = ("ends", "rescoped", "despite")
_PLAIN = tuple(name for name in Form.__dataclass_fields__ if name not in ("rows", "facts", *FLAGS))


def of_fields(fields: Fields) -> Form:
    """The form that was posted."""
    plain: dict[str, Any] = {name: value.replace("\r\n", "\n") for name, value in fields if name in _PLAIN}
    flags: dict[str, Any] = {name: any(key == name and value for key, value in fields) for name in FLAGS}
    rows, facts = _numbered(fields, "scope"), _numbered(fields, "fact")
    return Form(
        **plain, **flags, rows=tuple(_row(one) for one in rows) or (Row(),), facts=tuple(_fact(one) for one in facts)
    )


def of_story(data: Mapping[str, Any], **more: Any) -> Form:
    """The form in which saved data stands again."""
    return Form(
        kind=str(data.get("kind", "incident")),
        title=data.get("title", ""),
        body=data.get("body", ""),
        stage=str(data.get("stage") or ""),
        impact=str(data.get("impact") or ""),
        started_at=moment.shown(data.get("started_at")),
        next_in=OTHER if data.get("next_update_by") else "",
        next_at=moment.shown(data.get("next_update_by")),
        scheduled_for=moment.shown(data.get("scheduled_for")),
        scheduled_until=moment.shown(data.get("scheduled_until")),
        backdated_to=moment.shown(data.get("backdated_to")),
        ends=bool(data.get("ends")),
        rescoped=data.get("scope") is not None,
        rows=tuple(_row_of(one) for one in data.get("scope") or ()) or (Row(),),
        facts=tuple(_fact_of(one) for one in data.get("statements") or ()),
        **more,
    )


def story(form: Form, now: datetime) -> Data:
    """The data of a story, for the one reader."""
    said = {
        "kind": form.kind,
        "title": form.title.strip(),
        "body": form.body,
        "stage": form.stage,
        "impact": form.impact,
        "started_at": _moment(form.started_at, now),
        "next_update_by": _next(form, now),
        "scope": _rows(form, now),
        "statements": [_fact_data(one, form.rows, now) for one in form.facts if one.says and _restricts(form)],
        "base_rev": number(form.base_rev),
    }
    if form.kind == "maintenance":
        said["scheduled_for"] = _moment(form.scheduled_for, now)
        said["scheduled_until"] = _moment(form.scheduled_until, now)
    return {name: value for name, value in said.items() if value not in ("", None)}


def more(form: Form, now: datetime, scope: Sequence[ScopeRow]) -> Data:
    """The data of an update, for the one reader; its statements are about ``scope``, that of the story so far."""
    rows = [Row(one.models, one.providers, one.user_classes, one.excepted) for one in scope]
    said = {
        "body": form.body,
        "stage": form.stage,
        "next_update_by": _next(form, now),
        "backdated_to": _moment(form.backdated_to, now),
        "ends": form.ends,
        "scope": _rows(form, now) if form.rescoped else None,
        "statements": [_fact_data(one, rows, now) for one in form.facts if one.says],
        "despite_checks": form.despite,
        "base_rev": number(form.base_rev),
    }
    return {name: value for name, value in said.items() if value not in ("", None)}


def plain(row: Row) -> ScopeRow:
    """The cells that a row means."""
    return ScopeRow(row.models, row.providers, row.user_classes, row.excepted)


def with_row(form: Form) -> Form:
    """The form with one more row."""
    return replace(form, rows=(*form.rows, Row())[:MOST_ROWS])


def with_fact(form: Form) -> Form:
    """The form with one more statement."""
    return replace(form, facts=(*form.facts, Fact())[:MOST_ROWS])


def _numbered(fields: Fields, what: str) -> list[dict[str, list[str]]]:
    found: dict[int, dict[str, list[str]]] = {}
    for name, value in fields:
        match = _NUMBERED.fullmatch(name)
        if match and match[1] == what:
            found.setdefault(int(match[2]), {}).setdefault(match[3], []).append(value)
    return [found[number] for number in sorted(found)][:MOST_ROWS]


def _row(said: Mapping[str, list[str]]) -> Row:
    lists = {name: tuple(one for one in said.get(name, ()) if one) for name in ("models", "providers", "user_classes")}
    excepted = tuple(one for one in said.get("except", ()) if one)
    return Row(**lists, excepted=excepted, start=_last(said, "from"), until=_last(said, "until"))


def _fact(said: Mapping[str, list[str]]) -> Fact:
    texts = ("says", "by", "authority", "basis", "announced_at", "until", "source")
    return Fact(
        **{name: _last(said, name) for name in texts},
        start=_last(said, "from"),
        claimed=bool(_last(said, "claimed")),
        user_classes=tuple(one for one in said.get("user_classes", ()) if one),
    )


def _last(said: Mapping[str, list[str]], name: str) -> str:
    return said.get(name, [""])[-1]


def _row_of(data: Mapping[str, Any]) -> Row:
    return Row(
        tuple(data["models"]),
        tuple(data["providers"]),
        tuple(data["user_classes"]),
        tuple(data["except"]),
        moment.shown(data.get("from")),
        moment.shown(data.get("until")),
    )


def _fact_of(data: Mapping[str, Any]) -> Fact:
    classes = {name for row in data.get("scope") or () for name in row["user_classes"]}
    return Fact(
        says=str(data["says"]),
        by=str(data.get("by") or ""),
        authority=data.get("authority") or "",
        basis=data.get("basis") or "",
        announced_at=moment.shown(data.get("announced_at")),
        start=moment.shown(data.get("from")),
        until=moment.shown(data.get("until")),
        source=data.get("source") or "",
        claimed=str(data.get("certainty")) == "claimed",
        user_classes=tuple(sorted(classes)),
    )


def _rows(form: Form, now: datetime) -> list[Data]:
    return [
        {
            "models": list(row.models),
            "providers": list(row.providers),
            "user_classes": list(row.user_classes),
            "except": list(row.excepted),
            "from": _moment(row.start, now),
            "until": _moment(row.until, now),
        }
        for row in form.rows
    ]


def _restricts(form: Form) -> bool:
    return form.kind == "restriction"


def _fact_data(one: Fact, rows: Sequence[Row], now: datetime) -> Data:
    said: Data = {
        "says": one.says,
        "by": one.by,
        "certainty": "claimed" if one.claimed else "confirmed",
        "authority": one.authority.strip(),
        "basis": one.basis.strip(),
        "announced_at": _moment(one.announced_at, now),
        "from": _moment(one.start, now),
        "until": _moment(one.until, now),
        "source": one.source.strip(),
    }
    if one.user_classes:
        said["scope"] = [
            {"models": list(row.models), "providers": list(row.providers), "user_classes": list(one.user_classes)}
            for row in rows
        ]
    return {name: value for name, value in said.items() if value not in ("", None)}


def _next(form: Form, now: datetime) -> Any:
    if not form.next_in:
        return None
    return _moment(form.next_at if form.next_in == OTHER else form.next_in, now)


def _moment(text: str, now: datetime) -> Any:
    """The moment that was typed; what cannot be read goes on as it is, and the reader says so."""
    return moment.typed(text, now) or text.strip() or None


def number(text: str) -> int | None:
    """A revision as a form carries it; None for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
