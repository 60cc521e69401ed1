"""Four eyes: who wrote what is not public yet, who asked for it, and whether it may be published; pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from statuspage.core.staff import is_person

ENOUGH_APPROVERS = 2
"""With fewer people who could approve there is no second person to wait for."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A wish to publish: by whom, when, quietly or not, and at what time (None: as soon as it may).

    ``held`` is whether it had to wait for a second person then; it does not go out by itself when approvers leave, nor
    when the configuration asks for one person from then on.
    """

    person: str
    name: str
    at: datetime
    quiet: bool = False
    publish_at: datetime | None = None
    held: bool = False


@dataclass(frozen=True, slots=True)
class Approval:
    """A second person has seen exactly this text; whoever changes it takes the approval away."""

    person: str
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Override:
    """One person published alone, in an emergency, and said why."""

    person: str
    name: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Review:
    """The way of a text to the public. ``writers`` holds everybody who has a hand in its words, by person."""

    writers: tuple[str, ...] = ()
    asked: Asked | None = None
    approvals: tuple[Approval, ...] = ()
    override: Override | None = None


class Because(StrEnum):
    """Why a text may be published, or must wait."""

    NO_SECOND_NEEDED = "no_second_needed"
    TOO_FEW_APPROVERS = "too_few_approvers"
    APPROVED = "approved"
    OVERRIDDEN = "overridden"
    NEEDS_SECOND = "needs_second"


@dataclass(frozen=True, slots=True)
class Ruling:
    """Whether a text may be published now, and why."""

    allowed: bool
    because: Because


def ruling(review: Review, *, concerned: bool, approvers: int) -> Ruling:
    """Whether a text may be published; ``concerned`` is whether it is of a kind that two people publish."""
    held = review.asked is not None and review.asked.held
    if not concerned and not held:
        return Ruling(True, Because.NO_SECOND_NEEDED)
    if approvers < ENOUGH_APPROVERS and not held:
        return Ruling(True, Because.TOO_FEW_APPROVERS)
    if review.override:
        return Ruling(True, Because.OVERRIDDEN)
    if missing(review) == 0:
        return Ruling(True, Because.APPROVED)
    return Ruling(False, Because.NEEDS_SECOND)


def may_approve(review: Review, person: str) -> bool:
    """Whether a person is a second one: somebody whom we know, and nobody approves their own words."""
    return is_person(person) and person not in review.writers


def missing(review: Review) -> int:
    """How many people still have to approve: one, and one more where a writer is nobody's name, such as
    ``terminal:root``, because one of those who approve may be that writer."""
    seconds = {one.person for one in review.approvals if may_approve(review, one.person)}
    wanted = 1 if all(map(is_person, review.writers)) else 2
    return max(0, wanted - len(seconds))


def waits(review: Review) -> bool:
    """Whether somebody asked for publication and a second person has to approve first."""
    held = review.asked is not None and review.asked.held
    return held and review.override is None and missing(review) > 0


def written(review: Review, person: str) -> Review:
    """The review after somebody changed the words: what was approved was another text."""
    return replace(review, writers=with_writer(review.writers, person), approvals=(), override=None)


def with_writer(writers: tuple[str, ...], person: str) -> tuple[str, ...]:
    """The writers and one more, once."""
    return tuple(dict.fromkeys((*writers, person)))


def approved(review: Review, approval: Approval) -> Review:
    """The review with an approval, one a person."""
    others = tuple(one for one in review.approvals if one.person != approval.person)
    return replace(review, approvals=(*others, approval))


def due(review: Review, at: datetime) -> bool:
    """Whether somebody asked for publication and its time has come."""
    return review.asked is not None and (review.asked.publish_at is None or review.asked.publish_at <= at)


def held(review: Review) -> Review:
    """The review that has to wait for a second person."""
    return replace(review, asked=replace(review.asked, held=True)) if review.asked else review
