"""How many connections fit into the file descriptors of this process, beside what it needs to check and to send."""

from __future__ import annotations

import resource
from dataclasses import dataclass

RESERVED = 512
"""Descriptors for checks, webhooks, the database and files: readers never get them."""

WANTED = 65_536
MOST_STREAMS = 5000
LEAST = 64


@dataclass(frozen=True, slots=True)
class Capacity:
    """Connections at once, and how many of them may be streams."""

    connections: int
    streams: int


def capacity(descriptors: int) -> Capacity:
    """What so many descriptors allow; streams, which stay, never take the room of those who only read a page."""
    connections = max(LEAST, descriptors - RESERVED)
    return Capacity(connections, min(MOST_STREAMS, connections // 2))


def descriptors() -> int:
    """How many descriptors this process may have, after it has asked for as many as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    known = [one for one in (hard, WANTED) if one != resource.RLIM_INFINITY]
    wanted = max(soft, min(known))
    if soft != resource.RLIM_INFINITY and wanted > soft:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return WANTED if soft == resource.RLIM_INFINITY else wanted
