"""What the kinds of model APIs share: one question a level, asked as a dialect words it, observed alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar
from urllib.parse import quote

import orjson

from checks.check import Now
from checks.concessions import Conceded, Concession, Concessions
from checks.http import JSON_CAP, LIST_CAP, STREAM_CAP, Fetched, Fetcher, Request
from checks.lifecycle import lifecycle_of
from checks.observation import Answer, Cause, Classification, Lifecycle, Observation, Strength
from checks.observe import Observer, bland_prompt, fresh_nonce, json_object, worked
from checks.stream import Stream
from checks.target import Level, Target, Vantage

Question = tuple[str, dict[str, object]]
"""A path under the provider's address, and the body that goes there."""

_FEWEST_TOKENS = 16
"""One API refuses less, and reasoning models answer nothing with less."""
_NOT_FOUND = 404
_BROKEN_OFF = Classification(
    Cause.SERVER_ERROR, Strength.WEAK, "stream.broken-off", "The stream closed before the model said anything."
)


class Dialect:
    """A check of one kind of model API: a subclass names things and words the questions, all else is here."""

    dialect = ""
    levels = frozenset[Level]()
    stream: ClassVar[Stream]
    key_header = "authorization"
    key_prefix = "Bearer "
    always: ClassVar[Mapping[str, str]] = {}
    concessions: ClassVar[tuple[Concession, ...]] = ()

    def __init__(self, fetcher: Fetcher, vantage: Vantage, now: Now, *, nonce: Callable[[], str] = fresh_nonce) -> None:
        self._fetcher = fetcher
        self._observer = Observer(self.dialect, vantage, now)
        self._nonce = nonce
        self._concessions = Concessions(self.concessions)

    async def ask(self, target: Target, level: Level) -> Observation:
        """Ask at ``level``: the catalogue, the token counter or the model itself."""
        if level not in self.levels:
            raise ValueError(f"this dialect has no level '{level}'")
        match level:
            case Level.LISTED:
                return await self.listed(target)
            case Level.ACCEPTS:
                return await self.accepted(target)
            case Level.ANSWERS:
                return await self.answered(target)

    async def listed(self, target: Target) -> Observation:
        """What the catalogue says of the model."""
        raise NotImplementedError

    async def accepted(self, target: Target) -> Observation:
        """Whether credential and model are accepted, without any output."""
        raise NotImplementedError

    async def answered(self, target: Target) -> Observation:
        """Whether the model itself answers."""

        async def attempt(conceded: Conceded) -> tuple[Observation, Fetched]:
            fetched = await self.post(target, *self.question(target, conceded), stream=self.stream)
            return self._heard(target, fetched), fetched

        return await self._concessions.settle((target.base_url, target.provider_model_id), attempt)

    def _heard(self, target: Target, fetched: Fetched) -> Observation:
        observation = self._observer.observe(target, Level.ANSWERS, fetched)
        if observation.cause is Cause.OK and fetched.broken_off:
            return self._observer.record(target, Level.ANSWERS, fetched, _BROKEN_OFF)
        return observation

    def question(self, target: Target, conceded: Conceded) -> Question:
        """The question that the model itself is asked."""
        raise NotImplementedError

    def prompt(self) -> str:
        """A bland prompt that no cache has seen."""
        return bland_prompt(self._nonce())

    async def entry(self, target: Target, path: str, read: Callable[[dict[str, object]], object]) -> Observation:
        """Read the model's own catalogue entry; ``read`` takes it out of the document, where it is one."""
        fetched = await self.get(target, path)
        found = read(json_object(fetched.answer.body)) if fetched.answer.status == 200 else None
        if isinstance(found, Mapping):
            lifecycle = lifecycle_of(found, self._observer.now())
            return self._observer.record(target, Level.LISTED, fetched, worked("listed"), lifecycle)
        return self._observer.observe(target, Level.LISTED, fetched, _absence(target, fetched.answer))

    async def catalogue(
        self,
        target: Target,
        path: str,
        key: str,
        *,
        names: tuple[str, ...] = ("id",),
        without: Lifecycle | None = Lifecycle.ABSENT,
    ) -> Observation:
        """Look for the model in the list under ``key``, whose entries have its id under one of ``names``."""
        fetched = await self.get(target, path, cap=LIST_CAP)
        entries = json_object(fetched.answer.body).get(key)
        if fetched.answer.status != 200 or not isinstance(entries, list):
            return self._observer.observe(target, Level.LISTED, fetched)
        wanted = self.ids(target)
        entry = next((one for one in entries if isinstance(one, Mapping) and _is_named(one, names, wanted)), None)
        lifecycle = without if entry is None else lifecycle_of(entry, self._observer.now())
        return self._observer.record(target, Level.LISTED, fetched, worked("listed"), lifecycle)

    def ids(self, target: Target) -> tuple[str, ...]:
        """The ids under which a list may hold the model."""
        return (target.provider_model_id,)

    async def count(self, target: Target, path: str, body: dict[str, object], key: str) -> Observation:
        """Have the tokens of a question counted; a number under ``key`` is acceptance."""
        fetched = await self.post(target, path, body)
        if fetched.answer.status == 200 and isinstance(json_object(fetched.answer.body).get(key), int):
            return self._observer.record(target, Level.ACCEPTS, fetched, worked("accepted"))
        return self._observer.observe(target, Level.ACCEPTS, fetched)

    async def get(self, target: Target, path: str, *, cap: int = JSON_CAP) -> Fetched:
        """Fetch a path under the provider's address."""
        return await self._fetch("GET", target, path, self._headers(target), cap=cap)

    async def post(
        self, target: Target, path: str, body: dict[str, object], *, stream: Stream | None = None
    ) -> Fetched:
        """Send a question to a path under the provider's address."""
        headers = self._headers(target) | {"content-type": "application/json"}
        cap = STREAM_CAP if stream else JSON_CAP
        return await self._fetch("POST", target, path, headers, body=orjson.dumps(body), cap=cap, stream=stream)

    async def _fetch(
        self,
        method: str,
        target: Target,
        path: str,
        headers: Mapping[str, str],
        *,
        body: bytes | None = None,
        cap: int,
        stream: Stream | None = None,
    ) -> Fetched:
        url = self.address(target, path)
        request = Request(method, url, headers, body, target.credential, target.timeout, cap, stream)
        return await self._fetcher.fetch(request)

    def address(self, target: Target, path: str) -> str:
        """Where a path is asked."""
        return target.base_url.rstrip("/") + path

    def _headers(self, target: Target) -> dict[str, str]:
        secret = target.credential.secret if target.credential else ""
        return {**self.always, **({self.key_header: self.key_prefix + secret} if secret else {})}


def fits(target: Target) -> int:
    """How many tokens of output to ask for."""
    return max(target.max_tokens, _FEWEST_TOKENS)


def segment(model_id: str) -> str:
    """A model id as one segment of a path."""
    return quote(model_id, safe="")


def _absence(target: Target, answer: Answer) -> Lifecycle | None:
    """A 404 that names the model is about the model; any other may be about the path."""
    named = target.provider_model_id.encode() in answer.body
    return Lifecycle.ABSENT if answer.status == _NOT_FOUND and named else None


def _is_named(entry: Mapping[str, object], names: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    return any(entry.get(name) in wanted for name in names)
