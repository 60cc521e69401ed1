"""Which sender performs the attempts of which format; a new one adds its line here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from statuspage.core.delivery import Failure, Outcome
from statuspage.core.subscription import Format
from statuspage.ports import Parcel, Sender
from statuspage.senders.guard import Rules
from statuspage.senders.http import Outbound
from statuspage.senders.statuspage import StatuspageSender
from statuspage.senders.webhook import WebhookSender

Senders = dict[Format, Sender]


def senders(client: Outbound, rules: Rules, chat: Sender | None = None, mail: Sender | None = None) -> Senders:
    """Every sender, by the format of its subscriptions."""
    webhook = WebhookSender(client, rules)
    found: Senders = {Format.STANDARD: webhook, Format.STATUSPAGE: StatuspageSender(webhook)}
    more = {Format.CHAT: chat, Format.EMAIL: mail}
    return found | {shape: sender for shape, sender in more.items() if sender}


class Registry:
    """A sender that hands each parcel to the sender of its format."""

    def __init__(self, by_format: Mapping[Format, Sender]) -> None:
        self._by_format = by_format

    def use(self, by_format: Mapping[Format, Sender]) -> None:
        """Send what comes from now on with other senders."""
        self._by_format = by_format

    def of(self, shape: Format) -> Sender:
        """The sender of a format."""
        return self._by_format[shape]

    async def send(self, parcel: Parcel, at: datetime) -> Outcome:
        """Send the parcel; a format without a sender is a failure that staff see in the log."""
        sender = self._by_format.get(parcel.subscription.format)
        if sender is None:
            return Outcome(None, Failure.PROTOCOL, detail=f"no sender for format {parcel.subscription.format.value}")
        return await sender.send(parcel, at)
