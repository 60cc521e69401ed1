"""A LiteLLM proxy of the tests' own: installed from a lock, run as a process, with mock models and a key's own list."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.real.installs import venv

VENDORS = tuple(f"vendor-{number}" for number in range(12))
"""Models behind the proxy that fail as a test wishes; each has a deployment, and so a cooldown, of its own."""

STARTS_WITHIN = 120.0
STOPS_WITHIN = 10.0

CUSTOM_AUTH = """\
import json
from pathlib import Path

from fastapi import HTTPException, Request
from litellm.proxy._types import UserAPIKeyAuth

KEYS = Path(__file__).with_name("keys.json")


async def user_api_key_auth(request: Request, api_key: str) -> UserAPIKeyAuth:
    models = json.loads(KEYS.read_text()).get(api_key)
    if models is None:
        raise HTTPException(401, "Authentication failed: this key is not known")
    return UserAPIKeyAuth(api_key=api_key, models=models)
"""


@dataclass
class Proxy:
    """The proxy, its files in ``folder``. ``upstream`` is where its other models are served."""

    folder: Path
    venv: Path
    upstream: str
    config: Mapping[str, object] | None = None
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its OpenAI-shaped API."""
        return f"http://127.0.0.1:{self.port}/v1"

    def allow(self, key: str, models: Sequence[str] | None) -> None:
        """Let a key use these models from now on; None makes the key unknown."""
        file = self.folder / "keys.json"
        keys = json.loads(file.read_text()) if file.exists() else {}
        draft = file.with_suffix(".new")
        draft.write_text(json.dumps(keys | {key: models}))
        draft.replace(file)

    def start(self) -> None:
        """Run it until it answers, unless it runs."""
        if self.process:
            return
        self.port = free_port()
        (self.folder / "custom_auth.py").write_text(CUSTOM_AUTH)
        (self.folder / "config.yaml").write_text(json.dumps(self.config or _config(self.upstream)))
        options = ["--config", "config.yaml", "--host", "127.0.0.1", "--port", str(self.port)]
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                [self.venv / "bin/litellm", *options],
                cwd=self.folder,
                env=_environment(self.folder),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait(self.process)

    def stop(self) -> None:
        """End it, gently and then not."""
        if self.process is None:
            return
        process, self.process = self.process, None
        process.terminate()
        try:
            process.wait(STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + STARTS_WITHIN
        while process.poll() is None and time.monotonic() < deadline:
            if _answers(f"http://127.0.0.1:{self.port}/health/liveliness"):
                return
            time.sleep(0.2)
        self.stop()
        raise RuntimeError((self.folder / "log").read_text(errors="replace")[-5000:])


@contextmanager
def running(folder: Path, upstream: str, config: Mapping[str, object] | None = None) -> Iterator[Proxy]:
    """A proxy for the length of the block; it may be stopped and started in it. ``config`` is one of its own."""
    proxy = Proxy(folder, venv("litellm"), upstream, config)
    try:
        proxy.start()
        yield proxy
    finally:
        proxy.stop()


def free_port() -> int:
    """A port of loopback on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _config(upstream: str) -> dict[str, object]:
    """The proxy's configuration; JSON is YAML. Without both of the flags a key's own list is silently not enforced."""
    return {
        "model_list": [_mock("steady"), _mock("gated"), *(_served(one, upstream) for one in ("fragile", *VENDORS))],
        "litellm_settings": {"enable_post_custom_auth_checks": True, "num_retries": 0},
        "general_settings": {
            "custom_auth": "custom_auth.user_api_key_auth",
            "custom_auth_run_common_checks": True,
            "master_key": f"sk-{secrets.token_hex(16)}",
        },
    }


def _mock(name: str) -> dict[str, object]:
    return {"model_name": name, "litellm_params": {"model": f"openai/{name}", "api_key": "none", "mock_response": "OK"}}


def _served(name: str, upstream: str) -> dict[str, object]:
    parameters = {"model": f"openai/{name}", "api_key": "none", "api_base": upstream, "max_retries": 0}
    return {"model_name": name, "litellm_params": parameters}


def _environment(folder: Path) -> dict[str, str]:
    """Nothing of the developer's own, and nothing that leaves this machine."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(folder),
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "LITELLM_TELEMETRY": "False",
        "DO_NOT_TRACK": "1",
    }


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2):
            return True
    except OSError:
        return False
