"""The keys of the configuration file and the type of each; ``docs/configuration.md`` explains every one of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from statuspage.config import values
from statuspage.config.logo import read_logo
from statuspage.config.values import scalar
from statuspage.core.alert import AlertKind
from statuspage.core.availability import Reason
from statuspage.core.event import EventType
from statuspage.core.incident import Kind
from statuspage.core.picture import Picture


class Hidden:
    """Marks a key whose value no message may quote."""


HIDDEN = Hidden()

EXPECTABLE = (Reason.LEGAL, Reason.REGION, Reason.ENTITLEMENT, Reason.POLICY, Reason.WITHDRAWN, Reason.RETIRED)
"""The reasons for which a cell can be restricted by design."""

TYPES = tuple(one.value for one in EventType if not one.value.startswith("webhook."))
"""What a channel can be told."""

Line = Annotated[str, scalar(values.line, "one line of text")]
Prose = Annotated[str, scalar(values.prose, "some text")]
Word = Annotated[str, scalar(values.word, "one word")]
Slug = Annotated[str, scalar(values.slug, "an id")]
Truth = Annotated[bool, scalar(values.truth, "true or false")]
Duration = Annotated[timedelta, scalar(values.duration, "a duration such as 60s")]
Interval = Annotated[timedelta, scalar(values.interval, "a duration such as 60s")]
Share = Annotated[float, scalar(values.share, "a percentage such as 10%")]
Factor = Annotated[float, scalar(values.factor, "a factor such as 3")]
Rate = Annotated[int, scalar(values.rate, "a rate such as 600/min")]
Money = Annotated[float, scalar(values.money, "US dollars such as 20")]
Count = Annotated[int, scalar(values.whole(1, 1000), "a number such as 3")]
Port = Annotated[int, scalar(values.whole(1, 65535), "a port such as 443")]
Url = Annotated[str, scalar(values.url, "an address such as https://example.org")]
BaseUrl = Annotated[str, scalar(values.bare_url, "an address such as https://api.example.org")]
Network = Annotated[str, scalar(values.network, "a network such as 10.0.0.0/8")]


def _filled(value: object) -> object:
    """A section whose every key is commented out is an empty mapping, not nothing."""
    return {} if value is None else value


class Section(BaseModel):
    """A mapping with known keys only."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    def given(self) -> dict[str, Any]:
        """The keys that the file sets, by the name of their field."""
        return {name: getattr(self, name) for name in type(self).model_fields if name in self.model_fields_set}


class Site(Section):
    """``site``."""

    name: Line = ""
    url: BaseUrl = ""
    description: Prose = ""
    logo: Annotated[Picture, scalar(read_logo, "the path of an image")] | None = Field(default=None, repr=False)
    time_zone: Annotated[str, scalar(values.time_zone, "a time zone such as Etc/UTC")] = ""
    contact: Line | None = None
    refresh: Interval = timedelta()
    publish_to: Line | None = None
    sandbox: Truth = False


class Store(Section):
    """``store``."""

    url: Annotated[str, scalar(values.store_url, "sqlite:///FILE"), HIDDEN] = Field(default="", repr=False)


class UserClass(Section):
    """``user_classes.<id>``."""

    name: Line = ""
    description: Prose = ""
    observed_as: Prose = ""
    dimension: Line = ""
    reference: Truth = False
    attested: Truth = False


class Credential(Section):
    """``providers.<id>.credentials.<user class>``."""

    key: Annotated[str, scalar(values.secret, "${NAME} or file:PATH"), HIDDEN] = Field(default="", repr=False)
    egress: Annotated[str, scalar(values.egress, "direct or http://HOST:PORT"), HIDDEN] = "direct"
    country: Annotated[str, scalar(values.country, "two letters such as DE")] | None = None
    monthly_cap_usd: Money | None = None


