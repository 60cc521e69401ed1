"""The chat sender: events and staff alerts through Apprise, which blocks, so in threads and with a deadline."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from datetime import datetime
from time import perf_counter

import apprise
import orjson

from checks.redact import redact
from statuspage.core.channel import CHANNEL, Channel, StaffChannel
from statuspage.core.delivery import Failure, Outcome
from statuspage.core.message import Message, message
from statuspage.ports import Parcel
from statuspage.senders.threads import Busy, Threads

DEADLINE = 30.0
TAKEN = 200
"""Apprise says only that it was taken, not by which status."""

LONGEST_DETAIL = 500
_STATUS = re.compile(r"error=(\d{3})\b")


def _without_addresses(record: logging.LogRecord) -> bool:
    """Whatever the level of the log is set to: at DEBUG Apprise shows addresses, which hold tokens, and texts."""
    return record.levelno > logging.DEBUG


logging.getLogger("apprise").addFilter(_without_addresses)


class ChatSender:
    """Sends parcels to the configured channels, and messages to those of staff; every fault is an outcome."""

    def __init__(
        self,
        channels: Sequence[Channel],
        staff: Sequence[StaffChannel],
        site_name: str,
        threads: Threads,
        deadline: float = DEADLINE,
    ) -> None:
        self._urls = {one.name: one.url for one in channels}
        self._staff = {one.name: one.url for one in staff}
        self._site_name = site_name
        self._threads = threads
        self._deadline = deadline

    async def send(self, parcel: Parcel, at: datetime) -> Outcome:  # noqa: ARG002 - a port
        """Send the parcel's event as a text for people; nothing is signed, so ``at`` says nothing."""
        name = parcel.subscription.url.removeprefix(CHANNEL)
        told = message(orjson.loads(parcel.body), self._site_name)
        return await self._tell(f"chat {name}", self._urls.get(name), told)

    async def to_staff(self, name: str, told: Message) -> Outcome:
        """Send a message to a staff channel."""
        return await self._tell(f"staff {name}", self._staff.get(name), told)

    async def _tell(self, name: str, url: str | None, told: Message) -> Outcome:
        if url is None:
            return Outcome(None, Failure.CONNECT, detail=f"{name} is not configured any more")
        started = perf_counter()
        try:
            outcome = await self._threads.run(name, lambda: notify(url, told), self._deadline)
        except TimeoutError:
            outcome = Outcome(None, Failure.TIMEOUT, detail=f"no end within {self._deadline:.0f} seconds")
        except Busy as error:
            outcome = Outcome(None, Failure.TIMEOUT, detail=str(error))
        return _timed(outcome, perf_counter() - started)


def notify(url: str, told: Message) -> Outcome:
    """Send one message by Apprise in this very thread: its own few are shared, so one channel could hold up all."""
    channel = apprise.Apprise(asset=apprise.AppriseAsset(async_mode=False, service_timeout=0))
    if not channel.add(url):
        return Outcome(None, Failure.CONNECT, detail="Apprise does not know such an address")
    result = channel.notify(
        body=told.text,
        title=told.title,
        notify_type=apprise.NotifyType(told.mood),
        body_format=apprise.NotifyFormat.TEXT,
    )
    if result:
        return Outcome(TAKEN)
    said = "; ".join(entry.message for entry in result.logs())
    found = _STATUS.search(said)
    detail = redact(said.replace(url, "…"), LONGEST_DETAIL)
    return Outcome(int(found[1]) if found else None, Failure.STATUS if found else Failure.CONNECT, detail=detail)


def _timed(outcome: Outcome, duration: float) -> Outcome:
    return Outcome(outcome.status, outcome.failure, duration, detail=outcome.detail)
