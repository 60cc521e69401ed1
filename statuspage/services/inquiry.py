"""One round's questions: the targets, and, only where one is not answered, the controls that separate the causes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from checks.observation import Cause, Group, Lifecycle, Observation, Strength
from checks.target import Credential, Level, Target
from statuspage.core.availability import CellKey
from statuspage.core.cell import ControlResult
from statuspage.core.control import ANSWERING, REFUSING, UNHEARD, first_control
from statuspage.core.settings import Provider, Settings
from statuspage.core.verdict import C1, C2, C3, C4, C5, Controls
from statuspage.ports import Asker

AT_ONCE = 16
"""How many questions of one round are under way at the same time."""

OTHERS = 2
"""Where no control models are configured, at most so many of the credential's other models are asked."""


Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Finding:
    """What one cell's question brought, with the controls that were asked for it."""

    observation: Observation
    controls: Controls = Controls()
    asked: tuple[ControlResult, ...] = ()


@dataclass(frozen=True, slots=True)
class Inquiry:
    """All findings of one round of one provider, and every control question that was asked besides."""

    provider: str
    findings: Mapping[CellKey, Finding]
    extra: tuple[Observation, ...] = ()

    def all(self) -> tuple[Observation, ...]:
        """Every answer of the round, those of the controls included."""
        return (*(found.observation for found in self.findings.values()), *self.extra)

    def only(self, groups: Collection[Group]) -> Inquiry:
        """The findings of these groups; what was asked besides stays."""
        kept = {key: one for key, one in self.findings.items() if one.observation.group in groups}
        return replace(self, findings=kept)

    def with_(self, other: Inquiry) -> Inquiry:
        """Two inquiries of one provider as one."""
        return replace(self, findings={**other.findings, **self.findings}, extra=self.extra + other.extra)

    def not_ahead(self, at: datetime) -> Inquiry:
        """The same answers, none of them from after ``at``: the clock may have been set back since they came."""
        if all(one.at <= at for one in self.all()):
            return self
        findings = {key: replace(one, observation=_by(one.observation, at)) for key, one in self.findings.items()}
        return replace(self, findings=findings, extra=tuple(_by(one, at) for one in self.extra))


def _by(seen: Observation, at: datetime) -> Observation:
    return replace(seen, at=min(seen.at, at))


def target_of(settings: Settings, key: CellKey) -> Target | None:
    """The question that a cell asks; None for a cell that no check can reach."""
    held = settings.credential(key)
    if held is None:
        return None
    provider, offering = settings.provider(key.provider), settings.offering(key)
    return Target(
        provider=key.provider,
        base_url=provider.base_url,
        model=key.model,
        provider_model_id=offering.id,
        user_class=key.user_class,
        credential=held.credential,
        serves=offering.serves,
        timeout=settings.schedule.timeout.total_seconds(),
    )


async def inquire(
    asker: Asker,
    settings: Settings,
    provider: str,
    keys: Iterable[CellKey],
    level: Level,
    *,
    controls: bool | None = None,
    resting: Callable[[Target], bool] = lambda _: False,
) -> Inquiry:
    """Ask every cell of ``keys`` at ``level``; controls only where needed, and by default at ``answers`` only.

    Controls are asked at the round's own level. What is ``resting`` is not asked.
    """
    targets = {key: target for key in keys if (target := target_of(settings, key)) is not None}
    targets = {key: target for key, target in targets.items() if not resting(target)}
    round_ = _Round(asker, settings.provider(provider), settings, targets, level, resting)
    seen = await round_.ask_all()
    if not (level is Level.ANSWERS if controls is None else controls):
        return Inquiry(provider, {key: Finding(observation) for key, observation in seen.items()})
    findings = await asyncio.gather(*(round_.finding(key) for key in targets))
    return Inquiry(provider, dict(zip(targets, findings, strict=True)), tuple(round_.extra))


