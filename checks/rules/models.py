"""Wording about the model itself: ended, taken away, unknown here, or hidden from us."""

from __future__ import annotations

from checks.observation import Cause
from checks.rules.rule import REFUSING, either, rule

MODEL = r"(?:models?|model[ _]?(?:code|name|id)|engine|deployment|checkpoint|snapshot|version|endpoint)"
GONE = (
    r"(?:deprecated|retired|decommissioned|sunset(?:ted)?|discontinued|removed|obsoleted?|shut ?down|"
    r"end[ -]of[ -]life|eol|archived|phased out|superseded|delisted)"
)

AMBIGUOUS = (
    rule(
        "phrase.missing-or-hidden",
        Cause.MODEL_NOT_FOUND,
        either(
            (
                r"(?:not exist|not found|cannot be found|no such|not a valid|invalid|unknown) ... (?:or|"
                r"and/or) ... (?:not have|no|lack|without|not be|not) (?:\w+ )?(?:access|permission|authorized|"
                r"allowed)"
            ),
            r"(?:not exist|not found|cannot be found) or (?:is |was |has )?(?:not|no)",
            r"access ... or (?:the )?(?:\w+ )?(?:model|name|id)(?: \w+)? ... (?:invalid|not exist|incorrect|not found)",
            r"not found ... or (?:\w+ )?(?:permission|access) (?:is |was )?(?:denied|missing)",
            r"(?:either|or) (?:does not|do not|may not|might not) exist",
        ),
        hint="The provider does not say whether the model is missing or hidden from us; history and controls decide.",
        source="https://platform.openai.com/docs/guides/error-codes · https://docs.x.ai/docs/key-information/debugging",
        statuses=REFUSING - {403},
    ),
)

RETIRED = (
    rule(
        "phrase.retired",
        Cause.RETIRED,
        either(
            (
                rf"(?:<asked>|{MODEL})(?: \S+){{0,9}}? (?:has |have |is |are |was |were |been |"
                rf"being )+(?:\w+ )?{GONE}(?! for)\b"
            ),
            (
                rf"(?:<asked>|{MODEL})(?: \S+){{0,9}}? (?:reached|past|at|after) (?:\w+ )?(?:end[ -]of[ -](?:life|"
                rf"service|support)|eol|retirement|shutdown|sunset)"
            ),
            rf"{GONE}(?<!removed) (?:\w+ )?(?:models?|engine|snapshot)\b",
            (
                rf"(?:<asked>|{MODEL})(?: \S+){{0,9}}? (?:is |are |has |been )?(?:no longer) (?:be )?(?:available|"
                rf"supported|accessible|served|offered|active|hosted|maintained|exist\w*|in service|provided|usable|"
                rf"used|accepted)"
            ),
            (
                r"no longer (?:available|supported|accessible|offered|served)(?: \||$| (?:please|as of|since|use|"
                r"learn|migrate|link|refer|see|and))"
            ),
            r"(?:end[ -]of[ -]life|end of its life)",
            rf"\S*\d\S* (?:has |have |is |are |was |were |been )+(?:\w+ )?{GONE}(?! for)\b",
            r"was (?:removed|retired|shut down|discontinued|deprecated|sunset) on",
            r"(?:not|no longer) (?:available|supported|offered|served)\b.{0,200} link deprecations\b",
            (
                r"(?:retired|deprecated|decommissioned|discontinued|sunset|shut down|removed|"
                r"withdrawn from service) (?:on|since|as of) (?:\w+ )?\d"
            ),
        ),
        hint="The provider has ended this model's life; use its successor.",
        source=(
            "https://platform.openai.com/docs/deprecations · "
            "https://docs.anthropic.com/en/docs/about-claude/model-deprecations"
        ),
        statuses=REFUSING - {401, 402},
        unless=either(
            r"api[ -]?version|(?:suspend|paused|temporar|until further notice|legal|government)",
            rf"(?:api|route|method|operation|parameter|field|feature) (?:(?:has|have|is|are|was|were|been) )+{GONE}\b",
        ),
    ),
    rule(
        "phrase.offer-over",
        Cause.RETIRED,
        r"(?:promotion|preview|beta)(?: period)? (?:has |is |was )?(?:ended|over|closed) for (?!your|this acc|our)",
        hint="What was offered under this id for a while is over; the model may go on under another.",
        source="https://github.com/tashfeenahmed/freellmapi/pull/270",
        statuses=REFUSING,
    ),
)

