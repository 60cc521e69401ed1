"""Fairness of the courier: how much room endpoints that hang or failed leave to those that answer."""

from __future__ import annotations

from dataclasses import dataclass

SLOW = 2.0
"""An attempt that has flown for so many seconds is taken for one that hangs."""


@dataclass(frozen=True, slots=True)
class Flights:
    """What flies now: attempts at endpoints that were well, at suspects (their last attempt failed), and slow ones.

    Whatever has flown for ``SLOW`` seconds is slow and nothing else.
    """

    well: int = 0
    suspect: int = 0
    slow: int = 0


@dataclass(frozen=True, slots=True)
class Room:
    """How many may take off now, and how many of them may be suspects."""

    places: int
    suspects: int


def room(flights: Flights, places: int, waiting: int) -> Room:
    """The room that is left of so many places, of which suspects get at most half.

    A slow attempt costs a descriptor and no processor time. So it gives its place back while one of the ``waiting``
    seats is free; only those without a seat hold places, as suspects.
    """
    standing = max(0, flights.slow - waiting)
    held = flights.well + flights.suspect + standing
    free = max(0, places - held)
    return Room(free, min(free, max(0, places // 2 - flights.suspect - standing)))
