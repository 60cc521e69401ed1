"""Signatures of Standard Webhooks: HMAC-SHA256 over id, time and body, in one header that may hold several."""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Sequence

VERSION = "v1"


def sign(secrets: Sequence[bytes], message_id: str, timestamp: int, body: bytes) -> str:
    """The value of ``webhook-signature``: one signature for each secret, separated by exactly one space."""
    return " ".join(_signature(secret, message_id, timestamp, body) for secret in secrets)


def verify(secret: bytes, header: str, message_id: str, timestamp: int, body: bytes) -> bool:
    """Whether one of the signatures in a header was made with the secret."""
    wanted = _signature(secret, message_id, timestamp, body)
    return any(hmac.compare_digest(wanted.encode(), given.encode()) for given in header.split(" "))


def _signature(secret: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    signed = f"{message_id}.{timestamp}.".encode() + body
    return f"{VERSION},{b64encode(hmac.digest(secret, signed, 'sha256')).decode()}"