WITHDRAWN = (
    rule(
        "phrase.withdrawn",
        Cause.WITHDRAWN,
        either(
            (
                r"(?:<asked>|\S*\d\S*|models?|access)(?: \S+){0,8}? (?:is |are |was |has |have |been |being |"
                r"temporarily |be )+(?:\w+ )?(?:suspended|paused|withdrawn|disabled|revoked|pulled|taken offline|"
                r"taken down|turned off|switched off|restricted|blocked|recalled|halted|put on hold|discontinued|"
                r"on hold|offline|unlisted)\b"
            ),
            (
                r"(?:(?:<asked>|<name>|models?)(?: \S+){0,6}? (?:is |are |was |be |been )|models? )"
                r"(?:temporarily |at this time |currently )?(?:not|no longer) (?:\w+ )?(?:available|accessible|"
                r"offered|being served|served|usable|operational|in service)\b"
            ),
            (
                r"(?:<asked>|<name>|models?)(?: \S+){0,6}? (?:cannot|can no longer|may not|may no longer) be (?:used|"
                r"accessed|called|served|offered)"
            ),
            (
                r"(?:suspended|paused|withdrawn|withdrew|disabled|pulled|halted) (?:\w+ ){0,3}?(?:access|<asked>|"
                r"<name>|this model|the model|availability)"
            ),
            r"(?:not|temporarily) (?:offering|serving|making) (?:\w+ ){0,3}?(?:<asked>|<name>|this model|the model)",
            r"not available (?:at this time|right now|until)",
            r"(?:model|access) (?:temporarily )?(?:disabled|suspended|paused|withdrawn|blocked|revoked)\b",
            r"(?:suspended|paused|withdrawn) (?:by the provider|until|indefinitely|temporarily|pending)",
        ),
        hint="The provider says that the model is not available, though nothing says that its life has ended.",
        source=(
            "https://github.com/anthropics/claude-code/issues/68121 · https://openrouter.ai/docs/api-reference/errors"
        ),
        statuses=REFUSING - {401, 402, 407, 422},
        unless=(
            r"not found|not exist|no such model|(?:via|through|at|on) (?:the |"
            r"this )?(?:\S+ )?(?:endpoint|api|route)\b"
        ),
    ),
)

NOT_FOUND = (
    rule(
        "phrase.model-not-found",
        Cause.MODEL_NOT_FOUND,
        either(
            (
                rf"(?:<asked>|{MODEL})(?: \S+){{0,8}}? (?:does not exist|do not exist|not exist|was not found|"
                rf"is not found|not found|could not be found|cannot be found|not be found|is not recognized|"
                rf"not recognized|is unknown|is invalid|is not valid|not valid|is not a valid|is not supported|"
                rf"not supported|is incorrect|not registered|is not listed|not listed)"
            ),
            (
                r"(?:invalid|unknown|not available|not supported|unrecognized|not recognized|no such|incorrect|"
                r"nonexistent|undefined|cannot find|could not find|not find|no matching) (?:\w+ )?(?:model|deployment|"
                r"engine|endpoint)\b"
            ),
            r"not a (?:valid|known|supported|recognized) (?:\w+ )?model",
            (
                r"(?:no|unable to find|no available) (?:\w+ )?(?:endpoints?|deployments?|channels?|models?|providers?|"
                r"healthy deployments?) (?:\w+ )?(?:found|available|match\w*|named|with|for)\b"
            ),
            r"unknown provider for (?:the )?model",
            r"(?:unable|failed|cannot|could not) to? ?(?:access|load|find|locate) (?:\S+ )?model",
            r"model(?<![^|] model) (?:<asked>|\S+)$",
            r"model_not_found",
            r"requested entity (?:was )?not found",
            r"try pulling it first",
            r"not (?:a valid repo|a local folder)",
        ),
        hint=(
            "The provider does not know this model id, or hides it: mistyped, retired or withdrawn; history and "
            "controls decide."
        ),
        source=(
            "https://platform.openai.com/docs/guides/error-codes · "
            "https://github.com/ollama/ollama/blob/main/docs/api.md"
        ),
        statuses=REFUSING - {402, 407},
    ),
)
