"""Each snapshot of the cast is made, printed and exported once by a worker, however many tests look at it."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from statuspage.core.snapshot import Snapshot
from statuspage.site.export import files
from statuspage.site.press import Pages
from statuspage.site.publish import render_site

Make = Callable[[], Snapshot]
_PRINTED: dict[int, tuple[Snapshot, Pages]] = {}


@cache
def world(make: Make) -> Snapshot:
    """The snapshot of the cast that this function makes: always the same object."""
    return make()


def pages_of(snapshot: Snapshot) -> Pages:
    """Every published page of this very object, which is held so that its identity stays its own."""
    if id(snapshot) not in _PRINTED:
        _PRINTED[id(snapshot)] = snapshot, render_site(snapshot)
    return _PRINTED[id(snapshot)][1]


@cache
def folder_of(make: Make) -> Path:
    """The export of a snapshot of the cast: written once, without waiting for the disk, and removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="export-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    made = world(make)
    for name, body in files(pages_of(made), made.site.url).items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)
    return folder
