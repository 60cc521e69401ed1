"""The sandbox provider: two simulated model APIs and a neutral host, asked over real HTTP on loopback."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from checks.check import Now
from statuspage.demo import statefile
from statuspage.demo.anthropic_shape import AnthropicShape
from statuspage.demo.call import Call
from statuspage.demo.catalogue import NEUTRAL_PATH, PROVIDER_BY_ID
from statuspage.demo.control import CONTROL_FILE, Panel
from statuspage.demo.loopback import LoopbackServer
from statuspage.demo.openai_shape import OpenAIShape
from statuspage.demo.reply import Reply
from statuspage.demo.state import State

STATE_FILE = "sandbox-state.json"

CLAUDE = PROVIDER_BY_ID["claude-api"]
GATEWAY = PROVIDER_BY_ID["gateway"]

Ids = Callable[[], str]


def fresh_id() -> str:
    """A request id; the edge's default."""
    return f"req_{secrets.token_hex(12)}"


def make_app(panel: Panel, now: Now, ids: Ids = fresh_id) -> Starlette:
    """The sandbox as an ASGI application, steered by ``panel``."""
    simulated = Simulation(panel, now, ids)
    neutral = Route(NEUTRAL_PATH, _neutral)
    return Starlette(routes=[*simulated.claude_routes(), *simulated.gateway_routes(), neutral, *panel.routes()])


class Simulation:
    """The endpoints of both simulated APIs."""

    def __init__(self, panel: Panel, now: Now, ids: Ids) -> None:
        self._panel = panel
        self._now = now
        self._ids = ids

    def claude_routes(self) -> list[Route]:
        """The Anthropic-shaped API."""
        base = CLAUDE.path + "/v1"
        return [
            Route(f"{base}/messages", self._messages, methods=["POST"]),
            Route(f"{base}/messages/count_tokens", self._count_tokens, methods=["POST"]),
            Route(f"{base}/models", self._claude_models),
            Route(f"{base}/models/{{model_id}}", self._claude_model),
        ]

    def gateway_routes(self) -> list[Route]:
        """The OpenAI-shaped gateway."""
        return [
            Route(f"{GATEWAY.path}/chat/completions", self._completions, methods=["POST"]),
            Route(f"{GATEWAY.path}/models", self._gateway_models),
        ]

    async def _messages(self, request: Request) -> Response:
        return await _respond(self._claude(request).complete(await request.body()))

    async def _count_tokens(self, request: Request) -> Response:
        call = self._claude(request)
        return await _respond(call.accept(await request.body(), AnthropicShape(call.request_id).counted()))

    async def _claude_models(self, request: Request) -> Response:
        return await _respond(self._claude(request).list_models())

    async def _claude_model(self, request: Request) -> Response:
        return await _respond(self._claude(request).describe(request.path_params["model_id"]))

    async def _completions(self, request: Request) -> Response:
        return await _respond(self._gateway(request).complete(await request.body()))

    async def _gateway_models(self, request: Request) -> Response:
        return await _respond(self._gateway(request).list_models())

    def _claude(self, request: Request) -> Call:
        request_id = self._ids()
        key = request.headers.get("x-api-key")
        return Call(CLAUDE, AnthropicShape(request_id), key, request_id, self._panel.state)

    def _gateway(self, request: Request) -> Call:
        request_id = self._ids()
        shape = OpenAIShape(request_id, GATEWAY, int(self._now().timestamp()))
        key = request.headers.get("authorization", "").removeprefix("Bearer ")
        return Call(GATEWAY, shape, key, request_id, self._panel.state)


async def _neutral(_: Request) -> Response:
    return PlainTextResponse("sandbox: a neutral host\n")


async def _respond(reply: Reply) -> Response:
    if reply.events:
        return StreamingResponse(_paced(reply), reply.status, headers=reply.headers)
    await asyncio.sleep(reply.delay)
    return Response(reply.body, reply.status, headers=reply.headers)


async def _paced(reply: Reply) -> AsyncIterator[bytes]:
    first, *rest = reply.events
    yield first
    await asyncio.sleep(reply.delay)
    for event in rest:
        yield event
        await asyncio.sleep(reply.pause)


class SandboxServer:
    """Runs the sandbox inside this process; its files in ``data`` let another terminal steer it."""

    def __init__(self, data: Path, now: Now, *, port: int = 0, start_state: State | None = None) -> None:
        self._data = data
        state = statefile.load(data / STATE_FILE, start_state or State())
        self.panel = Panel(state, data / STATE_FILE, secrets.token_urlsafe(24))
        self._server = LoopbackServer(make_app(self.panel, now), port)

    @property
    def port(self) -> int:
        """The port in use; known once started."""
        return self._server.port

    @property
    def url(self) -> str:
        """The sandbox's address, without a trailing slash."""
        return self._server.url

    def base_url(self, provider: str) -> str:
        """The ``base_url`` under which a provider of the catalogue is asked."""
        return self.url + PROVIDER_BY_ID[provider].path

    async def start(self) -> None:
        """Listen, then write down where and with which token; raises ``OSError`` where the port is taken."""
        await self._server.start()
        content = orjson.dumps({"url": self.url, "token": self.panel.token})
        statefile.write_private(self._data / CONTROL_FILE, content)

    async def stop(self) -> None:
        """Stop listening; the state stays in its file."""
        (self._data / CONTROL_FILE).unlink(missing_ok=True)
        await self._server.stop()
