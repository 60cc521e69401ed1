"""A receiver in a process of its own: appends a line for each request before it answers 200.

``python -m tests.faults.receiving LOG`` prints its port and serves until it is ended.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
import sys
from pathlib import Path

from tests.senders.receivers import Request, receive

ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"


async def serve(log: Path) -> None:
    """Serve for ever."""
    with log.open("a") as lines:

        async def keep(request: Request, writer: asyncio.StreamWriter) -> None:
            await asyncio.sleep(random.uniform(0, 0.01))
            endpoint = request.line.split()[1]
            digest = hashlib.sha256(request.body).hexdigest()
            lines.write(f"{endpoint} {request.headers['webhook-id']} {digest}\n")
            lines.flush()
            await asyncio.sleep(random.uniform(0, 0.01))
            writer.write(ANSWER)

        async with receive(keep, host="0.0.0.0") as receiver:
            print(receiver.port, flush=True)
            await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
