"""What happens in the simulated world, and therefore what is true: faults in time, drawn from a seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from statuspage.core.availability import CellKey

MINUTE = 60.0
HOUR = 60 * MINUTE
DAY = 24 * HOUR

SIGNATURES = {
    "vendor": "404_strong",
    "cloud-a": "404_weak",
    "cloud-b": "500",
    "gateway": "410",
    "platform": "404_endpoints",
}
"""How each provider says that a model was withdrawn."""

RETIREMENTS = (
    ("retired", "by a code"),
    ("404_weak", "by the list"),
    ("retired_weak", "in words, taken for a withdrawal"),
)
"""How providers say that a model is retired; words alone are no proof of it."""

UNREAD_SHARE = 0.2
UNREAD = "404_unread"
"""A sentence that no rule knows: each provider says some withdrawals so."""

LINKED_AFTER = 40 * MINUTE
"""When staff link the 500 of a withdrawn model to the restriction."""


class Truth(StrEnum):
    """What is really so of a cell."""

    LOST = "our network is lost"
    KEY = "key expired"
    MONEY = "money used up"
    RETIRED = "retired"
    PROVIDER = "provider outage"
    LIMITED = "rate-limit storm"
    MISFIRE = "gateway misfire"
    REFUSED = "withdrawn"
    RETURNING = "withdrawn, coming back in stages"
    MODEL = "model outage"
    BURST = "burst of errors"
    SLOW = "slow"


ORDER = tuple(Truth)
"""What hides what: the first that is so decides the answer."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is so from ``start`` to ``end`` (seconds) of the cells that it covers; None means every one.

    ``answers`` come with the probability ``share``, all of them alike; the rest is answered as if it were not so.
    """

    truth: Truth
    start: float
    end: float
    answers: tuple[str, ...]
    share: float = 1.0
    provider: str | None = None
    models: tuple[str, ...] | None = None
    classes: tuple[str, ...] | None = None
    note: str = ""

    def covers(self, provider: str, model: str | None, user_class: str) -> bool:
        """Whether a question is met by it; a control model is ``None``."""
        return (
            (self.provider is None or self.provider == provider)
            and (self.models is None or model in self.models)
            and (self.classes is None or user_class in self.classes)
        )

    def of(self, key: CellKey) -> bool:
        """Whether it is so of a cell."""
        return self.covers(key.provider, key.model, key.user_class)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The names of a world's providers, models and user classes, and how long it lives (seconds)."""

    providers: tuple[str, ...]
    models: tuple[str, ...]
    classes: tuple[str, ...]
    lives: float


def happen(world: Catalogue, seed: int) -> list[Fault]:
    """Everything that happens, by start."""
    random = Random(seed)
    quarters = world.lives / (90 * DAY)
    drawn = _Drawn(world, random, quarters)
    faults = [*drawn.technical(), *drawn.ours(), *drawn.misfires(), *drawn.withdrawals(), *drawn.ends()]
    return sorted(faults, key=lambda fault: (fault.start, fault.truth.value))


@dataclass(frozen=True, slots=True)
class Jump:
    """Our own clock is set at ``at``: from then on it is ahead by ``ahead`` (seconds)."""

    at: float
    ahead: float


def jumps(world: Catalogue, seed: int) -> list[Jump]:
    """How our clock is set: wrong by seconds, minutes or hours, ahead or behind, and right again after a while."""
    random = Random(seed + 7)
    count = max(2, round(10 * world.lives / (90 * DAY)))
    begins = sorted(random.uniform(12 * HOUR, world.lives - 12 * HOUR) for _ in range(count))
    found: list[Jump] = []
    for at in begins:
        if not found or at > found[-1].at + HOUR:
            ahead = random.choice((-1, 1)) * 5.0 * (7200.0 ** random.random())
            found += [Jump(at, ahead), Jump(at + random.uniform(5 * MINUTE, 5 * HOUR), 0.0)]
    return found


