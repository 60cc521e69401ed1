"""Serve an ASGI application on a loopback port inside a running event loop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Generator

import uvicorn
from starlette.types import ASGIApp

HOST = "127.0.0.1"


def at_once(listener: socket.socket) -> None:
    """Send what is written at once: asyncio asks for it only of a socket that says that it is one of TCP."""
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


class _Embedded(uvicorn.Server):
    """A server that leaves signals to the process that it lives in."""

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
        if self._task:
            await self._task
