"""Parcels for sender tests."""

from __future__ import annotations

from datetime import UTC, datetime

from statuspage.core.delivery import Delivery, DeliveryState
from statuspage.core.subscription import Filters, Format, Origin, Subscription, SubscriptionState
from statuspage.ports import Parcel
from statuspage.senders.guard import Rules, networks

SANDBOX = Rules(allowed=networks("127.0.0.0/8"), allow_http=True)
SECRET = bytes(range(32))
AT = datetime(2026, 6, 12, 14, 0, 0, 999_999, tzinfo=UTC)
BODY = '{"id":"evt_1","type":"model.restricted","data":{"summary":"gesperrt – für alle"}}'.encode()


def parcel(
    url: str,
    *,
    origin: Origin = Origin.OPERATOR,
    secrets: tuple[bytes, ...] = (SECRET,),
    body: bytes = BODY,
    shape: Format = Format.STANDARD,
) -> Parcel:
    """A delivery of one event to one URL."""
    subscription = Subscription("sub_1", url, Filters(), SubscriptionState.LIVE, origin, AT, shape)
    delivery = Delivery("dlv_1", "evt_1", 1, "sub_1", "m@p", DeliveryState.PENDING, 0, AT, AT)
    return Parcel(delivery, subscription, body, secrets)
