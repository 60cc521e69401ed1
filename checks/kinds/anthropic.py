"""Ask an Anthropic-shaped API: the model's catalogue entry, a free token count, a streamed message."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import orjson

from checks.check import Now
from checks.http import JSON_CAP, STREAM_CAP, Fetched, Fetcher, Request
from checks.lifecycle import lifecycle_of
from checks.observation import Lifecycle, Observation
from checks.observe import Observer, bland_prompt, fresh_nonce, json_object, worked
from checks.target import Level, Target, Vantage

VERSION = "2023-06-01"
CONTENT_FIELDS = ("text", "thinking", "partial_json")

_NOT_FOUND = 404


class Anthropic:
    """Checks of a provider that speaks the Messages API; ``base_url`` is without ``/v1``."""

    levels = frozenset(Level)

    def __init__(self, fetcher: Fetcher, vantage: Vantage, now: Now, *, nonce: Callable[[], str] = fresh_nonce) -> None:
        self._fetcher = fetcher
        self._observer = Observer("anthropic", vantage, now)
        self._nonce = nonce

    async def ask(self, target: Target, level: Level) -> Observation:
        """Ask at ``level``: the catalogue, the token counter or the model itself."""
        match level:
            case Level.LISTED:
                return self._listed(target, await self._fetch("GET", _model_path(target), target))
            case Level.ACCEPTS:
                path = "/v1/messages/count_tokens"
                return self._accepts(target, await self._fetch("POST", path, target, body=self._question(target)))
            case Level.ANSWERS:
                body = self._question(target) | {"max_tokens": target.max_tokens, "stream": True}
                fetched = await self._fetch("POST", "/v1/messages", target, body=body)
                return self._observer.observe(target, level, fetched)

    def _listed(self, target: Target, fetched: Fetched) -> Observation:
        entry = json_object(fetched.answer.body)
        if fetched.answer.status == 200 and isinstance(entry.get("id"), str):
            lifecycle = lifecycle_of(entry, self._observer.now())
            return self._observer.record(target, Level.LISTED, fetched, worked("listed"), lifecycle)
        absent = Lifecycle.ABSENT if fetched.answer.status == _NOT_FOUND else None
        return self._observer.observe(target, Level.LISTED, fetched, absent)

    def _accepts(self, target: Target, fetched: Fetched) -> Observation:
        if fetched.answer.status == 200 and isinstance(json_object(fetched.answer.body).get("input_tokens"), int):
            return self._observer.record(target, Level.ACCEPTS, fetched, worked("accepted"))
        return self._observer.observe(target, Level.ACCEPTS, fetched)

    def _question(self, target: Target) -> dict[str, object]:
        message = {"role": "user", "content": bland_prompt(self._nonce())}
        return {"model": target.provider_model_id, "messages": [message]}

    async def _fetch(self, method: str, path: str, target: Target, *, body: dict[str, object] | None = None) -> Fetched:
        streamed = body is not None and "stream" in body
        request = Request(
            method,
            target.base_url.rstrip("/") + path,
            headers=_headers(target, json=body is not None),
            body=None if body is None else orjson.dumps(body),
            credential=target.credential,
            timeout=target.timeout,
            cap=STREAM_CAP if streamed else JSON_CAP,
            is_content=is_content if streamed else None,
        )
        return await self._fetcher.fetch(request)


def is_content(data: bytes) -> bool:
    """Does this event carry output of the model, thinking included?"""
    delta = json_object(data).get("delta")
    return isinstance(delta, dict) and any(delta.get(name) for name in CONTENT_FIELDS)


def _model_path(target: Target) -> str:
    return f"/v1/models/{quote(target.provider_model_id, safe='')}"


def _headers(target: Target, *, json: bool) -> dict[str, str]:
    headers = {"anthropic-version": VERSION}
    if json:
        headers["content-type"] = "application/json"
    if target.credential and target.credential.secret:
        headers["x-api-key"] = target.credential.secret
    return headers
