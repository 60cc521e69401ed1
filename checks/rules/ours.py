"""Wording of our own faults: the organization, the key, the money, the request."""

from __future__ import annotations

from checks.observation import Cause
from checks.rules.rule import ANY, NOT_FAILING, either, rule

WHO = r"(?:organization|account|workspace|consumer|tenant|customer|subscription|project|team|user)s?"
KEY = (
    r"(?:(?:x-)?api[ -_]?keys?|(?:api|access|auth|authentication|bearer|oauth|security|session|id|refresh|"
    r"proxy server|server|jwt|security|user)[ -_]?tokens?|credentials?|subscription key|authorization(?: header)?|"
    r"authentication(?: header| credentials?| token| parameters?)?|bearer|access key|secret key|virtual key|"
    r"auth header|\w+_api_key\b)"
)
WRONG = (
    r"(?:invalid|incorrect|missing|expired|revoked|malformed|unknown|wrong|disabled|bad|no|not valid|illegal|leaked|"
    r"unrecognized|not recognized|inactive|blocked|empty)"
)
DEAD = (
    r"(?:disabled|deactivated|suspended|terminated|banned|restricted|blocked|closed|frozen|archived|locked|deleted|"
    r"put on hold)"
)

ORG = (
    rule(
        "phrase.organization-disabled",
        Cause.ORG_DISABLED,
        either(
            rf"{WHO} (?:\S+ ){{0,4}}?(?:(?:has|have) been |is |was |are )(?:been )?(?:\w+ )?{DEAD}\b",
            rf"(?:disabled|deactivated|suspended|terminated|banned|restricted|blocked) (?:your |this |the )?{WHO}\b",
            (
                rf"(?:service|access|api access) (?:has been |is |was )?{DEAD} (?:in|for|on|to) (?:this|"
                rf"your) (?:organization|account)"
            ),
            rf"{WHO} (?:has |have )?been denied (?:access|service)\b(?! to)",
            r"not associated with an active (?:account|organization)",
            r"(?:account|organization) ... (?:violat\w+|abuse) ... (?:terms|polic)",
        ),
        hint="The organization behind our key is switched off at the provider.",
        source=(
            "https://github.com/anthropics/claude-code/issues/8327 · "
            "https://platform.openai.com/docs/guides/error-codes"
        ),
        unless=either(
            r"api key ... (?:disabled|blocked|restricted)",
            r"access to (?:the |this )?model",
            r"model ... (?:is |was |has been )(?:blocked|restricted|disabled)",
            r"restricted (?:to|by)",
            r"or it is disabled",
            r"(?:country|region|territory)",
            r"(?:spending|spend|invoice|billing|payment|balance|credits?)",
        ),
    ),
)