@dataclass
class _Drawn:
    world: Catalogue
    random: Random
    quarters: float

    def technical(self) -> Iterator[Fault]:
        for provider in self.world.providers:
            for at in self._times(60):
                yield self._on_a_model(Truth.BURST, at, provider, (15, 150), ("500", "529", "timeout"), 0.7)
            for at in self._times(12):
                yield self._on_a_model(Truth.MODEL, at, provider, (3 * MINUTE, 2 * HOUR), ("503", "500"), 1.0)
            for at in self._times(5):
                answers = self.random.choice((("502",), ("503", "529"), ("timeout", "network")))
                end = at + self._lasting(3 * MINUTE, 3 * HOUR)
                yield Fault(Truth.PROVIDER, at, end, answers, provider=provider)
            for at in self._times(6):
                yield self._on_a_model(Truth.SLOW, at + DAY, provider, (10 * MINUTE, 5 * HOUR), ("slow",), 1.0)

    def ours(self) -> Iterator[Fault]:
        for at in self._times(12):
            yield Fault(Truth.LOST, at, at + self._lasting(MINUTE, 30 * MINUTE), ("timeout", "network"))
        for provider in self.world.providers:
            for at in self._times(3):
                one = (self.random.choice(self.world.classes),)
                end = at + self._lasting(10 * MINUTE, 12 * HOUR)
                yield Fault(Truth.KEY, at, end, ("401",), provider=provider, classes=one)
            for at in self._times(2):
                one = (self.random.choice(self.world.classes),)
                end = at + self._lasting(10 * MINUTE, 2 * DAY)
                yield Fault(Truth.MONEY, at, end, ("402",), provider=provider, classes=one)
            for at in self._times(8):
                one, end = (self.random.choice(self.world.classes),), at + self._lasting(5 * MINUTE, 40 * MINUTE)
                models = self.random.choice((None, (self.random.choice(self.world.models),)))
                yield Fault(Truth.LIMITED, at, end, ("429",), provider=provider, models=models, classes=one)

    def misfires(self) -> Iterator[Fault]:
        for at in self._times(16):
            three = tuple(self.random.sample(self.world.classes, 3))
            answer = self.random.choice(("region", "region", "region_weak"))
            models = (self.random.choice(self.world.models),)
            end = at + self._lasting(20, 30 * MINUTE)
            yield Fault(Truth.MISFIRE, at, end, (answer,), provider="gateway", models=models, classes=three)

    def ends(self) -> Iterator[Fault]:
        """One model is retired at every provider late in this world; how they say it takes turns."""
        model = self.random.choice(self.world.models)
        at = self.world.lives * self.random.uniform(0.88, 0.94)
        for number, provider in enumerate(self.world.providers):
            answer, note = RETIREMENTS[number % len(RETIREMENTS)]
            start = at + self.random.uniform(0, HOUR)
            yield Fault(Truth.RETIRED, start, self.world.lives + DAY, (answer,), 1.0, provider, (model,), None, note)

    def withdrawals(self) -> Iterator[Fault]:
        longest = self.world.lives * 0.6
        for model in self.random.sample(self.world.models, min(8, len(self.world.models))):
            at = self.random.uniform(6 * HOUR, self.world.lives - longest)
            classes = tuple(self.random.sample(self.world.classes, self.random.choice((2, 3, 5, 5))))
            end = at + self._lasting(6 * HOUR, min(16 * DAY, longest - DAY))
            for provider in self.world.providers:
                start = at + self.random.uniform(0, 30 * MINUTE)
                yield from self._withdrawal(provider, model, classes, start, end + self.random.uniform(0, 8 * HOUR))

    def _withdrawal(
        self, provider: str, model: str, classes: tuple[str, ...], start: float, lifted: float
    ) -> Iterator[Fault]:
        signature = UNREAD if self.random.random() < UNREAD_SHARE else SIGNATURES[provider]
        yield Fault(Truth.REFUSED, start, lifted, (signature,), 1.0, provider, (model,), classes, signature)
        at = lifted
        for stage, answers, share, least, most in (
            ("503", ("503",), 1.0, 10 * MINUTE, 10 * HOUR),
            ("503, some answers", ("503",), 0.6, 10 * MINUTE, 2 * HOUR),
            ("content filter", ("content_filter",), 1.0, 5 * MINUTE, HOUR),
            ("substituted", ("substituted",), 1.0, 10 * MINUTE, HOUR),
        ):
            if self.random.random() < 0.6:
                end = at + self._lasting(least, most)
                yield Fault(Truth.RETURNING, at, end, answers, share, provider, (model,), classes, stage)
                at = end

    def _on_a_model(
        self,
        truth: Truth,
        at: float,
        provider: str,
        lasting: tuple[float, float],
        answers: tuple[str, ...],
        share: float,
    ) -> Fault:
        models = (self.random.choice(self.world.models),)
        return Fault(truth, at, at + self._lasting(*lasting), answers, share, provider, models)

    def _times(self, a_quarter: float) -> list[float]:
        """Moments of things that come ``a_quarter`` times in 90 days, at least once."""
        count = max(1, round(a_quarter * self.quarters))
        return [self.random.uniform(HOUR, self.world.lives - 6 * HOUR) for _ in range(count)]

    def _lasting(self, least: float, most: float) -> float:
        """A duration between the two, short ones more often."""
        return float(least * (most / least) ** self.random.random())
