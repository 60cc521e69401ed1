"""Endpoints of our own that take nothing: webhooks of operators and chat channels, told to staff while it lasts."""

from __future__ import annotations

from datetime import datetime, timedelta

from statuspage.core.alert import Alert, AlertKind, Name, alert
from statuspage.core.delivery import BREAKER_OPENS_AFTER
from statuspage.core.subscription import Origin, Subscription
from statuspage.ports import Alerts, Clock, Store
from statuspage.services.alerts import kept

PATIENCE = timedelta(minutes=5)
"""How long an endpoint of ours may fail before staff hear of it."""


async def watch_endpoints(store: Store, alerts: Alerts, clock: Clock) -> int:
    """Raise an alert for each endpoint of ours that has failed for a while, and end those that are over; how many."""
    now = clock()
    async with store.reading() as view:
        failing = await view.failing()
        known = {one.name for one in await kept(view) if one.kind is AlertKind.ENDPOINT}
    raised = [_alert(one, now) for one in failing if fails(one, now)]
    news = [one for one in raised if one.name not in known]
    over: set[Name] = known - {one.name for one in raised}
    if news or over:
        async with store.writing() as tx:
            await alerts.tell(tx, news, over, now)
    return len(raised)


def fails(one: Subscription, now: datetime) -> bool:
    """Whether an endpoint that we answer for has failed for long enough."""
    if one.origin is Origin.SELF_SERVE or one.failing_since is None:
        return False
    return one.failures_running >= BREAKER_OPENS_AFTER and now - one.failing_since >= PATIENCE


def _alert(one: Subscription, now: datetime) -> Alert:
    what = "a chat channel" if one.origin is Origin.CONFIGURED else "a webhook of ours"
    since = f"{one.failing_since:%Y-%m-%d %H:%M} UTC"
    text = f"{what} has taken nothing since {since}; `statuspage subscription show {one.id}` tells why"
    return alert(AlertKind.ENDPOINT, one.id, text, now)