CREDENTIAL = (
    rule(
        "phrase.credential",
        Cause.CREDENTIAL,
        either(
            rf"{WRONG} (?:or (?:\w+ )?{WRONG} )?(?:\w+ )?{KEY}",
            (
                rf"{KEY}(?: \S+){{0,5}}? (?:is|was|are|were|has|have|not|been|could)(?: \S+){{0,3}}? (?:invalid|"
                rf"incorrect|not valid|expired|revoked|missing|required|not found|disabled|deleted|deactivated|"
                rf"not set|malformed|leaked|inactive|not recognized|not active|wrong|unknown|not provided|"
                rf"not supplied|not exist|not match|blocked|rejected|not be verified|"
                rf"not allowed for this organization)\b"
            ),
            (
                rf"{KEY} (?:invalid|expired|missing|not valid|required|not found|revoked|not provided|incorrect|"
                rf"disabled)\b"
            ),
            (
                rf"(?:did not|have not|failed to|must|please|need to|not) (?:provide|supply|pass|include|send|specify|"
                rf"set|authenticate)(?:d|ing)? (?:\S+ ){{0,4}}?{KEY}"
            ),
            (
                r"(?:authenticat(?:ion|e)|authorization) (?:\w+ )?(?:fail\w*|error|required|"
                r"not successful|is required|unsuccessful|"
                r"denied|failure)"
            ),
            (
                r"(?:could not|cannot|failed to|unable to) (?:authenticate|validate|verify|resolve authentication|"
                r"load credentials|locate credentials)"
            ),
            r"not (?:authenticated|logged in|signed in)\b",
            r"unauthenticated",
            r"no auth\w* credentials",
            r"request signature|unregistered callers|established identity",
            r"(?:token|key|jwt|session) (?:has |is |was |have )?(?:been )?(?:expired|revoked)\b",
            r"(?:invalid|expired|bad|missing) (?:token|key|jwt|session)(?: \||$)",
            r"cookie auth",
            r"log ?in fail",
            r"(?:log|sign) ?in (?:again|first|to continue)",
            r"incorrect username or password",
            (
                rf"(?:{KEY}|key) (?:is|are|can|may) only (?:be )?(?:\w+ )?(?:authorized|valid|allowed|intended|meant|"
                rf"used|usable) (?![^|]*\bmodel)"
            ),
        ),
        hint="Our key is missing, wrong, expired or revoked: nothing is said about the model.",
        source=(
            "https://platform.openai.com/docs/guides/error-codes · https://docs.anthropic.com/en/api/errors · "
            "https://ai.google.dev/gemini-api/docs/troubleshooting"
        ),
        statuses=ANY - {402, 429},
        unless=r"(?:api key|token) ... (?:no|not have|lacks?|without) (?:access|permission)",
    ),
    rule(
        "phrase.check-your-key",
        Cause.CREDENTIAL,
        rf"(?:using|use|provide|check|verify) (?:the |your |that your )?(?:correct|right|valid)? ?{KEY}",
        hint="The provider asks us to look at our key: it is wrong, or not set up for this.",
        source="https://github.com/decolua/9router/issues/2735",
        statuses={401, 403},
        unless=r"api key (?:\S+ )?model",
    ),
    rule(
        "phrase.credential-scope",
        Cause.CREDENTIAL,
        either(
            r"(?:missing|insufficient|required|requires?|meet|lacks?|additional) (?:\w+ ){0,3}?scopes?\b",
            r"member of an organization",
            r"authentication method ... (?:not|insufficient|lacks) ... (?:permissions?|scopes?)",
            r"insufficient authentication",
            (
                r"(?:ip|source ip|client ip)(?: address)? (?:\S+ ){0,4}?(?:is |are )?(?:not|blocked|"
                r"restricted)(?: (?:authorized|allowed|whitelisted|in))?"
            ),
            r"api ... (?:has not been used|is not enabled|not been enabled|disabled) ... (?:project|enable)",
            r"requests ... (?:api|method|referer|service|client|android|ios|ip) ... are blocked",
        ),
        hint="Our key is real, but not set up for this API: scope, project or address.",
        source=(
            "https://cloud.google.com/apis/docs/errors · "
            "https://help.openai.com/en/articles/8867743-assign-api-key-permissions"
        ),
        statuses=NOT_FAILING - {402, 429},
    ),
)

