"""The June 2026 story played on the running sandbox: scenes that a person watches on the page, seconds apart."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from statuspage.core.incident import By, Incident, Kind, Says, ScopeRow
from statuspage.core.staff import terminal
from statuspage.demo.control import SandboxClient
from statuspage.services.incidents import Continuation, Incidents, Opening, Statement

TITLE = "Replay: two models suspended under an export-control directive"
ACTOR = terminal("sandbox story")
GATED = ("claude-fable-5", "claude-mythos-5")
FOREIGN = ("foreign-nationals-abroad", "foreign-nationals-us", "programme-partners")


@dataclass(frozen=True, slots=True)
class Scene:
    """One step of the story."""

    title: str
    play: Callable[[SandboxClient, Incidents], Awaitable[object]]


async def _announce(_: SandboxClient, incidents: Incidents) -> None:
    statements = (
        Statement(Says.ORDERED, authority="US export-control authority", basis="Export-control directive"),
        Statement(Says.ANNOUNCED, by=By.PROVIDER),
    )
    scope = (ScopeRow(models=GATED, user_classes=FOREIGN),)
    body = "The vendor announces that it must suspend both models for foreign nationals. Our checks are still answered."
    await incidents.open(Opening(Kind.RESTRICTION, TITLE, body, scope, statements), ACTOR)


async def _apply(sandbox: SandboxClient, incidents: Incidents) -> None:
    for model in GATED:
        await sandbox.restrict(model, None, "claude-api")
    await _say(incidents, "The vendor's API now refuses both models to everyone.", ScopeRow(models=GATED))


async def _gateway_fails(sandbox: SandboxClient, _: Incidents) -> None:
    await sandbox.answer("claude-fable-5", "gateway", "ant-500")


async def _partial_lift(sandbox: SandboxClient, incidents: Incidents) -> None:
    await sandbox.restore("claude-mythos-5", "listed-organisations", "claude-api")
    scope = (ScopeRow(models=("claude-mythos-5",), user_classes=("listed-organisations",)),)
    written = Continuation("Lifted for listed organisations.", None, None, (_LIFTED,), scope)
    await incidents.update((await _ours(incidents)).id, written, ACTOR)


async def _return(sandbox: SandboxClient, incidents: Incidents) -> None:
    for model in GATED:
        await sandbox.restore(model)
    await incidents.update((await _ours(incidents)).id, Continuation("Lifted.", statements=(_LIFTED,)), ACTOR)


async def _resolve(_: SandboxClient, incidents: Incidents) -> None:
    await incidents.resolve((await _ours(incidents)).id, "Both models answer again.", ACTOR)


async def _say(incidents: Incidents, body: str, scope: ScopeRow) -> None:
    applied = Statement(Says.APPLIED, by=By.PROVIDER)
    await incidents.update((await _ours(incidents)).id, Continuation(body, None, (scope,), (applied,)), ACTOR)


async def _ours(incidents: Incidents) -> Incident:
    return next(one for one in await incidents.all() if one.title == TITLE and one.open)


_LIFTED = Statement(Says.LIFTED, authority="US export-control authority")

JUNE_2026 = (
    Scene("12 Jun 21:21 – 13 Jun 00:50: ordered, then announced; the API still answers", _announce),
    Scene("13 Jun 01:59: refused for everyone, with a 404 that looks like a typo", _apply),
    Scene("13 Jun 02:25: the gateway answers 500 for the same reason", _gateway_fails),
    Scene("26 Jun 22:14: one model is back for listed organisations", _partial_lift),
    Scene("1 Jul 19:26: both are back for everyone", _return),
    Scene("1 Jul 19:31: resolved", _resolve),
)
