"""What the sandbox has been told to answer: a frozen state, and the pure steps from one to the next."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from statuspage.demo.catalogue import CLASS_BY_ID, MODEL_BY_ID, PROVIDER_BY_ID, by_design
from statuspage.demo.signals import SIGNALS
from statuspage.errors import UsageError

EVERYONE = "*"

Key = tuple[str, str, str]
"""Provider, model and user class (or ``EVERYONE``)."""


class SandboxError(UsageError, ValueError):
    """A command that the sandbox cannot follow; the text says what would be right."""


class Conduct(StrEnum):
    """How the sandbox treats a request for a model."""

    NORMAL = "normal"
    OPENED = "opened"
    SIGNAL = "signal"
    POLICY = "policy"
    ENTITLEMENT = "entitlement"
    SUBSTITUTE = "substitute"
    OUTAGE = "outage"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One way to answer; ``value`` is the signal's id, the substitute's model id or the outage's status."""

    conduct: Conduct
    value: str = ""


NORMAL = Behaviour(Conduct.NORMAL)
RESTRICTION_SIGNAL = {"claude-api": "ant-legal-404", "gateway": "or-none"}
RETIREMENT_SIGNAL = {"claude-api": "ant-retired", "gateway": "oai-deprecated"}


@dataclass(frozen=True, slots=True)
class State:
    """Everything that may differ from quiet times; delays are in seconds."""

    rules: Mapping[Key, Behaviour] = field(default_factory=dict)
    outages: Mapping[str, int] = field(default_factory=dict)
    retired: frozenset[str] = frozenset()
    slow: Mapping[str, float] = field(default_factory=dict)
    first_token: float = 0.1
    between_tokens: float = 0.01


def behaviour(state: State, provider: str, model: str, user_class: str) -> Behaviour:
    """What a class gets: an outage, then what was said of this very class, then design, then what holds for all."""
    if provider in state.outages:
        return Behaviour(Conduct.OUTAGE, str(state.outages[provider]))
    own = state.rules.get((provider, model, user_class))
    if own and own != NORMAL:
        return own
    reason = by_design(MODEL_BY_ID[model], CLASS_BY_ID[user_class])
    if reason:
        return Behaviour(Conduct(reason))
    return own or state.rules.get((provider, model, EVERYONE), NORMAL)


def restrict(state: State, model: str, user_class: str | None = None, provider: str | None = None) -> State:
    """Withdraw a model, from one class or from everyone, with each provider's own words."""
    for name in _providers(provider):
        state = answer(state, model, name, RESTRICTION_SIGNAL[name], user_class)
    return state


def restore(state: State, model: str, user_class: str | None = None, provider: str | None = None) -> State:
    """Give a model back as it is in quiet times, to everyone or to one class while it stays closed to the rest."""
    _known("model", model, MODEL_BY_ID)
    group = _class(user_class)
    for name in _providers(provider):
        state = _restore_at(state, name, model, group)
    return replace(state, retired=state.retired - {model}) if group == EVERYONE else state


def _restore_at(state: State, provider: str, model: str, group: str) -> State:
    key = (provider, model, group)
    if group == EVERYONE:
        return replace(state, rules={k: v for k, v in state.rules.items() if k[:2] != key[:2]})
    rules = {k: v for k, v in state.rules.items() if k != key}
    if (provider, model, EVERYONE) in rules:
        rules[key] = NORMAL
    return replace(state, rules=rules)


def grant(state: State, model: str, user_class: str, provider: str | None = None) -> State:
    """Open a model to a class, even where design keeps it closed."""
    for name in _providers(provider):
        state = _rule(state, name, model, user_class, Behaviour(Conduct.OPENED))
    return state


def answer(state: State, model: str, provider: str, signal: str, user_class: str | None = None) -> State:
    """Answer a model's requests with any signal of the corpus."""
    _known("signal", signal, SIGNALS)
    return _rule(state, provider, model, user_class, Behaviour(Conduct.SIGNAL, signal))


def substitute(state: State, model: str, by: str, provider: str | None = None, user_class: str | None = None) -> State:
    """Answer with another model, as some gateways do, and say so only in the answer's model name."""
    _known("model", by, MODEL_BY_ID)
    for name in _providers(provider):
        state = _rule(state, name, model, user_class, Behaviour(Conduct.SUBSTITUTE, by))
    return state


def retire(state: State, model: str) -> State:
    """End a model's life: the catalogue says so, and requests get the providers' retirement answers."""
    for name in PROVIDER_BY_ID:
        state = answer(state, model, name, RETIREMENT_SIGNAL[name])
    return replace(state, retired=state.retired | {model})


def outage(state: State, provider: str, status: int = 500) -> State:
    """Let a whole provider fail, its lists and its refusals included."""
    _known("provider", provider, PROVIDER_BY_ID)
    if not 500 <= status <= 599:
        raise SandboxError(f"an outage answers a status from 500 to 599, not {status}")
    return replace(state, outages={**state.outages, provider: status})


def recover(state: State, provider: str) -> State:
    """End a provider's outage; what was said of its models still holds."""
    _known("provider", provider, PROVIDER_BY_ID)
    return replace(state, outages={k: v for k, v in state.outages.items() if k != provider})


def slow_down(state: State, model: str, seconds: float) -> State:
    """Delay a model's first token; 0 takes the delay away."""
    _known("model", model, MODEL_BY_ID)
    if not 0 <= seconds <= 600:
        raise SandboxError(f"a delay is from 0 to 600 seconds, not {seconds}")
    slow = {k: v for k, v in state.slow.items() if k != model}
    return replace(state, slow={**slow, model: seconds} if seconds else slow)


def reset(state: State) -> State:
    """Quiet times again; the pace stays."""
    return State(first_token=state.first_token, between_tokens=state.between_tokens)


def _rule(state: State, provider: str, model: str, user_class: str | None, how: Behaviour) -> State:
    _known("provider", provider, PROVIDER_BY_ID)
    _known("model", model, MODEL_BY_ID)
    return replace(state, rules={**state.rules, (provider, model, _class(user_class)): how})


def _class(user_class: str | None) -> str:
    if user_class is None:
        return EVERYONE
    return _known("user class", user_class, [each.id for each in CLASS_BY_ID.values() if each.probed])


def _providers(provider: str | None) -> list[str]:
    return list(PROVIDER_BY_ID) if provider is None else [_known("provider", provider, PROVIDER_BY_ID)]


def _known(kind: str, name: str, names: Collection[str]) -> str:
    if name in names:
        return name
    near = difflib.get_close_matches(name, names, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(sorted(names))}"
    raise SandboxError(f"the sandbox has no {kind} {name!r}; {hint}")
