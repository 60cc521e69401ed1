"""Signatures, held against the reference verifier."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from statuspage import clock
from statuspage.core.subscription import new_secret, secret_text
from statuspage.senders.signature import sign, verify

OLD, NEW, OTHER = bytes(32), bytes(range(32)), b"\xff" * 32


def headers(signature: str, at: datetime) -> dict[str, str]:
    return {"webhook-id": "evt_1", "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signature}


@settings(deadline=None)
@given(st.binary(min_size=32, max_size=32), st.text(max_size=200))
def test_the_reference_verifier_accepts_every_secret_and_body(secret: bytes, text: str) -> None:
    body = text.encode("utf-8", "ignore")
    now = clock.now()
    signature = sign((secret,), "evt_1", int(now.timestamp()), body)
    Webhook(secret_text(secret)).verify(body, headers(signature, now), json_parse=False)
    assert Webhook(secret_text(secret)).sign("evt_1", now, body.decode()) == signature


def test_rotation_signs_with_each_secret_separated_by_one_space() -> None:
    now = clock.now()
    signature = sign((NEW, OLD), "evt_1", int(now.timestamp()), b"{}")
    assert signature == signature.strip()
    assert signature.count(" ") == 1
    assert "  " not in signature
    for secret in (NEW, OLD):
        assert Webhook(secret_text(secret)).verify(b"{}", headers(signature, now)) == {}
    with pytest.raises(WebhookVerificationError):
        Webhook(secret_text(OTHER)).verify(b"{}", headers(signature, now))


@pytest.mark.parametrize(
    ("name", "value"),
    [("webhook-id", "evt_2"), ("webhook-timestamp", "1"), ("webhook-signature", "v1,AAAA"), ("webhook-signature", "")],
)
def test_a_changed_header_is_refused(name: str, value: str) -> None:
    now = clock.now()
    good = headers(sign((NEW,), "evt_1", int(now.timestamp()), b"{}"), now)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret_text(NEW)).verify(b"{}", good | {name: value})


def test_an_old_attempt_is_refused_as_a_replay() -> None:
    then = clock.now() - timedelta(minutes=6)
    signature = sign((NEW,), "evt_1", int(then.timestamp()), b"{}")
    with pytest.raises(WebhookVerificationError, match="too old"):
        Webhook(secret_text(NEW)).verify(b"{}", headers(signature, then))


def test_our_own_verification_agrees() -> None:
    signature = sign((NEW, OLD), "evt_1", 7, b"{}")
    assert verify(NEW, signature, "evt_1", 7, b"{}")
    assert verify(OLD, signature, "evt_1", 7, b"{}")
    assert not verify(OTHER, signature, "evt_1", 7, b"{}")
    assert not verify(NEW, signature, "evt_1", 8, b"{}")
    assert not verify(NEW, signature, "evt_1", 7, b"{ }")


def test_a_secret_is_standard_base64_of_32_bytes() -> None:
    secret = new_secret(Random(1).randbytes)
    assert len(secret) == 32
    assert secret_text(OTHER) == "whsec_//////////////////////////////////////////8="
    assert "-" not in secret_text(bytes([251]) * 32)
