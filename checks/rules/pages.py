"""Pages and short texts of edge networks, which stand before the API and know nothing of models."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from checks.observation import Cause, Strength

CLOUDFLARE = "https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-1xxx-errors/"
TAGS = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->|<[^<>]*>", re.I | re.S)


@dataclass(frozen=True, slots=True)
class PageRule:
    """One meaning of a page: by its words, by its headers, or by its status."""

    name: str
    cause: Cause
    hint: str
    source: str
    strength: Strength | None = None


COUNTRY = PageRule(
    "page.country",
    Cause.REGION,
    "An edge network turns away the country from which we ask.",
    "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/georestrictions.html",
    Strength.STRONG,
)
BLOCK = PageRule("page.edge-block", Cause.EDGE_BLOCK, "An edge network blocks us; the API was never asked.", CLOUDFLARE)
FAULT = PageRule(
    "page.fault",
    Cause.SERVER_ERROR,
    "An edge network cannot get an answer from the provider.",
    CLOUDFLARE,
    Strength.WEAK,
)
NOT_THE_API = PageRule(
    "page.not-the-api",
    Cause.SERVER_ERROR,
    "A success that is not the API's: an empty body, a portal or a parked page.",
    "https://www.rfc-editor.org/rfc/rfc8908",
    Strength.WEAK,
)

VISITOR = re.compile(
    r"your (?:current )?(?:country|region|location|territory)|country or region|"
    r"(?:country|region|location) (?:\w+ ){0,3}ip address|"
    r"in-region|in-your-(?:country|region)|unsupported-(?:country|region|location)|country_banned|"
    r"not (?:yet )?(?:available|supported|permitted|allowed|accessible) (?:\w+ ){0,4}"
    r"(?:country|countries|territor|jurisdiction|location)|"
    r"(?:country|countries|territory|jurisdiction) (?:\w+ ){0,5}"
    r"(?:not (?:supported|available|allowed|permitted)|blocked|banned|restricted|denied)|"
    r"(?:blocked|restricted|unavailable|denied|banned) (?:\w+ ){0,4}(?:country|countries|territor|jurisdiction)|"
    r"geo(?:graphic(?:al)?)?[- ]?(?:restrict|block|fenc|location restrict)|error code: 1009|error 1009"
)
CHALLENGE_HEADERS = {
    "cf-mitigated": ("challenge", "block"),
    "x-amzn-waf-action": ("captcha", "challenge", "block"),
    "x-vercel-mitigated": ("challenge", "deny"),
    "x-deny-reason": ("",),
}
EDGE_TEXT = re.compile(
    r"error code: 1\d{3}|error 10[12]\d|"
    r"^(?:access denied|forbidden|403 forbidden|blocked|host not allowed|rbac: access denied)\W*$|"
    r"attention required|you have been blocked|web application firewall|verify you are (?:a )?human|"
    r"request blocked|incapsula|sucuri|"
    r"host_not_allowed|policy denied|blocked by (?:the )?(?:network|proxy|firewall)|"
    r"zscaler|fortiguard|connect tunnel failed"
)

WALL = re.compile(
    r"block_(?:message|image|url)|errors\.aliyun|captcha|cf-(?:chl|error)|challenge-platform|incapsula|datadome|"
    r"perimeterx|px-captcha|awswaf|_waf|akamai",
    re.I,
)
"""What the pages of bot walls are made of, whatever status they come with."""
REFUSED = re.compile(
    r"\b40[13]\b ?\W{0,2}(?:\w+ )?(?:forbidden|unauthorized|error)|error 40[13]\b|access denied|blocked"
)
WITHIN = re.compile(r"<(?:!doctype html|html)\b.*", re.I | re.S)


def page_within(message: str) -> str:
    """The page that a gateway packed into its own error message; empty when there is none."""
    found = WITHIN.search(message)
    return found.group() if found else ""


def words_of_page(text: str) -> str:
    """The lower-case words that a page shows."""
    return " ".join(html.unescape(TAGS.sub(" ", text[:20_000])).lower().split()).replace("’", "'")


def says_refused(words: str) -> bool:
    """Whether a page calls itself a refusal, whatever status a gateway packed it under."""
    return bool(REFUSED.search(words))


def challenged(headers: dict[str, str]) -> bool:
    """Whether an edge says in a header that it stopped us."""
    return any(name in headers and headers[name].lower().startswith(marks) for name, marks in CHALLENGE_HEADERS.items())


def speaks_of_country(words: str) -> bool:
    """Whether a page speaks of the visitor's country."""
    return bool(VISITOR.search(words.replace("isn't", "is not").replace("n't", " not")))


def page_rule(status: int, words: str, source: str = "") -> PageRule | None:
    """What a page means, or None where its status says it better."""
    if status not in {404, 429} and speaks_of_country(words):
        return COUNTRY
    if status in {401, 403} or (status in {400, 405, 406} and WALL.search(source)):
        return BLOCK
    if status >= 500 and status != 511:
        return FAULT
    return NOT_THE_API if status < 300 else None


def text_rule(status: int, words: str) -> PageRule | None:
    """What a short text that only edges write means, or None for any other text."""
    if status in {401, 403} and speaks_of_country(words):
        return COUNTRY
    return BLOCK if status == 403 and EDGE_TEXT.search(words) else None
