"""Blank everything in a text that could be a secret or name a person or an account, before anyone sees it."""

from __future__ import annotations

import re
import unicodedata

KEY = "[key]"
ID = "[id]"
SCAN = 20_000
IN_QUERY = r"key|api[_-]?key|token|access[_-]?token|sig|signature|x-amz-\w+|secret|password|auth|code|session"

RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"-----BEGIN [A-Z ]+-----.*?(?:-----END [A-Z ]+-----|\Z)", re.S), KEY),
    (re.compile(r"(?i)\b(bearer|basic|token|apikey)\s+(?=\S{0,200}\d|\S{20})[\w.~+/=*-]{6,}"), rf"\1 {KEY}"),
    (
        re.compile(
            r"(?i)\b(authorization|x-api-key|api[-_]?key|x-goog-api-key|cookie|set-cookie)"
            r"([\"']?\s*[:=]\s*[\"']?)(?!\[)[^\s\"',;}]+"
        ),
        rf"\1\2{KEY}",
    ),
    (re.compile(rf"(?i)([?&](?:{IN_QUERY})=)[^&\s\"'<>]+"), rf"\1{KEY}"),
    (re.compile(r"(?i)(://)[^/\s:@\"']+:[^/\s@\"']+@"), rf"\1{KEY}@"),
    (re.compile(
        r"\b(?=\S{0,200}\d)(?:sk|pk|rk|ak|sess|whsec|xai|gsk|hf|r8|nvapi|pplx|fw|csk|tgp|key|co|ghp|gho|ghs|github_pat|glpat|"
        r"xox[abprs]|AIza|ya29|eyJ|ABSK|bedrock-api-key)[-_.][\w.*+/=-]{4,}"
    ), KEY),
    (re.compile(r"\b(?:AIza|ya29\.|eyJ|ABSK)[\w.*+/=-]{6,}"), KEY),
    (re.compile(r"\b(?:sk|pk|gsk|xai|hf|whsec)[-_]\S*"), KEY),
    (re.compile(r"\b(?:AKIA|ASIA|AROA|AIDA|ANPA|AGPA)[A-Z0-9]{6,}"), KEY),
    (
        re.compile(r"(?i)(password|passwd|secret|private_key)([\"']?\s*[:=]\s*[\"']?)[^\s\"',;}]+"),
        rf"\1\2{KEY}",
    ),
    (re.compile(r"[^\s*]{0,80}\*{3,}\S{0,80}"), KEY),
    (re.compile(r"[\w.+%-]{1,64}@[\w-]+(?:\.[\w-]+)+"), "[email]"),
    (re.compile(r"\barn:aws[\w-]*:(?:iam|sts)::\S+"), f"arn:aws:{ID}"),
    (re.compile(r"\barn:aws[\w-]*:[\w-]*:[\w-]*:\d{6,}:"), f"arn:aws:{ID}:"),
    (re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?\b"), "[ip]"),
    (re.compile(
        r"(?i)(?<![\w:])(?:[0-9a-f]{1,4}:){3,7}(?::?[0-9a-f]{1,4})?(?![\w:])|"
        r"(?<![\w:])(?=[0-9a-f:]*::)(?:[0-9a-f]{0,4}:){2,7}:?[0-9a-f]{1,4}(?![\w:])"
    ), "[ip]"),
    (re.compile(
        r"\b(?:(?:req|org|proj|acct|chatcmpl|wrkspc)[-_]|(?:msg|user|gen|resp|run|asst|team|workspace|cus|sub|ray|trace|"
        r"session|inst|ws|grp)[-_](?=[\w-]{0,99}(?:\d|[a-z][A-Z])))[A-Za-z0-9-]{5,}(?:[-_][A-Za-z0-9]{4,})*"
    ), ID),
    (re.compile(
        r"(?i)\b(organization|organisation|project|account|team|user|tenant|workspace|request[ _-]?id|consumer|"
        r"subscription|customer|ray id|trace[ _-]?id|correlation[ _-]?id)([\"'`]?(?:\s+(?:id|"
        r"number))?\s*[:=]?\s*[\"'`]?)(?=[\w.:/-]*\d)[\w.:/-]{4,}"
    ), rf"\1\2{ID}"),
    (re.compile(
        r"(?i)\b(projects|organizations|accounts|tenants|users|subscriptions|workspaces|"
        r"api_key)([/:])(?!\[)[^\s/'\"`,)]+"
    ), rf"\1\2{ID}"),
    (re.compile(r"(?i)\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"), ID),
    (re.compile(r"(?i)(?<![\w])(?=[0-9a-f]*\d)[0-9a-f]{16,}(?![\w])"), ID),
    (re.compile(r"(?<![\w+=])(?=[\w+=]*\d)(?=[\w+=]*[A-Z])(?=[\w+=]*[a-z])[\w+=]{20,}", re.A), ID),
    (re.compile(r"(?<![\w+=-])(?=[\w+=-]*\d)(?=[\w+=-]*[A-Z])(?=[\w+=-]*[a-z])[\w+=-]{32,}", re.A), ID),
    (re.compile(r"(?<![\w+/=])(?=[\w+/=]*\d)(?=[\w+/=]*[A-Za-z])[A-Za-z0-9+/=_]{28,}"), ID),
    (re.compile(r"(?<!\d)\d{9,}(?!\d)"), ID),
)  # fmt: skip


def visible(text: str) -> str:
    """The text without control, format and surrogate characters, spaces joined."""
    kept = (" " if unicodedata.category(char)[0] in "CZ" else char for char in text)
    return " ".join("".join(kept).split())


def redact(text: str, limit: int = 500) -> str:
    """The text as it may be shown: secrets, ids, addresses and control characters blanked, at most ``limit`` long."""
    shown = visible(text[:SCAN] if len(text) <= SCAN else text[:SCAN].rpartition(" ")[0])
    for pattern, replacement in RULES:
        shown = pattern.sub(replacement, shown)
    return shown if len(shown) <= limit else shown[: max(limit - 1, 0)].rstrip() + "…" * (limit > 0)
