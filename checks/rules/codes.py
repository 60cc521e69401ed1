"""Machine codes: specific ones decide; generic ones only repeat the status."""

from __future__ import annotations

from checks.observation import Cause, Strength
from checks.rules.rule import ANY, REFUSING, either, rule

OPENAI = "https://platform.openai.com/docs/guides/error-codes"
AWS = "https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html"
GOOGLE = "https://cloud.google.com/apis/docs/errors · google/api/error_reason.proto"
GROQ = "https://console.groq.com/docs/errors"
LITELLM = "https://docs.litellm.ai/docs/exception_mapping"

STRONG = Strength.STRONG

REGION_CODES = (
    rule(
        "code.country",
        Cause.REGION,
        either(
            (
                r"(?:not supported|unsupported|not available|unavailable|banned|blocked|restricted|forbidden|"
                r"invalid user|denied|not allowed|embargoed|disallowed) (?:country|region|territory|location|geo|area)"
            ),
            (
                r"(?:country|territory|location|geo|user location|user region|region) (?:\w+ )?(?:not supported|"
                r"unsupported|banned|blocked|restricted|denied|not allowed|forbidden|not available|unavailable)"
            ),
            r"geo ?(?:block|restrict|fence)",
        ),
        hint="The provider does not serve the country from which this credential asks.",
        source=OPENAI,
    ),
)
"""Read together with the region sentences, before any other code: some providers put regions under 400."""

