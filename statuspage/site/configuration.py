"""The configuration in force as staff read it: field by field what may be shown, and nothing of what is secret."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

from checks.target import DIRECT
from statuspage.core.settings import ClassCredential, Model, Provider, Settings
from statuspage.core.subscription import BODIES, Subscription
from statuspage.site.render import span

Rows = list[tuple[str, str]]
Part = tuple[str, str, Rows]
"""A part of the configuration: its section, its name, and its rows."""


def in_force(settings: Settings) -> list[Part]:
    """Every part, in the order of the file."""
    return list(_parts(settings))


def place_of(one: Subscription) -> str:
    """Where a subscription sends to, without what in its address may be secret."""
    address = urlsplit(one.url)
    return (address.hostname or "") if one.format in BODIES else address.scheme


def _parts(settings: Settings) -> Iterator[Part]:
    site, schedule, kept = settings.site, settings.schedule, settings.retention
    yield (
        "site",
        site.name,
        [("url", _bare(site.url)), ("refresh", span(site.refresh)), ("sandbox", _yes(site.sandbox))],
    )
    for one in settings.user_classes:
        yield "user class", one.id, [("name", one.name), ("known by", "attestation" if one.attested else "checks")]
    for provider in settings.providers:
        yield "provider", provider.id, list(_provider(provider))
    for model in settings.models:
        yield "model", model.id, list(_model(model))
    yield (
        "schedule",
        "",
        [
            ("accepts every", span(schedule.accepts_every)),
            ("answers every", span(schedule.answers_every)),
            ("timeout", span(schedule.timeout)),
            ("jitter", f"{schedule.jitter:.0%}"),
        ],
    )
    yield "staff", "", [("two people publish", ", ".join(settings.staffing.two_people) or "nothing")]
    webhooks = settings.webhooks
    yield (
        "webhooks",
        "",
        [
            ("allowed networks", ", ".join(webhooks.allow_networks) or "none"),
            ("http", _yes(webhooks.allow_http)),
            ("ports", ", ".join(map(str, webhooks.ports))),
        ],
    )
    yield (
        "retention",
        "",
        [
            (name, span(length))
            for name, length in (
                ("observations", kept.observations),
                ("attempts", kept.attempts),
                ("response bodies", kept.response_bodies),
            )
        ],
    )


def _provider(one: Provider) -> Iterator[tuple[str, str]]:
    yield "name", one.name
    yield "kind", one.kind
    yield "address", _bare(one.base_url)
    yield "controls", ", ".join(one.controls) or "none"
    yield "neutral host", _bare(one.neutral_host) if one.neutral_host else "none"
    yield "rate limit", f"{one.rate_limit} a minute" if one.rate_limit else "none"
    for user_class, held in one.credentials.items():
        yield f"credential of {user_class}", _credential(held)


def _credential(held: ClassCredential) -> str:
    through = "directly" if held.credential.egress == DIRECT else "through a proxy"
    said = ["set" if held.credential.secret else "empty", through]
    said += [f"from {held.country}"] if held.country else []
    said += [f"at most {held.monthly_cap_usd:.2f} USD a month"] if held.monthly_cap_usd is not None else []
    return ", ".join(said)


def _model(one: Model) -> Iterator[tuple[str, str]]:
    yield "name", one.name
    for offering in one.offered:
        said = [offering.id, *(["primary"] if offering.primary else [])]
        said += [f"for {', '.join(offering.user_classes)}"] if offering.user_classes else []
        said += [f"{offering.price.input:g} / {offering.price.output:g} USD"] if offering.price else []
        said += _every("accepts", offering.accepts_every) + _every("answers", offering.answers_every)
        yield f"at {offering.provider}", ", ".join(said)
    if one.alternatives:
        yield "alternatives", ", ".join(one.alternatives)
    for expected in one.expect:
        yield (
            f"expected for {', '.join(expected.user_classes)}",
            f"{expected.availability.value} ({expected.reason.value})",
        )


def _every(what: str, interval: timedelta | None) -> list[str]:
    return [f"{what} every {span(interval)}"] if interval else []


def _bare(url: str) -> str:
    """An address without name, password or query."""
    address = urlsplit(url)
    port = f":{address.port}" if address.port else ""
    return f"{address.scheme}://{address.hostname or ''}{port}{address.path}"


def _yes(flag: bool) -> str:
    return "yes" if flag else "no"
