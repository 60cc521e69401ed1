"""The state of one cell: what is measured, what is being confirmed, what is published; all of it frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from checks.observation import Cause, Evidence, Strength
from statuspage.core.availability import USABLE, Availability, Basis, CellKey, Disagreement, Reason, Scope
from statuspage.core.settings import Need


@dataclass(frozen=True, slots=True)
class ControlResult:
    """One control of a round, kept as evidence: ``C1``…``C5``, its outcome, and what was asked."""

    control: str
    outcome: str
    asked: str = ""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """One round that counted towards a verdict; ``fingerprint`` and ``request_id_hash`` find its answer again."""

    at: datetime
    cause: Cause
    rule: str
    status: int | None
    seen_from: str
    fingerprint: str | None = None
    request_id_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """Why a verdict stands: the answer, the rule, the judge's row, the controls, the rounds and the policy.

    ``needed`` are the numbers that this policy asked for then, None where nothing had to be counted.
    """

    evidence: Evidence | None
    row: str
    cause: Cause | None = None
    strength: Strength | None = None
    controls: tuple[ControlResult, ...] = ()
    confirmations: tuple[Confirmation, ...] = ()
    policy: str = "default"
    needed: Need | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """What our checks have confirmed; ``since`` never decreases within a cell.

    ``one_place`` is whether trouble of a whole provider was seen from one place only: unreachable from here.
    """

    availability: Availability
    reason: Reason
    since: datetime
    scope: Scope = Scope.UNKNOWN
    linked: bool = False
    served_model: str | None = None
    proof: Proof | None = None
    one_place: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A change that is being confirmed: how many agreeing rounds count, how many it needs, since when.

    ``rounds`` also counts those that came too soon after the one before to count.
    """

    availability: Availability
    reason: Reason
    have: int
    need: int
    first_at: datetime
    last_at: datetime
    strong: int = 0
    rounds: int = 1
    scope: Scope = Scope.UNKNOWN
    egresses: tuple[str, ...] = ()
    confirmations: tuple[Confirmation, ...] = ()


@dataclass(frozen=True, slots=True)
class Published:
    """What the page says of a cell: measured and declared, folded."""

    availability: Availability
    reason: Reason
    since: datetime
    basis: Basis
    deviates: bool = False
    disagreement: Disagreement | None = None
    scope: Scope = Scope.UNKNOWN
    incident: str | None = None


@dataclass(frozen=True, slots=True)
class Episode:
    """An open restriction of one cell; ``event`` is None when it began as a baseline."""

    opened_at: datetime
    event: str | None


@dataclass(frozen=True, slots=True)
class Pace:
    """One sample of the time to first token, in seconds."""

    at: datetime
    seconds: float


@dataclass(frozen=True, slots=True)
class CellState:
    """Everything that is remembered of one cell between rounds.

    ``last_known`` is what was published last other than unknown, None before the first verdict under this provider
    model id. ``first_refusal_at`` is the first refusal after ``last_answer_at``. ``paces`` samples the time to first
    token, one an hour, for the seven-day median. ``recent_usable`` holds the newest states for the flapping formula,
    ``flips`` counts the changes while it is unstable. ``renamed`` is whether the provider model id was changed in the
    configuration and has not answered since.
    """

    key: CellKey
    provider_model_id: str
    measured: Measured
    published: Published
    cell_seq: int = 0
    candidate: Candidate | None = None
    episode: Episode | None = None
    last_known: Published | None = None
    last_measured: Measured | None = None
    last_observed_at: datetime | None = None
    last_answer_at: datetime | None = None
    first_refusal_at: datetime | None = None
    last_valid_at: datetime | None = None
    holding_since: datetime | None = None
    refusing_since: datetime | None = None
    limited_since: datetime | None = None
    recent_usable: tuple[bool, ...] = ()
    unstable: bool = False
    flips: int = 0
    renamed: bool = False
    seen_from: tuple[str, ...] = ()
    paces: tuple[Pace, ...] = ()

    @property
    def closed(self) -> bool:
        """Whether a restriction stands, also under an outage that lies over it."""
        known = self.last_known.availability if self.last_known else None
        return self.episode is not None or Availability.RESTRICTED in (self.measured.availability, known)


@dataclass(frozen=True, slots=True)
class Transition:
    """A stored change of what is published of a cell: append-only; the newest at a moment is what was shown then.

    ``published`` is the content after the change, ``measured`` what it rests on. ``event`` is None where nobody is
    told (a baseline, another reason, an overlay inside an episode).
    """

    id: str
    key: CellKey
    provider_model_id: str
    at: datetime
    recorded_at: datetime
    from_availability: Availability
    published: Published
    measured: Measured
    cell_seq: int
    event: str | None = None
    last_answer_at: datetime | None = None
    first_refusal_at: datetime | None = None

    @property
    def reopens(self) -> bool:
        """Whether a cell that was refused is answered again."""
        return self.from_availability is Availability.RESTRICTED and self.published.availability in USABLE
