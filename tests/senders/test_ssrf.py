"""No way inside: hostile targets, and a real listener on every address of this machine that counts what reaches it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import pytest

from statuspage.core.delivery import Failure
from statuspage.core.subscription import Origin
from statuspage.senders.addresses import Blocked, GuardedSockets
from statuspage.senders.guard import Door, Rules, networks
from statuspage.senders.http import Client, Fault, Limits
from statuspage.senders.webhook import WebhookSender
from tests.senders.parcels import AT, SANDBOX, parcel
from tests.senders.receivers import Says, receive, status

LIMITS = Limits(dns=1, connect=1, total=2)

LITERALS = [
    "http://127.0.0.1:{port}/", "http://127.0.0.2:{port}/", "http://127.255.255.254:{port}/", "http://0.0.0.0:{port}/",
    "http://127.1:{port}/", "http://127.0.1:{port}/", "http://2130706433:{port}/", "http://0x7f000001:{port}/",
    "http://0x7f.0.0.1:{port}/", "http://0177.0.0.1:{port}/", "http://017700000001:{port}/", "http://0:{port}/",
    "http://127.0.0.1.:{port}/", "http://[::1]:{port}/", "http://[::]:{port}/", "http://[::ffff:127.0.0.1]:{port}/",
    "http://[::ffff:7f00:1]:{port}/", "http://[0:0:0:0:0:ffff:127.0.0.1]:{port}/", "http://[::127.0.0.1]:{port}/",
    "http://localhost:{port}/", "http://LOCALHOST:{port}/", "http://localhost.:{port}/", "http://localhost..:{port}/",
    "http://user:pw@127.0.0.1:{port}/", "http://public.example.com@127.0.0.1:{port}/", "http://127.0.0.1:{port}#@a.com/",
    "http://ⓛocalhost:{port}/", "http://127。0。0。1:{port}/", "http://①②⑦.0.0.1:{port}/", "http://%6cocalhost:{port}/",
    "http://127.0.0.1%00.example.com:{port}/", "http://a.example.com\\@127.0.0.1:{port}/", "//127.0.0.1:{port}/",
    "https://127.0.0.1:{port}/", "https://localhost:{port}/", "https://[::1]:{port}/", "ws://127.0.0.1:{port}/",
    "http://127.0.0.1:{port}/\r\nhost: a.example.com", "http://[::1%25lo]:{port}/", "http://[fe80::1%lo]:{port}/",
]  # fmt: skip

NAMES: dict[str, list[list[str]]] = {
    "localhost": [["127.0.0.1", "::1"]],
    "loopback.example.com": [["127.0.0.1"]],
    "any.example.com": [["0.0.0.0"]],
    "six.example.com": [["::1"]],
    "mapped.example.com": [["::ffff:127.0.0.1"]],
    "mapped-hex.example.com": [["::ffff:7f00:1"]],
    "compatible.example.com": [["::127.0.0.1"]],
    "mixed.example.com": [["1.1.1.1", "127.0.0.1"]],
    "mixed-six.example.com": [["127.0.0.1", "2606:4700::1111"]],
    "metadata.example.com": [["169.254.169.254"]],
    "azure.example.com": [["168.63.129.16"]],
    "private.example.com": [["10.0.0.1"]],
    "nat64.example.com": [["64:ff9b::7f00:1"]],
    "tunnel.example.com": [["2002:7f00:1::"]],
    "zone.example.com": [["fe80::1%lo"]],
    "odd.example.com": [["127.1"]],
    "empty.example.com": [[]],
}


@contextlib.asynccontextmanager
async def counting() -> AsyncIterator[tuple[int, list[object]]]:
    """Listen on all IPv4 and IPv6 addresses on one port; the list holds one item for each connection."""
    reached: list[object] = []

    def connected(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reached.append(writer.get_extra_info("peername"))
        writer.transport.abort()

    server = await asyncio.start_server(connected, "0.0.0.0", 0)
    port = server.sockets[0].getsockname()[1]
    six = await asyncio.start_server(connected, "::", port) if socket.has_dualstack_ipv6() else None
    try:
        yield port, reached
    finally:
        await asyncio.sleep(0.01)
        server.close()
        if six:
            six.close()


async def test_the_listener_counts() -> None:
    async with counting() as (port, reached):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()
        await asyncio.sleep(0.02)
        assert len(reached) == 1


@pytest.mark.parametrize("public_port", [True, False], ids=["port allowed", "port 443"])
async def test_no_hostile_target_is_reached_whatever_made_the_url(public_port: bool) -> None:
    """The sender refuses each URL; and with the URL's own check left out, the door still does."""
    targets = [
        *LITERALS,
        *(f"http://{name}:{{port}}/" for name in NAMES),
        *(f"https://{name}:{{port}}/" for name in NAMES),
    ]
    assert len(targets) >= 40
    async with counting() as (port, reached):
        rules = Rules(ports=(port,) if public_port else (443,))
        client = Client(LIMITS, resolver=Says(NAMES))
        sender = WebhookSender(client, rules)
        for template in targets:
            url = template.format(port=port)
            for origin in Origin:
                outcome = await sender.send(parcel(url, origin=origin), AT)
                assert outcome.status is None, url
            with pytest.raises(Fault):
                await client.post(url, Door(True, ports=rules.ports), {}, b"{}")
        await client.close()
    assert reached == []


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"empty.example.com", "localhost"}))
async def test_a_name_is_refused_if_any_answer_is(name: str) -> None:
    async with counting() as (port, reached):
        client = Client(LIMITS, resolver=Says(NAMES))
        outcome = await WebhookSender(client, Rules(ports=(port,))).send(parcel(f"https://{name}:{port}/"), AT)
        await client.close()
    assert outcome.failure is Failure.BLOCKED
    assert "Blocked" in outcome.detail
    assert reached == []


