"""The frozen settings that the core and the services read; ``statuspage.config`` makes them from YAML."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property

from checks.target import DIRECT, Credential
from statuspage.core.availability import Availability, CellKey, Reason
from statuspage.core.channel import Outlets
from statuspage.core.incident import Kind
from statuspage.core.picture import Picture

STAND_INS = 2
"""Where a provider has no neutral host, at most so many others are asked in its place."""


@dataclass(frozen=True, slots=True)
class Need:
    """What confirms a change: ``count`` agreeing rounds in a row, each ``apart`` at least, over ``over`` at least."""

    count: int
    over: timedelta = timedelta(0)
    apart: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Policy:
    """Every number that confirmation, holding and flapping use; the defaults are those of docs/verdicts.md."""

    name: str = "default"
    restricted_strong: Need = Need(2, apart=timedelta(seconds=5))
    restricted_weak: Need = Need(3, apart=timedelta(seconds=15))
    down_model: Need = Need(5, over=timedelta(seconds=60))
    down_provider: Need = Need(3, over=timedelta(seconds=40))
    down_provider_quorum: int = 2
    degraded: Need = Need(3)
    degraded_back: Need = Need(1, over=timedelta(minutes=15))
    unknown: Need = Need(2)
    available_from_restricted: Need = Need(3, over=timedelta(minutes=10))
    available_from_failure: Need = Need(2, over=timedelta(seconds=30))
    reprobe_after: tuple[timedelta, ...] = (timedelta(seconds=5), timedelta(seconds=10), timedelta(seconds=20))
    stale_intervals: int = 3
    history_anchor: timedelta = timedelta(days=7)
    last_known_for: timedelta = timedelta(hours=24)
    refusing_after: timedelta = timedelta(minutes=15)
    limited_after: timedelta = timedelta(minutes=10)
    slow_factor: float = 3.0
    slow_floor: timedelta = timedelta(seconds=1)
    flapping_states: int = 21
    flapping_on: float = 0.30
    flapping_off: float = 0.20
    misfire_classes: int = 3
    event_group: timedelta = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Site:
    """Who publishes the page, and where. ``url`` has no trailing slash."""

    name: str = "Model availability"
    url: str = "http://127.0.0.1:8080"
    description: str = ""
    logo: Picture | None = None
    time_zone: str = "Etc/UTC"
    contact: str | None = None
    refresh: timedelta = timedelta(seconds=60)
    publish_to: str | None = None
    sandbox: bool = False
    mails: bool = False

    @property
    def label(self) -> str:
        """The name as others show it, who have no other place to say that the data are simulated."""
        said = self.name.lower().endswith("(sandbox)")
        return f"{self.name} (sandbox)" if self.sandbox and not said else self.name


@dataclass(frozen=True, slots=True)
class UserClass:
    """People for whom access may differ from others'."""

    id: str
    name: str
    description: str = ""
    observed_as: str = ""
    dimension: str = ""
    reference: bool = False
    attested: bool = False


@dataclass(frozen=True, slots=True)
class ClassCredential:
    """A credential issued to one user class at one provider; ``monthly_cap_usd`` None means no cap."""

    credential: Credential
    country: str | None = None
    monthly_cap_usd: float | None = None


@dataclass(frozen=True, slots=True)
class Provider:
    """One API at one address that serves models.

    ``controls`` are model ids of the provider for control C1, in order. ``rate_limit`` is requests a minute.
    ``credentials`` maps user class ids.
    """

    id: str
    name: str
    kind: str
    base_url: str
    credentials: dict[str, ClassCredential] = field(default_factory=dict)
    controls: tuple[str, ...] = ()
    neutral_host: str | None = None
    rate_limit: int | None = None


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars a million tokens."""

    input: float
    output: float


@dataclass(frozen=True, slots=True)
class Offering:
    """A model at a provider, under the provider's own id for it. ``user_classes`` empty means all of the provider's."""

    provider: str
    id: str
    primary: bool = False
    user_classes: tuple[str, ...] = ()
    serves: tuple[str, ...] = ()
    price: Price | None = None
    accepts_every: timedelta | None = None
    answers_every: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Remedy:
    """Who can change a restriction, and how."""

    by: str
    action: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is so by design: it keeps a cell out of headline and events unless it deviates.

    ``providers`` empty means every provider.
    """

    user_classes: tuple[str, ...]
    availability: Availability = Availability.RESTRICTED
    reason: Reason = Reason.POLICY
    providers: tuple[str, ...] = ()
    remedy: Remedy | None = None


@dataclass(frozen=True, slots=True)
class Model:
    """What people want to use."""

    id: str
    name: str
    offered: tuple[Offering, ...]
    family: str = ""
    successor: str | None = None
    alternatives: tuple[str, ...] = ()
    expect: tuple[Expectation, ...] = ()


@dataclass(frozen=True, slots=True)
class Schedule:
    """How often cells are asked. ``jitter`` is a share of the interval."""

    accepts_every: timedelta = timedelta(seconds=60)
    answers_every: timedelta = timedelta(minutes=5)
    timeout: timedelta = timedelta(seconds=20)
    jitter: float = 0.10


