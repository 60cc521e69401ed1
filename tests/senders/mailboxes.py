"""A mail server on loopback that keeps what it is given, and answers as it is told."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from statuspage.core.channel import Smtp


@dataclass
class Mailbox:
    """What came in; ``refuses`` is the answer to every recipient, ``hangs`` lets DATA never end."""

    port: int = 0
    refuses: str = ""
    hangs: bool = False
    mails: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)

    @property
    def smtp(self) -> Smtp:
        """How the program reaches it."""
        return Smtp("127.0.0.1", "status@status.example", port=self.port, security="none")

    async def handle_RCPT(  # noqa: N802 - the server's own name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[Any]
    ) -> str:
        """Take a recipient, or not."""
        if self.refuses:
            return self.refuses
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep a mail."""
        if self.hangs:
            await asyncio.sleep(60)
        content = envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode()
        self.raw.append(raw)
        self.mails.append(message_from_bytes(raw, policy=policy.default))
        return "250 OK"


@asynccontextmanager
async def mailbox() -> AsyncIterator[Mailbox]:
    """The server, as long as the block lasts."""
    box = Mailbox()
    loop = asyncio.get_running_loop()
    listener = socket.create_server(("127.0.0.1", 0))
    box.port = listener.getsockname()[1]
    protocols: list[SMTP] = []

    def made() -> SMTP:
        protocols.append(SMTP(box, enable_SMTPUTF8=True, loop=loop))
        return protocols[-1]

    server = await loop.create_server(made, sock=listener)
    try:
        yield box
    finally:
        server.close()
        for one in protocols:
            if isinstance(one.transport, asyncio.Transport):
                one.transport.abort()
        await asyncio.sleep(0)
