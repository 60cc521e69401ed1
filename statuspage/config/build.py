"""Build the core's settings from a configuration that is known to be right; what is not given keeps its default."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from checks.target import Credential
from statuspage.config import schema
from statuspage.core.alert import AlertKind
from statuspage.core.availability import Availability, Reason
from statuspage.core.channel import Channel, Outlets, Smtp, StaffChannel
from statuspage.core.incident import Kind
from statuspage.core.settings import (
    ClassCredential,
    Expectation,
    Model,
    Need,
    Offering,
    Policy,
    Price,
    Provider,
    Remedy,
    Retention,
    Schedule,
    SelfChecking,
    Settings,
    Site,
    Staffing,
    UserClass,
    Webhooks,
)
from statuspage.core.subscription import Filters


def build(configuration: schema.Configuration) -> Settings:
    """The settings that a configuration means."""
    user_classes = _user_classes(configuration)
    providers = tuple(_provider(name, given) for name, given in configuration.providers.items())
    notifications = configuration.notifications
    return Settings(
        site=Site(**configuration.site.given(), mails=notifications.smtp is not None),
        user_classes=user_classes,
        providers=providers,
        models=tuple(_model(name, given, user_classes, providers) for name, given in configuration.models.items()),
        schedule=Schedule(**configuration.schedule.given()),
        policy=_policy(configuration.policy),
        webhooks=Webhooks(**notifications.webhooks.given()),
        retention=Retention(**configuration.retention.given()),
        heartbeat_url=notifications.heartbeat_url,
        outlets=_outlets(notifications),
        self_check=SelfChecking(**configuration.self_check.given()),
        staffing=_staffing(configuration.staff),
        **_store(configuration.store),
    )


def _store(given: schema.Store) -> dict[str, Any]:
    return {f"store_{name}": value for name, value in given.given().items()}


def _staffing(given: schema.Staff) -> Staffing:
    """Each kind once, in the order of the kinds."""
    if "two_people" not in given.model_fields_set:
        return Staffing()
    return Staffing(tuple(kind for kind in Kind if kind in given.two_people))


def _outlets(given: schema.Notifications) -> Outlets:
    """The channels, each with its name; one that has none is numbered by its place."""
    chat = tuple(
        Channel(one.name or f"chat-{number}", one.url, Filters(one.models, one.providers, one.user_classes, one.types))
        for number, one in enumerate(given.chat, 1)
    )
    staff = tuple(
        StaffChannel(one.name or f"staff-{number}", one.url, tuple(AlertKind(kind) for kind in one.kinds))
        for number, one in enumerate(given.staff_alerts, 1)
    )
    return Outlets(chat, staff, Smtp(**given.smtp.given()) if given.smtp else None)


def _user_classes(configuration: schema.Configuration) -> tuple[UserClass, ...]:
    held = [name for provider in configuration.providers.values() for name in provider.credentials]
    given = configuration.user_classes or {name: schema.UserClass() for name in held}
    classes = [UserClass(**{"id": name, "name": _title(name), **one.given()}) for name, one in given.items()]
    reference = next((one.id for one in classes if one.reference), None)
    reference = reference or next((one.id for one in classes if not one.attested), None)
    return tuple(replace(one, reference=one.id == reference) for one in classes)


def _provider(name: str, given: schema.Provider) -> Provider:
    credentials = {
        user_class: ClassCredential(
            Credential(f"{name}/{user_class}", one.key, one.egress), one.country, one.monthly_cap_usd
        )
        for user_class, one in given.credentials.items()
    }
    return Provider(**{**given.given(), "id": name, "credentials": credentials})


def _model(name: str, given: schema.Model, classes: tuple[UserClass, ...], providers: tuple[Provider, ...]) -> Model:
    expect = tuple(_expectation(one) for one in given.expect)
    by_id = {provider.id: provider for provider in providers}
    offered = tuple(_offering(one, _knowable(by_id[one.provider], classes, expect)) for one in given.offered)
    if not any(offering.primary for offering in offered):
        offered = (replace(offered[0], primary=True), *offered[1:])
    return Model(**{"name": _title(name), **given.given(), "id": name, "offered": offered, "expect": expect})


def _knowable(provider: Provider, classes: tuple[UserClass, ...], expect: tuple[Expectation, ...]) -> tuple[str, ...]:
    """The classes of which anything can be known at a provider; empty, which means every class, if that is so."""
    expected = {
        user_class
        for one in expect
        if not one.providers or provider.id in one.providers
        for user_class in one.user_classes
    }
    known = tuple(one.id for one in classes if one.attested or one.id in provider.credentials or one.id in expected)
    return () if len(known) == len(classes) else known


def _offering(given: schema.Offering, knowable: tuple[str, ...]) -> Offering:
    price = Price(given.price.input, given.price.output) if given.price else None
    return Offering(**{**given.given(), "price": price, "user_classes": given.user_classes or knowable})


def _expectation(given: schema.Expectation) -> Expectation:
    return Expectation(
        user_classes=given.user_classes,
        availability=Availability(given.availability),
        reason=Reason(given.reason),
        providers=given.providers,
        remedy=Remedy(**given.remedy.given()) if given.remedy else None,
    )


def _policy(given: schema.Policy) -> Policy:
    default = Policy()
    changes: dict[str, Any] = {name: _merged(getattr(default, name), value) for name, value in given.given().items()}
    return replace(default, **{"name": "custom", **changes}) if changes else default


def _merged(default: object, value: object) -> object:
    return replace(default, **value.given()) if isinstance(default, Need) and isinstance(value, schema.Need) else value


def _title(slug: str) -> str:
    """A name made from an id: ``us-persons`` is ``Us persons``."""
    return re.sub(r"-+", " ", slug).capitalize()
