"""The whole way of a self-serve subscription: real HTTP in, real TLS out to a receiver that verifies what it gets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from standardwebhooks import Webhook

from statuspage import clock
from statuspage.ports import Store
from statuspage.senders.guard import Rules, networks
from statuspage.senders.http import Client, Limits
from statuspage.senders.registry import Registry, senders
from tests.house import FABLE
from tests.senders.authority import Authority
from tests.senders.receivers import Handler, Request, Says, receive
from tests.services.enrolling import Desk
from tests.web.conftest import Told
from tests.web.subscribing import HOST, Bridge, Front


def echoing(verified: Callable[[Request], object]) -> Handler:
    """A receiver that checks the signature and answers a challenge."""

    async def handler(request: Request, writer: asyncio.StreamWriter) -> None:
        verified(request)
        said = json.dumps({"challenge": json.loads(request.body)["data"].get("challenge")})
        writer.write(f"HTTP/1.1 200 OK\r\ncontent-length: {len(said)}\r\n\r\n{said}".encode())
        await writer.drain()

    return handler


async def test_from_creating_to_a_rotated_secret(store: Store, told: Told, tmp_path: Path) -> None:
    authority, secrets = Authority(tmp_path), [""]
    taken = echoing(lambda request: [Webhook(one).verify(request.body, request.headers) for one in secrets])
    async with receive(taken, tls=authority.server(HOST)) as receiver, calling(store, authority, receiver.port) as desk:
        front = Front(desk, told)
        made = await front.make(url=f"https://{HOST}:{receiver.port}/status", filters={"models": [FABLE]})
        secrets[0] = made["secret"]
        met = (await front.ask(made, "POST", "/verify")).json()
        assert (met["status"], met["state"], met["next"]) == (200, "live", None)
        secrets.append((await front.ask(made, "POST", "/secret/rotate")).json()["secret"])
        assert (await front.ask(made, "POST", "/test")).json()["succeeded"] is True
        [event] = await desk.box.publish(FABLE)
        assert await desk.box.courier.run_once() == 1
        [delivery] = (await front.ask(made, path="/deliveries")).json()["deliveries"]
        assert (delivery["event"], delivery["state"]) == (event.id, "delivered")
        assert (await front.ask(made, "POST", f"/deliveries/{delivery['id']}/resend")).json()["succeeded"] is True
    sent = [json.loads(request.body) for request in receiver.requests]
    assert [one["type"] for one in sent] == ["webhook.verify", "webhook.test", "model.down", "model.down"]
    assert sent[2] == sent[3]


async def test_a_name_that_leads_inside_is_never_called(store: Store, told: Told) -> None:
    """Not even where an operator's own would be: no connection, and nothing is told of what is there."""
    async with receive() as receiver:
        rules = Rules(networks("127.0.0.0/8"), True, (receiver.port,))
        client = Client(Limits(total=2), resolver=Says({HOST: [["127.0.0.1"]]}))
        desk = Desk(store, sender=Registry(senders(client, rules)), rules=rules)
        front = Front(desk, told)
        made = await front.make(url=f"https://{HOST}:{receiver.port}/status")
        met = (await front.ask(made, "POST", "/verify")).json()
        assert (met["status"], met["failure"], met["state"]) == (None, "dns", "pending")
        assert "127.0.0.1" not in (await front.ask(made)).text
        await client.close()
    assert receiver.connections == 0


@asynccontextmanager
async def calling(store: Store, authority: Authority, port: int) -> AsyncIterator[Desk]:
    """A desk with the real senders, whose one name leads to loopback."""
    rules = Rules(ports=(port,))
    client = Bridge(Limits(total=5), resolver=Says({HOST: [["127.0.0.1"]]}), tls=authority.client())
    desk = Desk(store, sender=Registry(senders(client, rules)), rules=rules)
    desk.clock.now = clock.now()
    yield desk
    await client.close()
