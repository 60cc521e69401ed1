"""From one answer to its meaning: cause, strength, and the rule that said so."""

from __future__ import annotations

import re
from dataclasses import replace

from checks import body, output
from checks.case import Case, make_case
from checks.fingerprint import fingerprint
from checks.naming import expected
from checks.observation import Answer, Cause, Classification, Strength
from checks.redact import redact
from checks.rules import pages, statuses
from checks.rules.codes import CODES, REGION_CODES, REQUEST_CODES
from checks.rules.gates import ENTITLEMENT, EXTRA_USAGE, POLICY
from checks.rules.generic import GENERIC
from checks.rules.models import AMBIGUOUS, NOT_FOUND, RETIRED, WITHDRAWN
from checks.rules.ours import BILLING, CREDENTIAL, ORG
from checks.rules.request import BAD_REQUEST, FEATURE_GATE
from checks.rules.rule import NAME, REFUSING, STRENGTHS, Rule, first
from checks.rules.traffic import ANSWERED, CAPACITY, RATE, TIMEOUT, UPSTREAM
from checks.rules.world import BARE_REFUSAL, EDGE, LEGAL, REGION
from checks.words import code_words

__all__ = ["classify", "fingerprint", "redact"]

TELLING_PHRASES: tuple[Rule, ...] = (
    *ANSWERED,
    *UPSTREAM,
    *CAPACITY,
    *TIMEOUT,
    *FEATURE_GATE,
    *EXTRA_USAGE,
    *RATE,
    *ORG,
    *CREDENTIAL,
    *BILLING,
    *POLICY,
    *AMBIGUOUS,
    *ENTITLEMENT,
    *RETIRED,
)
"""Step 5, the most specific first."""
OTHER_PHRASES: tuple[Rule, ...] = (*BAD_REQUEST, *WITHDRAWN, *NOT_FOUND)
"""The rest of step 5, after the codes of a wrong request."""

NAMES_MODEL = re.compile(rf"<asked>|{NAME} (?:is|are|was|were|has|have|will|cannot|can|may|does)\b|\bmodel \S*\d")
HAS_WAY_OUT = re.compile(
    r"\blink\b|\b(?:use|using|try|switch|switching|migrate|select|choose|upgrade|move|fall back)\b \S+|"
    r"\binstead\b|\balternatives?\b|\blearn more\b|\bsee\b"
)
BLOCKED_BY = re.compile(r"\brel\s{0,5}=\s{0,5}\"?[^\",;]{0,200}\bblocked-by\b", re.I)
FAILURES = {"timeout": Cause.TIMEOUT, "network": Cause.NETWORK}
NO_ANSWER = {"timeout": "The provider did not answer in time.", "network": "No connection came about."}
DEPLOYMENT_NAMES = frozenset({"azure"})
"""Dialects in which the asked id is the customer's own name for a deployment: the served one always differs."""


def classify(dialect: str, answer: Answer, *, asked: str | None = None, serves: tuple[str, ...] = ()) -> Classification:
    """What one answer means on its own.

    ``dialect`` names the API's family, any unknown name the generic one. ``asked`` is the model id that we sent and
    ``serves`` are globs of further ids that may honestly answer for it. Never raises, whatever came back.
    """
    if answer.failure or answer.status is None:
        return failed(answer)
    answer = replace(answer, headers={name.lower(): value for name, value in answer.headers.items()})
    read = body.read(answer)
    case = make_case(answer, read, asked)
    if law := by_law(case):
        return law
    if 200 <= case.http_status < 300 and (answered := good(dialect, read, asked, serves)):
        return answered
    return by_page(case) or by_rules(case) or by_status(case, case.status_alone)


def failed(answer: Answer) -> Classification:
    """No HTTP answer came."""
    cause = FAILURES.get(answer.failure or "", Cause.NETWORK)
    return Classification(
        cause=cause,
        strength=STRENGTHS[cause],
        rule=f"failure.{cause}",
        hint=NO_ANSWER[cause],
        message=redact(answer.failure_detail),
        fingerprint=fingerprint(answer.failure_detail or cause),
    )


def by_law(case: Case) -> Classification | None:
    """Step 0: the status of RFC 7725, or its Link that names who demanded the block."""
    if case.status != 451 and not BLOCKED_BY.search(case.answer.headers.get("link", "")):
        return None
    name = "legal.status-451" if case.status == 451 else "legal.blocked-by"
    return meaning(case, Cause.LEGAL, Strength.STRONG, name, "Unavailable for legal reasons (RFC 7725).")


def good(dialect: str, read: body.Body, asked: str | None, serves: tuple[str, ...]) -> Classification | None:
    """An answer that worked, or None when it holds an error or nothing that an API would say."""
    if read.failed or output.error_parts(read.documents):
        return None
    seen = output.look(read.documents)
    if seen.stopped is not None:
        return stopped(seen)
    if not seen.recognised:
        return None
    if is_substituted(dialect, seen.served_model, asked, serves):
        hint = "Another model answered than the one that we asked for."
        return Classification(Cause.SUBSTITUTED, None, "output.substituted", hint, served_model=seen.served_model)
    return Classification(Cause.OK, None, "output.ok", "The model answered.", served_model=seen.served_model)


