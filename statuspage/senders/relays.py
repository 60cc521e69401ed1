"""The relays of a service: processes that call out in its stead, each started by the first job that it gets.

What a hostile answer may do to a process, it does to one that has neither keys nor a store; and the processor time of
TLS is spent beside the checks, not between them.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
import socket
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from urllib.parse import urlsplit
from zlib import crc32

from statuspage.core.delivery import Failure
from statuspage.errors import NotSent
from statuspage.senders.guard import Door
from statuspage.senders.http import Answer, Fault, Limits
from statuspage.senders.wire import LONGEST, Job, outcome, told

COMMAND = (sys.executable, "-m", "statuspage.senders.relay")
TRIES = 2
"""With so many relays a request may be lost before it counts as an attempt that failed."""

GRACE = 10.0
"""Seconds by which a relay may be silent longer than the longest attempt, before it is taken for one that hangs."""

ENDING = 2.0
"""Seconds that a relay may take to end by itself."""

AT_MOST = 2

PASSED_ON = frozenset(
    {
        "LANG",
        "LC_ALL",
        "LOCALDOMAIN",
        "PATH",
        "PYTHONPATH",
        "PYTHONWARNINGS",
        "RES_OPTIONS",
        "SSL_CERT_DIR",
        "SSL_CERT_FILE",
        "TZ",
    }
)
"""The only variables that a relay sees: none is a secret."""

log = logging.getLogger(__name__)


def usual() -> int:
    """How many relays a service has: one for each processor that it may use, at most two."""
    return min(AT_MOST, len(os.sched_getaffinity(0)))


class Lost(Exception):
    """A relay ended while a job was with it: nobody knows whether the POST was made."""


class Relays:
    """Sends POST requests through relays; all for one host go through the same one, which keeps its connections."""

    def __init__(
        self, count: int | None = None, command: Sequence[str] = COMMAND, patience: float = Limits().total + GRACE
    ) -> None:
        self._relays = [_Relay(command, patience) for _ in range(count or usual())]

    async def post(self, url: str, door: Door, headers: Mapping[str, str], body: bytes) -> Answer:
        """POST and read the answer; whatever keeps it from coming whole is a Fault.

        What was with a relay that ended is made again by the next one, with the same bytes. NotSent when none starts.
        """
        relay = self._relays[crc32(_host(url)) % len(self._relays)]
        for _ in range(TRIES):
            with suppress(Lost):
                return await relay.post(url, door, headers, body)
        raise Fault(Failure.PROTOCOL, f"the process that called ended {TRIES} times without an answer")

    async def close(self) -> None:
        """End every relay."""
        await asyncio.gather(*(relay.close() for relay in self._relays))


class _Relay:
    """One process, started again after it has ended, and the jobs that are with it."""

    def __init__(self, command: Sequence[str], patience: float) -> None:
        self._command = command
        self._patience = patience
        self._numbers = itertools.count(1)
        self._line: _Line | None = None
        self._starting = asyncio.Lock()

    async def post(self, url: str, door: Door, headers: Mapping[str, str], body: bytes) -> Answer:
        """Have one POST made. Lost when the process ends meanwhile, or has to be ended because it hangs."""
        line = await self._running()
        came = await line.ask(Job(next(self._numbers), url, door, headers, body))
        if isinstance(came, Fault):
            raise came
        return came

    async def close(self) -> None:
        """End the process, by force when it does not end by itself."""
        async with self._starting:
            if self._line:
                await self._line.close()

    async def _running(self) -> _Line:
        if self._line and self._line.open:
            return self._line
        async with self._starting:
            if self._line is None or not self._line.open:
                self._line = await _started(self._command, self._patience)
            return self._line


async def _started(command: Sequence[str], patience: float) -> _Line:
    """Start a relay; NotSent when the machine has no room for it."""
    ours, theirs = socket.socketpair()
    try:
        process = await asyncio.create_subprocess_exec(*command, stdin=theirs.fileno(), env=_environment())
    except OSError as error:
        ours.close()
        raise NotSent(f"no sending process could be started: {error}") from error
    finally:
        theirs.close()
    ours.setblocking(False)
    reader, writer = await asyncio.open_unix_connection(sock=ours, limit=LONGEST)
    return _Line(process, reader, writer, patience)


def _environment() -> dict[str, str]:
    """What a relay sees of the environment; threads that resolve names share their memory instead of keeping it."""
    passed = {name: value for name, value in os.environ.items() if name in PASSED_ON}
    return passed | {"MALLOC_ARENA_MAX": "2"}


class _Line:
    """The line to one running relay, which is ended when jobs are with it and it says nothing for too long."""

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        patience: float,
    ) -> None:
        self._process = process
        self.open = True
        self._writer = writer
        self._heard = 0.0
        self._waiting: dict[int, asyncio.Future[Answer | Fault]] = {}
        self._hearing = asyncio.create_task(self._hear(reader), name=f"relay {process.pid}")
        self._watching = asyncio.create_task(self._watch(patience), name=f"watch over relay {process.pid}")

    async def ask(self, job: Job) -> Answer | Fault:
        """Hand a job over and wait for what comes of it; Lost when the line breaks."""
        loop = asyncio.get_running_loop()
        if not self._waiting:
            self._heard = loop.time()
        answer: asyncio.Future[Answer | Fault] = loop.create_future()
        self._waiting[job.number] = answer
        try:
            self._writer.write(told(job))
            return await answer
        finally:
            del self._waiting[job.number]

    async def _watch(self, patience: float) -> None:
        """End a relay that is silent. One that is slow, and tells of other jobs, is left alone."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(patience / 4)
            if self._waiting and loop.time() - self._heard >= patience:
                log.error("a sending process says nothing any more: it is ended and started again")
                self.cut()

    def cut(self) -> None:
        """End the relay by force, and give it no more to do."""
        self.open = False
        with suppress(ProcessLookupError):
            self._process.kill()

    async def close(self) -> None:
        """Hang up: the relay ends by that. Wait until it has."""
        self.open = False
        self._writer.close()
        try:
            async with asyncio.timeout(ENDING):
                await self._process.wait()
        except TimeoutError:
            self.cut()
            await self._process.wait()
        await self._hearing

    async def _hear(self, reader: asyncio.StreamReader) -> None:
        """Hand out answers until the relay ends; then every job that is still with it is lost."""
        try:
            while line := await reader.readline():
                number, came = outcome(line)
                self._heard = asyncio.get_running_loop().time()
                waiting = self._waiting.get(number)
                if waiting and not waiting.done():
                    waiting.set_result(came)
        except OSError:
            pass  # it was ended in the middle of something
        except ValueError as error:
            log.error("a sending process told nonsense and is ended: %s", error)
            self.cut()
        finally:
            self._broken()

    def _broken(self) -> None:
        self.open = False
        self._watching.cancel()
        if self._waiting:
            log.error("a sending process ended with %d requests under way: they are made again", len(self._waiting))
        self._writer.close()
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(Lost())


def _host(url: str) -> bytes:
    return (urlsplit(url).hostname or "").encode()
