"""Ask an OpenAI-shaped API, the vendor's own or any compatible gateway: the model list, a streamed completion."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import orjson

from checks.check import Now
from checks.http import LIST_CAP, STREAM_CAP, Fetched, Fetcher, Request
from checks.lifecycle import lifecycle_of
from checks.observation import Cause, Lifecycle, Observation
from checks.observe import Observer, bland_prompt, fresh_nonce, json_object, worked
from checks.target import Level, Target, Vantage

OTHER_PARAMETER = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}
CONTENT_FIELDS = ("content", "reasoning", "reasoning_content", "refusal", "tool_calls")


class OpenAI:
    """Checks of a provider that speaks Chat Completions; ``base_url`` is with ``/v1``.

    Which name of the output limit a model wants is not known beforehand: the one that was refused by name is
    replaced, once, by the one that the refusal names, and that is remembered.
    """

    levels = frozenset({Level.LISTED, Level.ANSWERS})

    def __init__(
        self,
        fetcher: Fetcher,
        vantage: Vantage,
        now: Now,
        *,
        nonce: Callable[[], str] = fresh_nonce,
        limit_parameter: str = "max_tokens",
        dialect: str = "openai",
    ) -> None:
        self._fetcher = fetcher
        self._observer = Observer(dialect, vantage, now)
        self._nonce = nonce
        self._limit_parameter = limit_parameter
        self._remembered: dict[tuple[str, str], str] = {}

    async def ask(self, target: Target, level: Level) -> Observation:
        """Ask at ``level``: the model list or the model itself."""
        match level:
            case Level.LISTED:
                return self._listed(target, await self._list(target))
            case Level.ANSWERS:
                return await self._answers(target)
            case Level.ACCEPTS:
                raise ValueError("this dialect has no level 'accepts'")

    def _listed(self, target: Target, fetched: Fetched) -> Observation:
        entries = json_object(fetched.answer.body).get("data")
        if fetched.answer.status != 200 or not isinstance(entries, list):
            return self._observer.observe(target, Level.LISTED, fetched)
        lifecycle = self._find(entries, target.provider_model_id)
        return self._observer.record(target, Level.LISTED, fetched, worked("listed"), lifecycle)

    def _find(self, entries: list[object], model_id: str) -> Lifecycle:
        for entry in entries:
            if isinstance(entry, Mapping) and entry.get("id") == model_id:
                return lifecycle_of(entry, self._observer.now())
        return Lifecycle.ABSENT

    async def _answers(self, target: Target) -> Observation:
        key = (target.base_url, target.provider_model_id)
        parameter = self._remembered.get(key, self._limit_parameter)
        observation, fetched = await self._complete(target, parameter)
        other = OTHER_PARAMETER[parameter]
        if observation.cause is Cause.BAD_REQUEST and _wants(other, parameter, fetched.answer.body):
            observation, _ = await self._complete(target, other)
            if observation.cause is not Cause.BAD_REQUEST:
                self._remembered[key] = other
        return observation

    async def _complete(self, target: Target, parameter: str) -> tuple[Observation, Fetched]:
        body = {
            "model": target.provider_model_id,
            "messages": [{"role": "user", "content": bland_prompt(self._nonce())}],
            parameter: target.max_tokens,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        request = Request(
            "POST",
            target.base_url.rstrip("/") + "/chat/completions",
            headers=_headers(target) | {"content-type": "application/json"},
            body=orjson.dumps(body),
            credential=target.credential,
            timeout=target.timeout,
            cap=STREAM_CAP,
            is_content=is_content,
        )
        fetched = await self._fetcher.fetch(request)
        return self._observer.observe(target, Level.ANSWERS, fetched), fetched

    async def _list(self, target: Target) -> Fetched:
        request = Request(
            "GET",
            target.base_url.rstrip("/") + "/models",
            headers=_headers(target),
            credential=target.credential,
            timeout=target.timeout,
            cap=LIST_CAP,
        )
        return await self._fetcher.fetch(request)


def is_content(data: bytes) -> bool:
    """Does this chunk carry output of the model, reasoning included?"""
    choices = json_object(data).get("choices")
    return isinstance(choices, list) and any(_delta_has_content(choice) for choice in choices)


def _delta_has_content(choice: object) -> bool:
    delta = choice.get("delta") if isinstance(choice, Mapping) else None
    return isinstance(delta, Mapping) and any(delta.get(name) for name in CONTENT_FIELDS)


def _wants(other: str, refused: str, body: bytes) -> bool:
    """Does the refusal name both parameters: the one that was sent and the one to send instead?"""
    text = body.decode("utf-8", "replace")
    return other in text and refused in text


def _headers(target: Target) -> dict[str, str]:
    if target.credential is None or not target.credential.secret:
        return {}
    return {"authorization": f"Bearer {target.credential.secret}"}
