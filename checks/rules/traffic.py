"""Wording of an API that works: filtered content, busy models, limits on how fast one may ask."""

from __future__ import annotations

from checks.observation import Cause
from checks.rules.rule import either, rule

FAILING = frozenset({400, 403, 404, 408, 409, 422, 424, 425, 429, 498, 499}) | frozenset(range(500, 1000))

COOLING = r"(?:in|on) cool[ -]?down\b|cooling (?:down|off)\b"
"""A gateway that asks nobody for a while, after a failure of which it says nothing: no more than a call to wait."""

NO_GATE = "".join(f"(?<!{whose} )" for whose in ("workspace", "organization", "admin", "access", "gateway", "network"))
"""What must not stand before the word policy: such a policy closes a model, it does not read what was written."""

ANSWERED = (
    rule(
        "phrase.output-limit",
        Cause.OK,
        r"could not finish ... (?:because|since|as) ... (?:limit|max_tokens|max_output_tokens|max_completion_tokens)",
        hint="The model answered, but not within the few tokens that we allow.",
        source="https://community.openai.com/t/could-not-finish-the-message-because-max-tokens/1112345",
        statuses={400},
    ),
    rule(
        "phrase.content-filter",
        Cause.CONTENT_FILTER,
        either(
            (
                r"(?:content|usage|safety|moderation|responsible ai|"
                r"acceptable use)(?: \w+)? (?:management )?polic(?:y|ies) ... (?:violat|trigger|flag|block|filter|"
                r"reject)"
            ),
            (
                rf"(?:response|prompt|output|input|content|message|request|completion|text) (?:was |is |has been |"
                rf"were |may have been |got )(?:\w+ )?(?:filtered|flagged|moderated|blocked ... (?:safety|content|"
                rf"moderation|filter|{NO_GATE}policy))"
            ),
            (
                r"(?:content|safety|moderation|guardrail)s? ?(?:filter|policy|check|system|guardrail)\w* ... (?:block|"
                r"reject|trigger|flag|fail|interven)"
            ),
            (
                r"(?:blocked|rejected|refused|flagged|filtered) (?:by|due to|for|because of) (?:\S+ ){0,4}(?:safety|"
                r"content|moderation|guardrail|usage polic|prohibited)"
            ),
            (
                r"(?:violat\w*|against) (?:\w+ ){0,3}(?:usage|content|safety|moderation|"
                r"acceptable use) (?:\w+ )?(?:polic|guideline|filter)"
            ),
            r"requires moderation",
            r"(?:content|data|safety|security) (?:\w+ )?inspection (?:has |was )?(?:failed|rejected|blocked)",
            r"(?:input|output|content) \w*sensitive\b",
            r"(?:inappropriate|sensitive|harmful|unsafe|prohibited|risky|high risk) (?:content|words?|material)",
            r"(?:deny|block)-?(?: )?listed token",
            r"content exists risk",
        ),
        hint="The model is there; a content filter stopped this one answer.",
        source=(
            "https://learn.microsoft.com/azure/ai-services/openai/concepts/content-filter · "
            "https://openrouter.ai/docs/api-reference/errors"
        ),
        statuses=set(range(200, 500)) - {401, 402, 404},
    ),
)

CAPACITY = (
    rule(
        "phrase.capacity",
        Cause.CAPACITY,
        either(
            r"(?:is |are |was |been |system |server |engine |model |temporarily )?over[ -]?load",
            (
                r"(?:at|over|reached|exceed(?:s|ed)?|out of|limited|insufficient|not enough|no|maximum|max|"
                r"lacks?) (?:\w+ )?capacity"
            ),
            r"capacity (?:\w+ )?(?:exceeded|constraint|reached|limited|limits?\b|not available|is (?:full|limited))",
            (
                r"(?:high|heavy|peak|unusual|increased|exceptionally high|extreme) (?:\w+ )?(?:demand|load|traffic|"
                r"usage)\b"
            ),
            r"(?:too|is|are|currently|system|server|very|model|service|engine) busy\b",
            (
                r"no (?:available |healthy |active |more )?(?:\w+ )?(?:instances?|deployments?|workers?|replicas?|"
                r"upstreams?|nodes|channels?|backends?|accounts?)"
                r"(?: (?:is |are )?(?:available|left|found|running|ready))?\b"
            ),
            (
                r"model (?:\S+ ){0,3}(?:is |are )?(?:still |being )?(?:load(?:ing|ed into)|warming|starting|not ready|"
                r"spinning|scaling)"
            ),
            r"requires more (?:system |gpu |available )?memory",
            (
                r"(?:out of|insufficient|not enough) (?:gpu |system |server |cuda |compute )?(?:memory|resources?|"
                r"gpus?|workers)\b"
            ),
            r"slow down",
            r"(?:scaling|scale) up",
            r"request queue (?:is )?full",
            r"queue (?:\w+ )?(?:is )?full",
        ),
        hint="The provider has no room for the request at this moment; it usually passes.",
        source=(
            "https://docs.anthropic.com/en/api/errors · https://docs.mistral.ai · "
            "https://cloud.google.com/vertex-ai/docs/errors"
        ),
        statuses=FAILING,
        unless=either(
            r"(?:token|request|rate|call)s? (?:rate )?(?:limit|per)",
            r"no (?:deployments?|endpoints?|channels?) (?:\w+ )?found",
            r"(?:invalid|image|file|input|payload|header)\w* (?:\w+ ){0,2}too large",
            r"quota will reset",
            r"budget\b",
            COOLING,
        ),
    ),
)

