"""A relay of our service whose names lead to loopback; all else is as in production."""

from __future__ import annotations

from benchmarks.receivers import Loopback
from statuspage.senders.http import Client
from statuspage.senders.relay import main

if __name__ == "__main__":
    main(Client(resolver=Loopback()))
