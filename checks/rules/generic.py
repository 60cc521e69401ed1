"""Generic machine codes: types that only repeat the status, and the status that each repeats."""

from __future__ import annotations

REPEATS: dict[int, str] = {
    400: (
        "invalid request, bad request, invalid argument, failed precondition, validation, value, "
        "unprocessable entity, invalid input, out of range, model not supported, invalid params, "
        "badrequest"
    ),
    401: (
        "authentication, unauthorized, unauthenticated, authentication failed, auth, invalid "
        "authentication, not authorized"
    ),
    402: "payment required",
    403: (
        "permission, permission denied, forbidden, access denied, request forbidden, not allowed, access, "
        "iam permission denied"
    ),
    404: (
        "not found, model not found, resource not found, model not exist, invalid model, model not "
        "available, unknown model, deployment not found, model invalid, no such model, operation not "
        "found, model does not exist, model not exists, invalid model name, endpoint not found, model "
        "unavailable, not found for model, model not supported by provider"
    ),
    413: "request too large, payload too large, request entity too large",
    429: (
        "rate limit, rate limit exceeded, too many requests, throttling, throttled, resource exhausted, "
        "tokens, requests, rate limited, rate limit reached, too many tokens, "
        "throttling rate quota"
    ),
    500: "api, internal, internal server, server, internal failure, unknown, internal service, server side",
    502: "bad gateway",
    503: "service unavailable, unavailable, temporarily unavailable",
    504: "gateway timeout",
}
GENERIC: dict[str, int] = {code: status for status, codes in REPEATS.items() for code in codes.split(", ")}
"""Each generic code, as words, with its status; they decide nothing by themselves."""