UPSTREAM = (
    rule(
        "phrase.upstream-fault",
        Cause.SERVER_ERROR,
        (
            r"cannot connect to host|\S*connectionerror\b|connection (?:refused|reset|closed|error)|(?:dns|"
            r"name) (?:\w+ )?resol|contact dns"
        ),
        hint="A gateway could not reach the provider behind it.",
        source="https://docs.litellm.ai/docs/exception_mapping",
        statuses=range(500, 1000),
    ),
)

TIMEOUT = (
    rule(
        "phrase.timeout",
        Cause.TIMEOUT,
        either(
            (
                r"(?:request|model|response|generation|upstream|operation|inference|call|provider|it|"
                r"completion) (?:\S+ ){0,4}?tim(?:ed|e|ing)[ -]?out"
            ),
            r"time(?:d|s)?[ -]?out (?:while|waiting|after|error|exceeded|on |in |of |the )",
            r"deadline (?:was )?(?:exceeded|expired)",
            r"litellm\.timeout",
            r"took too long",
            r"timed out",
        ),
        hint="The provider took longer to answer than it allows itself.",
        source=(
            ""
            "https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html#API_runtime_InvokeModel_Errors"
        ),
        statuses=frozenset({400, 408, 424, 499}) | frozenset(range(500, 1000)),
        unless=r"connect(?:ion)? (?:\w+ )?time",
    ),
)

RATE = (
    rule(
        "phrase.rate-limit",
        Cause.RATE_LIMITED,
        either(
            r"rate[ -_]?limit(?:s|ed|ing|er)?\b",
            r"(?:call|token|request|usage) rate\b",
            r"too many (?:\w+ )?(?:requests|tokens (?:per|please)|concurrent|calls|connections)",
            r"(?:requests|tokens|calls|images) per (?:min|sec|hour|day|month|week)",
            r"(?:daily|hourly|per-minute|per-day|per minute|weekly) (?:\w+ )?(?:limit|quota)",
            r"quota (?:exceeded|exhausted) ... (?:per|quota metric|metric|minute|base_model)",
            r"quota(?<![^|] quota) (?:is |was |has been )?(?:exceeded|exhausted)(?: \||$)",
            r"quota exceeded for (?:metric|quota|aiplatform)",
            r"exceed(?:s|ed)? ... (?:service|request|token|concurren\w+) (?:quota|limit)",
            r"(?:concurren\w+|throughput) (?:\w+ )?(?:limit|quota|exceed)",
            r"throttl",
            r"tpm\b|rpm\b|rpd\b|tpd\b",
            COOLING,
        ),
        hint="We ask faster than this key may; honour retry-after.",
        source="https://www.rfc-editor.org/rfc/rfc6585#section-4",
        statuses=frozenset({400, 403, 408, 409, 429}),
        unless=either(
            r"(?:free tier|free_tier|free-tier)\S*(?: \S+){0,12} limit:? ?:?0\b",
            r"limit (?:is |was )?set to 0\b",
            r"monthly (?:spend|budget|included|usage)",
        ),
    ),
    rule(
        "phrase.rate-limit-as-fault",
        Cause.RATE_LIMITED,
        r"rate[ -]?limit|throttled|quota exceeded",
        hint="We ask faster than this key may, though the status says fault.",
        source="https://docs.litellm.ai/docs/exception_mapping",
        statuses=range(500, 1000),
    ),
)
