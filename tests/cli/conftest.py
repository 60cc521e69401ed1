"""The command line over the shipped configuration, beside a sandbox that runs in a thread of its own."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result

from statuspage import clock
from statuspage.cli import main
from statuspage.demo.sandbox import SandboxServer
from statuspage.demo.state import State
from tests.shipped import free_port, write_config


@dataclass
class Terminal:
    """Runs commands with one configuration."""

    config: Path

    @property
    def data(self) -> Path:
        """Where the store lies."""
        return self.config.parent / "data"

    def run(self, *words: str, stdin: str | bytes | None = None) -> Result:
        """A command; an error that is not for people fails the test."""
        result = CliRunner().invoke(main, [*words, "--config", str(self.config)], input=stdin)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    def says(self, *words: str, stdin: str | None = None) -> str:
        """What a command that works prints."""
        result = self.run(*words, stdin=stdin)
        assert result.exit_code == 0, result.output
        return result.stdout

    def json(self, *words: str) -> Any:
        """What a command prints with --json."""
        return orjson.loads(self.says(*words, "--json"))

    def refuses(self, *words: str, code: int = 2, stdin: str | None = None) -> str:
        """What a command that does not work says on standard error."""
        result = self.run(*words, stdin=stdin)
        assert result.exit_code == code, result.output
        assert "Traceback" not in result.output
        return result.stderr


@pytest.fixture
def terminal(tmp_path: Path, sqlite_template: Path) -> Terminal:
    """A terminal beside an empty store; nothing runs."""
    made = Terminal(write_config(tmp_path, free_port()))
    made.data.mkdir()
    shutil.copy(sqlite_template, made.data / "statuspage.db")
    return made


@pytest.fixture
def beside_sandbox(terminal: Terminal) -> Iterator[Terminal]:
    """A terminal beside a running sandbox."""
    with Running(terminal.data) as port:
        terminal.config = write_config(terminal.config.parent, port)
        yield terminal


class Running:
    """A sandbox in a thread for the length of the block."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    def __enter__(self) -> int:
        self._thread.start()
        start = State(first_token=0.0, between_tokens=0.0)
        self._server = SandboxServer(self._data, clock.now, start_state=start)
        asyncio.run_coroutine_threadsafe(self._server.start(), self._loop).result(10)
        return self._server.port

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._server.stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()
