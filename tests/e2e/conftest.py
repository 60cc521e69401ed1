"""A first start, made once for all workers by the real command: its story is in the store, its site in a folder."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.shipped import ROOT, free_port, write_config


@dataclass(frozen=True)
class FirstStart:
    """What ``statuspage build`` left behind on a fresh machine."""

    folder: Path
    said: str

    @property
    def out(self) -> Path:
        """The site as a folder."""
        return self.folder / "out"

    @property
    def config(self) -> Path:
        """The configuration that it was built with."""
        return self.folder / "config.yaml"

    def moved_to(self, folder: Path) -> Path:
        """A copy of its data with a configuration of its own, whose sandbox has a port of its own."""
        shutil.copytree(self.folder / "data", folder / "data")
        return write_config(folder, free_port())


@pytest.fixture(scope="session")
def first_start(tmp_path_factory: pytest.TempPathFactory) -> FirstStart:
    """Seeded by whichever worker comes first; the others wait for it."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "first-start"
    folder.mkdir(exist_ok=True)
    said = folder / "said"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not said.exists():
            said.write_text(_build(folder))
    return FirstStart(folder, said.read_text())


def _build(folder: Path) -> str:
    config = write_config(folder, free_port())
    command = [sys.executable, "-m", "statuspage", "build", "--config", str(config), "--out", str(folder / "out")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=280)
    assert done.returncode == 0, done.stderr
    return done.stdout