async def test_the_socket_refuses_literals_that_no_resolver_sees() -> None:
    async with counting() as (port, reached):
        resolver = Says({})
        client = Client(LIMITS, resolver=resolver)
        for host in ("127.0.0.1", "[::1]", "[::ffff:127.0.0.1]"):
            with pytest.raises(Fault) as caught:
                await client.post(f"http://{host}:{port}/", Door(True, ports=(port,)), {}, b"{}")
            assert caught.value.failure is Failure.BLOCKED
        await client.close()
    assert resolver.asked == []
    assert reached == []


async def test_rebinding_is_refused_at_the_second_connection() -> None:
    """The name leads to an allowed address first and inside later; the first answer gives no right to the second."""
    way = Door(False, networks("127.0.0.2/32"))
    resolver = Says({"turn.example.com": [["127.0.0.2"], ["127.0.0.1"]]})
    client = Client(LIMITS, resolver=resolver)
    async with receive(status(200, "connection: close"), host="127.0.0.2") as outside:
        inside = await asyncio.start_server(lambda *_: reached.append(1), "127.0.0.1", outside.port)
        reached: list[int] = []
        url = f"http://turn.example.com:{outside.port}/"
        assert (await client.post(url, way, {}, b"{}")).status == 200
        with pytest.raises(Fault, match="not inside the allowed networks"):
            await client.post(url, way, {}, b"{}")
        await client.close()
        inside.close()
    assert len(resolver.asked) == 2
    assert outside.connections == 1
    assert reached == []


async def test_doors_do_not_share_connections() -> None:
    """A connection that an operator's subscription opened inside is not one that a self-serve one may use."""
    client = Client(LIMITS, resolver=Says({"hooks.example.com": [["127.0.0.1"]]}))
    async with receive() as receiver:
        url = f"http://hooks.example.com:{receiver.port}/"
        assert (await client.post(url, Door(False, SANDBOX.allowed), {}, b"{}")).status == 200
        with pytest.raises(Fault, match="is not public"):
            await client.post(url, Door(True, ports=(receiver.port,)), {}, b"{}")
    await client.close()
    assert receiver.connections == 1


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "::1", "::ffff:10.0.0.1", "fe80::1"])
def test_the_socket_is_the_last_door(address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with pytest.raises(Blocked):
        GuardedSockets(Door(True))((family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, 443)))


def test_the_socket_holds_the_port_and_the_operators_list() -> None:
    info = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("1.1.1.1", 22))
    with pytest.raises(Blocked, match="port 22"):
        GuardedSockets(Door(True))(info)
    with pytest.raises(Blocked, match="this installation"):
        GuardedSockets(Door(True, ports=(22,), denied=networks("1.0.0.0/8")))(info)


def test_an_address_of_this_machine_is_refused_although_it_is_public(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("statuspage.senders.addresses.is_own", lambda address, _: address == "1.1.1.1")
    with pytest.raises(Blocked, match="this machine"):
        GuardedSockets(Door(True))((socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("1.1.1.1", 443)))
