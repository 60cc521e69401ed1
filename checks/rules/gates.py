"""Wording with which a provider keeps a running model from us: settings, plans, permissions, closed doors."""

from __future__ import annotations

from checks.observation import Cause
from checks.rules.rule import FORM, NOT_FAILING, REFUSING, either, rule

PLAN = (
    r"(?:plan|tier|subscription|account|organization|project|team|workspace|seat|licen[cs]e|membership|group|"
    r"billing plan|api key|key|usage tier|integrator|integration|client|app|application)s?"
)
PAID = (
    r"(?:paid|pro|plus|max|premium|enterprise|business|team|higher|upgraded|scale|ultra|eligible|active|developer|dev|"
    r"gold|professional|standard|advanced|valid)"
)

POLICY = (
    rule(
        "phrase.policy-gate",
        Cause.POLICY_CONFIG,
        either(
            r"data[ -](?:retention|polic(?:y|ies)|sharing|collection|logging|residency|training|privacy)",
            r"zero[ -](?:data|retention)",
            r"(?:zdr|hipaa|baa)\b",
            (
                r"(?:privacy|guardrail|workspace|organization|provider|routing|admin\w*|security) (?:settings?|"
                r"restrictions?|preferences?|polic(?:y|ies)|controls?|constraint)"
            ),
            (
                r"no allowed providers|all providers (?:have been|were|are) (?:ignored|excluded|filtered)|"
                r"allowed providers"
            ),
            r"(?:service control|organization|org|resource control) polic(?:y|ies)",
            (
                r"(?:blocked|disabled|restricted|not enabled|not allowed|turned off|denied) (?:by|at|"
                r"in) (?:\S+ ){0,3}?(?:admin\w*|organization|project|workspace|owner|enterprise|polic\w+)(?: (?:level|"
                r"settings?|polic\w+|admin\w*|owner|constraint\w*))?\b"
            ),
            r"constraints/\S+",
            (
                r"(?:admin\w*|owner|organization|workspace) (?:has |have )?(?:\S+ ){0,3}?(?:disabled|"
                r"blocked|restricted|"
                r"enable|turned off|not enabled)\b"
            ),
            (
                r"(?:must|needs? to|required? to|requires? (?:\w+ )?|please|have not|"
                r"has not) ?opt(?:ed)?[ -]?in|opt-in (?:is )?required"
            ),
            r"training (?:data )?(?:polic|opt)",
            r"(?:explicitly disabled|disabled explicitly)\b",
        ),
        hint=(
            "A setting of the organization (data retention, routing, an administrator's policy) keeps this model from "
            "it."
        ),
        source="https://openrouter.ai/docs/features/privacy-and-logging · https://console.groq.com/docs/errors",
        statuses=REFUSING,
        unless=either(
            r"identity-based policy allows|content (?:filter\w* )?polic|usage polic",
            r"restricted to (?:\S+ ){0,4}?(?:app|client)",
            r"(?:check|review|verify) (?:\S+ ){0,5}?provider settings",
        ),
    ),
)

EXTRA_USAGE = (
    rule(
        "phrase.plan-required",
        Cause.ENTITLEMENT,
        either(
            r"(?:extra|additional) usage (?:is |must be )?(?:required|needed|enabled)",
            r"(?:usage )?credits (?:are|is) required for",
            r"requires? (?:\w+ ){0,4}?(?:extra usage|additional usage)",
            (
                rf"(?:requires?|needs?|must have|must be on|must upgrade|upgrade to) (?:an? |the |"
                rf"at least )?(?:\S+ ){{0,3}}?{PAID} (?:\w+ )?{PLAN}\b(?! to increase)"
            ),
            (
                rf"(?:only|exclusively|solely|just) (?:\w+ )?(?:available|accessible|offered|included|enabled|"
                rf"supported) (?:\w+ )?(?:on|in|to|for|with|through|via|under) (?:\S+ ){{0,4}}?(?:{PAID}|{PLAN}|"
                rf"users?|customers?|subscribers?|members?|agents?|partners?|harness\w*|tier \d)\b"
            ),
            (
                rf"not (?:available|included|supported|offered|enabled|accessible|part|allowed|permitted|"
                rf"covered) (?:\S+ ){{0,4}}?(?:on|in|for|with|by|under|of|to|within) (?:your |this |the |a |"
                rf"an )?(?:current |existing |present )?(?:\S+ ){{0,2}}?(?:{PLAN}|free|free users|free tier)\b"
            ),
            (
                r"your (?:\w+ ){0,2}?(?:plan|tier|subscription|account) (?:tier |level )?(?:does not|do not|cannot|"
                r"is not|has no)"
            ),
            rf"when using \S+ with (?:an? )?(?:\S+ )?{PLAN}",
            rf"(?:no|not) (?:\S+ ){{1,6}}?(?:under|on|in|with) your (?:current |existing )?{PLAN}\b",
            (
                r"(?:upgrade|subscribe) (?:\S+ ){0,6}?(?:to|for) (?:use|access|unlock|get access|using|"
                r"accessing)\b(?! (?:higher|more))"
            ),
            r"(?:paid|premium|pro) (?:\w+ )?(?:only|users? only)",
            r"(?:free tier|free_tier|free-tier)\S*(?: \S+){0,12} limit:? ?:?0\b",
        ),
        hint="The plan behind our key does not include this model (or this use of it).",
        source=(
            'https://github.com/anthropics/claude-code/issues ("extra usage is required") · '
            "https://docs.anthropic.com/en/api/errors"
        ),
        statuses=NOT_FAILING - FORM - {402},
        unless=(
            r"by any\b|admin\w* (?:\w+ ){0,3}?enable|authentication|organization polic|"
            r"data (?:retention|polic|sharing)|zero[ -]data|(?:daily|"
            r"hourly) (?:\w+ )?(?:allocation|allowance|limit|usage)|rate limit(?:s)? (?:reached|of|exceeded)|"
            r"(?:higher|increase\w*|more) (?:\w+ )?rate limit|pricing tier|service tier capacity|"
            r"more credits|afford\b|not enough credits|insufficient (?:credits|balance|funds)"
        ),
    ),
)

