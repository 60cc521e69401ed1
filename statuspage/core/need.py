"""What needs a person of staff now: found in what is public, drafted and raised, and put in the order of harm."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from statuspage.core.alert import Alert, AlertKind
from statuspage.core.availability import Availability, CellKey, Disagreement
from statuspage.core.incident import Incident
from statuspage.core.review import Review, waits
from statuspage.core.snapshot import CellView
from statuspage.core.subscription import BY_OPERATOR, Subscription, SubscriptionState

ENDS_SOON = timedelta(hours=24)
RAISED_LATELY = timedelta(hours=24)
NEW_FOR = timedelta(days=7)


class Want(StrEnum):
    """What kind of thing it is that somebody should do, the most harmful to leave undone first."""

    EXPLAIN = "explain"
    STILL_REFUSED = "still_refused"
    NOT_APPLIED = "not_applied"
    REVIEW = "review"
    OVERDUE = "overdue"
    VOUCH = "vouch"
    VOUCH_SOON = "vouch_soon"
    FINGERPRINT = "fingerprint"
    CHECKS = "checks"
    SPEND = "spend"
    WEBHOOKS = "webhooks"


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that needs a person, and ``path``, where it is done. ``keys`` are the cells that it is about."""

    want: Want
    since: datetime
    path: str
    keys: tuple[CellKey, ...] = ()
    title: str = ""
    text: str = ""
    until: datetime | None = None
    count: int = 0


@dataclass(frozen=True, slots=True)
class NewText:
    """An error text that no rule knows, as far as staff have to read it."""

    provider: str
    fingerprint: str
    first_seen: datetime
    status: int | None
    sample: str


_ORDER = {want: place for place, want in enumerate(Want)}
_WANTS = {
    Disagreement.UNEXPLAINED: Want.EXPLAIN,
    Disagreement.LIFTED_STILL_REFUSED: Want.STILL_REFUSED,
    Disagreement.ORDERED_NOT_APPLIED: Want.NOT_APPLIED,
}
_OF_ALERTS = {AlertKind.CAP: Want.SPEND, AlertKind.WEBHOOK: Want.WEBHOOKS}


def ordered(needs: Iterable[Need]) -> list[Need]:
    """By harm, then the oldest first."""
    return sorted(needs, key=lambda need: (_ORDER[need.want], need.since))


def of_cells(cells: Iterable[CellView]) -> Iterator[Need]:
    """What declared and measured do not agree on, and restrictions that nobody has explained: one for each model."""
    groups: dict[tuple[Want, str, str | None], list[CellView]] = {}
    for cell in cells:
        if cell.disagreement is not None and not cell.by_design:
            groups.setdefault((_WANTS[cell.disagreement], cell.key.model, cell.incident), []).append(cell)
    for (want, _, incident), found in groups.items():
        path = f"/staff/incidents/{incident}" if incident else f"/staff/incidents/new?cell={found[0].key}"
        yield Need(want, min(one.since for one in found), path, tuple(one.key for one in found))


def of_attestations(cells: Iterable[CellView], at: datetime) -> Iterator[Need]:
    """Words of staff that end soon, and cells of which the last word has ended: one for each user class."""
    soon: dict[str, list[CellView]] = {}
    over: dict[str, list[CellView]] = {}
    for cell in cells:
        if cell.attested and cell.attested.until - at <= ENDS_SOON:
            soon.setdefault(cell.key.user_class, []).append(cell)
        elif _vouched_before(cell):
            over.setdefault(cell.key.user_class, []).append(cell)
    for user_class, found in over.items():
        path = f"/staff/attestations/new?cell=*/{user_class}"
        yield Need(Want.VOUCH, min(one.since for one in found), path, tuple(one.key for one in found))
    for user_class, found in soon.items():
        ends = min(one.attested.until for one in found if one.attested)
        path = f"/staff/attestations/new?cell=*/{user_class}"
        yield Need(Want.VOUCH_SOON, min(one.since for one in found), path, tuple(one.key for one in found), until=ends)


def of_incidents(incidents: Iterable[Incident], at: datetime) -> Iterator[Need]:
    """Stories whose next update is overdue, and words that wait for a second pair of eyes."""
    for one in incidents:
        by = one.next_update_by
        if one.open and by is not None and by < at:
            yield Need(Want.OVERDUE, by, f"/staff/incidents/{one.id}", title=one.title)
        reviews = [*([one.review] if one.draft and not one.discarded else []), *(p.review for p in one.proposals)]
        waiting = [since for since in map(_waits_since, reviews) if since is not None]
        if waiting:
            yield Need(Want.REVIEW, min(waiting), f"/staff/incidents/{one.id}/review", title=one.title)


def of_texts(texts: Iterable[NewText], at: datetime) -> Iterator[Need]:
    """Error texts that no rule knows, that are new, and of which nobody has decided what they are."""
    for text in texts:
        if at - text.first_seen < NEW_FOR:
            said = f"HTTP {text.status}: {text.sample}" if text.status else text.sample
            path = f"/staff/fingerprints/{text.provider}/{text.fingerprint}"
            yield Need(Want.FINGERPRINT, text.first_seen, path, title=text.provider, text=said)


def of_alerts(alerts: Iterable[Alert], at: datetime) -> Iterator[Need]:
    """What was raised lately and is not over; new texts are told by themselves."""
    for one in alerts:
        if one.kind is not AlertKind.FINGERPRINT and at - one.last_at < RAISED_LATELY:
            want = _OF_ALERTS.get(one.kind, Want.CHECKS)
            path = "/staff/subscriptions" if want is Want.WEBHOOKS else "/staff/checks"
            yield Need(want, one.first_at, path, title=one.subject, text=one.text)


def of_subscriptions(subscriptions: Sequence[Subscription]) -> Iterator[Need]:
    """Webhooks that fail, or were given up: one need for all of them."""
    failing = [one for one in subscriptions if failing_since(one) is not None]
    since = [at for at in map(failing_since, failing) if at is not None]
    if since:
        live = sum(one.state is not SubscriptionState.PENDING for one in subscriptions)
        yield Need(Want.WEBHOOKS, min(since), "/staff/subscriptions", title=str(len(failing)), count=live)


def failing_since(one: Subscription) -> datetime | None:
    """Since when a subscription has taken nothing; None when it takes what it is owed, or nobody wants it to."""
    if one.state is SubscriptionState.LIVE:
        return one.failing_since
    given_up = one.state is SubscriptionState.DISABLED and one.disabled_reason != BY_OPERATOR
    return (one.failing_since or one.disabled_at) if given_up else None


def _vouched_before(cell: CellView) -> bool:
    unknown = cell.availability is Availability.UNKNOWN and cell.measured is None
    return unknown and cell.attested is None and not cell.unreached


def _waits_since(review: Review) -> datetime | None:
    return review.asked.at if review.asked and waits(review) else None