CODES = (
    rule(
        "code.legal",
        Cause.LEGAL,
        either(r"(?:legal|sanction|export control|court order|embargo)\w*(?: \w+)*"),
        hint="The provider names a legal reason.",
        source="https://www.rfc-editor.org/rfc/rfc7725",
    ),
    rule(
        "code.content-filter",
        Cause.CONTENT_FILTER,
        either(
            r"content (?:\w+ )?(?:filter\w*|policy|violation|blocked|moderation|flagged|management)",
            r"(?:responsible ai|responsibleai|usage) policy(?: violation)?",
            (
                r"(?:safety|moderation|sensitive|inappropriate|prohibited content|image safety)\b(?! (?:settings|"
                r"identifier))"
            ),
            r"data inspection failed",
            r"(?:input|output|prompt|content) ?(?:flagged|blocked|unsafe)",
            r"guardrail ?(?:intervened|triggered|violation)",
            r"(?:cyber|bio) policy",
            r"(?!(?:org|organization|data|tenant|workspace|access|admin) )\w+ policy violation",
        ),
        hint="The model is there; a content filter stopped this one answer.",
        source="https://learn.microsoft.com/azure/ai-services/openai/concepts/content-filter",
    ),
    rule(
        "code.credential",
        Cause.CREDENTIAL,
        either(
            (
                r"(?:invalid|incorrect|missing|expired|no|bad|revoked|wrong|unknown|unrecognized|"
                r"disabled) (?:\w+ )?(?:api key|apikey|key|token|access token|client|client token id|signature|"
                r"credentials?|authorization|authentication|auth|access key id|security token|bearer|user token|"
                r"jwt)\b(?! (?:count|limit))"
            ),
            (
                r"(?:api key|apikey|access token|credentials?|key|token|auth|signature|session token|"
                r"jwt)(?: \w+)* (?:invalid|expired|missing|revoked|disabled|blocked|not found|does not match|"
                r"insufficient|unsupported|leaked|not valid|required|mismatch|malformed|incorrect|not registered)\b"
            ),
            r"token not found in db",
            r"(?:unrecognized client|incomplete signature|not authenticated|unauthenticated client)",
            r"ip not (?:authorized|allowed)|ip address blocked",
            r"service disabled",
            r"(?:consumer|project) invalid",
            r"access token scope",
        ),
        hint="Our key is missing, wrong, expired, revoked or not set up for this API.",
        source=f"{OPENAI} · {GOOGLE} · {AWS}",
        unless=r"(?:key|token) model access|max tokens|token (?:count|limit)|rate limit",
    ),
    rule(
        "code.billing",
        Cause.BILLING,
        either(
            r"insufficient (?:\w+ )?(?:quota|balance|credits?|funds|credit balance)",
            r"(?:billing|payment|spend\w*|budget|arrear|prepaid|recharge)\w*(?! details)(?: \w+)*",
            (
                r"(?:credits?|balance|quota|funds) (?:\w+ )?(?:exhausted|depleted|insufficient|too low|not enough|"
                r"overdue|expired)"
            ),
            r"(?:credit|balance|arrears?|arrearage|overdue|invoice)(?: \w+)*",
            r"(?:exceeded|out of) (?:current )?(?:credits?|budget|balance|quota)(?: error)?$",
            r"free (?:tier|quota|trial) (?:only|exhausted|expired|ended)",
            r"allocation quota free tier only",
            r"(?:inactive|expired) subscription|subscription (?:inactive|expired)",
        ),
        hint="The account behind our key needs money; nothing is said about the model.",
        source=f"{OPENAI} · https://docs.litellm.ai/docs/proxy/users",
        unless_code=r"resource exhausted",
    ),
    rule(
        "code.organization-disabled",
        Cause.ORG_DISABLED,
        either(
            (
                r"(?:account|organization|org|consumer|user|project|workspace|tenant|team|customer|"
                r"subscription) (?:is )?(?:deactivated|suspended|disabled|restricted|terminated|banned|blocked|"
                r"archived|locked|closed|frozen|deleted)"
            ),
            (
                r"(?:suspended|disabled|deactivated|banned|restricted|terminated) (?:account|organization|user|"
                r"project|subscription)"
            ),
            r"access terminated",
        ),
        hint="The organization behind our key is switched off at the provider.",
        source=f"{OPENAI} · {GROQ} · {GOOGLE}",
    ),
    rule(
        "code.policy",
        Cause.POLICY_CONFIG,
        either(
            r"data (?:retention|policy|sharing|collection|privacy)",
            r"zero data retention|zdr\b",
            r"model permission blocked(?: \w+)*",
            r"(?:org|organization) policy(?: violat\w+| constraint)?",
            r"(?:blocked|disabled|denied) by (?:org\w*|admin\w*|policy|workspace)",
            r"model (?:blocked|disabled) (?:by|in|at|for) (?:org\w*|admin\w*|project|workspace|policy)",
        ),
        hint="A setting of the organization keeps this model from it.",
        source=f"{GROQ} · https://cloud.google.com/resource-manager/docs/organization-policy",
    ),
    rule(
        "code.entitlement",
        Cause.ENTITLEMENT,
        either(
            r"(?:key|team|user|project|org|organization|tenant|end user) model access denied",
            (
                r"model (?:access denied|terms required|not open|not enabled|not activated|not subscribed|"
                r"access restricted|access not granted|gated|not allowed|not authorized|requires \w+)"
            ),
            (
                r"(?:plan|upgrade|tier|subscription|terms|license|entitlement|opt in|waitlist|"
                r"agreement)(?: \w+)* (?:required|needed|missing|denied)"
            ),
            r"access denied unpurchased|unpurchased",
            r"opt in required|subscription required|marketplace\w*",
            r"(?:org|organization|user|account) (?:not verified|unverified|not verified for model)",
            r"unverified (?:org|organization|user)",
            r"gated (?:repo|model)",
            r"(?:not|no) (?:entitled|access to model|entitlement|model access)|access not granted",
            r"extra usage required",
            r"iam permission denied",
        ),
        hint="The account behind our key may not use this model.",
        source=f"{LITELLM} · {GROQ}",
        strength=STRONG,
        unless=r"iam permission denied$",
    ),
    rule(
        "code.model-retired",
        Cause.RETIRED,
        either(
            (
                r"(?:model|engine|deployment|service model|version)(?: \w+)? (?:deprecated|decommissioned|retired|"
                r"sunset|discontinued|end of life|eol|shut ?down|archived|removed|obsolete)"
            ),
            (
                r"(?:deprecated|decommissioned|retired|discontinued|obsolete|sunset) (?:\w+ )?(?:model|engine|"
                r"deployment|version)"
            ),
        ),
        hint="The provider has ended this model's life; use its successor.",
        source=f"{GROQ} · https://learn.microsoft.com/azure/ai-services/openai/concepts/model-retirements",
        strength=STRONG,
        statuses=REFUSING,
    ),
    rule(
        "code.model-withdrawn",
        Cause.WITHDRAWN,
        either(
            r"model(?: \w+)? (?:withdrawn|suspended|paused|disabled|blocked|recalled|pulled|offline)",
            r"(?:withdrawn|suspended|paused|disabled) model",
        ),
        hint="The provider's code says that this model was taken away.",
        source="https://openrouter.ai/docs/api-reference/errors",
        statuses=REFUSING,
    ),
    rule(
        "code.capacity",
        Cause.CAPACITY,
        either(
            r"(?:\w+ )*overload(?:ed)?\b",
            (
                r"(?:no|insufficient|out of|limited|exceeded) (?:\w+ )?capacity|capacity (?:exceeded|limit\w*|"
                r"constraint|not available|unavailable|error)"
            ),
            (
                r"model (?:not ready|loading|busy|overloaded|cold|warming up|unavailable temporarily|"
                r"temporarily unavailable)"
            ),
            r"(?:server|engine|system|service|model) (?:\w+ )?busy",
            r"slow down",
            r"temporarily (?:unavailable|not available)|temporary unavailable",
            r"no (?:instances?|deployments?|workers) available|no healthy \w+",
            r"(?:provider|upstream|backend) (?:overloaded|unavailable|not available)",
        ),
        hint="The provider has no room for the request at this moment; it usually passes.",
        source=f"https://docs.anthropic.com/en/api/errors · {AWS}",
        statuses=ANY,
    ),
    rule(
        "code.timeout",
        Cause.TIMEOUT,
        either(r"(?:\w+ )*time ?(?:d )?out(?: \w+)?", r"deadline exceeded"),
        hint="The provider took longer to answer than it allows itself.",
        source=f"{AWS} · {GOOGLE}",
        unless=r"connect",
    ),
    rule(
        "code.rate-limit",
        Cause.RATE_LIMITED,
        either(
            r"service quota exceeded",
            r"user rate limit exceeded",
            r"quota failure",
            r"(?:rpm|tpm|rpd|tpd|concurren\w+) ?(?:limit|quota)?(?: exceeded| reached)?",
        ),
        hint="We ask faster than this key may; honour retry-after.",
        source=f"{AWS} · {GOOGLE}",
        unless=r"free ?tier|depleted",
        statuses={400, 403, 429},
    ),
)

