"""What is sent is tested on the event loop that the service runs on, and on Python's own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import uvloop


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The loops under which each test here runs."""
    return {"uvloop": uvloop.new_event_loop, "asyncio": asyncio.new_event_loop}
