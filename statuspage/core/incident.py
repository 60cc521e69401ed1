"""Incidents and what they declare: the human story, its scope, and the facts that staff or an authority state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from statuspage.core.availability import CellKey
from statuspage.core.review import Override, Review


class Kind(StrEnum):
    """What sort of story an incident tells."""

    INCIDENT = "incident"
    RESTRICTION = "restriction"
    MAINTENANCE = "maintenance"
    NOTICE = "notice"


class Stage(StrEnum):
    """Where an incident stands; the last three belong to maintenance."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"
    POSTMORTEM = "postmortem"
    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"


ENDED = frozenset({Stage.RESOLVED, Stage.POSTMORTEM, Stage.COMPLETED})
"""The stages in which an incident is over."""


class Impact(StrEnum):
    """How much an incident hurts, in the words that status pages share."""

    NONE = "none"
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"


class Says(StrEnum):
    """What a declaration states about a restriction."""

    ORDERED = "ordered"
    ANNOUNCED = "announced"
    APPLIED = "applied"
    LIFTED = "lifted"


class By(StrEnum):
    """Who states it."""

    AUTHORITY = "authority"
    PROVIDER = "provider"
    STAFF = "staff"


class Certainty(StrEnum):
    """Whether a declaration is confirmed; a claimed one is shown on a shelf and changes nothing."""

    CONFIRMED = "confirmed"
    CLAIMED = "claimed"


@dataclass(frozen=True, slots=True)
class ScopeRow:
    """Which cells are meant; an empty tuple means all. ``excepted`` names user classes that are left out."""

    models: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    user_classes: tuple[str, ...] = ()
    excepted: tuple[str, ...] = ()

    def covers(self, key: CellKey) -> bool:
        """Whether the row means this cell."""
        return (
            (not self.models or key.model in self.models)
            and (not self.providers or key.provider in self.providers)
            and (not self.user_classes or key.user_class in self.user_classes)
            and key.user_class not in self.excepted
        )


@dataclass(frozen=True, slots=True)
class Declaration:
    """One stated fact about a restriction, with its own scope and times.

    ``effective_from`` None means: from when it was recorded. ``announced_at`` is when the statement was made,
    ``recorded_at`` when staff wrote it down here. ``effect_told`` is whether ``restriction.effective`` was sent for it.
    """

    says: Says
    by: By
    certainty: Certainty
    scope: tuple[ScopeRow, ...]
    recorded_at: datetime
    authority: str | None = None
    basis: str | None = None
    announced_at: datetime | None = None
    effective_from: datetime | None = None
    until: datetime | None = None
    source: str | None = None
    effect_told: bool = False

    @property
    def starts(self) -> datetime:
        """From when the declaration holds."""
        return self.effective_from or self.recorded_at

    def begun(self, at: datetime) -> bool:
        """Whether it holds at ``at`` already; what was recorded holds unless it says otherwise, whatever the clock."""
        return self.effective_from is None or self.effective_from <= at

    def covers(self, key: CellKey) -> bool:
        """Whether the declaration speaks of this cell."""
        return any(row.covers(key) for row in self.scope)


@dataclass(frozen=True, slots=True)
class Edit:
    """What a public update said before it was changed, and when it was changed."""

    at: datetime
    body: str


@dataclass(frozen=True, slots=True)
class Update:
    """A public message on an incident, in Markdown.

    ``at`` is the moment of which it speaks; ``recorded_at`` is when it was published, None where that is ``at``.
    """

    id: str
    at: datetime
    stage: Stage
    body: str
    edits: tuple[Edit, ...] = ()
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """A private staff remark; it appears on no public page, feed or document."""

    at: datetime
    actor: str
    body: str


@dataclass(frozen=True, slots=True)
class Link:
    """Staff's word that a provider's fingerprint is how a declared restriction shows there."""

    provider: str
    fingerprint: str
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change of a public incident that is not public yet: what None leaves as it is.

    ``ends`` resolves it. ``backdated_to`` is the moment of which the update speaks, if not that of its publication.
    """

    id: str
    created_at: datetime
    body: str = ""
    stage: Stage | None = None
    scope: tuple[ScopeRow, ...] | None = None
    declarations: tuple[Declaration, ...] = ()
    next_update_by: datetime | None = None
    backdated_to: datetime | None = None
    ends: bool = False
    review: Review = Review()

    def changes_cells(self, of: Incident) -> bool:
        """Whether it says more than words of that incident: a declaration, another scope, its end or its return."""
        over = self.ends or (self.stage or of.stage) in ENDED
        return bool(self.declarations) or self.scope is not None or over is (of.stage not in ENDED)


@dataclass(frozen=True, slots=True)
class Incident:
    """One story, as of one revision. A draft is private, also when it is ``discarded``; ``quiet`` tells no subscriber.

    ``review`` is the way of a draft to the public, ``proposals`` hold what is to become public later, ``overrides``
    are those of proposals that became public; none of it is public. ``rev`` is the number of the stored revision, 0
    for one that is not stored.
    """

    id: str
    kind: Kind
    title: str
    stage: Stage
    impact: Impact
    created_at: datetime
    updated_at: datetime
    scope: tuple[ScopeRow, ...] = ()
    declarations: tuple[Declaration, ...] = ()
    updates: tuple[Update, ...] = ()
    notes: tuple[Note, ...] = ()
    links: tuple[Link, ...] = ()
    started_at: datetime | None = None
    resolved_at: datetime | None = None
    next_update_by: datetime | None = None
    scheduled_for: datetime | None = None
    scheduled_until: datetime | None = None
    draft: bool = False
    quiet: bool = False
    title_edits: tuple[Edit, ...] = ()
    review: Review = Review()
    proposals: tuple[Proposal, ...] = ()
    overrides: tuple[Override, ...] = ()
    discarded: bool = False
    rev: int = 0

    @property
    def open(self) -> bool:
        """Whether the story is public and not over."""
        return not self.draft and self.stage not in ENDED

    def ends_with(self, stage: Stage | None) -> bool:
        """Whether going on to this stage (None: the same) would end it."""
        return self.open and stage in ENDED

    def covers(self, key: CellKey) -> bool:
        """Whether the incident's own scope or a declaration of it means this cell."""
        return any(row.covers(key) for row in self.scope) or any(d.covers(key) for d in self.declarations)

    @property
    def first_known_at(self) -> datetime:
        """The earliest moment of which it speaks: when it began, or when it was written down."""
        return min(self.started_at or self.created_at, self.created_at)


@dataclass(frozen=True, slots=True)
class Attestation:
    """Staff's word on cells that no check can reach, until a time."""

    id: str
    scope: ScopeRow
    available: bool
    recorded_at: datetime
    until: datetime
    by_role: str
    source: str | None = None
