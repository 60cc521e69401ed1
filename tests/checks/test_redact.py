"""Nothing that could be a secret, an account or a person gets out; what explains the error stays."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.redact import redact

SECRETS = [
    "sk-abcdefABCDEF0123456789",
    "sk-proj-a_b-C1d2E3f4",
    "sk-ant-api03-AbCd_12-34",
    "sk-or-v1-0123abcd",
    "xai-AbCd1234efgh",
    "gsk_AbCd1234efgh",
    "hf_AbCdEfGhIjKlMn",
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "AIzaSyAhTarnL1PaQn_yu_uVf0gia9wUyJx8RSI",
    "AKIAIOSFODNN7EXAMPLE",
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dozjgNryP4J3jVmNHl0w5N",
    "req_011CbkeuWXvRAUxb6NWnJubP",
    "org-AbCdEfGhIjKlMnOp",
    "proj_x1Y2z3a4b5",
    "16f2151a-40f4-4a80-8ad0-cae00c27e8dd",
    "someone@example.org",
    "192.0.2.17",
    "2001:db8::8a2e:370:7334",
    "2001:db8:85a3:0:0:8a2e:370:7334",
    "5d41402abc4b2a76b9719d911017c592",
    "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY",
    "895908428397",
]
KEPT = [
    "Claude Fable 5 is not available. Please use Opus 4.8. Learn more: https://www.anthropic.com/news/fable-mythos-access",
    "The model `claude-3-5-sonnet-20241022` does not exist or you do not have access to it.",
    "Rate limit reached for gpt-4o on tokens per min (TPM): Limit 30000, Used 29000. Try again in 20s.",
    "The security token included in the request is invalid.",
    "mistralai/Mixtral-8x22B-Instruct-v0.1 is overloaded since 12:34:56 on 2026-06-13",
]
WRAPPINGS = ["{}", "key: {}", 'Incorrect API key provided: "{}".', "({})", "a {} b", "x={}&y=1", "<{}>", "'{}',"]


@pytest.mark.parametrize("wrapping", WRAPPINGS)
@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_is_blanked(secret: str, wrapping: str) -> None:
    assert secret not in redact(wrapping.format(secret))


@pytest.mark.parametrize("text", KEPT)
def test_what_explains_the_error_stays(text: str) -> None:
    assert redact(text) == text


def test_headers_urls_and_names_with_secrets() -> None:
    shown = redact(
        "Authorization: Bearer abc.def-123456 x-api-key: topsecret password=hunter2 "
        "https://user:pass@host/path?key=AbC&x=1 projects/578829824020 api_key:MYKEY1 "
        "arn:aws:iam::123456789012:user/jane -----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----"
    )
    hidden = ["abc.def", "topsecret", "hunter2", "user:pass", "AbC", "578829824020", "MYKEY1", "jane", "MIIE"]
    assert [word for word in hidden if word in shown] == []


def test_control_characters_go() -> None:
    assert redact("a\x00b\x1b[31mc\u202ed\ud800e\nf") == "a b [31mc d e f"


@given(st.text(max_size=400), st.integers(min_value=0, max_value=100))
def test_never_longer_than_the_limit_and_printable(text: str, limit: int) -> None:
    shown = redact(text, limit)
    assert len(shown) <= limit
    assert shown.replace(" ", "").isprintable()


@settings(max_examples=200)
@given(
    prefix=st.sampled_from(["sk-", "sk-ant-api03-", "whsec_", "gsk_", "xai-", "AKIA", "AIza", "Bearer "]),
    secret=st.text(string.ascii_letters + string.digits, min_size=20, max_size=60),
    before=st.text("ab ,:.", max_size=10),
)
def test_any_key_with_a_known_prefix_is_blanked(prefix: str, secret: str, before: str) -> None:
    key = prefix + (secret.upper() if prefix == "AKIA" else secret)
    assert key[len(prefix) :] not in redact(f"{before} {key} rejected")


@settings(max_examples=200)
@given(st.binary(min_size=16, max_size=40))
def test_any_long_hexadecimal_is_blanked(raw: bytes) -> None:
    assert raw.hex() not in redact(f"trace {raw.hex()} failed") or raw.hex().isalpha()


def test_a_secret_at_the_edge_of_what_is_read_is_not_half_shown() -> None:
    text = " " * 19_990 + "sk-abcdefghijklmnop1234567890"
    assert "sk-abc" not in redact(text)
