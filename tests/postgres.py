"""A PostgreSQL server of the tests' own: made in a temporary folder, run by an unprivileged user, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

USER = "statuspage"
UNSAFE = ("fsync=off", "full_page_writes=off")
"""Settings that make tests fast; what they give up matters only when a machine loses power."""
SETTINGS = ("listen_addresses=", "max_connections=60", "shared_buffers=32MB", "autovacuum=off")


def binaries() -> Path | None:
    """The folder of the newest PostgreSQL server on this machine."""
    found = [folder for folder in Path("/usr/lib/postgresql").glob("*/bin") if (folder / "initdb").exists()]
    if found:
        return max(found, key=lambda folder: int(folder.parent.name))
    initdb = shutil.which("initdb")
    return Path(initdb).parent if initdb else None


@dataclass
class Server:
    """A running server, reached through a socket in its folder."""

    folder: Path
    numbers: Iterator[int] = field(default_factory=count)

    def url(self, database: str) -> str:
        """The URL of one of its databases."""
        return f"postgresql://{USER}@/{database}?host={self.folder}"

    def create(self, template: str = "template0") -> str:
        """Make a database and give its URL."""
        name = f"test_{next(self.numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return self.url(name)

    def drop(self, url: str) -> None:
        """Remove a database, whoever is connected to it."""
        self.run(f"DROP DATABASE {name_of(url)} WITH (FORCE)")

    def run(self, statement: str) -> None:
        """Run one statement as the server's owner."""
        with self.connect() as connection:
            connection.execute(statement.encode())

    def connect(self) -> psycopg.Connection[Any]:
        """A connection outside every transaction."""
        return psycopg.connect(self.url("postgres"), autocommit=True)


def name_of(url: str) -> str:
    """The name of the database that a URL leads to."""
    return url.rpartition("@/")[2].partition("?")[0]


@contextmanager
def running(bin_folder: Path, settings: Sequence[str] = UNSAFE) -> Iterator[Server]:
    """A server for the length of the block."""
    folder = Path(tempfile.mkdtemp(prefix="statuspage-pg-"))
    owner = _owner()
    try:
        if owner:
            shutil.chown(folder, owner, pwd.getpwnam(owner).pw_gid)
        _initdb(bin_folder, folder, owner)
        process = _start(bin_folder, folder, owner, settings)
        try:
            yield _ready(Server(folder), process)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=20)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _owner() -> str | None:
    """The user who runs the server: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _as(owner: str | None) -> dict[str, Any]:
    if owner is None:
        return {}
    return {"user": owner, "group": pwd.getpwnam(owner).pw_gid, "extra_groups": []}


def _initdb(bin_folder: Path, folder: Path, owner: str | None) -> None:
    options = ["--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8", f"--username={USER}"]
    subprocess.run(
        [bin_folder / "initdb", "-D", folder / "data", *options],
        check=True,
        capture_output=True,
        cwd=folder,
        **_as(owner),
    )


def _start(bin_folder: Path, folder: Path, owner: str | None, settings: Sequence[str]) -> subprocess.Popen[bytes]:
    options = [word for setting in (*SETTINGS, *settings) for word in ("-c", setting)]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [bin_folder / "postgres", "-D", folder / "data", "-k", folder, *options],
            stdout=log,
            stderr=log,
            cwd=folder,
            **_as(owner),
        )


def _ready(server: Server, process: subprocess.Popen[bytes]) -> Server:
    """The server once it answers."""
    deadline = time.monotonic() + 30
    while process.poll() is None and time.monotonic() < deadline:
        try:
            server.connect().close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return server
    process.kill()
    raise RuntimeError((server.folder / "log").read_text(errors="replace"))
