"""Serve an ASGI application on a loopback port inside a running event loop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Generator
from itertools import count

import uvicorn
from starlette.types import ASGIApp

HOST = "127.0.0.1"
TICK = 0.1
"""Seconds between two looks of uvicorn at its own clock."""


def at_once(listener: socket.socket) -> None:
    """Send what is written at once: asyncio asks for it only of a socket that says that it is one of TCP."""
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


class _Embedded(uvicorn.Server):
    """A server that leaves signals to the process that it lives in, and ends at once where nothing is under way."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ending = asyncio.Event()

    async def main_loop(self) -> None:
        """Tick as uvicorn does, until the end is asked for."""
        for ticks in count():
            if await self.on_tick(ticks):
                return
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.ending.wait(), TICK)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close what is idle; only where more is left, wait as uvicorn does."""
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        for _ in range(2):  # a transport tells its protocol in the loop's next turn
            await asyncio.sleep(0)
        if self.server_state.connections or self.server_state.tasks:
            await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


class LoopbackServer:
    """Starts and stops one application; port 0 takes any free port and then tells which."""

    def __init__(self, app: ASGIApp, port: int = 0) -> None:
        self.port = port
        self._server = _Embedded(
            uvicorn.Config(
                app,
                lifespan="off",
                ws="none",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=1,
            )
        )
        self._task: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """The address, without a trailing slash."""
        return f"http://{HOST}:{self.port}"

    async def start(self) -> None:
        """Listen: from here on connections are taken; raises ``OSError`` where the port is taken."""
        listener = socket.create_server((HOST, self.port))
        at_once(listener)
        self.port = listener.getsockname()[1]
        self._task = asyncio.create_task(self._server.serve([listener]), name=f"loopback:{self.port}")

    async def stop(self) -> None:
        """Stop listening and end what is still running after a second."""
        self._server.should_exit = True
        self._server.ending.set()
        if self._task:
            await self._task
