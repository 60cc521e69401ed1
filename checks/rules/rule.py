"""What one row of a rule table is, and how its pattern is written."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from checks.observation import Cause, Strength

GAP = r"(?: [^\s|]+){0,8}? "
"""What " ... " in a pattern stands for: up to eight words of the same message."""

NOT_A_NAME = (
    r"(?:this|that|it|you|your|we|our|the|an?|there|all|some|service|api|endpoint|feature|tool|server|resource|page|"
    r"access|request|url|parameter|field|function|region|plan|messages?|prompt|provider|content|input|output|error|"
    r"link|streaming|batch|inference|tools|vision|caching|thinking|reasoning|images?|audio|video|embeddings?|search|"
    r"completions?|cross-region|fine-tuning|maintenance|accounts?|organizations?|projects?|teams?|users?|workspaces?|keys?|tokens?)\b"
)
NAME = rf"(?:\S*\d\S*|(?:^|(?<=\| ))(?!{NOT_A_NAME})\S+(?: (?!{NOT_A_NAME})\S+){{0,3}}?)"
"""What "<name>" in a pattern stands for: a word with a digit, or up to four words that open a message."""

ANY = frozenset(range(100, 1000))
FORM = frozenset({405, 406, 411, 413, 414, 415, 416, 417, 431})
"""Statuses that speak of the form of our request, whatever is said beside them."""
REFUSING = frozenset(range(400, 500)) - FORM - {429}
"""Statuses under which wording may say that a model is gone: never a 5xx, never a 429."""
NOT_FAILING = frozenset(range(400, 500))

STRENGTHS: dict[Cause, Strength | None] = {
    Cause.OK: None,
    Cause.CONTENT_FILTER: None,
    Cause.SUBSTITUTED: None,
    Cause.LEGAL: Strength.STRONG,
    Cause.POLICY_CONFIG: Strength.STRONG,
    Cause.RETIRED: Strength.WEAK,
    Cause.REGION: Strength.STRONG,
    Cause.ENTITLEMENT: Strength.WEAK,
    Cause.WITHDRAWN: Strength.WEAK,
    Cause.MODEL_NOT_FOUND: Strength.WEAK,
    Cause.CAPACITY: Strength.WEAK,
    Cause.SERVER_ERROR: Strength.WEAK,
    Cause.TIMEOUT: Strength.WEAK,
    Cause.CREDENTIAL: Strength.STRONG,
    Cause.ORG_DISABLED: Strength.STRONG,
    Cause.BILLING: Strength.STRONG,
    Cause.BAD_REQUEST: Strength.STRONG,
    Cause.RATE_LIMITED: None,
    Cause.NETWORK: None,
    Cause.EDGE_BLOCK: None,
}
"""How surely a phrase gives each cause; codes and statuses say where they differ."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: ``pattern`` is in the words, under one of ``statuses``, without ``unless`` in them and "
    "``unless_code`` beside them."""

    name: str
    cause: Cause
    pattern: re.Pattern[str]
    hint: str
    source: str
    strength: Strength | None
    statuses: frozenset[int] = ANY
    unless: re.Pattern[str] | None = None
    unless_code: re.Pattern[str] | None = None

    def matches(self, words: str, status: int, beside: str = "") -> bool:
        """Whether this row speaks about these words under this status, with these codes beside them."""
        if status not in self.statuses or not self.pattern.search(words):
            return False
        excepted = self.unless is not None and self.unless.search(words)
        return not excepted and (self.unless_code is None or not self.unless_code.search(beside))


def compile_words(pattern: str) -> re.Pattern[str]:
    """Compile a pattern over normalised words: " ... " is a short gap, "<name>" a likely model name; a match "
    "starts at a word."""
    expanded = pattern.replace(" ... ", GAP).replace("<name>", NAME)
    return re.compile(rf"(?<![^\s|])(?:{expanded})".replace(r"\S", r"[^\s|]"))


def either(*patterns: str) -> str:
    """Alternatives, for a pattern that is easier to read one to a line."""
    return "|".join(patterns)


def rule(
    name: str,
    cause: Cause,
    pattern: str,
    *,
    hint: str,
    source: str,
    statuses: Iterable[int] = ANY,
    unless: str | None = None,
    unless_code: str | None = None,
    strength: Strength | None = None,
) -> Rule:
    """A row with its pattern compiled; without ``strength`` the cause's own for phrases holds."""
    return Rule(
        name=name,
        cause=cause,
        pattern=compile_words(pattern),
        hint=hint,
        source=source,
        strength=strength or STRENGTHS[cause],
        statuses=frozenset(statuses),
        unless=compile_words(unless) if unless else None,
        unless_code=compile_words(unless_code) if unless_code else None,
    )


def first(rules: Iterable[Rule], words: str, status: int, beside: str = "") -> Rule | None:
    """The first row that matches."""
    return next((row for row in rules if row.matches(words, status, beside)), None)
