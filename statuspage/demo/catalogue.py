"""What the sandbox offers, as plain data: its user classes, models and providers, and who may use what by design."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["anthropic", "openai"]


@dataclass(frozen=True, slots=True)
class UserClass:
    """People for whom access may differ; ``probed`` is false where no key can stand for them."""

    id: str
    name: str
    description: str
    observed_as: str | None = None
    reference: bool = False
    probed: bool = True

    @property
    def key(self) -> str | None:
        """The API key that the sandbox takes for this class."""
        return f"sandbox-key-{self.id}" if self.probed else None


@dataclass(frozen=True, slots=True)
class Model:
    """A model of the sandbox; ``served_as`` is the dated id that an answer names, where it has one."""

    id: str
    name: str
    family: str
    served_as: str | None = None
    control: bool = False

    @property
    def gated(self) -> bool:
        """Does it belong to the class of models that are gated by design?"""
        return self.family == MYTHOS_CLASS


@dataclass(frozen=True, slots=True)
class Provider:
    """One simulated API: where it lives under the sandbox's address and how it names the models."""

    id: str
    name: str
    kind: Kind
    path: str
    prefix: str = ""

    def model_id(self, model: Model) -> str:
        """This provider's own id for a model."""
        return self.prefix + model.id

    def served_id(self, model: Model) -> str:
        """The id that this provider's answers name: a vendor says the dated one."""
        return self.prefix + ((self.kind == "anthropic" and model.served_as) or model.id)


MYTHOS_CLASS = "Mythos class"
NEUTRAL_PATH = "/neutral"

USER_CLASSES = (
    UserClass(
        "us-persons", "US persons", "Citizens and permanent residents.", "a US organisation's key, from the US", True
    ),
    UserClass(
        "foreign-nationals-abroad",
        "Foreign nationals abroad",
        "People without US nationality, outside the United States.",
        "a German organisation's key, from Germany",
    ),
    UserClass(
        "foreign-nationals-us",
        "Foreign nationals in the US",
        "People without US nationality, inside the United States.",
        "a US organisation's key for foreign staff, from the US",
    ),
    UserClass(
        "listed-organisations",
        "Listed organisations",
        "US organisations and agencies that were named for access, with their foreign staff.",
        "a listed organisation's key, from the US",
    ),
    UserClass(
        "zero-retention",
        "Zero data retention",
        "Organisations whose agreement forbids that their data is kept.",
        "a zero-retention organisation's key, from the US",
    ),
    UserClass(
        "programme-partners",
        "Programme partners",
        "Foreign partners of the limited programme; no key can stand for them, so staff vouch.",
        probed=False,
    ),
)

MODELS = (
    Model("claude-fable-5", "Claude Fable 5", MYTHOS_CLASS),
    Model("claude-mythos-5", "Claude Mythos 5", MYTHOS_CLASS),
    Model("claude-opus-4-8", "Claude Opus 4.8", "Claude 4"),
    Model("claude-opus-4-5", "Claude Opus 4.5", "Claude 4", "claude-opus-4-5-20251101"),
    Model("claude-sonnet-4-6", "Claude Sonnet 4.6", "Claude 4"),
    Model("claude-sonnet-4-5", "Claude Sonnet 4.5", "Claude 4", "claude-sonnet-4-5-20250929", control=True),
    Model("claude-haiku-4-5", "Claude Haiku 4.5", "Claude 4", "claude-haiku-4-5-20251001", control=True),
)

PROVIDERS = (
    Provider("claude-api", "Claude API", "anthropic", "/anthropic"),
    Provider("gateway", "Example Gateway", "openai", "/gateway/v1", "anthropic/"),
)

CLASS_BY_KEY = {user_class.key: user_class for user_class in USER_CLASSES if user_class.key}
CLASS_BY_ID = {user_class.id: user_class for user_class in USER_CLASSES}
MODEL_BY_ID = {model.id: model for model in MODELS}
PROVIDER_BY_ID = {provider.id: provider for provider in PROVIDERS}


def model_of(provider: Provider, model_id: str) -> Model | None:
    """The model that a provider's own id stands for, dated forms included."""
    plain = model_id.removeprefix(provider.prefix)
    return next((model for model in MODELS if plain in {model.id, model.served_as}), None)


def by_design(model: Model, user_class: UserClass) -> str | None:
    """Why a class cannot use a model even in quiet times: ``"policy"``, ``"entitlement"``, or None where it can."""
    if not model.gated:
        return None
    if user_class.id == "zero-retention":
        return "policy"
    if model.id == "claude-mythos-5" and user_class.id != "listed-organisations":
        return "entitlement"
    return None
