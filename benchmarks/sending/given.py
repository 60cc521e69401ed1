"""What a sending process is given, and what it tells of itself."""

from __future__ import annotations

import random
import ssl
import sys
from dataclasses import dataclass
from pathlib import Path

import orjson

from benchmarks.receivers import FAILING, HANGING, WELL, url


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


def tell(found: dict[str, float]) -> None:
    """Tell what was found, with the peak of this process's memory in MiB."""
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    peak = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    sys.stdout.buffer.write(orjson.dumps(found | {"memory": peak / 1024}) + b"\n")
