"""A small loader of HTTP servers, for machines without ``wrk``: it is itself the limit of what it measures."""

from __future__ import annotations

import asyncio
from time import perf_counter
from urllib.parse import urlsplit


async def load(url: str, connections: int, lasting: float) -> float:
    """Requests a second over so many keep-alive connections."""
    end = perf_counter() + lasting
    counts = await asyncio.gather(*(_ask(url, end) for _ in range(connections)))
    return sum(counts) / lasting


async def _ask(url: str, end: float) -> int:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    request = f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nAccept-Encoding: gzip\r\n\r\n".encode()
    count = 0
    while perf_counter() < end:
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        if not head.startswith(b"http/1.1 200"):
            raise RuntimeError(head.decode())
        await reader.readexactly(int(head.partition(b"content-length: ")[2].split(b"\r\n", 1)[0]))
        count += 1
    writer.close()
    return count
