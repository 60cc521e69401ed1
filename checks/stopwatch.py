"""How long each phase of a request took: from aiohttp's hooks, and from the moment at which TLS begins."""

from __future__ import annotations

import ssl
import sys
from contextvars import ContextVar
from pathlib import Path
from time import perf_counter
from types import SimpleNamespace
from typing import Any, Self

import aiohttp

from checks.observation import Timings


class Stopwatch:
    """Times the phases of one request; aiohttp's trace hooks write into it, and TLS does while it is entered."""

    def __init__(self) -> None:
        self._start = perf_counter()
        self.dns: float | None = None
        self.connect: float | None = None
        self.tls: float | None = None
        self.first_byte: float | None = None
        self.first_token: float | None = None
        self.total: float | None = None
        self.broken_off = False
        self.phase = 0.0
        self.connecting = 0.0
        self.shaking: float | None = None

    def __enter__(self) -> Self:
        self._entered = _ENTERED.set(self)
        return self

    def __exit__(self, *_: object) -> None:
        _ENTERED.reset(self._entered)

    def elapsed(self) -> float:
        """The seconds since it was started."""
        return perf_counter() - self._start

    def timings(self) -> Timings:
        """What was timed; the total so far unless it was stopped."""
        return Timings(
            total=self.elapsed() if self.total is None else self.total,
            dns=self.dns,
            connect=self.connect,
            tls=self.tls,
            first_byte=self.first_byte,
            first_token=self.first_token,
        )


_ENTERED: ContextVar[Stopwatch | None] = ContextVar("stopwatch", default=None)


class _TimedTLS(ssl.SSLContext):
    """Notes when a handshake begins, which aiohttp's hooks count as part of the connection."""

    def wrap_bio(self, *args: Any, **kwargs: Any) -> ssl.SSLObject:
        if watch := _ENTERED.get():
            watch.shaking = watch.elapsed()
        return super().wrap_bio(*args, **kwargs)


def tls_context(cafile: Path | None = None) -> ssl.SSLContext:
    """As strict as the standard library's default context; trusts what the system trusts, or one authority alone."""
    context = _TimedTLS(ssl.PROTOCOL_TLS_CLIENT)
    if cafile:
        context.load_verify_locations(cafile)
    else:
        context.load_default_certs()
    if sys.version_info >= (3, 13):
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | ssl.VERIFY_X509_STRICT
    context.set_alpn_protocols(["http/1.1"])
    return context


def tracing() -> aiohttp.TraceConfig:
    """Hooks that write into the watch that a request carries."""
    trace = aiohttp.TraceConfig()
    trace.on_dns_resolvehost_start.append(_dns_started)
    trace.on_dns_resolvehost_end.append(_dns_ended)
    trace.on_connection_create_start.append(_connect_started)
    trace.on_connection_create_end.append(_connect_ended)
    return trace


def _watch(context: SimpleNamespace) -> Stopwatch:
    watch = context.trace_request_ctx
    assert isinstance(watch, Stopwatch)  # noqa: S101 - for the type checker: every request passes one
    return watch


async def _dns_started(_: aiohttp.ClientSession, context: SimpleNamespace, __: object) -> None:
    watch = _watch(context)
    watch.phase = watch.elapsed()


async def _dns_ended(_: aiohttp.ClientSession, context: SimpleNamespace, __: object) -> None:
    watch = _watch(context)
    watch.dns = watch.elapsed() - watch.phase


async def _connect_started(_: aiohttp.ClientSession, context: SimpleNamespace, __: object) -> None:
    watch = _watch(context)
    watch.connecting, watch.shaking = watch.elapsed(), None


async def _connect_ended(_: aiohttp.ClientSession, context: SimpleNamespace, __: object) -> None:
    watch = _watch(context)
    now = watch.elapsed()
    watch.tls = None if watch.shaking is None else now - watch.shaking
    watch.connect = now - watch.connecting - (watch.dns or 0.0) - (watch.tls or 0.0)
