"""Wording of mistakes in the request itself: our question was wrong, not the model."""

from __future__ import annotations

from checks.observation import Cause
from checks.rules.rule import FORM, either, rule

OURS = FORM | {400, 404, 409, 422, 500, 501}
FIELD = (
    r"(?:field|parameter|param|property|argument|attribute|key|value|option|input|header|body|request|payload|"
    r"schema)s?"
)
FEATURE = (
    r"(?:tools?|tool[ -]use|function call\w*|chat|chat completions?|images?|image input|vision|audio|video|stream\w*|"
    r"system (?:prompt|message|role|instruction)\w*|json\w*|thinking|reasoning|embeddings?|completions?|generate|"
    r"logprobs|temperature|top_p|prompt caching|multimodal|this operation|the operation|operation|converse|"
    r"the parameter|parameter)"
)

FEATURE_GATE = (
    rule(
        "phrase.feature-gate",
        Cause.BAD_REQUEST,
        (
            r"(?:verified|verification|enabled|allowed|permitted|authorized|eligible|access) to (?:use |generate |"
            r"request |set |enable |create )?(?:reasoning|thinking|summar\w+|logprobs|log probabilities|"
            r"tools?\b|web search|service tier|flex|priority)"
        ),
        hint="Our account may not use an option that we ask for; without it the model may answer: change our check.",
        source="https://github.com/continuedev/continue/issues/9067",
        statuses={400, 403, 422},
        unless=r"model\b",
    ),
)
"""Read before the gates, for it closes an option and not the model."""