BILLING = (
    rule(
        "phrase.quota-and-billing",
        Cause.BILLING,
        either(r"exceeded your current quota", r"check your (?:plan and )?billing", r"insufficient[ _]quota"),
        hint="The money or quota of our account is used up.",
        source="https://platform.openai.com/docs/guides/error-codes",
        unless=r"free tier|free_tier|per (?:minute|day)",
        unless_code=r"resource exhausted|quota failure|retry info",
    ),
    rule(
        "phrase.money",
        Cause.BILLING,
        either(
            r"(?:credit|account|prepaid|token|wallet) balance",
            (
                r"(?:insufficient|not enough|not sufficient|no|out of|low|exceeded|negative|zero|depleted|exhausted|"
                r"lacks?|ran out of|run out of|any|enough|sufficient) (?:\w+ ){0,3}?(?:credits?|balance|funds?|"
                r"prepayment)\b"
            ),
            (
                r"(?:credits?|balance|funds|prepayment)(?: \S+){0,3}? (?:is |are |has |have |been )*(?:too low|"
                r"insufficient|not enough|exhausted|depleted|exceeded|negative|used up|not sufficient|overdue|expired|"
                r"zero|empty|required)"
            ),
            (
                r"(?:purchase|buy|add|top[ -]?up|requires?|recharge|deposit) (?:\w+ ){0,3}?(?:credits|funds|balance|"
                r"your account)"
            ),
            (
                r"payment (?:is |was )?(?:required|method|instrument|failed|issue|overdue|past due|declined|due|"
                r"information)"
            ),
            (
                r"billing (?:hard limit|limit|issue|problem|is not|not|must|has|information|or payment|to be enabled|"
                r"to enable|quota)"
            ),
            r"(?:enable|set up|activate|issue with|requires?|update|configure) (?:\w+ ){0,2}?billing",
            (
                r"(?:spend(?:ing)?|budget|cost|monetary|key|credit|billing)s? (?:\w+ )?(?:limit|cap|quota|"
                r"allowance)s? (?:\S+ ){0,4}?(?:reached|exceeded|hit|exhausted)"
            ),
            (
                r"(?:reached|reaching|exceeded|hit|exceeds|over|used|crossed) (?:\S+ ){0,5}?(?:spend(?:ing)?|budget|"
                r"credit|cost|billing)s? ?(?:limit|cap|quota|allowance|credits?|budget)?s?\b"
            ),
            (
                r"budget (?:has been |was |is )?(?:limit )?(?:exceeded|reached|over|crossed|exhausted|"
                r"depleted|used up|spent)"
            ),
            r"exceed\w* (?:\w+ )?budget",
            (
                r"(?:inactive|expired|lapsed|cancell?ed|past due|unpaid|no active|"
                r"not active) (?:\w+ )?(?:subscription|plan|invoice|account)\b"
            ),
            r"subscription (?:is |has |was )?(?:inactive|expired|lapsed|cancell?ed|not active|ended|past due)",
            r"(?:failure|failed|unable) to pay|past invoices|(?:unpaid|overdue|outstanding|arrears|in good standing)",
            r"free (?:tier|trial|quota|credits?) ... (?:exhausted|used up|ended|expired|run out|is over)",
            r"(?:trial|free credits?) (?:\w+ )?(?:expired|has ended|ended)",
            r"(?:consumed|used|used up) all (?:\w+ ){0,3}?(?:tokens|credits|quota|units)",
            r"out of (?:extra )?(?:usage|credits)",
            r"(?:included|pay for|free|trial) credits",
            r"(?:credit|debit|payment|bank) card\b(?! numbers?)",
            r"(?:can|cannot|could not) (?:only )?afford\b",
        ),
        hint="The account behind our key needs money; nothing is said about the model.",
        source=(
            "https://docs.anthropic.com/en/api/errors · https://openrouter.ai/docs/api-reference/errors · "
            "https://api-docs.deepseek.com/quick_start/error_codes"
        ),
        unless=either(
            r"rate limit",
            r"upgrade ... (?:access|use) (?:this|the) model",
            r"(?:paid|premium|pro) (?:\w+ )?(?:only|required|models?)",
            r"(?:tokens|requests) per",
        ),
    ),
    rule(
        "phrase.usage-limit",
        Cause.BILLING,
        either(
            r"(?:reached|exceeded|hit|over) (?:\S+ ){0,4}?usage (?:limit|cap|quota)",
            r"usage (?:limit|cap|quota)s? (?:\S+ ){0,4}?(?:reached|exceeded|hit)",
        ),
        hint="The spending limit that our organization set for itself is reached.",
        source='https://github.com/anthropics/claude-code/issues ("specified API usage limits")',
        statuses=ANY - {429},
    ),
    rule(
        "phrase.own-limit",
        Cause.BILLING,
        r"(?:reached|exceeded|hit) (?:the|your) (?:set|specified|configured|chosen) (?:\w+ )?(?:limit|cap|quota)",
        hint="A limit that our account set for itself is reached; the model itself is there.",
        source="https://github.com/volcengine/MineContext/issues/328",
    ),
)
