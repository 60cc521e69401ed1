"""A cast of snapshots through the real dataclasses: calm, mid-incident, first start, unknown, crowded, hostile."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from checks.observation import Cause, Evidence, Strength
from statuspage.core import availability as words
from statuspage.core.availability import RETRY, Availability, Basis, CellKey, Disagreement, Reason, Scope
from statuspage.core.cell import Candidate, Confirmation, ControlResult, Proof
from statuspage.core.event import Alternative
from statuspage.core.settings import Expectation, Model, Offering, Policy, Price, Provider, Remedy, Schedule, Site
from statuspage.core.settings import UserClass as Klass
from statuspage.core.snapshot import AttestedView, CellView, Fold, MeasuredView, Snapshot, Summary
from statuspage.core.uptime import Span, by_day, measure

A = Availability
NOW = datetime(2026, 6, 27, 2, 41, 20, tzinfo=UTC)
LAUNCH = datetime(2026, 6, 9, 17, 8, tzinfo=UTC)
REFUSED = datetime(2026, 6, 13, 1, 59, tzinfo=UTC)
LISTED_AGAIN = datetime(2026, 6, 26, 22, 14, tzinfo=UTC)
QUARTER = timedelta(days=90)
SITE = Site(name="Model availability", url="https://status.example", description="Who can use which model, measured.")
REMEDY = Remedy("admin", "Turn on data retention for the workspace", "https://docs.example/retention")

CLASSES = (
    Klass(
        "us-persons", "US persons", "Citizens and residents.", "a US organisation’s key, from the US", reference=True
    ),
    Klass("foreign-abroad", "Foreign nationals abroad", "", "a German organisation’s key, from Germany"),
    Klass("foreign-in-us", "Foreign nationals in the US", "", "a visitor’s key, from the US"),
    Klass("listed", "Listed organisations", "About 100 named organisations.", "a listed organisation’s key"),
    Klass("partners", "Programme partners abroad", "", "", attested=True),
    Klass("zero-retention", "Zero data retention", "", "a zero-retention workspace’s key", dimension="retention"),
)
PROVIDERS = (
    Provider("claude-api", "Claude API", "anthropic", "https://api.example"),
    Provider("bedrock", "Amazon Bedrock", "bedrock", "https://bedrock.example"),
    Provider("vertex", "Google Vertex AI", "vertex", "https://vertex.example"),
    Provider("openrouter", "OpenRouter", "openrouter", "https://openrouter.example"),
)


def offered(model: str, providers: Iterable[str]) -> tuple[Offering, ...]:
    """Offerings of one model, the first of them primary."""
    prefixes = {"bedrock": "global.anthropic.", "openrouter": "anthropic/"}
    return tuple(
        Offering(name, prefixes.get(name, "") + model, primary=at == 0, price=Price(5, 25))
        for at, name in enumerate(providers)
    )


def model(slug: str, name: str, providers: Iterable[str] = ("claude-api", "bedrock"), **more: object) -> Model:
    """One model of the catalogue."""
    return replace(Model(slug, name, offered(slug, providers)), **more)  # type: ignore[arg-type]


NO_RETENTION = (Expectation(("zero-retention",), remedy=REMEDY),)
MODELS = (
    model(
        "claude-fable-5",
        "Claude Fable 5",
        ("claude-api", "bedrock", "vertex", "openrouter"),
        alternatives=("claude-opus-4-8", "claude-sonnet-4-6"),
        expect=NO_RETENTION,
        family="Mythos class",
    ),
    model("claude-mythos-5", "Claude Mythos 5", ("claude-api", "bedrock", "vertex"), alternatives=("claude-opus-4-8",)),
    model("claude-opus-4-8", "Claude Opus 4.8", alternatives=("claude-opus-4-7",)),
    model("claude-opus-4-7", "Claude Opus 4.7"),
    model("claude-opus-4-5", "Claude Opus 4.5"),
    model("claude-sonnet-4-6", "Claude Sonnet 4.6", ("claude-api", "vertex")),
    model("claude-sonnet-4-5", "Claude Sonnet 4.5"),
    model("claude-haiku-4-5", "Claude Haiku 4.5"),
)
BODY = (
    '{"type": "error", "error": {"type": "not_found_error", "message": "Claude Fable 5 is not available. '
    'Please use Opus 4.8. Learn more: https://…"}, "request_id": "req_…"}'
)


def evidence(status: int = 404, excerpt: str = BODY, rule: str = "withdrawn.named") -> Evidence:
    """One redacted answer."""
    at = NOW - timedelta(seconds=8)
    return Evidence(at, status, "not_found_error", None, excerpt, "5d41402abc4b2a76", "9f86d081884c7d65", rule)


def proof(at: datetime, status: int = 404, row: str = "refused") -> Proof:
    """A whole chain: the answer, the rule, the controls, the rounds."""
    rounds = tuple(
        Confirmation(at + timedelta(seconds=5 * n), Cause.WITHDRAWN, "withdrawn.named", status, "direct")
        for n in (0, 1)
    )
    controls = (
        ControlResult("C1", "ok", "claude-haiku-4-5"),
        ControlResult("C2", "listed", "model list"),
        ControlResult("C3", "refused_alike", "foreign-abroad"),
        ControlResult("C4", "unauthenticated", "no credential"),
        ControlResult("C5", "ok", "neutral host"),
    )
    return Proof(evidence(status), row, Cause.WITHDRAWN, Strength.STRONG, controls, rounds)


def cell(key: CellKey, provider_model_id: str, availability: Availability = A.AVAILABLE, **more: object) -> CellView:
    """One cell; by default measured, and available since the launch."""
    since = more.get("since", LAUNCH)
    assert isinstance(since, datetime)
    refused = availability is A.RESTRICTED
    held = evidence() if refused else None
    shown = CellView(
        key=key,
        provider_model_id=provider_model_id,
        availability=availability,
        reason=Reason.NONE,
        since=since,
        basis=Basis.MEASURED,
        deviates=availability is not A.AVAILABLE,
        expected=False,
        cell_seq=3,
        measured=measured(availability, since, refused),
        declared=(),
        disagreement=None,
        scope=Scope.EVERY_CLASS_HELD if refused else Scope.UNKNOWN,
        evidence=held,
        proof=proof(since) if refused else None,
        retry=RETRY[availability],
        remedy=None,
        attested=None,
        alternatives=(),
        incident=None,
    )
    return replace(shown, **more)  # type: ignore[arg-type]


def measured(availability: Availability, since: datetime, refused: bool = False) -> MeasuredView:
    """What the checks say of a cell."""
    return MeasuredView(
        availability=availability,
        reason=Reason.WITHDRAWN if refused else Reason.NONE,
        since=since,
        last_observed_at=NOW - timedelta(seconds=8),
        last_answer_at=since - timedelta(seconds=61) if refused else NOW - timedelta(seconds=8),
        first_refusal_at=since if refused else None,
        confirming=None,
        served_model=None,
        seen_from=("direct",),
    )


def attested(key: CellKey, provider_model_id: str, availability: Availability = A.AVAILABLE) -> CellView:
    """A cell that no check reaches and for which staff vouch."""
    word = AttestedView("incident manager", NOW + timedelta(days=5), "https://partner.example/letter")
    return cell(
        key,
        provider_model_id,
        availability,
        measured=None,
        basis=Basis.ATTESTED,
        attested=word,
        evidence=None,
        proof=None,
    )


def by_design(key: CellKey, provider_model_id: str) -> CellView:
    """A cell that is restricted just as it is expected to be."""
    return cell(
        key,
        provider_model_id,
        A.RESTRICTED,
        reason=Reason.POLICY,
        basis=Basis.EXPECTED,
        deviates=False,
        expected=True,
        remedy=REMEDY,
    )


Judge = Callable[[CellKey, str], CellView]


def calm(key: CellKey, provider_model_id: str) -> CellView:
    """Everything answers; what is restricted is so by design."""
    if key.model == "claude-fable-5" and key.user_class == "zero-retention":
        return by_design(key, provider_model_id)
    if key.user_class == "partners":
        return attested(key, provider_model_id)
    return cell(key, provider_model_id)


def cells_of(models: tuple[Model, ...], classes: tuple[Klass, ...], judge: Judge) -> tuple[CellView, ...]:
    """Every cell of a catalogue, judged."""
    return tuple(
        judge(CellKey(each.id, offering.provider, one.id), offering.id)
        for each in models
        for offering in each.offered
        for one in classes
        if not offering.user_classes or one.id in offering.user_classes
    )


BEST = (A.AVAILABLE, A.DEGRADED, A.UNKNOWN, A.DOWN, A.RESTRICTED)


def fold(model_id: str, user_class: str, cells: list[CellView]) -> Fold:
    """A model for one class: the best of its cells."""
    best = min(cells, key=lambda one: BEST.index(one.availability))
    usable = sum(one.availability in words.USABLE for one in cells)
    differs = len({(one.availability, one.by_design, one.since) for one in cells}) > 1
    return Fold(
        model_id, user_class, best.availability, usable, len(cells), best.since, best.reason, best.by_design, differs
    )


def folds_of(models: tuple[Model, ...], classes: tuple[Klass, ...], cells: tuple[CellView, ...]) -> tuple[Fold, ...]:
    """The folds of a catalogue."""
    many = []
    for each in models:
        for one in classes:
            mine = [c for c in cells if c.key.model == each.id and c.key.user_class == one.id]
            many.extend([fold(each.id, one.id, mine)] if mine else [])
    return tuple(many)


def spans(view: CellView, number: int) -> list[Span]:
    """Ninety days of one cell: from its launch, with a short outage in May and its present state at the end."""
    start = NOW - QUARTER if view.since == LAUNCH and number > 1 else LAUNCH
    if view.availability is A.AVAILABLE and view.since > LAUNCH:
        return [
            Span(LAUNCH, REFUSED, A.AVAILABLE),
            Span(REFUSED, view.since, A.RESTRICTED),
            Span(view.since, NOW, A.AVAILABLE),
        ]
    if view.availability is not A.AVAILABLE:
        now = Span(view.since, NOW, view.availability, expected=view.by_design)
        return [now] if view.since <= start else [Span(start, view.since, A.AVAILABLE), now]
    fault = datetime(2026, 5, 14, 11, 0, tzinfo=UTC)
    if start > fault:
        return [Span(start, NOW, A.AVAILABLE)]
    slow = datetime(2026, 4, 10, 6, tzinfo=UTC) + timedelta(days=9 * number)
    edges = sorted([(fault, 22, A.DOWN), (slow, 41, A.DEGRADED)])
    made, at = [], start
    for moment, minutes, what in edges:
        made += [Span(at, moment, A.AVAILABLE), Span(moment, moment + timedelta(minutes=minutes), what)]
        at = moment + timedelta(minutes=minutes)
    return [*made, Span(at, NOW, A.AVAILABLE)]


def snapshot(
    judge: Judge,
    summary: Summary,
    models: tuple[Model, ...] = MODELS,
    classes: tuple[Klass, ...] = CLASSES,
    site: Site = SITE,
    now: datetime = NOW,
) -> Snapshot:
    """A snapshot of a catalogue in which every cell is judged alike."""
    cells = cells_of(models, classes, judge)
    order = {each.id: at for at, each in enumerate(models)}
    history = {one.key: spans(one, order[one.key.model]) for one in cells if one.availability is not A.UNKNOWN}
    return Snapshot(
        generated_at=now,
        as_of_seq=41,
        newest_observation_at=now - timedelta(seconds=8),
        valid_until=now + timedelta(minutes=3),
        site=site,
        summary=summary,
        user_classes=classes,
        providers=PROVIDERS,
        models=models,
        cells=cells,
        folds=folds_of(models, classes, cells),
        incidents=(),
        policy=Policy(),
        schedule=Schedule(),
        days={key: by_day(many, now - QUARTER, now) for key, many in history.items()},
        figures={key: measure(many, now - QUARTER, now) for key, many in history.items()},
    )


def all_answer(models: tuple[Model, ...] = MODELS) -> Summary:
    """The summary of a calm day."""
    ids = tuple(each.id for each in models)
    return Summary(A.AVAILABLE, f"All {len(models)} models answer.", unaffected=ids, cells=len(models) * 12)


def a_calm_day() -> Snapshot:
    """Nothing deviates; one cell is restricted by design."""
    return snapshot(calm, all_answer())


def a_first_start() -> Snapshot:
    """The catalogue is known, nothing has been measured."""

    def nothing(key: CellKey, provider_model_id: str) -> CellView:
        return cell(
            key,
            provider_model_id,
            A.UNKNOWN,
            measured=None,
            basis=Basis.NONE,
            reason=Reason.STALE,
            since=NOW,
            cell_seq=0,
        )

    ids = tuple(each.id for each in MODELS)
    says = Summary(A.UNKNOWN, "Nothing has been measured yet.", unknown=ids, unknown_cells=120, cells=120)
    made = snapshot(nothing, says, site=replace(SITE, sandbox=True))
    return replace(made, newest_observation_at=None, valid_until=NOW, as_of_seq=0)


def an_empty_site() -> Snapshot:
    """No model, no class, no provider at all."""
    made = snapshot(calm, Summary(A.UNKNOWN, "Nothing is watched yet."), models=(), classes=())
    return replace(made, providers=())


def all_unknown() -> Snapshot:
    """Our own network is lost: no cell can be judged."""

    def lost(key: CellKey, provider_model_id: str) -> CellView:
        at = NOW - timedelta(minutes=11)
        seen = measured(A.UNKNOWN, at)
        return cell(key, provider_model_id, A.UNKNOWN, measured=seen, reason=Reason.NETWORK, since=at, basis=Basis.NONE)

    ids = tuple(each.id for each in MODELS)
    says = Summary(
        A.UNKNOWN, "We cannot tell: our monitor has lost its network.", unknown=ids, unknown_cells=120, cells=120
    )
    return snapshot(lost, says)


def confirming(view: CellView, have: int = 1, need: int = 3) -> CellView:
    """The cell with a change under way."""
    assert view.measured is not None
    change = Candidate(A.AVAILABLE, Reason.NONE, have, need, NOW - timedelta(minutes=4), NOW - timedelta(seconds=8))
    return replace(view, measured=replace(view.measured, confirming=change))


OPUS = (Alternative("claude-opus-4-8", "claude-api", "claude-opus-4-8"),)
UNEXPLAINED = Disagreement.UNEXPLAINED
