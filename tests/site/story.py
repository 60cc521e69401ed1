"""The June 2026 story as a snapshot, a crowded one and a hostile one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from statuspage.core.availability import Availability, Basis, CellKey, Disagreement, Reason
from statuspage.core.cell import Measured, Published, Transition
from statuspage.core.event import Change, Event, EventDraft, EventType, Severity
from statuspage.core.incident import (
    By,
    Certainty,
    Declaration,
    Edit,
    Impact,
    Incident,
    Kind,
    Note,
    Says,
    ScopeRow,
    Stage,
    Update,
)
from statuspage.core.settings import Site, UserClass
from statuspage.core.snapshot import CellView, DeclaredView, Snapshot, Summary
from tests.site import snapshots as cast
from tests.site.snapshots import LISTED_AGAIN, NOW, REFUSED

A = Availability
BOTH = ("claude-fable-5", "claude-mythos-5")
ORDERED = datetime(2026, 6, 12, 21, 21, tzinfo=UTC)
ANNOUNCED = datetime(2026, 6, 13, 0, 50, tzinfo=UTC)
SCOPE = ScopeRow(models=BOTH)
FOREIGN = ScopeRow(models=BOTH, user_classes=("foreign-abroad", "foreign-in-us"))
OFFSET = {"claude-api": 0, "vertex": 5, "openrouter": 12, "bedrock": 26}


def declaration(says: Says, by: By, at: datetime, **more: object) -> Declaration:
    """One confirmed fact about the directive."""
    made = Declaration(
        says=says,
        by=by,
        certainty=Certainty.CONFIRMED,
        scope=(FOREIGN,),
        recorded_at=at + timedelta(minutes=9),
        authority="the export authority",
        basis="Export-control directive to the vendor",
        announced_at=at,
        effective_from=at,
        source="https://vendor.example/statement",
    )
    return replace(made, **more)  # type: ignore[arg-type]


ORDER = declaration(Says.ORDERED, By.AUTHORITY, ORDERED)
NOTICE = declaration(Says.ANNOUNCED, By.PROVIDER, ANNOUNCED, authority=None)
LIFT = declaration(
    Says.LIFTED,
    By.AUTHORITY,
    LISTED_AGAIN - timedelta(minutes=34),
    scope=(ScopeRow(models=("claude-mythos-5",), user_classes=("listed",)),),
)
CLAIM = declaration(
    Says.LIFTED,
    By.PROVIDER,
    datetime(2026, 6, 17, 9, 30, tzinfo=UTC),
    certainty=Certainty.CLAIMED,
    basis="Reports of access with nationality checks",
    source="https://rumour.example/",
)


def directive() -> Incident:
    """The open restriction."""
    return Incident(
        id="inc_directive",
        kind=Kind.RESTRICTION,
        title="Two models suspended under an export-control directive",
        stage=Stage.MONITORING,
        impact=Impact.MAJOR,
        created_at=ORDERED,
        updated_at=datetime(2026, 6, 27, 2, 0, tzinfo=UTC),
        scope=(SCOPE,),
        declarations=(ORDER, NOTICE, LIFT, CLAIM),
        updates=(
            Update("upd_1", ANNOUNCED, Stage.IDENTIFIED, "The vendor has received a directive for **both** models."),
            Update(
                "upd_2",
                REFUSED + timedelta(minutes=8),
                Stage.MONITORING,
                "Calls are refused for every class we can ask as.\n\n- Opus 4.8 is not affected\n- nor is Sonnet 4.6",
                (Edit(REFUSED + timedelta(minutes=20), "Calls are refused."),),
            ),
            Update(
                "upd_3",
                datetime(2026, 6, 27, 2, 0, tzinfo=UTC),
                Stage.MONITORING,
                "The partial lift covers about 100 named organisations and agencies, and Claude Mythos 5 only. "
                "Claude Fable 5 stays closed.",
            ),
        ),
        notes=(Note(NOW, "night shift", "PRIVATE: ask legal again"),),
        started_at=ORDERED,
        next_update_by=datetime(2026, 6, 27, 8, 0, tzinfo=UTC),
    )


def in_june(key: CellKey, provider_model_id: str) -> CellView:
    """The night of 27 June: two models are closed, one of them is open again for listed organisations."""
    if key.model not in BOTH or (key.model == BOTH[0] and key.user_class == "zero-retention"):
        return cast.calm(key, provider_model_id)
    if key.model == BOTH[1] and key.user_class == "listed" and key.provider == "claude-api":
        return cast.cell(key, provider_model_id, since=LISTED_AGAIN, deviates=False)
    view = cast.cell(
        key,
        provider_model_id,
        A.RESTRICTED,
        reason=Reason.LEGAL,
        since=REFUSED + timedelta(minutes=OFFSET[key.provider]),
        declared=declared(key),
        alternatives=cast.OPUS,
        incident="inc_directive",
    )
    return seen_as(view)


def seen_as(view: CellView) -> CellView:
    """How the restriction shows at that provider, for that class."""
    if view.key.user_class == "partners":
        return replace(
            cast.attested(view.key, view.provider_model_id, A.RESTRICTED), reason=Reason.LEGAL, since=view.since
        )
    if view.key.provider == "bedrock":
        held = cast.evidence(500, '{"message": "Try your request again"}', "linked")
        return replace(view, basis=Basis.LINKED, evidence=held, proof=cast.proof(view.since, 500, "linked"))
    if view.key == CellKey(BOTH[1], "vertex", "listed"):
        return cast.confirming(replace(view, disagreement=Disagreement.LIFTED_STILL_REFUSED))
    return view


def declared(key: CellKey) -> tuple[DeclaredView, ...]:
    """What was declared of a cell."""
    facts = (ORDER, NOTICE, LIFT)
    return tuple(DeclaredView("inc_directive", one, one is not LIFT) for one in facts if one.covers(key))


def event(number: int, kind: EventType, at: datetime, summary: str, **more: object) -> Event:
    """A committed event with a body."""
    made = EventDraft(f"evt_{number:04d}", kind, at, "claude-fable-5", "claude-api", summary, Severity.MAJOR, at)
    draft = replace(made, **more)  # type: ignore[arg-type]
    body = b'{"id":"' + draft.id.encode() + b'","seq":' + str(number).encode() + b"}"
    return Event(number, draft, body)


def changes(provider: str, to: Availability, restores: str | None = None) -> tuple[Change, ...]:
    """The changes of two classes of one model."""
    before = A.AVAILABLE if to is A.RESTRICTED else A.RESTRICTED
    return tuple(
        Change(
            CellKey(BOTH[0], provider, name),
            BOTH[0],
            before,
            to,
            Reason.LEGAL,
            Basis.MEASURED,
            4,
            restores,
            cast.evidence(),
        )
        for name in ("us-persons", "foreign-abroad")
    )


def june_events() -> tuple[Event, ...]:
    """The log of the story, newest first."""
    kind = EventType
    return (
        event(
            41,
            kind.MODEL_RESTORED,
            LISTED_AGAIN,
            "Claude Mythos 5 answers listed organisations again on Claude API.",
            model=BOTH[1],
            severity=Severity.NONE,
            changes=changes("claude-api", A.AVAILABLE, "evt_0036"),
            complete=False,
        ),
        event(
            40,
            kind.RESTRICTION_LIFTED,
            LIFT.starts,
            "Claude Mythos 5: lifted for listed organisations.",
            incident="inc_directive",
        ),
        event(
            38,
            kind.MODEL_RECOVERED,
            NOW - timedelta(days=3),
            "Claude Sonnet 4.6 recovered on Google Vertex AI.",
            model="claude-sonnet-4-6",
            provider="vertex",
        ),
        event(
            37,
            kind.MODEL_RESTRICTED,
            REFUSED + timedelta(minutes=26),
            "Claude Fable 5 is restricted on Amazon Bedrock, every class.",
            provider="bedrock",
            changes=changes("bedrock", A.RESTRICTED),
        ),
        event(
            36,
            kind.MODEL_RESTRICTED,
            REFUSED,
            "Claude Fable 5 is restricted on Claude API, every class.",
            changes=changes("claude-api", A.RESTRICTED),
        ),
        event(
            35,
            kind.RESTRICTION_ANNOUNCED,
            ANNOUNCED,
            "Announced by the provider: both models, foreign nationals.",
            incident="inc_directive",
            provider=None,
        ),
    )


def transition(key: CellKey, at: datetime) -> Transition:
    """The stored change behind a restriction."""
    shown = Published(A.RESTRICTED, Reason.LEGAL, at, Basis.MEASURED, True, incident="inc_directive")
    held = Measured(A.RESTRICTED, Reason.WITHDRAWN, at)
    return Transition(f"tra_{key.user_class}", key, key.model, at, at, A.AVAILABLE, shown, held, 3, "evt_0036")


def june() -> Snapshot:
    """Mid-incident: the founding story on its fifteenth night."""
    says = Summary(
        A.RESTRICTED,
        "Claude Fable 5 is restricted for 5 of 6 user classes, Claude Mythos 5 for 5 of 6; 6 models are unaffected.",
        restricted=BOTH,
        unaffected=tuple(each.id for each in cast.MODELS[2:]),
        cells=120,
    )
    keys = [CellKey(BOTH[0], "claude-api", one.id) for one in cast.CLASSES[:4]]
    made = cast.snapshot(in_june, says)
    return replace(
        made,
        incidents=(directive(), resolved()),
        recent_events=june_events(),
        transitions=tuple(transition(key, REFUSED) for key in keys),
    )


def resolved(number: int = 1, title: str = "Slow answers on Google Vertex AI") -> Incident:
    """A story that is over."""
    at = NOW - timedelta(days=3 + number)
    ended = Update(
        f"upd_r{number}", at + timedelta(minutes=22), Stage.RESOLVED, "Answers are at their usual speed again."
    )
    row = ScopeRow(models=("claude-sonnet-4-6",), providers=("vertex",))
    return Incident(
        f"inc_old_{number}",
        Kind.INCIDENT,
        title,
        Stage.RESOLVED,
        Impact.MINOR,
        at,
        ended.at,
        (row,),
        updates=(ended,),
        resolved_at=ended.at,
    )


def trouble(key: CellKey, provider_model_id: str) -> CellView:
    """A bad hour: one model is down, one slow, one unknown, one unexplained."""
    at = NOW - timedelta(minutes=37)
    if key.model == "claude-opus-4-8":
        held = cast.evidence(503, '{"error": "overloaded"}', "status.5xx")
        return cast.cell(key, provider_model_id, A.DOWN, reason=Reason.CAPACITY, since=at, evidence=held)
    if key.model == "claude-sonnet-4-6":
        return cast.cell(key, provider_model_id, A.DEGRADED, reason=Reason.SLOW, since=at)
    if key.model == "claude-haiku-4-5":
        return cast.cell(key, provider_model_id, A.UNKNOWN, reason=Reason.CREDENTIAL, since=at, basis=Basis.NONE)
    if key.model == "claude-opus-4-7" and key.user_class == "foreign-abroad":
        return cast.cell(
            key, provider_model_id, A.RESTRICTED, reason=Reason.WITHDRAWN, since=at, disagreement=cast.UNEXPLAINED
        )
    return cast.calm(key, provider_model_id)


def many_incidents() -> Snapshot:
    """A bad day: every availability at once, twelve open stories, forty old ones, a maintenance."""
    says = Summary(
        A.DOWN,
        "Claude Opus 4.8 is down for everyone, Claude Opus 4.7 is restricted for 1 of 6 user classes.",
        restricted=("claude-opus-4-7",),
        down=("claude-opus-4-8",),
        degraded=("claude-sonnet-4-6",),
        unknown=("claude-haiku-4-5",),
        unaffected=("claude-fable-5", "claude-mythos-5", "claude-opus-4-5", "claude-sonnet-4-5"),
        unknown_cells=10,
        cells=120,
    )
    opened = [
        replace(resolved(n, f"Trouble number {n}"), stage=Stage.INVESTIGATING, resolved_at=None) for n in range(12)
    ]
    planned = replace(
        resolved(90, "Moving our monitor to another region"),
        kind=Kind.MAINTENANCE,
        stage=Stage.SCHEDULED,
        scheduled_for=NOW + timedelta(days=1),
        scheduled_until=NOW + timedelta(days=1, hours=2),
        resolved_at=None,
    )
    old = [replace(resolved(n + 20), id=f"inc_past_{n}") for n in range(40)]
    made = cast.snapshot(trouble, says)
    return replace(made, incidents=(*opened, planned, *old), recent_events=june_events())


EVIL = '<script>alert("x")</script>'
ARABIC = "نموذج اللغة الكبير"


def hostile() -> Snapshot:
    """Long names, right-to-left text and markup wherever people or providers can write."""
    site = Site(
        name=f"{EVIL} status", url="https://status.example/sub", description=EVIL, contact=f"a@b.example {EVIL}"
    )
    names = (
        f"{EVIL} five",
        ARABIC,
        "A" * 90,
        "Model with a very long name that goes on and on, preview edition (experimental)",
    )
    models = tuple(replace(each, name=name) for each, name in zip(cast.MODELS[:4], names, strict=True))
    classes = (*cast.CLASSES[:2], UserClass("evil", f"{EVIL} people", EVIL, EVIL), UserClass("rtl", ARABIC))
    bad = directive()
    update = Update(
        "upd_x",
        NOW,
        Stage.MONITORING,
        f"{EVIL} [x](javascript:alert(1)) ![i](https://evil.example/i.png) <img src=x onerror=alert(1)> [ok](https://ok.example/)",
    )
    story = replace(
        bad,
        title=f"{EVIL} \x08 title",
        updates=(update,),
        declarations=(replace(ORDER, source="javascript:alert(1)", basis=EVIL),),
    )

    def judge(key: CellKey, provider_model_id: str) -> CellView:
        view = in_june(key, provider_model_id)
        return replace(view, evidence=cast.evidence(404, f"{EVIL}\x00\x1b[31m{ARABIC}"))

    says = Summary(A.RESTRICTED, f"{EVIL} is restricted for everyone.", restricted=BOTH, cells=40)
    made = cast.snapshot(judge, says, models, classes, site)
    told = event(
        50,
        EventType.MODEL_RESTRICTED,
        NOW,
        f"{EVIL} & \x0b\ud800 ]]> {ARABIC}",
        changes=changes("claude-api", A.RESTRICTED),
    )
    return replace(made, incidents=(story,), recent_events=(told,))


def twenty_by_six() -> Snapshot:
    """The size of the budget: 20 models for 6 classes, in June."""
    extra = tuple(cast.model(f"other-{n}", f"Other Model {n}.{n % 4}") for n in range(12))
    made = june()
    big = cast.snapshot(in_june, made.summary, cast.MODELS + extra)
    return replace(big, incidents=made.incidents, recent_events=made.recent_events, transitions=made.transitions)