@dataclass
class _Round:
    asker: Asker
    provider: Provider
    settings: Settings
    targets: Mapping[CellKey, Target]
    level: Level
    resting: Callable[[Target], bool]
    seen: dict[CellKey, Observation] = field(default_factory=dict)
    extra: list[Observation] = field(default_factory=list)
    _shared: dict[tuple[str, ...], asyncio.Task[Observation | None]] = field(default_factory=dict)
    _slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def ask_all(self) -> dict[CellKey, Observation]:
        answers = await asyncio.gather(*(self._ask(target, self.level) for target in self.targets.values()))
        self.seen = dict(zip(self.targets, answers, strict=True))
        return self.seen

    async def finding(self, key: CellKey) -> Finding:
        seen = self.seen[key]
        if seen.group in ANSWERING:
            return Finding(seen)
        asked: list[ControlResult] = []
        controls = Controls(c1=await self._c1(key, asked), c3=self._c3(key, asked))
        if seen.group in REFUSING:
            controls = replace(controls, c2=await self._c2(key, asked))
        if seen.cause is Cause.EDGE_BLOCK or (seen.cause is Cause.REGION and seen.strength is Strength.WEAK):
            controls = replace(controls, c4=await self._c4(key, asked))
            controls = replace(controls, other_egress_answers=await self._elsewhere(key, asked))
        if seen.group in UNHEARD and controls.c1 is not C1.OK:
            controls = replace(controls, c5=await self._c5(key, asked))
        return Finding(seen, controls, tuple(asked))

    async def _ask(self, target: Target, level: Level) -> Observation:
        async with self._slots:
            return await self.asker.ask(target, level)

    async def _once(self, key: tuple[str, ...], ask: Callable[[], Awaitable[Result]]) -> Result:
        """Ask a control once a round, however many cells need it."""
        task = self._shared.get(key)
        if task is None:
            task = asyncio.ensure_future(_kept(ask, self.extra))  # type: ignore[arg-type]
            self._shared[key] = task
        return await task  # type: ignore[return-value]

    async def _c1(self, key: CellKey, asked: list[ControlResult]) -> C1:
        target, seen = self.targets[key], self.seen[key]
        ids = [one for one in self.provider.controls if one != target.provider_model_id]
        heard = await self._controls(target, ids) or self._stand_ins(key)
        heard = heard or await self._controls(target, self._others(key))
        outcome = first_control(seen, heard) if heard or not ids else C1.INCONCLUSIVE
        names = ", ".join(one.provider_model_id for one in heard)
        asked.append(ControlResult("C1", outcome.value, names))
        return outcome

    async def _controls(self, target: Target, ids: Iterable[str]) -> list[Observation]:
        """What those of the control models answer that may be asked just now."""
        answers = [await self._control(target, one) for one in ids]
        return [one for one in answers if one is not None]

    async def _control(self, target: Target, model_id: str) -> Observation | None:
        """What a control model answers the same credential; None where it is to be left alone just now."""
        for key, other in self.targets.items():
            if other.provider_model_id == model_id and other.credential == target.credential:
                return self.seen[key]
        credential = target.credential.id if target.credential else ""
        control = replace(target, model=model_id, provider_model_id=model_id, serves=())
        if self.resting(control):
            return None
        return await self._once(("c1", credential, model_id), lambda: self._ask(control, self.level))

    def _stand_ins(self, key: CellKey) -> list[Observation]:
        """Where no control model may be asked: the credential's other cells of this round."""
        target = self.targets[key]
        return [
            self.seen[other]
            for other, one in self.targets.items()
            if one.credential == target.credential
            and one.provider_model_id != target.provider_model_id
            and not self._by_design(other)
        ]

    def _others(self, key: CellKey) -> list[str]:
        """In a round of one model: other models that the credential may use, to be asked as controls."""
        own = self.targets[key].provider_model_id
        cells = (CellKey(model.id, key.provider, key.user_class) for model in self.settings.models)
        held = set(self.settings.cells())
        ids = (self.settings.offering(one).id for one in cells if one in held and not self._by_design(one))
        return [one for one in dict.fromkeys(ids) if one != own][:OTHERS]

    def _by_design(self, key: CellKey) -> bool:
        """Whether a cell is closed by design: that it is refused tells nothing of anything else."""
        return self.settings.expectation(key) is not None

    async def _c2(self, key: CellKey, asked: list[ControlResult]) -> C2:
        target = self.targets[key]
        if Level.LISTED not in self.asker.levels(self.provider.id):
            return C2.UNKNOWN
        credential = target.credential.id if target.credential else ""
        heard = await self._once(("c2", credential, target.provider_model_id), lambda: self._ask(target, Level.LISTED))
        outcome = _LIFECYCLE[heard.lifecycle] if heard.lifecycle else C2.UNKNOWN
        asked.append(ControlResult("C2", outcome.value, "model list"))
        return outcome

    def _c3(self, key: CellKey, asked: list[ControlResult]) -> C3:
        others = {k: o for k, o in self.seen.items() if self._comparable(key, k, o)}
        if not others:
            return C3.UNKNOWN
        outcome = C3.UNKNOWN
        if any(one.group in ANSWERING for one in others.values()):
            outcome = C3.OK
        elif all(one.cause is self.seen[key].cause for one in others.values()):
            outcome = C3.REFUSED_ALIKE
        asked.append(ControlResult("C3", outcome.value, ", ".join(k.user_class for k in others)))
        return outcome

    def _comparable(self, key: CellKey, other: CellKey, heard: Observation) -> bool:
        """Whether another class's answer tells how far a refusal reaches; a refusal by design tells nothing."""
        by_design = self._by_design(other) and heard.group in REFUSING
        return other.model == key.model and other.user_class != key.user_class and not by_design

    async def _c4(self, key: CellKey, asked: list[ControlResult]) -> C4:
        target = self.targets[key]
        egress = target.credential.egress if target.credential else "direct"
        nameless = replace(target, credential=Credential("", "", egress) if egress != "direct" else None)
        heard = await self._once(("c4", egress, target.provider_model_id), lambda: self._ask(nameless, self.level))
        outcome = C4.UNKNOWN
        if heard.group is Group.OURS:
            outcome = C4.UNAUTHENTICATED
        elif heard.cause is self.seen[key].cause:
            outcome = C4.REFUSED_ALIKE
        asked.append(ControlResult("C4", outcome.value, "no credential"))
        return outcome

    async def _elsewhere(self, key: CellKey, asked: list[ControlResult]) -> bool:
        """Whether the same credential is answered through another egress that this provider's credentials use."""
        target = self.targets[key]
        if target.credential is None:
            return False
        egresses = {held.credential.egress for held in self.provider.credentials.values()}
        for egress in sorted(egresses - {target.credential.egress}):
            moved = replace(target.credential, id=f"{target.credential.id}+{egress}", egress=egress)
            heard = await self._ask(replace(target, credential=moved), self.level)
            self.extra.append(heard)
            if heard.group in ANSWERING:
                asked.append(ControlResult("C3", "other_egress_answers", "same credential, another egress"))
                return True
        return False

    async def _c5(self, key: CellKey, asked: list[ControlResult]) -> C5:
        egress = self.settings.egress(key)
        heard = await self._once(("c5", egress), lambda: self.asker.neutral(self.provider.id, egress))
        outcome, name = C5.ABSENT, ""
        if heard is not None:
            outcome = C5.OK if heard.evidence.status is not None else C5.SILENT
            name = "neutral host" if self.provider.neutral_host else "other providers"
        asked.append(ControlResult("C5", outcome.value, name))
        return outcome


_LIFECYCLE = {
    Lifecycle.RETIRED: C2.RETIRED,
    Lifecycle.LISTED: C2.LISTED,
    Lifecycle.ABSENT: C2.NOT_LISTED,
}


async def _kept(ask: Callable[[], Awaitable[Observation | None]], extra: list[Observation]) -> Observation | None:
    heard = await ask()
    if heard is not None:
        extra.append(heard)
    return heard
