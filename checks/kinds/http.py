"""Ask a neutral host for any answer at all (control C5): it tells a provider's trouble from our network's."""

from __future__ import annotations

from checks.check import Now
from checks.http import Fetcher, Request
from checks.observation import Cause, Classification, Observation, Strength
from checks.observe import Observer, worked
from checks.target import Level, Target, Vantage

_ENOUGH = 1024
_SERVER_FAULT = 500
_FAULT = Classification(Cause.SERVER_ERROR, Strength.WEAK, "status")


class Http:
    """Checks that something answers at ``base_url``; a status below 500 is good, whatever it says."""

    levels = frozenset({Level.LISTED})

    def __init__(self, fetcher: Fetcher, vantage: Vantage, now: Now) -> None:
        self._fetcher = fetcher
        self._observer = Observer("http", vantage, now)

    async def ask(self, target: Target, level: Level) -> Observation:
        """Fetch the address once; no credential is ever sent, only its egress is used."""
        request = Request("GET", target.base_url, credential=target.credential, timeout=target.timeout, cap=_ENOUGH)
        fetched = await self._fetcher.fetch(request)
        if fetched.answer.status is None:
            return self._observer.observe(target, level, fetched)
        if fetched.answer.status < _SERVER_FAULT:
            return self._observer.record(target, level, fetched, worked("answered"))
        return self._observer.record(target, level, fetched, _FAULT)
