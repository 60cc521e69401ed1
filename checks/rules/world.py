"""Wording of law, sanctions and geography: step 3, before any machine code."""

from __future__ import annotations

from checks.observation import Cause, Strength
from checks.rules.rule import NOT_FAILING, either, rule

PLACE = r"(?:countr(?:y|ies)|regions?|locations?|territor(?:y|ies)|jurisdictions?|areas?|geograph\w+|markets?)"
REFUSED = (
    r"not (?:supported|available|allowed|permitted|accessible|offered|enabled|eligible|served|authorized|launched)"
)
CLOUD_REGION = r"(?:global\b|(?:[a-z]+-)+[a-z]*\d|(?:east|west|north|south|central)?(?:us|eu|uk|asia)\w*\d?\b)"

LEGAL = (
    rule(
        "legal.order",
        Cause.LEGAL,
        either(
            r"court(?:-| )ordere?d?\b",
            r"injunction",
            r"subpoena",
            (
                r"(?:government|legal|regulatory|judicial|executive|administrative|ministerial) ... ?(?:directive|"
                r"orders?\b|mandate|injunction|decree)"
            ),
            (
                r"(?:government|legal|regulatory) (?:directive|orders?\b|requests?\b|restrictions?|requirements?|"
                r"reasons?|obligations?|mandate|demand)"
            ),
            (
                r"(?:directive|orders?) (?:of|from|by|issued by) ... (?:government|court|regulator|authorit|"
                r"department|ministry)"
            ),
        ),
        hint="An authority or a law forbids this model here; waiting or another key will not help.",
        source="https://www.rfc-editor.org/rfc/rfc7725",
    ),
    rule(
        "legal.export-control",
        Cause.LEGAL,
        either(
            r"export[ -](?:control|restrict|administration|regulation|licen[cs]e|compliance|ban|law)",
            r"sanction(?:s|ed)?\b",
            r"embargo",
            r"ofac\b",
            r"denied part(?:y|ies)",
            r"foreign national",
        ),
        hint="Export control or sanctions forbid this model for the people this key stands for.",
        source="https://www.rfc-editor.org/rfc/rfc7725",
    ),
    rule(
        "legal.law",
        Cause.LEGAL,
        either(
            (
                r"(?:required|prohibited|forbidden|restricted|mandated|barred) by (?:\w+ ){0,2}(?:laws?|regulations?|"
                r"statute)\b"
            ),
            (
                r"(?:compl(?:y|ies|iance|ying)|accordance|pursuant|due|because of|in response|response) (?:with |"
                r"to )?(?:\w+ ){0,3}(?:laws?|legal|legislation|regulations?|statute|court)\b"
            ),
            r"legal(?:ly)? (?:restricted|prohibited|required|compelled|prevented|not permitted)",
            r"not available for legal",
            r"under (?:applicable|local|national|federal|eu) (?:laws?|regulations?|legislation)",
        ),
        hint="The provider says that the law does not let it serve this model.",
        source="https://www.rfc-editor.org/rfc/rfc7725",
    ),
)

