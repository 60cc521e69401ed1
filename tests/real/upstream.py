"""Small servers on loopback: what the proxy has behind it, and a neutral host that is neither."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

Fault = tuple[int, dict[str, str]]

THINKS_FOR = 0.15
"""Seconds before a completion begins."""


@dataclass
class Loopback:
    """A server on loopback; ``faults`` are what completions of a model fail with: a status and an error."""

    server: ThreadingHTTPServer
    faults: dict[str, Fault] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server.server_port}"

    def stop(self) -> None:
        """Stop listening; once more does nothing."""
        self.server.shutdown()
        self.server.server_close()


@contextmanager
def listening() -> Iterator[Loopback]:
    """A server for the length of the block: any GET is answered, and a POST as a streamed completion."""
    loopback: Loopback

    class Handler(BaseHTTPRequestHandler):
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self._say(200, "text/plain", b"ok\n")

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            time.sleep(THINKS_FOR)
            if asked["model"] in loopback.faults:
                status, error = loopback.faults[asked["model"]]
                self._say(status, "application/json", json.dumps({"error": error}).encode())
            else:
                self._stream(asked["model"])

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
            """Say nothing."""

        def _say(self, status: int, content_type: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("content-type", content_type)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _stream(self, model: str) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.end_headers()
            for chunk in completion(model):
                self.wfile.write(b"data: " + chunk + b"\n\n")

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    loopback = Loopback(server)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield loopback
    finally:
        loopback.stop()
        thread.join()


def completion(model: str) -> Iterator[bytes]:
    """The chunks of one short answer."""
    for delta, reason in (({"role": "assistant", "content": "OK"}, None), ({}, "stop")):
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        yield json.dumps(
            {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": model, "choices": [choice]}
        ).encode()
    yield b"[DONE]"
