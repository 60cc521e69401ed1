"""The webhook sender over real HTTP and TLS: headers, bytes, and what every kind of answer means."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp.abc import AbstractResolver
from standardwebhooks import Webhook

from statuspage import __version__, clock
from statuspage.core.delivery import Failure, Outcome
from statuspage.core.subscription import Format, secret_text
from statuspage.senders.guard import Rules, networks
from statuspage.senders.http import Client, Limits
from statuspage.senders.registry import Registry, senders
from statuspage.senders.webhook import WebhookSender, retry_after
from tests.senders.authority import Authority
from tests.senders.parcels import AT, BODY, SANDBOX, SECRET, parcel
from tests.senders.receivers import Hangs, Says, answering, receive, status

QUICK = Limits(dns=0.5, connect=2, total=3)


@asynccontextmanager
async def sending(
    rules: Rules = SANDBOX, resolver: AbstractResolver | None = None, tls: ssl.SSLContext | None = None
) -> AsyncIterator[WebhookSender]:
    client = Client(QUICK, resolver=resolver, tls=tls)
    try:
        yield WebhookSender(client, rules)
    finally:
        await client.close()


async def sent(url: str, at: datetime = AT) -> Outcome:
    async with sending() as sender:
        return await sender.send(parcel(url), at)


async def test_headers_and_bytes_are_those_of_standard_webhooks() -> None:
    now = clock.now()
    old = bytes(32)
    async with receive() as receiver, sending() as sender:
        outcome = await sender.send(parcel(receiver.url, secrets=(SECRET, old)), now)
    assert outcome.succeeded
    assert outcome.excerpt == b"ok"
    assert outcome.duration > 0
    [request] = receiver.requests
    assert request.line == "POST /hook HTTP/1.1"
    assert request.body == BODY
    assert request.headers["webhook-id"] == "evt_1"
    assert request.headers["webhook-timestamp"] == str(int(now.timestamp()))
    assert request.headers["user-agent"] == f"statuspage/{__version__}"
    assert request.headers["accept-encoding"] == "identity"
    assert request.headers["content-type"] == "application/json"
    assert sorted(request.names) == sorted(set(request.names))
    for secret in (SECRET, old):
        document = Webhook(secret_text(secret)).verify(request.body, request.headers)
        assert document["id"] == "evt_1"


async def test_the_timestamp_is_whole_seconds_of_the_attempt() -> None:
    async with receive() as receiver:
        await sent(receiver.url, AT)
    assert receiver.requests[0].headers["webhook-timestamp"] == str(
        int(datetime(2026, 6, 12, 14, tzinfo=UTC).timestamp())
    )


@pytest.mark.parametrize("code", [200, 201, 202, 204, 299])
async def test_only_two_hundreds_succeed(code: int) -> None:
    async with receive(status(code)) as receiver:
        assert (await sent(receiver.url)).succeeded


@pytest.mark.parametrize("code", [300, 301, 302, 304, 307, 308, 400, 401, 404, 410, 429, 500, 503])
async def test_everything_else_is_a_failure_with_its_status(code: int) -> None:
    async with receive(status(code, "retry-after: 120", body=b"" if code == 304 else b"why")) as receiver:
        outcome = await sent(receiver.url)
    assert (outcome.status, outcome.failure) == (code, Failure.STATUS)
    assert outcome.retry_after == timedelta(seconds=120)
    assert not outcome.succeeded


@pytest.mark.parametrize(
    ("raw", "failure"),
    [(b"HTTP/1.1 200 OK\r\n", Failure.TIMEOUT), (b"nonsense\r\n\r\n", Failure.PROTOCOL)],
    ids=["hanging", "nonsense"],
)
async def test_what_a_broken_answer_means(raw: bytes, failure: Failure) -> None:
    async with receive(answering(raw)) as receiver:
        assert (await sent(receiver.url)).failure is failure


async def test_nobody_listens() -> None:
    async with receive() as receiver:
        pass
    assert (await sent(receiver.url)).failure is Failure.CONNECT


async def test_names_that_do_not_resolve() -> None:
    url = "http://gone.example.com/"
    for resolver in (Says({}), Hangs({})):
        async with sending(resolver=resolver) as sender:
            assert (await sender.send(parcel(url), AT)).failure is Failure.DNS


async def test_tls_is_checked_against_the_name_of_the_host(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    resolver = Says({"hooks.example.com": [["127.0.0.1"]], "other.example.com": [["127.0.0.1"]]})
    async with (
        receive(tls=authority.server("hooks.example.com")) as receiver,
        sending(resolver=resolver, tls=authority.client()) as sender,
    ):
        good = await sender.send(parcel(f"https://hooks.example.com:{receiver.port}/"), AT)
        bad = await sender.send(parcel(f"https://other.example.com:{receiver.port}/"), AT)
    assert good.succeeded
    assert (bad.status, bad.failure) == (None, Failure.TLS)
    assert len(receiver.requests) == 1


async def test_an_unknown_authority_and_no_tls_at_all(tmp_path: Path) -> None:
    resolver = Says({"hooks.example.com": [["127.0.0.1"]]})
    async with (
        receive(tls=Authority(tmp_path).server("hooks.example.com")) as unknown,
        receive() as plain,
        sending(resolver=resolver) as sender,
    ):
        for port in (unknown.port, plain.port):
            outcome = await sender.send(parcel(f"https://hooks.example.com:{port}/"), AT)
            assert outcome.failure in (Failure.TLS, Failure.TIMEOUT)
    assert unknown.requests == []


async def test_the_reason_of_a_refusal_is_in_the_log_only() -> None:
    async with sending(Rules(), Says({"hooks.example.com": [["10.0.0.1"]]})) as sender:
        outcome = await sender.send(parcel("https://hooks.example.com/"), AT)
    assert outcome.failure is Failure.BLOCKED
    assert "10.0.0.0/8 is not public" in outcome.detail


async def test_a_changed_configuration_closes_the_way_of_an_old_subscription() -> None:
    async with receive() as receiver, sending(Rules(allowed=networks("127.0.0.0/8"))) as sender:
        outcome = await sender.send(parcel(receiver.url), AT)
    assert outcome.failure is Failure.BLOCKED
    assert receiver.connections == 0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("120", 120), (" 0 ", 0), ("99999999999999999999", 10**9), ("Fri, 12 Jun 2026 14:01:00 GMT", 59), (None, None),
     ("Fri, 12 Jun 2026 13:00:00 GMT", 0), ("Friday, 12-Jun-26 14:01:00 GMT", 59), ("-5", None), ("1.5", None),
     ("soon", None), ("", None), ("٣", None), ("Fri, 99 Jun 2026 99:00:00 GMT", None)],
)  # fmt: skip
def test_retry_after(text: str | None, seconds: int | None) -> None:
    found = retry_after(text, AT)
    assert (None if found is None else round(found.total_seconds())) == seconds


async def test_the_registry_knows_the_sender_of_a_format() -> None:
    client = Client(QUICK)
    every = senders(client, SANDBOX)
    assert set(every) == {Format.STANDARD, Format.STATUSPAGE}
    spare = every[Format.STANDARD]
    assert set(senders(client, SANDBOX, chat=spare, mail=spare)) == set(Format)
    registry = Registry({Format.STANDARD: every[Format.STANDARD]})
    async with receive() as receiver:
        assert (await registry.send(parcel(receiver.url), AT)).succeeded
        missing = await registry.send(parcel(receiver.url, shape=Format.STATUSPAGE), AT)
    await client.close()
    assert missing.failure is Failure.PROTOCOL
    assert len(receiver.requests) == 1
