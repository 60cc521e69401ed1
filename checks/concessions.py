"""What a model turns out not to take: asked again once without it, and remembered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from checks.http import Fetched
from checks.observation import Cause, Observation

Conceded = frozenset[str]
Attempt = Callable[[Conceded], Awaitable[tuple[Observation, Fetched]]]

REFUSING = frozenset({400, 422})


@dataclass(frozen=True, slots=True)
class Concession:
    """Something in our question that can be said in another way; a refusal that has all ``words`` calls for it."""

    name: str
    words: tuple[bytes, ...]

    def is_called_for(self, fetched: Fetched) -> bool:
        """Does this answer refuse it by name?"""
        answer = fetched.answer
        return answer.status in REFUSING and all(word in answer.body.lower() for word in self.words)


class Concessions:
    """The concessions of a dialect, and which of them each model has been made."""

    def __init__(self, known: tuple[Concession, ...]) -> None:
        self._known = known
        self._made: dict[tuple[str, str], Conceded] = {}

    async def settle(self, key: tuple[str, str], attempt: Attempt) -> Observation:
        """Ask; where a refusal calls for a concession, turn it over and ask again, each of them once at most."""
        made = self._made.get(key, frozenset())
        left = list(self._known)
        observation, fetched = await attempt(made)
        while wanted := next((one for one in left if one.is_called_for(fetched)), None):
            left.remove(wanted)
            made ^= {wanted.name}
            observation, fetched = await attempt(made)
        if observation.cause is not Cause.BAD_REQUEST:
            self._made[key] = made
        return observation