def is_substituted(dialect: str, served: str | None, asked: str | None, serves: tuple[str, ...]) -> bool:
    """Whether the answer names a model that may not answer for the asked one."""
    if not asked or not served or (dialect.lower() in DEPLOYMENT_NAMES and not serves):
        return False
    return not expected(asked, served, serves)


def stopped(seen: output.Output) -> Classification:
    """An answer whose stop reason says more than that it worked."""
    cause = seen.stopped or Cause.OK
    declined = cause is Cause.CONTENT_FILTER
    return Classification(
        cause=cause,
        strength=STRENGTHS[cause],
        rule="output.stop-reason",
        hint="The model or a filter declined this one answer." if declined else "The answer broke off.",
        error_code=seen.reason,
        fingerprint=None if declined else fingerprint(seen.reason),
        served_model=seen.served_model,
    )


def by_page(case: Case) -> Classification | None:
    """Steps 1 (nothing in an API's shape) and 2 (pages, packed ones too, challenges and texts of an edge network)."""
    status, headers = case.http_status, case.answer.headers
    if 300 <= status < 400 and pages.speaks_of_country(headers.get("location", "").lower()):
        return from_page(case, pages.COUNTRY)
    words = "" if case.body.documents else pages.words_of_page(case.body.text)
    if pages.challenged(headers) and not case.problem.codes:
        return from_page(case, pages.COUNTRY if pages.speaks_of_country(words) else pages.BLOCK)
    if packed := refusal_page(case):
        return from_page(case, packed)
    if case.body.page or nothing_said(case):
        found = pages.page_rule(status, words, case.body.text[:20_000])
        return from_page(case, found) if found else by_status(case, status)
    found = None if case.body.documents else pages.text_rule(status, words)
    return from_page(case, found) if found else None


def refusal_page(case: Case) -> pages.PageRule | None:
    """What a refusing page means that a gateway met and packed into an error without a code of its own."""
    within = case.problem.texts if 400 <= case.status < 500 and not case.specific else ()
    page = next(filter(None, map(pages.page_within, within)), "")
    words = pages.words_of_page(page)
    refused = case.status in {401, 403} or pages.says_refused(words)
    return pages.page_rule(403, words) if page and refused else None


def nothing_said(case: Case) -> bool:
    """A success without an error, or a 403 without any word."""
    if 200 <= case.http_status < 300:
        return not (case.problem.texts or case.codes)
    return case.http_status == 403 and not case.body.text and not case.codes


def by_rules(case: Case) -> Classification | None:
    """Steps 3 to 5: law and geography, specific codes, phrases."""
    found = (
        by_words(case, LEGAL)
        or region(case)
        or by_words(case, EDGE)
        or by_code(case, CODES)
        or by_words(case, TELLING_PHRASES)
        or by_code(case, REQUEST_CODES)
        or by_words(case, OTHER_PHRASES)
    )
    return from_rule(case, found) if found else None


def region(case: Case) -> Rule | None:
    """Step 3's geography: a code, a sentence, or a bare refusal that carries no request id."""
    found = by_code(case, REGION_CODES) or by_words(case, REGION)
    return found or (None if case.has_request_id else by_words(case, BARE_REFUSAL))


def by_code(case: Case, rules: tuple[Rule, ...]) -> Rule | None:
    """The rule for the first specific code that these rules know."""
    return next(filter(None, (first(rules, code, case.status, case.all_codes) for code in case.specific)), None)


def by_words(case: Case, rules: tuple[Rule, ...]) -> Rule | None:
    """The first of these rules that knows the error's words."""
    return first(rules, case.words, case.status, case.all_codes)


def by_status(case: Case, status: int) -> Classification:
    """Step 6: the status, or a generic type where it says more than the status."""
    if status not in statuses.TELLING:
        named = (GENERIC.get(code, 0) for code in case.codes)
        status = next((number for number in named if number in statuses.MORE_TELLING), status)
    row = statuses.rule_for(status)
    return meaning(case, row.cause, STRENGTHS[row.cause] and Strength.WEAK, row.name, row.hint)


def from_page(case: Case, row: pages.PageRule) -> Classification:
    """What a row about pages says."""
    return meaning(case, row.cause, row.strength, row.name, row.hint)


def from_rule(case: Case, row: Rule) -> Classification:
    """What a row about words says; a withdrawal is strong when it names the model and a way out."""
    strength = row.strength
    if row.cause is Cause.WITHDRAWN and case.status in REFUSING and is_explicit(case):
        strength = Strength.STRONG
    return meaning(case, row.cause, strength, row.name, row.hint)


def is_explicit(case: Case) -> bool:
    """Whether a withdrawal names the model and carries a link or an alternative."""
    return bool(NAMES_MODEL.search(case.words) and HAS_WAY_OUT.search(case.words))


def meaning(case: Case, cause: Cause, strength: Strength | None, rule: str, hint: str) -> Classification:
    """The classification of an error, with what it said."""
    answered = cause in {Cause.OK, Cause.CONTENT_FILTER}
    generic = next((raw for raw in case.problem.codes if code_words(raw) in GENERIC), None)
    specific = next((raw for raw in case.problem.codes if code_words(raw) in case.specific), None)
    return Classification(
        cause=cause,
        strength=strength,
        rule=rule,
        hint=hint,
        error_type=redact(generic, 120) if generic else None,
        error_code=redact(specific, 120) if specific else None,
        message=redact(case.text),
        fingerprint=None if answered else fingerprint(case.text or f"status {case.http_status}"),
    )
