"""Limits on what one address or one subscription may ask for, kept in memory by each process."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime
from ipaddress import IPv6Address, ip_address, ip_network

from starlette.requests import Request

from statuspage.core.allowance import Allowance
from statuspage.errors import TooSoon
from statuspage.ports import Clock

MOST_SUBJECTS = 20_000
"""So many are remembered; beyond that those who were quiet for the longest are forgotten."""


class Limit:
    """One allowance for each of many subjects."""

    def __init__(self, allowance: Allowance, clock: Clock, what: str) -> None:
        self._allowance = allowance
        self._clock = clock
        self._what = what
        self._promised: OrderedDict[str, datetime] = OrderedDict()

    def take(self, subject: str) -> None:
        """Count one request of a subject; TooSoon when it has had its share."""
        promised, wait = self._allowance.take(self._promised.pop(subject, None), self._clock())
        self._promised[subject] = promised
        if len(self._promised) > MOST_SUBJECTS:
            self._promised.popitem(last=False)
        if wait is not None:
            raise TooSoon(f"too many requests: {self._what}", wait)

    def forget(self, subject: str) -> None:
        """Let a subject begin anew."""
        self._promised.pop(subject, None)


def is_loopback(address: str) -> bool:
    """Whether a client, as limits count it, is this machine itself."""
    return address.startswith("127.") or address == "::/64"


def address_of(request: Request) -> str:
    """The client's address as limits count it: one IPv6 network of 64 bits is one client."""
    return network_of(request.client.host if request.client else "")


def household_of(request: Request) -> str:
    """The client as what stays is counted: a provider gives one household 56 bits, which are 256 networks of 64."""
    return network_of(request.client.host if request.client else "", 56)


def network_of(host: str, bits: int = 64) -> str:
    """What is counted as one client where this host asks."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return host
    return str(address.ipv4_mapped or ip_network((int(address), bits), strict=False))
