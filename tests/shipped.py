"""The shipped configuration, moved: its sandbox on another port, its store in another folder."""

from __future__ import annotations

import contextlib
import socket
from pathlib import Path
from random import randrange

ROOT = Path(__file__).parents[1]
SHIPPED_PORT = "127.0.0.1:8091"
SHIPPED_STORE = "sqlite:///data/statuspage.db"


def write_config(folder: Path, port: int) -> Path:
    """A copy of the shipped file in ``folder``; its data lie beside it."""
    text = (ROOT / "config.yaml").read_text("utf-8")
    assert SHIPPED_PORT in text
    assert SHIPPED_STORE in text
    text = text.replace(SHIPPED_PORT, f"127.0.0.1:{port}").replace(
        SHIPPED_STORE, f"sqlite:///{folder}/data/statuspage.db"
    )
    file = folder / "config.yaml"
    file.write_text(text, "utf-8")
    return file


def quiet_port() -> int:
    """A free port to come back to: below those that the system gives to whoever connects."""
    while True:
        port = randrange(20_000, 32_000)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def free_port() -> int:
    """A port on which nothing listens just now, nor on the next one, which is the sandbox's receiver's."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port: int = listener.getsockname()[1]
            with contextlib.suppress(OSError, OverflowError), socket.create_server(("127.0.0.1", port + 1)):
                return port
