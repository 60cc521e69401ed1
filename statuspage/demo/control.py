"""Steer a running sandbox: the commands, the API that takes them, and the client for another terminal."""

from __future__ import annotations

import hmac
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import aiohttp
import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from statuspage.demo import state as steps
from statuspage.demo import statefile
from statuspage.demo.state import SandboxError, State

CONTROL_PATH = "/_sandbox/state"
CONTROL_FILE = "sandbox-control.json"

COMMANDS: Mapping[str, Callable[..., State]] = {
    "restrict": steps.restrict,
    "restore": steps.restore,
    "grant": steps.grant,
    "answer": steps.answer,
    "substitute": steps.substitute,
    "retire": steps.retire,
    "outage": steps.outage,
    "recover": steps.recover,
    "slow_down": steps.slow_down,
    "reset": steps.reset,
}


def follow(state: State, command: Mapping[str, object]) -> State:
    """The state after one command, ``{"do": name, …its arguments}``; raises ``SandboxError``."""
    arguments = {name: value for name, value in command.items() if name != "do"}
    step = COMMANDS.get(str(command.get("do")))
    if step is None:
        raise SandboxError(f"there is no command {command.get('do')!r}; there are: {', '.join(COMMANDS)}")
    try:
        inspect.signature(step).bind(state, **arguments)
        return step(state, **arguments)
    except TypeError as error:
        raise SandboxError(f"{command['do']}: {error}") from error


@dataclass(slots=True)
class Panel:
    """The state in force, where it is kept, and the token that allows to change it."""

    state: State
    file: Path | None = None
    token: str = ""

    def follow(self, command: Mapping[str, object]) -> State:
        """Obey one command and keep what follows from it."""
        self.state = follow(self.state, command)
        if self.file:
            statefile.save(self.file, self.state)
        return self.state

    def routes(self) -> list[Route]:
        """The control API: read the state, or send a command."""
        return [
            Route(CONTROL_PATH, self._show, methods=["GET"]),
            Route(CONTROL_PATH, self._command, methods=["POST"]),
        ]

    async def _show(self, request: Request) -> Response:
        return JSONResponse(statefile.dump(self.state)) if self._allows(request) else _FORBIDDEN

    async def _command(self, request: Request) -> Response:
        if not self._allows(request):
            return _FORBIDDEN
        try:
            command = orjson.loads(await request.body())
            if not isinstance(command, dict):
                raise SandboxError("a command is a JSON object")
            return JSONResponse(statefile.dump(self.follow(command)))
        except ValueError as error:
            return JSONResponse({"error": str(error)}, status_code=422)

    def _allows(self, request: Request) -> bool:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        return bool(self.token) and hmac.compare_digest(given.encode(), self.token.encode())


_FORBIDDEN = JSONResponse({"error": "the sandbox's control token is missing or wrong"}, status_code=403)


class SandboxClient:
    """Sends commands to a running sandbox; each answers the state that follows, or raises ``SandboxError``."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self._token = token
        self._session: aiohttp.ClientSession | None = None

    @classmethod
    def from_data(cls, data: Path) -> Self:
        """The client of the sandbox that keeps its files in ``data``."""
        try:
            content = orjson.loads((data / CONTROL_FILE).read_bytes())
            return cls(content["url"], content["token"])
        except FileNotFoundError:
            raise SandboxError(
                f"no sandbox is running: there is no {data / CONTROL_FILE}; start `statuspage serve` in this folder"
            ) from None
        except (ValueError, KeyError, TypeError):
            raise SandboxError(f"{data / CONTROL_FILE} cannot be read; restart the service") from None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(trust_env=False, timeout=aiohttp.ClientTimeout(total=10))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session:
            await self._session.close()

    async def state(self) -> dict[str, object]:
        """What the sandbox has been told."""
        return await self._ask("GET", None)

    async def send(self, do: str, **arguments: str | float | None) -> dict[str, object]:
        """Any command by name; arguments that are None are left out."""
        given = {name: value for name, value in arguments.items() if value is not None}
        return await self._ask("POST", orjson.dumps({"do": do, **given}))

    async def restrict(
        self, model: str, user_class: str | None = None, provider: str | None = None
    ) -> dict[str, object]:
        """Withdraw a model, from one class or from everyone."""
        return await self.send("restrict", model=model, user_class=user_class, provider=provider)

    async def restore(
        self, model: str, user_class: str | None = None, provider: str | None = None
    ) -> dict[str, object]:
        """Give a model back."""
        return await self.send("restore", model=model, user_class=user_class, provider=provider)

    async def grant(self, model: str, user_class: str, provider: str | None = None) -> dict[str, object]:
        """Open a model to a class, even where design keeps it closed."""
        return await self.send("grant", model=model, user_class=user_class, provider=provider)

    async def answer(self, model: str, provider: str, signal: str, user_class: str | None = None) -> dict[str, object]:
        """Answer with a signal of the corpus."""
        return await self.send("answer", model=model, provider=provider, signal=signal, user_class=user_class)

    async def substitute(
        self, model: str, by: str, provider: str | None = None, user_class: str | None = None
    ) -> dict[str, object]:
        """Answer with another model."""
        return await self.send("substitute", model=model, by=by, provider=provider, user_class=user_class)

    async def retire(self, model: str) -> dict[str, object]:
        """End a model's life."""
        return await self.send("retire", model=model)

    async def outage(self, provider: str, status: int = 500) -> dict[str, object]:
        """Let a whole provider fail."""
        return await self.send("outage", provider=provider, status=status)

    async def recover(self, provider: str) -> dict[str, object]:
        """End a provider's outage."""
        return await self.send("recover", provider=provider)

    async def slow_down(self, model: str, seconds: float) -> dict[str, object]:
        """Delay a model's first token."""
        return await self.send("slow_down", model=model, seconds=seconds)

    async def reset(self) -> dict[str, object]:
        """Quiet times again."""
        return await self.send("reset")

    async def _ask(self, method: str, body: bytes | None) -> dict[str, object]:
        assert self._session, "use it as an async context manager"  # noqa: S101 - a mistake of the caller
        headers = {"authorization": f"Bearer {self._token}"}
        try:
            async with self._session.request(method, self.url + CONTROL_PATH, data=body, headers=headers) as response:
                content = orjson.loads(await response.read())
        except (aiohttp.ClientError, OSError) as error:
            raise SandboxError(f"no sandbox answers at {self.url}") from error
        if response.status != 200:
            raise SandboxError(content["error"])
        assert isinstance(content, dict)  # noqa: S101 - our own API's shape
        return content
