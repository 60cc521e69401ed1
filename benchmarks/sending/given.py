"""What a sending process is given, and what it tells of itself."""

from __future__ import annotations

import os
import random
import ssl
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from time import process_time, sleep

import orjson

from benchmarks.receivers import FAILING, HANGING, WELL, url

RELAY = (sys.executable, "-m", "benchmarks.sending.relay")
"""What starts a relay whose names lead to loopback."""


def trusting(authority: Path) -> tuple[str, ...]:
    """What starts such a relay with one more trusted authority, without a word in the environment of this process."""
    return ("env", f"SSL_CERT_FILE={authority}", *RELAY)


@dataclass(frozen=True, slots=True)
class Given:
    """How many endpoints there are, how many of them hang and fail, whether they did so before, where they listen, and
    what else goes on."""

    count: int
    hanging: int
    failing: int
    known: bool
    port: int
    authority: str
    store: str
    provider: int
    checking: bool

    @property
    def well(self) -> int:
        """How many endpoints answer as they should."""
        return self.count - self.hanging - self.failing

    def urls(self) -> list[str]:
        """The endpoints; the sick ones lie among the others, always in the same places."""
        kinds = [HANGING] * self.hanging + [FAILING] * self.failing
        kinds += [WELL] * self.well
        random.Random(1).shuffle(kinds)
        return [url(number, self.port, kind) for number, kind in enumerate(kinds)]

    def trusting(self) -> ssl.SSLContext:
        """A client's context that trusts the receivers' authority alone."""
        return ssl.create_default_context(cafile=self.authority)


def given() -> Given:
    """What this process was given."""
    return Given(**orjson.loads(sys.argv[1]))


def spent() -> float:
    """The CPU seconds that this process and its children have taken."""
    ticks = 0
    for process in _children():
        fields = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return process_time() + ticks / os.sysconf("SC_CLK_TCK")


class Scales:
    """Weighs this process and its children every second: memory that they share counts once (PSS)."""

    def __init__(self) -> None:
        self.peak = 0.0
        Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while True:
            self.peak = max(self.peak, sum(_pss(one) for one in ("self", *_children())) / 1024)
            sleep(1)


def tell(found: dict[str, float]) -> None:
    """Tell what was found."""
    sys.stdout.buffer.write(orjson.dumps(found) + b"\n")


def _children() -> list[str]:
    found = list[str]()
    for task in Path("/proc/self/task").iterdir():
        with suppress(FileNotFoundError):  # a thread has ended meanwhile
            found += (task / "children").read_text("ascii").split()
    return found


def _pss(process: str) -> int:
    lines = Path(f"/proc/{process}/smaps_rollup").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