class Provider(Section):
    """``providers.<id>``."""

    name: Line = Field(examples=["name: Claude API"])
    kind: Word = Field(examples=["kind: anthropic"])
    base_url: BaseUrl = Field(examples=["base_url: https://api.example.org"])
    controls: tuple[Word, ...] = ()
    neutral_host: Url | None = None
    rate_limit: Rate | None = None
    credentials: dict[Slug, Credential] = Field(min_length=1, examples=["credentials: {USER-CLASS: {key: ${NAME}}}"])


class Price(Section):
    """``models.<id>.offered[].price``."""

    input: Money = Field(alias="in", examples=["in: 3"])
    output: Money = Field(alias="out", examples=["out: 15"])


class Offering(Section):
    """``models.<id>.offered[]``."""

    provider: Word = Field(examples=["provider: PROVIDER"])
    id: Word = Field(examples=["id: the provider's own id of the model"])
    primary: Truth = False
    user_classes: tuple[Word, ...] = ()
    serves: tuple[Word, ...] = ()
    price: Price | None = None
    accepts_every: Interval | None = None
    answers_every: Interval | None = None


class Remedy(Section):
    """``models.<id>.expect[].remedy``."""

    by: Annotated[str, scalar(values.one_of(["user", "admin", "provider", "nobody"]), "user or admin")] = Field(
        examples=["by: admin"]
    )
    action: Line = Field(examples=["action: what that person can do"])
    url: Url | None = None


class Expectation(Section):
    """``models.<id>.expect[]``."""

    user_classes: tuple[Word, ...] = Field(min_length=1, examples=["user_classes: [USER-CLASS]"])
    availability: Annotated[str, scalar(values.one_of(["restricted"]), "restricted")] = "restricted"
    reason: Annotated[str, scalar(values.one_of(EXPECTABLE), "a reason such as policy")] = "policy"
    providers: tuple[Word, ...] = ()
    remedy: Remedy | None = None


class Model(Section):
    """``models.<id>``."""

    name: Line = ""
    family: Line = ""
    successor: Word | None = None
    alternatives: tuple[Word, ...] = ()
    offered: tuple[Offering, ...] = Field(min_length=1, examples=["offered: [{provider: PROVIDER, id: ID}]"])
    expect: tuple[Expectation, ...] = ()


class Schedule(Section):
    """``schedule``."""

    accepts_every: Interval = timedelta()
    answers_every: Interval = timedelta()
    timeout: Interval = timedelta()
    jitter: Share = 0.0


class Need(Section):
    """``policy.restricted_strong`` and its like."""

    count: Count = 1
    over: Duration = timedelta()
    apart: Duration = timedelta()


class Policy(Section):
    """``policy``: the keys are those of the core's Policy; what is not given keeps its default."""

    name: Line = ""
    restricted_strong: Need = Need()
    restricted_weak: Need = Need()
    down_model: Need = Need()
    down_provider: Need = Need()
    down_provider_quorum: Count = 1
    degraded: Need = Need()
    degraded_back: Need = Need()
    unknown: Need = Need()
    available_from_restricted: Need = Need()
    available_from_failure: Need = Need()
    reprobe_after: tuple[Interval, ...] = Field(default=(), max_length=10)
    stale_intervals: Count = 1
    history_anchor: Duration = timedelta()
    last_known_for: Duration = timedelta()
    refusing_after: Duration = timedelta()
    limited_after: Duration = timedelta()
    slow_factor: Factor = 0.0
    slow_floor: Duration = timedelta()
    flapping_states: Count = 1
    flapping_on: Share = 0.0
    flapping_off: Share = 0.0
    misfire_classes: Count = 1
    event_group: Duration = timedelta()


class Webhooks(Section):
    """``notifications.webhooks``."""

    allow_networks: tuple[Network, ...] = ()
    allow_http: Truth = False
    ports: tuple[Port, ...] = Field(default=(), min_length=1)
    deny_networks: tuple[Network, ...] = ()