BAD_REQUEST = (
    rule(
        "phrase.request-address",
        Cause.BAD_REQUEST,
        either(
            r"(?:only|must) (?:be )?(?:\w+ )?(?:over|via|using|through) https\b|plain http request|to https port",
            r"(?:api|route|method|operation) (?:\w+ ){0,2}?(?:was|been|is) (?:removed|retired|discontinued|sunset)\b",
            r"(?:method|operation|action) (?:was |is )?not found",
        ),
        hint="What we ask does not lead to a model: an address, a method or a scheme that the API does not serve.",
        source="https://docs.cohere.com/docs/migrating-from-cogenerate-to-cochat",
        statuses=OURS | {403, 410, 426},
        unless=r"model (?:\S+ ){0,4}?not found",
    ),
    rule(
        "phrase.request-invocation",
        Cause.BAD_REQUEST,
        either(
            r"on-demand throughput",
            r"provider (?:is )?not provided",
            r"inference profile",
            r"not a chat model",
            (
                r"only (?:supported|available|works?) (?:in|with|on|via|through) (?:the )?(?:v1/|/v1|responses|"
                r"chat/completions|completions|\w+ api\b|\w+ endpoint)"
            ),
            (
                r"(?:use|try) (?:the )?(?:\S+ )?(?:v1/\S+|responses|chat completions|completions|messages|"
                r"converse) (?:api|endpoint)"
            ),
            rf"(?:does not|do not|cannot|not) (?:currently )?support(?:ed)? (?:\w+ )?{FEATURE}\b",
            rf"{FEATURE} (?:is |are )?not supported",
            r"(?:invalid|unknown|unrecognized) (?:url|route|path|endpoint)\b",
            (
                r"no (?:endpoints?|providers?|models?) (?:\w+ )?(?:found|available) (?:that|which|to|supporting|"
                r"with) ... ?(?:support|handle|tool|image|parameter|modalit|schema|input)"
            ),
            r"switch to (?:the )?(?:\S+ ){0,3}?api\b",
            r"no route|route (?:\S+ ){0,2}not found|unknown request url",
            r"method not allowed",
            (
                r"not (?:accessible|supported|available|usable) (?:via|through|at|on|for|with|"
                r"in) (?:the |this )?(?:\S+ )?"
                r"(?:endpoint|api|route|format)\b"
            ),
            r"(?:api[ -]?version|api version) (?:\S+ ){0,4}(?:not supported|invalid|required|missing|not exist)",
        ),
        hint="The model must be asked in another way or at another address: change our check.",
        source="https://repost.aws/questions/QUEU82wbYVQk2oU4eNwyiong · https://platform.openai.com/docs/api-reference",
        statuses=OURS | {401, 410},
        unless=either(
            r"endpoints? found for", r"models?(?:/| )\S*(?: \S+)? (?:is )?not found", r"found for api version"
        ),
    ),
    rule(
        "phrase.request-too-long",
        Cause.BAD_REQUEST,
        either(
            (
                r"(?:prompt|input|request|message|context|payload|body|entity|content|"
                r"conversation)s? (?:\S+ ){0,3}?(?:is |are )?(?:too (?:long|large|big)|exceeds)"
            ),
            r"maximum (?:context|prompt|input|allowed|number of tokens|length)",
            r"context(?:_| )(?:length|window|size|limit)",
            r"too many (?:input |prompt |total )?tokens\b(?! please)(?! per)",
            r"(?:input|prompt|token count|tokens) (?:\S+ ){0,5}?exceed",
            r"string too long|array too long",
        ),
        hint="Our question is longer than the model accepts.",
        source="https://platform.openai.com/docs/guides/error-codes",
        statuses=OURS,
    ),
    rule(
        "phrase.request-field",
        Cause.BAD_REQUEST,
        either(
            (
                rf"{FIELD} (?:\S+ ){{0,4}}?(?:is |are |was )?(?:required|missing|not permitted|not allowed|"
                rf"not supported|unexpected|invalid|deprecated for|must)\b"
            ),
            (
                rf"(?:missing|unknown|unsupported|not supported|unexpected|invalid|unrecognized|malformed|illegal|"
                rf"extra|no such|duplicate|empty) (?!request id)(?:request )?(?:\w+ ){{0,2}}?(?:{FIELD}|"
                rf"json|arguments?|role|type|"
                rf"format|content|messages?|url|file|image|schema|id|media|max_tokens|temperature|enum|name)\b"
            ),
            r"extra (?:inputs|fields)",
            (
                r"(?:max_|min_|top_|n_|stop_|response_|tool_|reasoning|thinking|temperature|max-tokens|max tokens|"
                r"maxtokens|maxoutputtokens|max_completion_tokens)\S*(?: \S+){0,6}? (?:must|should|cannot|not|is|are|"
                r"exceeds?|greater|less|at least|deprecated|required|too|invalid)\b"
            ),
            (
                r"messages?[.\[]?\d*\S* (?:\S+ ){0,5}?(?:must|should|required|cannot|not|roles?|is|are|at least|empty|"
                r"invalid)\b"
            ),
            (
                r"(?:roles?|content|conversation|system|tool_use|tool_result|tool calls?|assistant|"
                r"user message)\b (?:\S+ ){0,6}?(?:must|should|cannot|required|alternate|not allowed|without)\b"
            ),
            (
                r"(?:cannot|could not|unable to|failed to|error) (?:\w+ )?(?:parse|pars\w+|decode|deserializ\w+|"
                r"unmarshal|validat\w+|process input|read)\b"
            ),
            r"(?:not|invalid|malformed) (?:valid )?(?:json|utf-8|base64|request body)",
            r"(?:must|should) (?:not )?(?:be|have|contain|match|start|end|include|provide|use|specify|set|alternate)\b",
            (
                r"(?:expected|got|given|received) (?:\S+ ){0,4}?(?:string|integer|int|object|array|list|number|"
                r"boolean|null|dict|type)\b"
            ),
            r"validation (?:error|failed|errors)",
            (
                r"field required|missing required|value error|type error|value is not a valid|not a valid (?:list|"
                r"dict|string|integer|enum)"
            ),
            (
                r"(?:deprecated|not supported|not allowed|not available|unsupported) (?:for|with|by|"
                r"when using) (?:this|the) (?:model|endpoint|api)\b"
            ),
            r"(?:bad request|malformed|request is invalid|invalid request)\b(?: \S+){0,2}?(?: \||$)",
            r"schema(?: \S+){0,4} (?:invalid|not valid|failed|match|violat)",
            r"extraneous key|required key|anthropic_version|anthropic-version",
            r"default[_ ]credentials|illegal header",
        ),
        hint="Our request does not fit this API: change our check, the model was never asked.",
        source="https://docs.anthropic.com/en/api/errors · https://platform.openai.com/docs/guides/error-codes",
        statuses=OURS - {404, 500, 501},
        unless=either(
            (
                r"(?:invalid|unknown|unsupported|not supported|unrecognized|no such) (?:\w+ )?model\b(?! (?:parameter|"
                r"input|type|version param))"
            ),
            (
                r"model (?:\S+ ){0,4}?(?:does not exist|not found|not exist|not a valid model|not recognized|"
                r"not available|was not found)"
            ),
            r"(?:not a|valid) (?:valid )?model (?:id|name|identifier)?",
            r"model is not supported(?: for this request)?(?: \||$)",
            (
                r"model (?:identifier|name|id|code) (?:\S+ ){0,2}?(?:is )?(?:invalid|not valid|unknown|not supported|"
                r"incorrect)"
            ),
            r"access to (?:the |this )?model|permission",
        ),
    ),
)
