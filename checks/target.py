"""What a check is asked to ask, as whom and from where: frozen values, free of I/O."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Level(StrEnum):
    """How much a check proves: ``listed`` < ``accepts`` < ``answers``."""

    LISTED = "listed"
    ACCEPTS = "accepts"
    ANSWERS = "answers"


DIRECT = "direct"
"""The egress of a credential that uses no proxy."""


@dataclass(frozen=True, slots=True)
class Vantage:
    """The place from which we ask."""

    id: str = "local"


@dataclass(frozen=True, slots=True)
class Credential:
    """What proves to a provider that we ask as one user class, with the egress it uses.

    ``id`` is safe to log; ``secret`` never appears in a repr. ``egress`` is ``"direct"`` or an HTTP proxy's URL.
    """

    id: str
    secret: str = field(repr=False)
    egress: str = DIRECT


@dataclass(frozen=True, slots=True)
class Target:
    """One model at one provider, under the provider's own id, asked as one user class.

    ``serves`` holds glob patterns of further model ids that may honestly answer for it (aliases, dated forms).
    ``timeout`` bounds the whole request in seconds, body included.
    """

    provider: str
    base_url: str
    model: str
    provider_model_id: str
    user_class: str
    credential: Credential | None
    serves: tuple[str, ...] = ()
    timeout: float = 20.0
    max_tokens: int = 32
