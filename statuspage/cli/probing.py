"""``probe``: one round now, nothing stored."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from checks.observation import Timings
from statuspage import app, clock
from statuspage.cli.options import with_config, with_json
from statuspage.cli.shared import echo_json, echo_table, run
from statuspage.core.availability import CellKey
from statuspage.core.event import evidence_document
from statuspage.core.settings import Settings
from statuspage.core.spend import Purse
from statuspage.services.alerts import of_purse
from statuspage.services.judging import Judged
from statuspage.services.scopes import check_names


@click.command()
@with_config
@with_json
@click.option("--model", help="Only this model.")
@click.option("--provider", help="Only this provider.")
@click.option("--user-class", help="Only this user class.")
def probe(config: Path, as_json: bool, model: str | None, provider: str | None, user_class: str | None) -> None:
    """Ask one round now and store nothing but its cost: what came back, what it means, what the controls say."""
    found, shut = run(config, lambda verbs: _probe(verbs, model, provider, user_class))
    for purse in shut:
        click.echo(f"Not asked: {of_purse(purse, clock.now()).text} ({purse.provider}/{purse.user_class})", err=True)
    if as_json:
        echo_json([_probed(key, one) for key, one in found.items()])
        return
    columns = ["model", "provider", "user class", "cause", "strength", "rule", "HTTP", "seconds", "controls", "verdict"]
    echo_table(columns, (_probed_row(key, one) for key, one in found.items()), "No cell can be probed.")


async def _probe(
    verbs: app.Verbs, model: str | None, provider: str | None, user_class: str | None
) -> tuple[dict[CellKey, Judged], list[Purse]]:
    """What came back, and the credentials that may spend no more this month."""
    settings = verbs.settings
    _check_names(settings, model, provider, user_class)
    keys = [key for key in settings.cells() if settings.credential(key) and _wanted(key, model, provider, user_class)]
    found: dict[CellKey, Judged] = {}
    shut: list[Purse] = []
    for name in dict.fromkeys(key.provider for key in keys):
        meant = [key for key in keys if key.provider == name]
        asked = await verbs.monitor.examine(name, meant)
        left = {key.user_class for key in meant if key not in asked}
        shut += [one for one in (await verbs.monitor.purses(name)).values() if one.user_class in left]
        found |= asked
    return found, shut


def _wanted(key: CellKey, model: str | None, provider: str | None, user_class: str | None) -> bool:
    return model in (None, key.model) and provider in (None, key.provider) and user_class in (None, key.user_class)


def _check_names(settings: Settings, model: str | None, provider: str | None, user_class: str | None) -> None:
    for what, name, things in (
        ("model", model, settings.models),
        ("provider", provider, settings.providers),
        ("user class", user_class, settings.user_classes),
    ):
        if name is not None:
            check_names(what, (name,), [thing.id for thing in things])


def _probed(key: CellKey, one: Judged) -> dict[str, Any]:
    seen, ruling = one.found.observation, one.ruling
    return {
        "model": key.model,
        "provider": key.provider,
        "user_class": key.user_class,
        "cause": seen.cause.value,
        "strength": seen.strength.value if seen.strength else None,
        "rule": seen.evidence.rule,
        "hint": seen.hint,
        "status": seen.evidence.status,
        "seconds": round(seen.timings.total, 3),
        "first_token_seconds": round(seen.timings.first_token, 3) if seen.timings.first_token else None,
        "tokens_per_second": round(seen.tokens_per_second, 1) if seen.tokens_per_second else None,
        "phases": {name: round(spent, 3) for name, spent in _phases(seen.timings) if spent is not None},
        "evidence": evidence_document(seen.evidence),
        "controls": [{"control": c.control, "outcome": c.outcome, "asked": c.asked} for c in one.found.asked],
        "verdict": {
            "row": ruling.row.value,
            "availability": ruling.availability.value if ruling.availability else "hold",
            "reason": ruling.reason.value or None,
            "scope": ruling.scope.value,
        },
    }


def _phases(timings: Timings) -> tuple[tuple[str, float | None], ...]:
    return (
        ("dns", timings.dns),
        ("connect", timings.connect),
        ("tls", timings.tls),
        ("first_byte", timings.first_byte),
    )


def _probed_row(key: CellKey, one: Judged) -> list[object]:
    seen, ruling = one.found.observation, one.ruling
    verdict = ruling.availability.value if ruling.availability else "hold"
    return [
        key.model,
        key.provider,
        key.user_class,
        seen.cause.value,
        seen.strength.value if seen.strength else "–",
        seen.evidence.rule,
        seen.evidence.status or "–",
        f"{seen.timings.total:.2f}",
        " ".join(f"{control.control}={control.outcome}" for control in one.found.asked) or "–",
        f"{verdict} ({ruling.reason.value})" if ruling.reason.value else verdict,
    ]
