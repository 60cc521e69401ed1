"""The states that are usually ugly: one class only, forty open stories, a table in a note, two of five platforms."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from statuspage.core.availability import Availability, Basis, CellKey, Reason
from statuspage.core.cell import Pace
from statuspage.core.incident import Impact, Incident, Kind, Stage, Update
from statuspage.core.settings import Provider
from statuspage.core.snapshot import CellView, Snapshot, Summary
from tests.site import snapshots as cast
from tests.site import story
from tests.site.snapshots import NOW

A = Availability
TABLE = "\n".join(
    ["| Region | Requests | Refused | What it says |", "|---|---:|---:|---|"]
    + [f"| region-{n}-with-a-name | {n * 1731} | {n * 17} | `not_found_error` for {n} models |" for n in range(60)]
)
RIGHT_TO_LEFT = "تم تقييد الوصول إلى هذا النموذج. استخدم `claude-opus-4-8` بدلاً منه."


def one_class() -> Snapshot:
    """A site that watches for one class only, with a chart of its first model."""
    made = cast.snapshot(cast.calm, cast.all_answer(), classes=cast.CLASSES[:1])
    key = CellKey(cast.MODELS[0].id, "claude-api", cast.CLASSES[0].id)
    hours = [n for n in range(168) if not 60 < n < 80]
    paces = tuple(Pace(NOW - timedelta(hours=167 - n), 0.4 + (n * 37 % 23) / 40) for n in hours)
    return replace(made, paces={key: paces})


def a_note(number: int, body: str, title: str) -> Incident:
    """An open story with one long update."""
    at = NOW - timedelta(hours=number + 1)
    update = Update(f"upd_n{number}", at, Stage.INVESTIGATING, body)
    return Incident(
        f"inc_n{number}", Kind.INCIDENT, title, Stage.INVESTIGATING, Impact.MINOR, at, at, updates=(update,)
    )


def forty_open() -> Snapshot:
    """Forty open stories; the newest hold a table of sixty lines, right-to-left text, and one endless word."""
    notes = (
        a_note(0, f"What we see by region:\n\n{TABLE}\n\nMore when we know more.", "Refusals by region"),
        a_note(1, RIGHT_TO_LEFT, "تقييد الوصول"),
        a_note(2, "x" * 400, "A" * 120),
    )
    many = tuple(a_note(n, f"Looking into number {n}.", f"Trouble number {n}") for n in range(3, 40))
    made = story.many_incidents()
    return replace(made, incidents=notes + many)


def few_of_five() -> Snapshot:
    """One model on five platforms of which two have it; one class that nobody can ask for; one unknown platform."""
    fifth = Provider(
        "gateway", "A gateway with a remarkably long name, Europe (Frankfurt)", "openai", "https://g.example"
    )
    providers = (*cast.PROVIDERS, fifth)
    first = cast.model(
        "claude-fable-5", "Claude Fable 5", [one.id for one in providers], alternatives=("claude-opus-4-8",)
    )
    models = (first, *cast.MODELS[2:4])

    def judge(key: CellKey, code: str) -> CellView:
        if key.user_class == "partners":
            return cast.cell(key, code, A.UNKNOWN, measured=None, basis=Basis.NONE, deviates=False, cell_seq=0)
        if key.model == first.id and key.provider in {"vertex", "openrouter"}:
            return cast.cell(key, code, A.RESTRICTED, reason=Reason.WITHDRAWN, since=NOW - timedelta(hours=5))
        if key.model == first.id and key.provider == "gateway":
            return cast.cell(key, code, A.UNKNOWN, reason=Reason.CREDENTIAL, basis=Basis.NONE)
        return cast.cell(key, code)

    says = Summary(A.AVAILABLE, "3 models answer.", unaffected=tuple(each.id for each in models), cells=54)
    made = cast.snapshot(judge, says, models)
    return replace(made, providers=providers)


def ten_classes() -> Snapshot:
    """Too many classes for columns: the matrix is a list, and a reader chooses one of them."""
    more = tuple(replace(cast.CLASSES[0], id=f"region-{n}", name=f"Region {n}", reference=False) for n in range(4))
    made = story.june()
    wide = cast.snapshot(story.in_june, made.summary, classes=cast.CLASSES + more)
    return replace(wide, incidents=made.incidents, recent_events=made.recent_events, transitions=made.transitions)
