"""``subscription …``: webhooks as an operator sees them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from statuspage.app import Verbs
from statuspage.cli.group import Group
from statuspage.cli.options import with_config, with_json
from statuspage.cli.shared import actor, echo_json, echo_table, moment, run
from statuspage.core.delivery import Failure, Outcome
from statuspage.core.event import rfc3339
from statuspage.core.message import heading
from statuspage.core.subscription import BODIES, Filters, Format, Subscription
from statuspage.errors import StatuspageError, UsageError
from statuspage.services.scopes import check_filters
from statuspage.services.subscriptions import LONGEST_OVERLAP, OVERLAP, Added, Shown

HOUR = timedelta(hours=1)


class NotDelivered(StatuspageError):
    """The receiver did not take it."""


@click.group(cls=Group)
def subscription() -> None:
    """Webhook subscriptions: add, look at, test, rotate, disable, resend, recover."""


@subscription.command()
@with_config
@with_json
@click.argument("url")
@click.option("--model", "models", multiple=True, help="Only events of this model; may be repeated.")
@click.option("--provider", "providers", multiple=True, help="Only events of this provider; may be repeated.")
@click.option("--user-class", "user_classes", multiple=True, help="Only events of this class; may be repeated.")
@click.option("--type", "types", multiple=True, help="Only events of this type; may be repeated.")
@click.option(
    "--format",
    "shape",
    type=click.Choice([one.value for one in BODIES]),
    default=Format.STANDARD.value,
    show_default=True,
    help="The body: our own event, or the shape of Atlassian Statuspage.",
)
def add(config: Path, as_json: bool, url: str, shape: str, **filters: tuple[str, ...]) -> None:
    """Add an operator's own subscription, live at once; the secret is shown once."""
    added = run(config, lambda verbs: _added(verbs, url, Filters(**filters), Format(shape)))
    if as_json:
        echo_json(_document(added.subscription) | {"secret": added.secret})
        return
    click.echo(f"id      {added.subscription.id}\nsecret  {added.secret}")
    click.echo("The secret is shown this once. docs/webhooks.md shows how a receiver checks the signature.")


async def _added(verbs: Verbs, url: str, filters: Filters, shape: Format) -> Added:
    await check_filters(verbs.store, filters, verbs.settings)
    return await verbs.subscriptions.add(url, actor(), filters, shape)


@subscription.command("list")
@with_config
@with_json
def list_(config: Path, as_json: bool) -> None:
    """Every subscription, oldest first."""
    found = run(config, lambda verbs: verbs.subscriptions.list())
    if as_json:
        echo_json([_document(one) for one in found])
        return
    rows = [(one.id, one.state.value, one.origin.value, one.failures_running, one.url) for one in found]
    echo_table(["id", "state", "origin", "failures", "url"], rows, "There is no subscription.")


@subscription.command()
@with_config
@with_json
@click.argument("subscription_id", metavar="ID")
def show(config: Path, as_json: bool, subscription_id: str) -> None:
    """One subscription with its newest deliveries and their attempts."""
    shown = run(config, lambda verbs: verbs.subscriptions.show(subscription_id))
    if as_json:
        echo_json(_shown(shown))
        return
    one = shown.subscription
    click.echo(f"{one.id}  {one.state.value}  {one.url}")
    for name, told in (("format", one.format.value), ("only", _only(one.filters)), ("why", one.disabled_reason)):
        if told:
            click.echo(f"{name}: {told}")
    rows = [
        (owed.id, owed.seq, owed.state.value, owed.attempts, _why(tried[-1].outcome) if tried else "–")
        for owed, tried in shown.deliveries
    ]
    echo_table(["delivery", "seq", "state", "attempts", "last answer"], rows, "Nothing was owed yet.")


@subscription.command()
@with_config
@click.argument("subscription_id", metavar="ID")
def test(config: Path, subscription_id: str) -> None:
    """Send a signed test event now and say what came of it."""
    _say(run(config, lambda verbs: verbs.subscriptions.test(subscription_id, actor())))


@subscription.command()
@with_config
@click.argument("subscription_id", metavar="ID")
def disable(config: Path, subscription_id: str) -> None:
    """Send nothing more to it."""
    run(config, lambda verbs: verbs.subscriptions.disable(subscription_id, actor()))
    click.echo(f"{subscription_id} is disabled")