def _as_channel(value: object) -> object:
    """A channel of which only the address is given."""
    return {"url": value} if isinstance(value, str) else value


def _nothing(value: object) -> object:
    """A list that is commented out is empty."""
    return () if value is None else value


ChannelUrl = Annotated[str, scalar(values.channel, "an Apprise address such as slack://…"), HIDDEN]


class Channel(Section):
    """``notifications.chat[]``."""

    url: ChannelUrl = Field(repr=False, examples=["url: ${SLACK_URL}"])
    name: Slug = ""
    models: tuple[Word, ...] = ()
    providers: tuple[Word, ...] = ()
    user_classes: tuple[Word, ...] = ()
    types: tuple[Annotated[str, scalar(values.one_of(TYPES), "a type such as model.restricted")], ...] = ()


class StaffChannel(Section):
    """``notifications.staff_alerts[]``."""

    url: ChannelUrl = Field(repr=False, examples=["url: ${PAGER_URL}"])
    name: Slug = ""
    kinds: tuple[Annotated[str, scalar(values.one_of(AlertKind), "a kind such as credential")], ...] = ()


class Smtp(Section):
    """``notifications.smtp``."""

    host: Annotated[str, scalar(values.host, "a name such as smtp.example.org")] = Field(
        examples=["host: smtp.example.org"]
    )
    sender: Annotated[str, scalar(values.address, "an address such as status@example.org")] = Field(
        examples=["sender: status@example.org"]
    )
    port: Port = 587
    security: Annotated[str, scalar(values.one_of(["starttls", "tls", "none"]), "starttls, tls or none")] = "starttls"
    user: Annotated[str, scalar(values.line, "a user name"), HIDDEN] | None = None
    password: Annotated[str, scalar(values.secret, "${NAME} or file:PATH"), HIDDEN] | None = Field(
        default=None, repr=False
    )


class Notifications(Section):
    """``notifications``."""

    webhooks: Annotated[Webhooks, BeforeValidator(_filled)] = Webhooks()
    chat: Annotated[tuple[Annotated[Channel, BeforeValidator(_as_channel)], ...], BeforeValidator(_nothing)] = ()
    staff_alerts: Annotated[
        tuple[Annotated[StaffChannel, BeforeValidator(_as_channel)], ...], BeforeValidator(_nothing)
    ] = ()
    smtp: Smtp | None = None
    heartbeat_url: Annotated[Url, HIDDEN] | None = Field(default=None, repr=False)


class SelfCheck(Section):
    """``self_check``."""

    country_url: Url | None = None


class Staff(Section):
    """``staff``."""

    two_people: tuple[Annotated[str, scalar(values.one_of(Kind), "a kind such as restriction")], ...] = ()


class Retention(Section):
    """``retention``."""

    observations: Interval = timedelta()
    attempts: Interval = timedelta()
    response_bodies: Interval = timedelta()


class Configuration(Section):
    """The whole file."""

    site: Annotated[Site, BeforeValidator(_filled)] = Site()
    store: Annotated[Store, BeforeValidator(_filled)] = Store()
    user_classes: dict[Slug, Annotated[UserClass, BeforeValidator(_filled)]] = {}
    providers: dict[Slug, Provider] = Field(min_length=1, examples=["providers: with one provider or more"])
    models: dict[Slug, Model] = Field(min_length=1, examples=["models: with one model or more"])
    schedule: Annotated[Schedule, BeforeValidator(_filled)] = Schedule()
    policy: Annotated[Policy, BeforeValidator(_filled)] = Policy()
    notifications: Annotated[Notifications, BeforeValidator(_filled)] = Notifications()
    retention: Annotated[Retention, BeforeValidator(_filled)] = Retention()
    staff: Annotated[Staff, BeforeValidator(_filled)] = Staff()
    self_check: Annotated[SelfCheck, BeforeValidator(_filled)] = SelfCheck()
