"""Channels: where staff let messages go by configuration, and the mail server that writes to subscribers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from statuspage.core.alert import AlertKind
from statuspage.core.subscription import Filters

CHANNEL = "chat://"
"""How the endpoint of a configured channel begins; its name follows. The real address is in the configuration alone."""

MAIL = "mailto:"
"""How the endpoint of an e-mail subscription begins; its address follows."""

LONGEST_ADDRESS = 254
_ADDRESS = re.compile(
    r"(?P<local>[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*)"
    r"@(?P<domain>(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9])",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Channel:
    """A chat that gets the public events which its filters let through; ``url`` is Apprise's, and a secret."""

    name: str
    url: str = field(repr=False)
    filters: Filters = Filters()


@dataclass(frozen=True, slots=True)
class StaffChannel:
    """A place where staff read alerts of some kinds; without kinds, of every kind."""

    name: str
    url: str = field(repr=False)
    kinds: tuple[AlertKind, ...] = ()


@dataclass(frozen=True, slots=True)
class Smtp:
    """The mail server. ``security`` is ``starttls``, ``tls`` or ``none``; ``sender`` stands in From."""

    host: str
    sender: str
    port: int = 587
    security: str = "starttls"
    user: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Outlets:
    """Everything but webhooks through which messages leave."""

    chat: tuple[Channel, ...] = ()
    staff: tuple[StaffChannel, ...] = ()
    smtp: Smtp | None = None


def is_address(text: str) -> bool:
    """Whether a text is an e-mail address as everybody writes them: no quotes, no comment, a domain with a dot."""
    found = _ADDRESS.fullmatch(text) if len(text) <= LONGEST_ADDRESS else None
    return found is not None and len(found["local"]) <= 64


def address_of(url: str) -> str:
    """The address that an e-mail subscription writes to, as one mailbox is named however it is spelled."""
    local, _, domain = url.removeprefix(MAIL).rpartition("@")
    return f"{local}@{domain.lower()}"


def mailbox(address: str) -> str:
    """What limits count as one mailbox: capitals and a tag behind + make no other one."""
    local, _, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"
