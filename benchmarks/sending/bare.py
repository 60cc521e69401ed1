"""The least that aiohttp can do: the same POSTs from one session, 200 at once, nothing remembered."""

from __future__ import annotations

import asyncio
from time import perf_counter

import aiohttp
import uvloop

from benchmarks.receivers import Loopback
from benchmarks.sending.given import Given, Scales, given, spent, tell

AT_ONCE = 200
BODY = b'{"type":"model.restricted","data":"' + b"x" * 900 + b'"}'
HEADERS = {"content-type": "application/json", "webhook-id": "evt", "accept-encoding": "identity"}


async def send(job: Given) -> None:
    """Send one POST to every endpoint."""
    connector = aiohttp.TCPConnector(limit=AT_ONCE, resolver=Loopback(), ssl=job.trusting(), force_close=True)
    left = iter(job.urls())
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:

        async def worker() -> None:
            for url in left:
                async with session.post(url, data=BODY, headers=HEADERS) as answer:
                    if answer.status != 204:
                        raise RuntimeError(f"{url} answered {answer.status}")
                    await answer.read()

        scales = Scales()
        began, cpu = perf_counter(), spent()
        await asyncio.gather(*(worker() for _ in range(AT_ONCE)))
        tell({"committed": began, "cpu": spent() - cpu, "memory": scales.peak})


if __name__ == "__main__":
    uvloop.run(send(given()))
