"""The two cookies of the staff area: the session's secret, and the proof that a person was in this browser before."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from statuspage.core.session import LONGEST
from statuspage.web.staff.origin import Channel

SESSION, DEVICE = "statuspage-staff", "statuspage-device"
REMEMBERED = 180 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Jar:
    """The cookies of one channel: over TLS they are bound to this host and never leave it in clear."""

    tls: bool

    @classmethod
    def of(cls, channel: Channel) -> Jar:
        """The jar that fits a channel."""
        return cls(channel is Channel.TLS)

    def session(self, request: Request) -> str | None:
        """The session's secret, if the browser has one."""
        return request.cookies.get(self._name(SESSION)) or None

    def device(self, request: Request) -> str:
        """The proof of an earlier visit, or nothing."""
        return request.cookies.get(self._name(DEVICE), "")

    def keep_session(self, response: Response, secret: str) -> None:
        """Give the browser its session."""
        self._set(response, SESSION, secret, int(LONGEST.total_seconds()), same_site="lax")

    def keep_device(self, response: Response, cookie: str) -> None:
        """Let the browser prove later that this person was here."""
        self._set(response, DEVICE, cookie, REMEMBERED, same_site="strict")

    def drop_session(self, response: Response) -> None:
        """Take the session away."""
        self._set(response, SESSION, "", 0, same_site="lax")

    def _name(self, name: str) -> str:
        return f"__Host-{name}" if self.tls else name

    def _set(self, response: Response, name: str, value: str, seconds: int, *, same_site: str) -> None:
        parts = [f"{self._name(name)}={value}", f"Max-Age={seconds}", "Path=/", "HttpOnly", f"SameSite={same_site}"]
        response.headers.append("set-cookie", "; ".join([*parts, "Secure"] if self.tls else parts))
