"""What answers cost: the price of one, the dearest round to come, and whether a monthly cap still allows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from checks.observation import Cause, Observation, Usage
from checks.target import Level
from statuspage.core.plan import INPUT_TOKENS, OUTPUT_TOKENS
from statuspage.core.settings import Price, Settings

ASSUMED = Usage(INPUT_TOKENS, OUTPUT_TOKENS)
"""What an answer is taken to use where it does not say."""

_MILLION = 1_000_000
_REFUSED = 400


@dataclass(frozen=True, slots=True)
class Purse:
    """The month of one credential in US dollars: what it has spent, and what the dearest next round would cost.

    Without a cap nobody asks for the next round, and it is not reckoned.
    """

    provider: str
    user_class: str
    spent_usd: float
    next_round_usd: float
    cap_usd: float | None

    @property
    def open(self) -> bool:
        """Whether one more round at ``answers`` cannot pass the cap."""
        return self.cap_usd is None or self.spent_usd + self.next_round_usd <= self.cap_usd


def month_of(at: datetime) -> str:
    """The calendar month (UTC) to which a cost belongs."""
    return f"{at:%Y-%m}"


def purse(settings: Settings, provider: str, user_class: str, spent_usd: float) -> Purse:
    """The month of a credential, before its next round."""
    held = settings.provider(provider).credentials.get(user_class)
    cap = held.monthly_cap_usd if held else None
    next_round = 0.0 if cap is None else dearest_round(settings, provider, user_class)
    return Purse(provider, user_class, spent_usd, next_round, cap)


def dearest_round(settings: Settings, provider: str, user_class: str) -> float:
    """What a round costs in which everything is asked that can be: every cell, also through every other egress of the
    provider, and every control model."""
    at = settings.provider(provider)
    egresses = {held.credential.egress for held in at.credentials.values()}
    cells = sum(
        cost(offering.price, ASSUMED)
        for model in settings.models
        for offering in model.offered
        if offering.provider == provider and user_class in settings.classes_of(offering)
    )
    controls = sum(cost(price_of(settings, provider, one), ASSUMED) for one in at.controls)
    return max(1, len(egresses)) * cells + controls


def cost_of(settings: Settings, seen: Observation) -> float:
    """US dollars that one question cost; a question below ``answers``, a refusal and a fault on the way cost nothing.

    What the answer says of its usage counts, else the assumption of the plan; also for one that came too late.
    """
    if seen.level is not Level.ANSWERS or not _billed(seen):
        return 0.0
    return cost(price_of(settings, seen.provider, seen.provider_model_id), seen.usage or ASSUMED)


def cost(price: Price | None, usage: Usage) -> float:
    """US dollars for so many tokens; nothing where no price is configured."""
    if price is None:
        return 0.0
    return (usage.input * price.input + usage.output * price.output) / _MILLION


def price_of(settings: Settings, provider: str, provider_model_id: str) -> Price | None:
    """The configured price of a provider's model; for a control that nobody offers, the dearest price there."""
    offered = [o for model in settings.models for o in model.offered if o.provider == provider]
    named = [o.price for o in offered if o.id == provider_model_id]
    prices = [price for price in (named or [o.price for o in offered]) if price is not None]
    return max(prices, key=lambda price: cost(price, ASSUMED), default=None)


def _billed(seen: Observation) -> bool:
    if seen.usage is not None:
        return True
    if seen.evidence.status is None:
        return seen.cause is Cause.TIMEOUT
    return seen.evidence.status < _REFUSED
