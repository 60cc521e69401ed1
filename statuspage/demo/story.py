"""The June 2026 directive as the sandbox's history: the real services, a clock that is moved, dates shifted to now."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from checks.target import Level
from statuspage.core.incident import By, Certainty, Incident, Kind, Says, ScopeRow, Stage
from statuspage.core.staff import terminal
from statuspage.demo.control import Panel
from statuspage.services.attestations import Attestations
from statuspage.services.incidents import Continuation, Incidents, Opening, Statement
from statuspage.services.monitoring import Monitor

ENDS = datetime(2026, 7, 5, tzinfo=UTC)
"""The day of the story that becomes today."""

ACTOR = terminal("sandbox story")
OLDER = ("claude-opus-4-8", "claude-opus-4-5", "claude-sonnet-4-6", "claude-sonnet-4-5", "claude-haiku-4-5")
GATED = ("claude-fable-5", "claude-mythos-5")
FOREIGN = ("foreign-nationals-abroad", "foreign-nationals-us", "programme-partners")
MOST_ROUNDS = 40
"""A change that is not confirmed after so many rounds will not be."""


@dataclass
class MovedClock:
    """A clock that stands still until it is moved."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at


@dataclass
class Play:
    """Everything that the story plays on. ``shift`` turns the story's dates into ours."""

    monitor: Monitor
    incidents: Incidents
    attestations: Attestations
    panel: Panel
    clock: MovedClock
    shift: timedelta
    told: dict[str, Incident] = field(default_factory=dict)

    def date(self, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
        """A moment of the story, in our days."""
        return datetime(2026, month, day, hour, minute, second, tzinfo=UTC) + self.shift

    async def ask(self, provider: str, models: tuple[str, ...] | None = None) -> None:
        """Ask until nothing is being confirmed any more; the clock moves with it."""
        result = await self.monitor.round(provider, Level.ANSWERS, models)
        for _ in range(MOST_ROUNDS):
            if not result.again:
                return
            self.clock.at += max(min(result.again.values()), timedelta(seconds=1))
            result = await self.monitor.round(provider, Level.ANSWERS, result.again)

    async def ask_all(self, models: tuple[str, ...] | None = None) -> None:
        """Ask every provider."""
        for provider in self.monitor.settings.providers:
            await self.ask(provider.id, models)


Scene = tuple[datetime, Callable[[Play], Awaitable[None]]]


def shift_to(now: datetime) -> timedelta:
    """How far the story's dates move: whole days, so that its times of day stay true."""
    return timedelta(days=(now - ENDS).days)


async def tell_june_2026(stage: Play, until: datetime, progress: Callable[[int, int], None] | None) -> None:
    """Play every scene, with a round a day between them, and a last one just before ``until``."""
    calm = stage.panel.state
    stage.panel.state = replace(calm, first_token=0.002, between_tokens=0.0)
    scenes = _with_routine(_scenes(stage), until)
    for number, (at, play) in enumerate(scenes, 1):
        stage.clock.at = max(at, stage.clock.at)
        await play(stage)
        if progress:
            progress(number, len(scenes))
    stage.panel.state = replace(stage.panel.state, first_token=calm.first_token, between_tokens=calm.between_tokens)


def _with_routine(scenes: list[Scene], until: datetime) -> list[Scene]:
    first, taken = scenes[0][0], [at for at, _ in scenes]
    days = [first + timedelta(days=n, hours=3) for n in range((until - first).days)]
    quiet = [day for day in days if all(abs(day - at) > timedelta(hours=8) for at in taken)]
    routine: list[Scene] = [(day, _routine) for day in quiet]
    return sorted([*scenes, *routine, (until - timedelta(seconds=20), _routine)], key=lambda scene: scene[0])


def _scenes(s: Play) -> list[Scene]:
    return [
        (s.date(6, 1, 12), _older_models),
        (s.date(6, 9, 17, 8), _launch),
        (s.date(6, 13, 0, 55), _announced),
        (s.date(6, 13, 1, 57, 59), _last_answer),
        (s.date(6, 13, 1, 59, 0), _first_refusal),
        (s.date(6, 13, 2, 25), _gateway_fails),
        (s.date(6, 13, 3, 5), _linked),
        (s.date(6, 15, 16), _others_retired),
        (s.date(6, 17, 9, 40), _rumour),
        (s.date(6, 26, 21, 40), _partly_lifted),
        (s.date(6, 26, 22, 14), _listed_answered),
        (s.date(6, 30, 23, 31), _lifted),
        (s.date(7, 1, 11, 20), _gateway_overloaded),
        (s.date(7, 1, 11, 59), _gateway_answers),
        (s.date(7, 1, 19, 26), _vendor_answers),
        (s.date(7, 1, 19, 45), _resolved),
    ]


async def _older_models(s: Play) -> None:
    await s.ask_all(OLDER)


async def _routine(s: Play) -> None:
    launched = s.clock.at > s.date(6, 9, 17)
    await s.ask_all(None if launched else OLDER)


async def _launch(s: Play) -> None:
    await s.attestations.attest(
        ScopeRow(models=("claude-mythos-5",), user_classes=("programme-partners",)),
        available=True,
        until=s.date(7, 31),
        source="The vendor's programme list",
        actor=ACTOR,
    )
    await s.ask_all()


async def _announced(s: Play) -> None:
    ordered_at, announced_at = s.date(6, 12, 21, 21), s.date(6, 13, 0, 50)
    basis = "Export-control directive to the vendor, for foreign nationals inside and outside the United States"
    s.told["directive"] = await s.incidents.open(
        Opening(
            kind=Kind.RESTRICTION,
            title="Two models suspended under an export-control directive",
            body="The vendor has announced that it must suspend **Claude Fable 5** and **Claude Mythos 5** for foreign "
            "nationals. Our checks are still answered: the suspension is ordered, not yet applied.",
            scope=(ScopeRow(models=GATED, user_classes=FOREIGN),),
            statements=(
                Statement(
                    Says.ORDERED,
                    by=By.AUTHORITY,
                    authority="US export-control authority",
                    basis=basis,
                    announced_at=ordered_at,
                    effective_from=ordered_at,
                ),
                Statement(Says.ANNOUNCED, by=By.PROVIDER, basis=basis, announced_at=announced_at),
            ),
            started_at=ordered_at,
            next_update_by=s.date(6, 13, 4),
        ),
        ACTOR,
    )


async def _last_answer(s: Play) -> None:
    await s.monitor.round("claude-api", Level.ANSWERS)


async def _first_refusal(s: Play) -> None:
    for model in GATED:
        s.panel.follow({"do": "restrict", "model": model, "provider": "claude-api"})
    await s.ask("claude-api")
    await s.incidents.update(
        s.told["directive"].id,
        Continuation(
            body="Since 01:59 UTC the vendor's API refuses both models to **every** class that we can ask as, not only "
            "to those whom the order names. It answers *404 not found*, which looks like a mistyped id; it is not.",
            scope=(ScopeRow(models=GATED),),
            statements=(Statement(Says.APPLIED, by=By.PROVIDER, basis="Measured by our checks"),),
            next_update_by=s.date(6, 13, 8),
        ),
        ACTOR,
    )


async def _gateway_fails(s: Play) -> None:
    s.panel.follow({"do": "answer", "model": "claude-fable-5", "provider": "gateway", "signal": "ant-500"})
    s.panel.follow({"do": "restrict", "model": "claude-mythos-5", "provider": "gateway"})
    await s.ask("gateway")


async def _linked(s: Play) -> None:
    seen = await s.monitor.round("gateway", Level.ANSWERS, ("claude-fable-5",))
    answers = [one.found.observation.evidence for one in seen.judged.values()]
    for fingerprint in sorted({one.fingerprint for one in answers if one.status == 500 and one.fingerprint}):
        await s.incidents.link(s.told["directive"].id, "gateway", fingerprint, ACTOR)
    await s.ask("gateway", ("claude-fable-5",))
    await s.incidents.update(
        s.told["directive"].id,
        Continuation(body="The gateway's *500* for Claude Fable 5 is the same suspension, not a fault: do not retry."),
        ACTOR,
    )


async def _others_retired(s: Play) -> None:
    await s.incidents.open(
        Opening(
            kind=Kind.NOTICE,
            title="Claude Opus 4 and Claude Sonnet 4 retired as planned",
            body="Two older models, not watched here, reached the end of their life today. "
            "This is **not** part of the export-control directive.",
            stage=Stage.RESOLVED,
        ),
        ACTOR,
    )


async def _rumour(s: Play) -> None:
    await s.incidents.update(
        s.told["directive"].id,
        Continuation(
            body="Catalogues list Claude Fable 5 again and people delete it again. A listing is not access: "
            "every call is still refused.",
            statements=(
                Statement(
                    Says.LIFTED,
                    Certainty.CLAIMED,
                    by=By.PROVIDER,
                    basis="Reports that access is back with nationality checks; no source confirms them",
                ),
            ),
        ),
        ACTOR,
    )


async def _partly_lifted(s: Play) -> None:
    await s.incidents.update(
        s.told["directive"].id,
        Continuation(
            body="Lifted for **Claude Mythos 5** and about 100 listed US organisations and agencies, their foreign "
            "staff included. Claude Fable 5 stays closed.",
            statements=(Statement(Says.LIFTED, by=By.AUTHORITY, authority="US export-control authority"),),
            statement_scope=(ScopeRow(models=("claude-mythos-5",), user_classes=("listed-organisations",)),),
        ),
        ACTOR,
    )


async def _listed_answered(s: Play) -> None:
    command = {"do": "restore", "model": "claude-mythos-5", "user_class": "listed-organisations"}
    s.panel.follow(command | {"provider": "claude-api"})
    await s.ask("claude-api")


async def _lifted(s: Play) -> None:
    await s.incidents.update(
        s.told["directive"].id,
        Continuation(
            body="The controls are lifted for everyone. Our checks are still refused.",
            stage=Stage.MONITORING,
            statements=(Statement(Says.LIFTED, by=By.AUTHORITY, authority="US export-control authority"),),
        ),
        ACTOR,
    )


async def _gateway_overloaded(s: Play) -> None:
    for model in GATED:
        s.panel.follow({"do": "answer", "model": model, "provider": "gateway", "signal": "oai-503"})
    await s.ask("gateway")


async def _gateway_answers(s: Play) -> None:
    for model in GATED:
        s.panel.follow({"do": "restore", "model": model, "provider": "gateway"})
    await s.ask("gateway")


async def _vendor_answers(s: Play) -> None:
    for model in GATED:
        s.panel.follow({"do": "restore", "model": model, "provider": "claude-api"})
    await s.ask("claude-api")
    await s.attestations.attest(
        ScopeRow(models=("claude-mythos-5",), user_classes=("programme-partners",)),
        available=True,
        until=s.date(9, 30),
        source="The vendor's programme list",
        actor=ACTOR,
    )


async def _resolved(s: Play) -> None:
    await s.incidents.resolve(
        s.told["directive"].id,
        "Both models answer again, on each platform, for every class that had them before. "
        "From the first refusal to the first confirmed answer: 18 days.",
        ACTOR,
    )
