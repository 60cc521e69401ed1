"""The webhook sender: one signed POST of an event's bytes, as Standard Webhooks says, and what came of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from time import perf_counter

from statuspage import __version__
from statuspage.core.delivery import Failure, Outcome
from statuspage.errors import UsageError
from statuspage.ports import Parcel
from statuspage.senders.guard import Rules, door
from statuspage.senders.http import Answer, Fault, Outbound
from statuspage.senders.signature import sign

USER_AGENT = f"statuspage/{__version__}"


class WebhookSender:
    """Sends parcels to webhook endpoints; every fault of the far side is an outcome."""

    def __init__(self, client: Outbound, rules: Rules) -> None:
        self._client = client
        self._rules = rules

    async def send(self, parcel: Parcel, at: datetime) -> Outcome:
        """Send the parcel; ``at`` is the attempt's time, which is signed."""
        started = perf_counter()
        try:
            answer = await self._post(parcel, at)
        except UsageError as error:
            return Outcome(None, Failure.BLOCKED, perf_counter() - started, detail=str(error))
        except Fault as fault:
            return Outcome(None, fault.failure, perf_counter() - started, detail=str(fault))
        return _outcome(answer, perf_counter() - started, at)

    async def _post(self, parcel: Parcel, at: datetime) -> Answer:
        subscription = parcel.subscription
        way = door(subscription.url, origin=subscription.origin, rules=self._rules)
        return await self._client.post(subscription.url, way, headers(parcel, at), parcel.body)


def headers(parcel: Parcel, at: datetime) -> dict[str, str]:
    """The headers of one attempt."""
    timestamp = int(at.timestamp())
    event_id = parcel.delivery.event_id
    return {
        "content-type": "application/json",
        "user-agent": USER_AGENT,
        "accept": "*/*",
        "accept-encoding": "identity",
        "webhook-id": event_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(parcel.secrets, event_id, timestamp, parcel.body),
    }


def retry_after(text: str | None, at: datetime) -> timedelta | None:
    """How long a ``Retry-After`` header asks to wait: seconds or an HTTP date; None when it says nothing sensible."""
    text = (text or "").strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text[:10]), 10**9))
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(moment - at, timedelta(0))


def _outcome(answer: Answer, duration: float, at: datetime) -> Outcome:
    success = 200 <= answer.status <= 299
    return Outcome(
        answer.status,
        None if success else Failure.STATUS,
        duration,
        retry_after(answer.retry_after, at),
        answer.body,
    )