@dataclass(frozen=True, slots=True)
class Webhooks:
    """What operator-made subscriptions may reach beyond public https; self-serve ones never do.

    ``deny_networks`` are never called, although they are public; ``ports`` are those of public receivers.
    """

    allow_networks: tuple[str, ...] = ()
    allow_http: bool = False
    ports: tuple[int, ...] = (443,)
    deny_networks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Retention:
    """How long raw rows are kept; transitions, events and revisions are kept for ever."""

    observations: timedelta = timedelta(days=30)
    attempts: timedelta = timedelta(days=30)
    response_bodies: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class SelfChecking:
    """How we watch ourselves. ``country_url`` answers with the country from which it was asked; None asks nobody."""

    country_url: str | None = None


@dataclass(frozen=True, slots=True)
class Staffing:
    """How staff work together: ``two_people`` are the kinds of incident that nobody publishes alone."""

    two_people: tuple[Kind, ...] = (Kind.RESTRICTION,)


@dataclass(frozen=True)
class Settings:
    """The whole configuration in force."""

    site: Site = Site()
    store_url: str = field(default="sqlite:///data/statuspage.db", repr=False)
    user_classes: tuple[UserClass, ...] = ()
    providers: tuple[Provider, ...] = ()
    models: tuple[Model, ...] = ()
    schedule: Schedule = Schedule()
    policy: Policy = Policy()
    webhooks: Webhooks = Webhooks()
    retention: Retention = Retention()
    heartbeat_url: str | None = field(default=None, repr=False)
    self_check: SelfChecking = SelfChecking()
    outlets: Outlets = Outlets()
    staffing: Staffing = Staffing()

    @cached_property
    def _providers(self) -> dict[str, Provider]:
        return {one.id: one for one in reversed(self.providers)}

    @cached_property
    def _models(self) -> dict[str, Model]:
        return {one.id: one for one in reversed(self.models)}

    @cached_property
    def _classes(self) -> dict[str, UserClass]:
        return {one.id: one for one in reversed(self.user_classes)}

    def provider(self, provider_id: str) -> Provider:
        """The provider of that id; KeyError when there is none."""
        return self._providers[provider_id]

    def model(self, model_id: str) -> Model:
        """The model of that id; KeyError when there is none."""
        return self._models[model_id]

    def user_class(self, class_id: str) -> UserClass:
        """The user class of that id; KeyError when there is none."""
        return self._classes[class_id]

    def offering(self, key: CellKey) -> Offering:
        """The offering that a cell belongs to; KeyError when the cell is not in the catalogue."""
        for offering in self.model(key.model).offered:
            if offering.provider == key.provider:
                return offering
        raise KeyError(str(key))

    def cells(self) -> tuple[CellKey, ...]:
        """Every cell, in the order of the configuration: models, their offerings, user classes."""
        return tuple(
            CellKey(model.id, offering.provider, user_class)
            for model in self.models
            for offering in model.offered
            for user_class in self.classes_of(offering)
        )

    def classes_of(self, offering: Offering) -> tuple[str, ...]:
        """The user classes for which an offering has a cell: those named, or every class."""
        return offering.user_classes or tuple(user_class.id for user_class in self.user_classes)

    def credential(self, key: CellKey) -> ClassCredential | None:
        """The credential with which a cell is asked; None for a cell that no check can reach."""
        return self.provider(key.provider).credentials.get(key.user_class)

    def expectation(self, key: CellKey) -> Expectation | None:
        """What is so by design for a cell, if anything."""
        for expectation in self.model(key.model).expect:
            if key.user_class in expectation.user_classes and (
                not expectation.providers or key.provider in expectation.providers
            ):
                return expectation
        return None

    def stale_after(self, key: CellKey) -> timedelta:
        """After how long without a valid round a cell is stale: so many of its intervals."""
        return (self.offering(key).answers_every or self.schedule.answers_every) * self.policy.stale_intervals

    def stand_ins(self, provider_id: str) -> tuple[Provider, ...]:
        """The providers elsewhere that tell our network's trouble from this one's where it has no neutral host."""
        own = self.provider(provider_id)
        if own.neutral_host is not None:
            return ()
        return tuple(one for one in self.providers if _host(one.base_url) != _host(own.base_url))[:STAND_INS]

    def egress(self, key: CellKey) -> str:
        """The egress of a cell's credential."""
        held = self.credential(key)
        return held.credential.egress if held else DIRECT

    def with_user_classes(self, made: tuple[UserClass, ...]) -> Settings:
        """The settings with classes that staff made at night, each with a cell at every offering.

        A configured class of the same id wins.
        """
        known = {user_class.id for user_class in self.user_classes}
        added = tuple(user_class for user_class in made if user_class.id not in known)
        if not added:
            return self
        ids = tuple(user_class.id for user_class in added)
        models = tuple(replace(one, offered=tuple(_for_classes(o, ids) for o in one.offered)) for one in self.models)
        return replace(self, user_classes=self.user_classes + added, models=models)


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0]


def _for_classes(offering: Offering, added: tuple[str, ...]) -> Offering:
    """An offering for further classes; one for all classes has them anyway."""
    if not offering.user_classes:
        return offering
    return replace(offering, user_classes=(*offering.user_classes, *added))
