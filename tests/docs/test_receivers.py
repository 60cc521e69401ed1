"""The Python receiver of docs/webhooks.md as a program, with each verifier, told by our sender over HTTP."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from statuspage.core.subscription import secret_text
from tests.docs.test_webhooks import SECRET
from tests.real.receiving import code, keeps_the_rules, started

SERVES = """

import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        headers = {name.lower(): value for name, value in self.headers.items()}
        status, answer = receive(headers, self.rfile.read(int(headers["content-length"])))
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
for _ in sys.stdin:
    print(json.dumps([[" ".join(cell), known] for cell, known in usable.items()]), flush=True)
"""
"""What the test adds: a server around the function, and a way to see what it has understood."""


@pytest.mark.parametrize("library", ["standardwebhooks", "svix.webhooks"])
async def test_the_python_receiver_keeps_the_rules(tmp_path: Path, library: str) -> None:
    text = code("python")
    assert secret_text(SECRET) in text
    assert "from standardwebhooks import" in text
    (tmp_path / "receiver.py").write_text(
        text.replace("from standardwebhooks import", f"from {library} import") + SERVES
    )
    async with started([sys.executable, "receiver.py"], tmp_path) as (process, url):
        await keeps_the_rules(process, url)