REGION = (
    rule(
        "request.cloud-region",
        Cause.BAD_REQUEST,
        either(
            (
                rf"(?:not|cannot be) (?:servable|served|supported|available|enabled|deployed|hosted|"
                rf"offered) ... (?:region|location) {CLOUD_REGION}"
            ),
            r"not (?:servable|served) in ... ?(?:region|location)",
            r"invalid (?:aws |cloud )?(?:region|location)\b",
            r"(?:region|location) ... (?:does not match|mismatch)",
        ),
        hint="The address that we ask lies in a cloud region that does not host the model: change our configuration.",
        source="https://cloud.google.com/vertex-ai/generative-ai/docs/partner-models/use-claude#regions",
        statuses=NOT_FAILING,
        unless=r"your (?:country|location|region)",
    ),
    rule(
        "region.sentence",
        Cause.REGION,
        either(
            rf"{PLACE}(?: {PLACE})*(?: or {PLACE})? (?:is |are )?{REFUSED}",
            rf"(?:not supported|restricted|prohibited|forbidden|embargoed|blocked|banned|disallowed) (?:{PLACE}|geo)",
            (
                rf"{REFUSED} ... (?:your|this|that|the user|the users|current|certain|some|these|selected|"
                rf"caller) (?:\w+ )?(?:countr(?:y|ies)|location|territor(?:y|ies)|jurisdiction|geograph\w+|area|"
                rf"market)\b"
            ),
            rf"{REFUSED} ... (?:your|the user|the users|user) (?:\w+ )?regions?\b",
            rf"not support(?:ing|ed)? (?:your|this|that|the user) (?:\w+ )?(?:{PLACE})",
            (
                r"(?:not available|not supported|blocked|restricted|prohibited|not accessible) in (?:this|that|"
                r"certain|some|these|the selected) regions?\b"
            ),
            (
                r"(?:your|user|caller|client) (?:current )?(?:countr(?:y|ies)|region|location|"
                r"territory)\b(?: \S+){0,4} (?:is|are) (?:not|restricted|blocked|banned)"
            ),
            (
                r"(?:access|requests?|traffic|users?|connections?) (?:is |are )?from (?:\S+ ){0,6}(?:countr(?:y|ies)|"
                r"region|territor|location|jurisdiction)\S*(?: \S+){0,5} (?:not|blocked|denied|restricted|prohibited|"
                r"forbidden|disallowed)"
            ),
            (
                rf"(?:block(?:ed|s|ing)?|den(?:y|ied)|restrict(?:ed|s)?|forbidden|prohibited|banned) (?:access |"
                rf"requests? |traffic )?(?:\w+ )?(?:from|in|to|for) (?:your|this) (?:{PLACE})"
            ),
            r"(?:country|region) (?:\w+ ){0,4}ip address is in",
            r"banned the (?:country|region)",
            rf"not (?:serve|serving|offer\w*|cover|operate in) (?:your|this|that|the user) (?:\w+ )?{PLACE}",
            r"geo(?:graphic(?:al)?(?:ly)?)?[ -]?(?:restrict|block|fenc|location restrict)",
            r"outside (?:of )?(?:the )?(?:us\b|usa\b|united states|eu\b|european|uk\b|china)",
            r"outside ... (?:supported|allowed|permitted) (?:countr|region|territor|location)",
            (
                r"(?:only|exclusively) available (?:in|to users in) (?:the )?(?:us\b|u\.s|united states|usa|eu\b|"
                r"europe|china|certain countr|select(?:ed)? countr|supported countr)"
            ),
        ),
        hint="The provider does not serve the country from which this credential asks.",
        source=(
            "https://platform.openai.com/docs/guides/error-codes · "
            "https://ai.google.dev/gemini-api/docs/troubleshooting"
        ),
        statuses=NOT_FAILING | frozenset(range(200, 400)),
    ),
)

EDGE = (
    rule(
        "edge.blocked",
        Cause.EDGE_BLOCK,
        either(
            r"blocked by (?:\S+ ){0,2}?(?:vercel|cloudflare|akamai|fastly|cloudfront|waf|firewall|bot \w+)\b",
            r"(?:waf|firewall|bot protection|bot detection) (?:\S+ ){0,2}?(?:blocked|block|denied|rejected)\b",
            r"(?:connection|host|domain|destination) (?:is |was )?(?:not allowed|blocked|denied) by (?:\S+ )?polic",
            r"request (?:was |is |has been )?blocked by (?:\S+ ){0,2}?(?:gateway|proxy)\b(?! (?:polic|guardrail|rule))",
        ),
        hint="An edge network blocks us; the API was never asked.",
        source="https://github.com/diegosouzapw/OmniRoute/issues/12041",
        statuses={400, 401, 403, 405, 406},
        unless=r"virtual network",
    ),
)
"""A gateway's own words for a page that it met."""

BARE_REFUSAL = (
    rule(
        "region.bare-refusal",
        Cause.REGION,
        either(
            r"request (?:is |was )?(?:not allowed|forbidden|blocked|denied|rejected)(?: (?:forbidden|link))*(?: \||$)",
            r"access denied (?:\| )?please check your network",
            r"(?:check|verify) your network settings",
        ),
        hint=(
            "An edge refused before the API looked: often a country block, but lapsed plans and edge faults look alike."
        ),
        source="https://github.com/anthropics/anthropic-sdk-typescript/issues/457",
        strength=Strength.WEAK,
        statuses={401, 403},
    ),
)
