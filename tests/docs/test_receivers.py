"""The Python receiver of docs/webhooks.md as a program, with each verifier, told by our sender over HTTP."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.real.receiving import code, keeps_the_rules, started

TELLS = """
import threading


def tell():
    for _ in sys.stdin:
        print(json.dumps([[" ".join(cell), known] for cell, known in usable.items()]), flush=True)


threading.Thread(target=tell, daemon=True).start()
"""
"""What the test adds, to see what the receiver has understood."""


@pytest.mark.parametrize("library", ["standardwebhooks", "svix.webhooks"])
async def test_the_python_receiver_keeps_the_rules(tmp_path: Path, library: str) -> None:
    text, begins = code("python"), 'if __name__ == "__main__":'
    assert "from standardwebhooks import" in text
    assert begins in text
    watched = text.replace(begins, f"import sys{TELLS}\n\n{begins}")
    (tmp_path / "receiver.py").write_text(watched.replace("from standardwebhooks import", f"from {library} import"))
    async with started([sys.executable, "receiver.py"], tmp_path) as (process, url):
        await keeps_the_rules(process, url)
