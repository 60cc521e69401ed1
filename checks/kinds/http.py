"""Ask any HTTP service: a neutral host for any answer (control C5), a path for one that is as it should be."""

from __future__ import annotations

from checks import assertions
from checks.check import Now
from checks.http import JSON_CAP, Fetched, Fetcher, Request
from checks.observation import Cause, Classification, Observation, Strength
from checks.observe import Observer, worked
from checks.target import Level, Target, Vantage

_ENOUGH = 1024
_SERVER_FAULT = 500
_FAULT = Classification(Cause.SERVER_ERROR, Strength.WEAK, "status")


class Http:
    """Checks that something answers at ``base_url``; a status below 500 is good, whatever it says.

    At level ``answers`` the model's id is a path with assertions behind it.
    """

    levels = frozenset({Level.LISTED, Level.ANSWERS})

    def __init__(self, fetcher: Fetcher, vantage: Vantage, now: Now) -> None:
        self._fetcher = fetcher
        self._observer = Observer("http", vantage, now)

    async def ask(self, target: Target, level: Level) -> Observation:
        """Fetch once: the address, with no credential, or the path, with the one that there may be."""
        match level:
            case Level.ANSWERS:
                return await self._answered(target)
            case Level.LISTED:
                return await self._reached(target)
            case Level.ACCEPTS:
                raise ValueError("this dialect has no level 'accepts'")

    async def _reached(self, target: Target) -> Observation:
        request = Request("GET", target.base_url, credential=target.credential, timeout=target.timeout, cap=_ENOUGH)
        fetched = await self._fetcher.fetch(request)
        if fetched.answer.status is None:
            return self._observer.observe(target, Level.LISTED, fetched)
        meaning = worked("answered") if fetched.answer.status < _SERVER_FAULT else _FAULT
        return self._observer.record(target, Level.LISTED, fetched, meaning)

    async def _answered(self, target: Target) -> Observation:
        path, wanted = assertions.parse(target.provider_model_id)
        url = f"{target.base_url.rstrip('/')}/{path.lstrip('/')}"
        secret = target.credential.secret if target.credential else ""
        headers = {"authorization": f"Bearer {secret}"} if secret else {}
        request = Request("GET", url, headers, None, target.credential, target.timeout, JSON_CAP)
        fetched = await self._fetcher.fetch(request)
        broken = next((one for one in wanted if not one.holds(fetched.answer, fetched.timings.total)), None)
        if broken and _speaks_for_itself(fetched):
            return self._observer.observe(target, Level.ANSWERS, fetched)
        meaning = _meaning(broken) if broken else worked("asserted")
        return self._observer.record(target, Level.ANSWERS, fetched, meaning)


def _speaks_for_itself(fetched: Fetched) -> bool:
    """Is it a failure or an error status, which the classifier reads better?"""
    return fetched.answer.status is None or fetched.answer.status >= 300


def _meaning(broken: assertions.Assertion) -> Classification:
    cause = Cause.TIMEOUT if broken.what == "latency" else Cause.SERVER_ERROR
    return Classification(cause, Strength.WEAK, f"assertion.{broken.what}", f"It is not as asserted: {broken}.")
