"""The mail sender: events to those who confirmed their address, and letters about subscriptions to their owners."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

import aiosmtplib
import orjson

from statuspage.core.channel import Smtp, address_of, is_address
from statuspage.core.delivery import GONE, Failure, Outcome
from statuspage.core.event import EventType
from statuspage.core.message import heading, message, plain
from statuspage.core.settings import Site
from statuspage.core.subscription import Subscription
from statuspage.ports import Parcel

TOTAL = 30.0
UNFOLDED = SMTP.clone(max_line_length=998)
"""Folding would encode long addresses, and readers would not find the way out in ``List-Unsubscribe``."""

NO_SUCH_MAILBOX = ("5.1.1", "5.1.2", "5.1.6", "5.1.10")
"""Enhanced codes of a mailbox that is not there, or not any more."""

Unsubscribe = Callable[[Subscription], str]


class MailSender:
    """Sends by one mail server; every fault is an outcome. ``unsubscribe`` makes the link that ends a subscription."""

    def __init__(self, smtp: Smtp | None, site: Site, unsubscribe: Unsubscribe, total: float = TOTAL) -> None:
        self._smtp = smtp
        self._site = site
        self._unsubscribe = unsubscribe
        self._total = total

    async def send(self, parcel: Parcel, at: datetime) -> Outcome:
        """Send the parcel's event as a mail; a repetition has the same Message-ID."""
        event = orjson.loads(parcel.body)
        to = address_of(parcel.subscription.url)
        told = message(event, self._site.name)
        leave = self._unsubscribe(parcel.subscription)
        text = f"{told.text}\n\n-- \n{_why(event, to)}\nTo end it: {leave}\n"
        mail = self._mail(to, told.title, text, f"{event['id']}.{parcel.subscription.id}", at)
        mail["List-Unsubscribe"] = f"<{leave}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        return await self._sent(mail)

    async def write(self, to: str, title: str, text: str, message_id: str, at: datetime) -> Outcome:
        """Send a mail to one person."""
        return await self._sent(self._mail(to, f"{self._site.name}: {title}", plain(text), message_id, at))

    def _mail(self, to: str, title: str, text: str, message_id: str, at: datetime) -> EmailMessage:
        sender = self._smtp.sender if self._smtp else ""
        host = urlsplit(self._site.url).hostname or "localhost"
        mail = EmailMessage(policy=UNFOLDED)
        mail["From"] = formataddr((heading(self._site.name), sender))
        mail["To"] = to
        mail["Subject"] = heading(title)
        mail["Date"] = format_datetime(at)
        mail["Message-ID"] = f"<{hashlib.sha256(message_id.encode()).hexdigest()[:32]}@{host}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(text, cte="quoted-printable")
        return mail

    async def _sent(self, mail: EmailMessage) -> Outcome:
        started = perf_counter()
        if self._smtp is None:
            return Outcome(None, Failure.CONNECT, detail="no mail server is configured")
        if not is_address(str(mail["To"])):
            return Outcome(GONE, Failure.STATUS, detail="this is no address")
        try:
            async with asyncio.timeout(self._total):
                sender, to = self._smtp.sender, [str(mail["To"])]
                server = _server(self._smtp)
                _, said = await aiosmtplib.send(
                    mail.as_bytes(), sender=sender, recipients=to, timeout=self._total, **server
                )
            outcome = Outcome(250, detail=said[:200])
        except Exception as error:  # also what a hostile answer makes the client raise
            outcome = failed(error)
        return Outcome(outcome.status, outcome.failure, perf_counter() - started, detail=outcome.detail)


def failed(error: Exception) -> Outcome:
    """What an error of the mail server means; a mailbox that is not there is gone for good."""
    detail = f"{type(error).__name__} {error}".strip()[:500]
    refused = error.recipients[0] if isinstance(error, aiosmtplib.SMTPRecipientsRefused) else error
    if isinstance(refused, aiosmtplib.SMTPResponseException):
        gone = refused.code >= 500 and refused.message.startswith(NO_SUCH_MAILBOX)
        return Outcome(GONE if gone else refused.code, Failure.STATUS, detail=detail)
    if isinstance(error, TimeoutError | aiosmtplib.SMTPTimeoutError):
        return Outcome(None, Failure.TIMEOUT, detail=detail)
    connecting = isinstance(error, OSError | aiosmtplib.SMTPConnectError | aiosmtplib.SMTPServerDisconnected)
    return Outcome(None, Failure.CONNECT if connecting else Failure.PROTOCOL, detail=detail)


def _server(smtp: Smtp) -> dict[str, Any]:
    return {
        "hostname": smtp.host,
        "port": smtp.port,
        "username": smtp.user,
        "password": smtp.password,
        "use_tls": smtp.security == "tls",
        "start_tls": smtp.security == "starttls",
    }


def _why(event: dict[str, Any], to: str) -> str:
    if event["type"] == EventType.WEBHOOK_VERIFY:
        return f"Somebody gave {to} for this. If that was not you, do nothing: the request ends by itself within a day."
    return f"You get this because {to} is subscribed, and somebody there confirmed it."
