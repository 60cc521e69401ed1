"""Canaries: a tiny provider inside the process whose three answers are known beforehand, asked over real HTTP."""

from __future__ import annotations

from checks.check import Now
from checks.observation import Cause
from checks.target import Credential, Target
from statuspage.core.settings import Provider, Settings
from statuspage.demo.catalogue import PROVIDER_BY_ID
from statuspage.demo.control import Panel
from statuspage.demo.loopback import LoopbackServer
from statuspage.demo.sandbox import make_app
from statuspage.demo.state import State

PROVIDER = PROVIDER_BY_ID["claude-api"]
GOOD, WITHDRAWN = "claude-haiku-4-5", "claude-fable-5"
KEY = "sandbox-key-us-persons"


class Canaries:
    """Serves the canaries on any free loopback port; nobody can steer it."""

    def __init__(self, now: Now) -> None:
        panel = Panel(State(first_token=0.0, between_tokens=0.0))
        panel.follow({"do": "restrict", "model": WITHDRAWN})
        self._server = LoopbackServer(make_app(panel, now))

    async def start(self) -> None:
        """Listen."""
        await self._server.start()

    async def stop(self) -> None:
        """Stop listening."""
        await self._server.stop()

    @property
    def settings(self) -> Settings:
        """The settings under which the canaries are asked."""
        return Settings(providers=(Provider("canary", "Canary", PROVIDER.kind, self._url),))

    @property
    def targets(self) -> dict[Cause, Target]:
        """Each question with the cause that its answer must have."""
        return {
            Cause.OK: self._target(GOOD, KEY),
            Cause.CREDENTIAL: self._target(GOOD, "a-key-that-nobody-holds"),
            Cause.WITHDRAWN: self._target(WITHDRAWN, KEY),
        }

    @property
    def _url(self) -> str:
        return self._server.url + PROVIDER.path

    def _target(self, model: str, key: str) -> Target:
        return Target("canary", self._url, model, model, "canary", Credential(f"canary/{key}", key), timeout=10.0)