@subscription.command()
@with_config
@click.argument("subscription_id", metavar="ID")
def enable(config: Path, subscription_id: str) -> None:
    """Let it live again."""
    enabled = run(config, lambda verbs: verbs.subscriptions.enable(subscription_id, actor()))
    click.echo(f"{subscription_id} is live")
    if enabled.recover_since:
        since = rfc3339(enabled.recover_since)
        click.echo(f"It missed events; `statuspage subscription recover {subscription_id} --since {since}` sends them")


@subscription.command()
@with_config
@with_json
@click.argument("subscription_id", metavar="ID")
@click.option(
    "--old-valid-for",
    "hours",
    type=click.FloatRange(0, LONGEST_OVERLAP / HOUR),
    default=OVERLAP / HOUR,
    show_default=True,
    metavar="HOURS",
    help="For how many hours the old secret signs too.",
)
def rotate(config: Path, as_json: bool, subscription_id: str, hours: float) -> None:
    """Sign with a new secret, shown once; the old one signs too for a while."""
    made = run(config, lambda verbs: verbs.subscriptions.rotate(subscription_id, HOUR * hours, actor()))
    until = rfc3339(made.old_valid_until)
    if as_json:
        echo_json({"secret": made.secret, "old_valid_until": until})
        return
    click.echo(f"secret  {made.secret}\nThe secret is shown this once. The old one signs too until {until}.")


@subscription.command()
@with_config
@click.argument("delivery_id", metavar="DELIVERY")
def resend(config: Path, delivery_id: str) -> None:
    """Send one delivery again now, outside the schedule."""
    _say(run(config, lambda verbs: verbs.subscriptions.resend(delivery_id, actor())))


@subscription.command()
@with_config
@click.argument("subscription_id", metavar="ID")
@click.option("--since", required=True, metavar="TIME", help="From when on, such as 2026-06-13T01:00Z.")
def recover(config: Path, subscription_id: str, since: str) -> None:
    """Owe it again every event since a time that it wishes for, also what it has taken or was never attempted."""
    start = moment(since, "--since")
    if start is None:
        raise UsageError("--since is missing")
    count = run(config, lambda verbs: verbs.subscriptions.recover(subscription_id, start, actor()))
    click.echo(f"{count} deliveries are owed again")


def _say(outcome: Outcome) -> None:
    if not outcome.succeeded:
        raise NotDelivered(f"the receiver did not take it: {_why(outcome)}")
    click.echo(f"taken: {outcome.status} in {outcome.duration:.2f} s")


def _ended(outcome: Outcome) -> str:
    return str(outcome.status) if outcome.failure is None else outcome.failure.value


def _why(outcome: Outcome) -> str:
    """What came of an attempt with all that we know: who reads this is staff."""
    answered = outcome.failure is Failure.STATUS
    ended = str(outcome.status) if answered else _ended(outcome)
    return f"{ended}: {heading(outcome.detail)}" if outcome.detail else ended


def _only(filters: Filters) -> str:
    """The filters of a subscription in one line; nothing where everything passes."""
    return ", ".join([*filters.models, *filters.providers, *filters.user_classes, *filters.types, *filters.incidents])


def _document(one: Subscription) -> dict[str, Any]:
    return {
        "id": one.id,
        "url": one.url,
        "state": one.state.value,
        "origin": one.origin.value,
        "format": one.format.value,
        "filters": {
            "models": one.filters.models,
            "providers": one.filters.providers,
            "user_classes": one.filters.user_classes,
            "types": one.filters.types,
        },
        "created_at": rfc3339(one.created_at),
        "disabled_reason": one.disabled_reason,
        "failures_running": one.failures_running,
    }


def _shown(shown: Shown) -> dict[str, Any]:
    return _document(shown.subscription) | {
        "deliveries": [
            {
                "id": owed.id,
                "event": owed.event_id,
                "seq": owed.seq,
                "state": owed.state.value,
                "next_attempt_at": rfc3339(owed.next_attempt_at),
                "attempts": [
                    {
                        "at": rfc3339(tried.at),
                        "status": tried.outcome.status,
                        "ended": _ended(tried.outcome),
                        "detail": tried.outcome.detail,
                        "duration_ms": round(tried.outcome.duration * 1000),
                        "next_attempt_at": rfc3339(tried.next_attempt_at) if tried.next_attempt_at else None,
                    }
                    for tried in attempts
                ],
            }
            for owed, attempts in shown.deliveries
        ]
    }
