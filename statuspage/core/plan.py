"""What a configuration will do, in numbers: cells, calls a minute, forecast cost and disk; nothing is asked for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta

from checks.target import Level
from statuspage.core.availability import Availability, CellKey
from statuspage.core.settings import Offering, Price, Settings

INPUT_TOKENS = 40
OUTPUT_TOKENS = 32
"""What one probe at ``answers`` is taken to use; a bland prompt, and the most that it lets the model write."""

BYTES_PER_OBSERVATION = 700
"""What one stored observation is taken to need: about 600 bytes of JSON, its key and its share of the page."""

MONTH = timedelta(days=30)

ASSUMPTIONS = (
    f"quiet times: controls and repeated probes come on top; a month of {MONTH.days} days; "
    f"{INPUT_TOKENS} input and {OUTPUT_TOKENS} output tokens an answer; {BYTES_PER_OBSERVATION} bytes an observation"
)
"""What the forecasts rest on, in words to print beside them."""

_EVERY_LEVEL = frozenset(Level)
_MINUTE = timedelta(minutes=1)
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Calls:
    """How often one provider is called at one level."""

    provider: str
    level: Level
    per_minute: float


@dataclass(frozen=True, slots=True)
class Spend:
    """The forecast of one credential in US dollars a month; ``unpriced`` cells have no price and are not in it."""

    provider: str
    user_class: str
    usd: float
    cap_usd: float | None
    unpriced: int

    @property
    def over_cap(self) -> bool:
        """Whether the cap will stop probes at ``answers`` before the month ends."""
        return self.cap_usd is not None and self.usd > self.cap_usd


@dataclass(frozen=True, slots=True)
class Plan:
    """What a configuration will do. Each cell is counted once: attested, expected, probed, or unreached.

    ``expected`` are restricted by design, ``expected_probed`` those of them that are asked all the same: a refusal
    costs nothing. A sandbox costs nothing at all.
    ``disk_bytes_month`` is what a month writes, ``disk_bytes_kept`` what is there once old observations are deleted.
    """

    probed: int
    attested: int
    expected: int
    unreached: int
    calls: tuple[Calls, ...]
    spend: tuple[Spend, ...]
    observations_month: int
    disk_bytes_month: int
    disk_bytes_kept: int
    expected_probed: int = 0
    sandbox: bool = False

    @property
    def cells(self) -> int:
        """All cells."""
        return self.probed + self.attested + self.expected + self.unreached

    @property
    def usd_month(self) -> float:
        """The forecast of all credentials together."""
        return sum(spend.usd for spend in self.spend)

    def calls_per_minute(self, provider: str) -> float:
        """All calls to one provider."""
        return sum(calls.per_minute for calls in self.calls if calls.provider == provider)


def plan(settings: Settings, levels: Mapping[str, Collection[Level]] | None = None) -> Plan:
    """The plan of a configuration; ``levels`` says which levels each check kind knows (default: every kind all)."""
    groups = Counter(_group(settings, key) for key in settings.cells())
    calls = _calls(settings, levels or {})
    a_month = round(sum(one.per_minute for one in calls) * (MONTH / _MINUTE))
    return Plan(
        probed=groups["probed"],
        attested=groups["attested"],
        expected=groups["expected"],
        unreached=groups["unreached"],
        calls=calls,
        spend=_spend(settings, levels or {}),
        observations_month=a_month,
        disk_bytes_month=a_month * BYTES_PER_OBSERVATION,
        disk_bytes_kept=round(a_month * BYTES_PER_OBSERVATION * (settings.retention.observations / MONTH)),
        expected_probed=sum(_by_design(settings, key) and _probed(settings, key) for key in settings.cells()),
        sandbox=settings.site.sandbox,
    )


def _group(settings: Settings, key: CellKey) -> str:
    if settings.user_class(key.user_class).attested and not _probed(settings, key):
        return "attested"
    if _by_design(settings, key):
        return "expected"
    return "probed" if _probed(settings, key) else "unreached"


def _probed(settings: Settings, key: CellKey) -> bool:
    return settings.credential(key) is not None


def _by_design(settings: Settings, key: CellKey) -> bool:
    expectation = settings.expectation(key)
    return expectation is not None and expectation.availability is Availability.RESTRICTED


def _calls(settings: Settings, levels: Mapping[str, Collection[Level]]) -> tuple[Calls, ...]:
    rates: dict[tuple[str, Level], float] = {}
    for key in settings.cells():
        if settings.credential(key) is not None:
            for level, every in _asked(settings, key, levels).items():
                at = (key.provider, level)
                rates[at] = rates.get(at, 0.0) + _MINUTE / every
    order = list(Level)
    providers = [provider.id for provider in settings.providers]
    ordered = sorted(rates, key=lambda at: (providers.index(at[0]), order.index(at[1])))
    return tuple(Calls(provider, level, rates[provider, level]) for provider, level in ordered)


def _asked(settings: Settings, key: CellKey, levels: Mapping[str, Collection[Level]]) -> dict[Level, timedelta]:
    """At which levels a cell is asked, and how often: the cheap question falls back to the catalogue."""
    known = levels.get(settings.provider(key.provider).kind, _EVERY_LEVEL)
    offering = settings.offering(key)
    asked: dict[Level, timedelta] = {}
    cheap = next((level for level in (Level.ACCEPTS, Level.LISTED) if level in known), None)
    if cheap is not None:
        asked[cheap] = offering.accepts_every or settings.schedule.accepts_every
    if Level.ANSWERS in known:
        asked[Level.ANSWERS] = offering.answers_every or settings.schedule.answers_every
    return asked


def _spend(settings: Settings, levels: Mapping[str, Collection[Level]]) -> tuple[Spend, ...]:
    costs: dict[tuple[str, str], list[float | None]] = {}
    for key in settings.cells():
        every = _asked(settings, key, levels).get(Level.ANSWERS)
        if settings.credential(key) is not None and every is not None:
            free = settings.site.sandbox or _by_design(settings, key)
            cost = 0.0 if free else _month(settings.offering(key), every)
            costs.setdefault((key.provider, key.user_class), []).append(cost)
    return tuple(
        Spend(
            provider=provider.id,
            user_class=user_class,
            usd=sum(cost for cost in costs.get((provider.id, user_class), []) if cost is not None),
            cap_usd=held.monthly_cap_usd,
            unpriced=costs.get((provider.id, user_class), []).count(None),
        )
        for provider in settings.providers
        for user_class, held in provider.credentials.items()
    )


def _month(offering: Offering, every: timedelta) -> float | None:
    return None if offering.price is None else (MONTH / every) * answer_cost(offering.price)


def answer_cost(price: Price) -> float:
    """US dollars for one probe at ``answers``."""
    return (INPUT_TOKENS * price.input + OUTPUT_TOKENS * price.output) / _MILLION
