"""What the self-check asks of the world outside: a heartbeat that says all is well, and where an egress comes out."""

from __future__ import annotations

from datetime import datetime

import structlog

from checks.http import Fetcher, Request
from checks.target import Credential
from statuspage.core.selfcheck import SelfReport, egress, together
from statuspage.core.settings import Settings

ENOUGH = 4096
PATIENCE = 10.0

log = structlog.get_logger(__name__)


async def heartbeat(fetcher: Fetcher, url: str) -> bool:
    """Tell another service that all is well; whether it heard. Its address is a secret and is not logged."""
    answer = (await fetcher.fetch(Request("GET", url, timeout=PATIENCE, cap=ENOUGH))).answer
    heard = answer.status is not None and answer.status < 300
    if not heard:
        log.warning("the heartbeat was not heard", status=answer.status, failure=answer.failure)
    return heard


async def countries(fetcher: Fetcher, settings: Settings, at: datetime) -> SelfReport:
    """Where the egress of each credential with a declared country comes out; nothing where no address is configured."""
    if settings.self_check.country_url is None:
        return SelfReport()
    declared = [
        (held.credential, held.country)
        for provider in settings.providers
        for held in provider.credentials.values()
        if held.country
    ]
    return together([await _country(fetcher, settings, held, country, at) for held, country in declared])


async def _country(fetcher: Fetcher, settings: Settings, held: Credential, country: str, at: datetime) -> SelfReport:
    through = Credential(f"country+{held.egress}", "", held.egress)
    request = Request("GET", settings.self_check.country_url or "", credential=through, timeout=PATIENCE, cap=ENOUGH)
    answer = (await fetcher.fetch(request)).answer
    return egress(held.id, country, answer.body if answer.status == 200 else None, at)
