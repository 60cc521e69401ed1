"""A webhook receiver for the demo: verifies what arrives, answers challenges and shows the last deliveries."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import jinja2
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from checks.check import Now
from statuspage.demo.loopback import LoopbackServer

KEPT = 200
BODY_LIMIT = 64 * 1024
TOLERANCE = 300
KEY_PREFIX = "whsec_"

_PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


class Verified(StrEnum):
    """What the receiver can say of a delivery's signature."""

    GOOD = "good"
    BAD = "bad"
    UNCHECKED = "secret unknown"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request as it arrived."""

    at: datetime
    webhook_id: str
    timestamp: str
    signature: str
    body: bytes

    @property
    def event(self) -> dict[str, object]:
        """The event in the body; empty where there is none."""
        try:
            content = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return {}
        return content if isinstance(content, dict) else {}

    @property
    def data(self) -> dict[str, object]:
        """The event's ``data``; empty where there is none."""
        data = self.event.get("data")
        return data if isinstance(data, dict) else {}


def sign(secret: str, webhook_id: str, timestamp: str, body: bytes) -> str:
    """The Standard Webhooks signature ``v1,…`` of one attempt."""
    key = base64.b64decode(secret.removeprefix(KEY_PREFIX), validate=True)
    digest = hmac.new(key, f"{webhook_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def verify(delivery: Delivery, secrets: tuple[str, ...]) -> Verified:
    """Does any of the known secrets explain one of the signatures, made within five minutes of arrival?"""
    if not secrets:
        return Verified.UNCHECKED
    if not _is_recent(delivery):
        return Verified.BAD
    wanted = [sign(each, delivery.webhook_id, delivery.timestamp, delivery.body).encode() for each in secrets]
    given = delivery.signature.encode().split(b" ")
    good = any(hmac.compare_digest(one, other) for one in wanted for other in given)
    return Verified.GOOD if good else Verified.BAD


def _is_recent(delivery: Delivery) -> bool:
    stamp = delivery.timestamp
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 12):
        return False
    return abs(delivery.at.timestamp() - int(stamp)) <= TOLERANCE


def is_secret(text: str) -> bool:
    """Is it a webhook secret, ``whsec_`` and standard base64?"""
    try:
        return text.startswith(KEY_PREFIX) and bool(base64.b64decode(text[len(KEY_PREFIX) :], validate=True))
    except (binascii.Error, ValueError):
        return False


class Receiver:
    """The last deliveries, and the secrets to check them with; secrets may become known later."""

    def __init__(self, now: Now) -> None:
        self._now = now
        self._deliveries: deque[Delivery] = deque(maxlen=KEPT)
        self._secrets: tuple[str, ...] = ()

    def know(self, secret: str) -> None:
        """Check deliveries with this secret too, those that are already here included."""
        if not is_secret(secret):
            raise ValueError("a webhook secret is whsec_ and standard base64")
        if secret not in self._secrets:
            self._secrets = (*self._secrets, secret)

    def take(self, headers: Mapping[str, str], body: bytes) -> tuple[Delivery, Verified]:
        """Keep what arrived, and say whether its signature holds."""
        names = ("webhook-id", "webhook-timestamp", "webhook-signature")
        webhook_id, timestamp, signature = (headers.get(name, "") for name in names)
        delivery = Delivery(self._now(), webhook_id, timestamp, signature, body)
        self._deliveries.appendleft(delivery)
        return delivery, verify(delivery, self._secrets)

    def rows(self) -> list[dict[str, object]]:
        """The deliveries as people and programs see them, newest first."""
        return [_row(delivery, verify(delivery, self._secrets)) for delivery in self._deliveries]


def _row(delivery: Delivery, verified: Verified) -> dict[str, object]:
    event = delivery.event
    return {
        "received_at": delivery.at.isoformat(timespec="milliseconds"),
        "webhook_id": delivery.webhook_id,
        "signature": verified.value,
        "type": event.get("type"),
        "seq": event.get("seq"),
        "summary": delivery.data.get("summary"),
        "model": delivery.data.get("model"),
        "provider": delivery.data.get("provider"),
        "event": event or None,
        "text": None if event else delivery.body[:500].decode("utf-8", "replace"),
    }


def make_receiver(receiver: Receiver, templates: Path) -> Starlette:
    """The receiver as an ASGI application; its links are relative, so it can be mounted anywhere."""
    pages = jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates), autoescape=True, undefined=jinja2.StrictUndefined
    )
    page = pages.get_template("receiver.html")

    async def hook(request: Request) -> Response:
        body = await _bounded(request)
        if body is None:
            return JSONResponse({"error": "too large"}, 413)
        delivery, verified = receiver.take(request.headers, body)
        if verified is Verified.BAD:
            return JSONResponse({"error": "the signature does not hold"}, 401)
        return JSONResponse(_reply(delivery))

    async def know(request: Request) -> Response:
        try:
            receiver.know(str(orjson.loads(await request.body())["secret"]))
        except (ValueError, KeyError, TypeError) as error:
            return JSONResponse({"error": str(error)}, 422)
        return JSONResponse({"known": True})

    async def deliveries(_: Request) -> Response:
        return Response(orjson.dumps({"sandbox": True, "deliveries": receiver.rows()}), media_type="application/json")

    async def index(_: Request) -> Response:
        html = page.render(deliveries=receiver.rows(), kept=KEPT)
        return HTMLResponse(html, headers={"content-security-policy": _PAGE_POLICY, "cache-control": "no-store"})

    return Starlette(
        routes=[
            Route("/", index),
            Route("/hook", hook, methods=["POST"]),
            Route("/secrets", know, methods=["POST"]),
            Route("/deliveries", deliveries),
        ]
    )


def _reply(delivery: Delivery) -> dict[str, object]:
    if delivery.event.get("type") == "webhook.verify":
        return {"challenge": delivery.data.get("challenge")}
    return {"received": True}


async def _bounded(request: Request) -> bytes | None:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT:
            return None
    return bytes(body)


class ReceiverServer:
    """Runs the receiver on its own loopback port."""

    def __init__(self, now: Now, templates: Path, *, port: int = 0) -> None:
        self.receiver = Receiver(now)
        self._server = LoopbackServer(make_receiver(self.receiver, templates), port)

    @property
    def port(self) -> int:
        """The port in use; known once started."""
        return self._server.port

    @property
    def url(self) -> str:
        """The receiver's address; subscriptions use it with ``/hook``."""
        return self._server.url

    async def start(self) -> None:
        """Listen; raises ``OSError`` where the port is taken."""
        await self._server.start()

    async def stop(self) -> None:
        """Stop listening and forget the deliveries."""
        await self._server.stop()
