"""Virtual environments for programs that nobody here wrote: each installed from its own lock."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

from uv import find_uv_bin

CACHE = Path(__file__).parents[2] / ".cache"


def installed(name: str) -> Path:
    """The virtual environment that ``requirements-NAME.lock`` describes."""
    CACHE.mkdir(exist_ok=True)
    lock = Path(__file__).with_name(f"requirements-{name}.lock")
    venv, stamp = CACHE / f"{name}-venv", CACHE / f"{name}-venv.made"
    wanted = f"{sys.version} {sha256(lock.read_bytes()).hexdigest()}"
    with (CACHE / f"{name}-venv.lock").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text() != wanted:
            stamp.unlink(missing_ok=True)
            _install(venv, lock)
            stamp.write_text(wanted)
    return venv


def _install(venv: Path, lock: Path) -> None:
    """By uv, ten times as fast; by pip where only pip knows the way to the packages."""
    python, options = str(venv / "bin/python"), ["--quiet", "--no-deps", "--require-hashes", "-r", str(lock)]
    _run(sys.executable, "-m", "venv", "--clear", str(venv))
    try:
        _run(find_uv_bin(), "pip", "install", "--python", python, *options)
    except subprocess.CalledProcessError:
        _run(python, "-m", "pip", "install", "--no-compile", *options)


def _run(*command: str) -> None:
    subprocess.run(command, check=True)