REQUEST_CODES = (
    rule(
        "code.bad-request",
        Cause.BAD_REQUEST,
        either(
            (
                r"(?:unsupported|unknown|invalid|missing|unrecognized|"
                r"not supported) (?:required )?(?:\w+ )?(?:parameter|value|field|argument|type|format|media type|"
                r"content type|json|body|image|file|url|prompt|message|role|schema|input|function parameters|"
                r"country code|beta|version|api version|path|endpoint|route)s?\b"
            ),
            (
                r"(?:context|prompt|input|string|array|request|payload|tokens?|context length|"
                r"context window) (?:\w+ )?(?:exceeded|too long|too large|above max\w*|below min\w*)"
            ),
            (
                r"(?:parse|validation|decoding|json|schema|serialization|deserialization|"
                r"unprocessable) ?(?:\w+ )?(?:error|failed|failure|invalid|entity)"
            ),
            (
                r"method not allowed|operation not supported|(?:unsupported|"
                r"not supported) api for model|tool use failed|json validate failed|empty (?:prompt|"
                r"input|messages)"
            ),
            r"string above max length|integer below min value|integer above max value|invalid parameter combination",
            (
                r"(?:missing|greater than|less than|string type|int parsing|extra forbidden|value error|list type|"
                r"literal error|union tag \w+|model attributes type|json invalid)$"
            ),
        ),
        hint="Our request does not fit this API: change our check, the model was never asked.",
        source=OPENAI,
        statuses=frozenset({200}) | (frozenset(range(400, 500)) - {401, 402, 403, 407, 410, 429}),
        unless=r"model\b(?! attributes)|api key|token(?! )|country code|endpoint not found",
    ),
)
"""Read after the telling phrases: providers put organizations, plans and filters under such codes too."""