ENTITLEMENT = (
    rule(
        "phrase.closed-to-newcomers",
        Cause.ENTITLEMENT,
        either(
            (
                r"(?:not|no longer) (?:available|open|offered|accessible|enabled|accepting) (?:\w+ )?(?:to|"
                r"for) (?:\w+ )?new"
            ),
            (
                r"new (?:users?|customers?|accounts?|projects?|organizations?) (?:can|cannot|are|may|"
                r"will)(?: \w+)? (?:not|no longer)"
            ),
            r"(?:existing|previous) (?:users|customers) only",
            r"not been actively using",
            r"not (?:actively |recently )?used (?:it|the model|this model)",
        ),
        hint="The model still runs, but only for those who used it before; our account came too late.",
        source="https://docs.aws.amazon.com/bedrock/latest/userguide/model-lifecycle.html",
        statuses=REFUSING,
    ),
    rule(
        "phrase.no-access",
        Cause.ENTITLEMENT,
        either(
            (
                r"(?:not|no|never|without|lacks?) (?:\w+ )?(?:have |having |has |been granted |got |"
                r"yet )?(?:\w+ )?(?:access|permissions?|entitle\w+)\b"
            ),
            (
                r"(?:not|neither) (?:been )?(?:authorized|allowed|permitted|entitled|eligible|granted|cleared|"
                r"approved|whitelisted|allowlisted|allow-listed|enrolled|enabled|activated|subscribed|licensed|"
                r"verified|provisioned)(?: \w+)? (?:to|for|on|at|in|access|the|this)\b"
            ),
            (
                r"(?:permission|access)(?: \S+){0,5}? (?:is |was |has been )?(?:denied|required|restricted|refused|"
                r"forbidden|not granted|not allowed|not permitted)"
            ),
            rf"(?:revoked|removed|disabled|suspended|blocked|withdrawn) for (?:your|this) (?:\w+ )?{PLAN}\b",
            r"(?:denied|forbidden) access|access (?:is )?denied",
            r"(?:insufficient|missing|required|necessary) (?:\w+ )?(?:permissions?|privileges?|entitlement)",
            (
                r"(?:request|apply for|need|obtain|get|granted|gain|enable|activate|require|"
                r"requires) (?:\w+ ){0,2}?access\b"
            ),
            (
                r"(?:waitlist|wait list|waiting list|allow-?list|white-?list|gated|invite[ -]only|invitation|"
                r"early access|private preview|limited preview|limited access|trusted access|trusted tester|"
                r"beta program\w*|closed beta|restricted access)"
            ),
            r"(?:accept|agree|accepted|agreed) (?:\S+ ){0,4}?(?:terms|licen[cs]e|agreement|conditions|eula)",
            r"(?:terms|licen[cs]e|agreement|eula) (?:\w+ ){0,3}?(?:accept|acceptance|agree)",
            (
                r"(?:must|needs?|has|have|required|please) (?:to )?(?:be |get |complete |not been )?(?:verif(?:y|ied|"
                r"ication))"
            ),
            r"(?:organization|account|identity|age|phone) (?:\w+ )?(?:verification|not verified)",
            r"use case (?:details|form)|(?:details|form) (?:have|has) not been submitted",
            (
                r"not available (?:for|to|with|on|in) (?:your|this) (?:\w+ )?(?:api key|key|account|organization|"
                r"project|team|user|workspace|tenant|subscription|resource|credential)"
            ),
            (
                r"(?:key|team|user|project|organization|token|tenant)(?: \S+){0,4}? (?:cannot|not|can only|may only|"
                r"may not|unable to) (?:\w+ )?(?:access|use|call|invoke|allowed)"
            ),
            r"operation (?:is )?not (?:allowed|permitted|authorized)",
            r"not (?:subscribed|activated|enabled|opened|purchased|unlocked|open)\b",
            r"(?:eligible|eligibility)",
            (
                r"restricted to (?:\S+ ){0,4}?(?:users|customers|organizations|accounts|partners|members|programs?|"
                r"app\w*|clients)"
            ),
        ),
        hint="The model answers others, but the account behind our key may not use it.",
        source=(
            "https://docs.aws.amazon.com/bedrock/latest/userguide/model-access.html · "
            "https://docs.litellm.ai/docs/proxy/virtual_keys"
        ),
        statuses=REFUSING - {401, 402, 407},
    ),
)
