"""Every use case over one open store: what the command line and the web call."""

from __future__ import annotations

import os
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from checks.http import Fetcher
from checks.target import Vantage
from statuspage import clock
from statuspage.app.sending import Sending
from statuspage.core.settings import Settings
from statuspage.core.subscription import Origin
from statuspage.ports import Asker, Clock, Ids
from statuspage.runtime.asker import CheckAsker
from statuspage.runtime.pacing import PacedAsker
from statuspage.runtime.passwords import Argon2Passwords
from statuspage.senders.guard import Rules, check_url
from statuspage.senders.http import Client, Outbound
from statuspage.services.alerts import NoAlerts, StaffAlerts
from statuspage.services.attestations import Attestations
from statuspage.services.audit import AuditLog
from statuspage.services.diagnosis import Diagnosis
from statuspage.services.digest import Digest
from statuspage.services.enrolment import Enrolments
from statuspage.services.fingerprints import Fingerprints
from statuspage.services.importing import Imports
from statuspage.services.incident_reading import active_approvers, one_person
from statuspage.services.incidents import Incidents
from statuspage.services.monitoring import Monitor
from statuspage.services.overview import Overview
from statuspage.services.people import People
from statuspage.services.queries import Queries
from statuspage.services.rehearsal import Rehearsals
from statuspage.services.sheets import Sheets
from statuspage.services.sign_in import SignIn
from statuspage.services.subscriptions import Subscriptions
from statuspage.services.tokens import Tokens
from statuspage.store.database import Database, open_store
from statuspage.store.engine import sqlite_file
from statuspage.store.secrets import key_ring


def new_id(prefix: str) -> str:
    """An id that nobody can guess; it holds no dot."""
    return f"{prefix}_{secrets.token_hex(12)}"


@dataclass
class Verbs:
    """Every use case over one store: what the command line and the web call."""

    settings: Settings
    store: Database
    monitor: Monitor
    incidents: Incidents
    imports: Imports
    rehearsals: Rehearsals
    sheets: Sheets
    fingerprints: Fingerprints
    attestations: Attestations
    subscriptions: Subscriptions
    people: People
    sign_in: SignIn
    tokens: Tokens
    audit: AuditLog
    enrolments: Enrolments
    queries: Queries
    clock: Clock
    ids: Ids
    fetcher: Fetcher
    client: Outbound
    askers: tuple[CheckAsker, PacedAsker]
    alerts: StaffAlerts
    sending: Sending
    digest: Digest

    overview: Overview = field(init=False)

    def __post_init__(self) -> None:
        diagnosis = Diagnosis(self.store, self.monitor.asker, self.settings, self.clock)
        self.overview = Overview(self.store, self.settings, self.clock, diagnosis, self.subscriptions)

    def adopt(self, settings: Settings) -> None:
        """Go on with other settings; no round may be under way."""
        services = (
            self.alerts,
            self.digest,
            self.monitor,
            self.incidents,
            self.rehearsals,
            self.imports,
            self.attestations,
            self.queries,
            self.overview,
        )
        for one in (self, *services, *self.askers):
            one.settings = settings
        self.monitor.recall.keep({provider.id for provider in settings.providers})
        rules = Rules.of(settings.webhooks, settings.site.url)
        self.sending.adopt(settings)
        self.subscriptions.adopt(_guard(rules), settings.site.url)
        self.enrolments.adopt(_guard(rules), settings)


def data_folder(settings: Settings) -> Path:
    """Where the store's file, its key and the sandbox's state lie."""
    file = sqlite_file(settings.store_url)
    return file.parent if file else Path("data")


@asynccontextmanager
async def verbs(
    settings: Settings,
    *,
    environ: Mapping[str, str] | None = None,
    now: Clock = clock.now,
    played: bool = False,
    client: Outbound | None = None,
) -> AsyncIterator[Verbs]:
    """The use cases over an open store, beside whatever else is running; a history that is only ``played`` waits for
    no rate limit and alerts nobody. ``client`` replaces the way out of webhooks."""
    async with AsyncExitStack() as stack:
        keys = key_ring(settings.store_url, environ or os.environ)
        store = await open_store(settings.store_url, key=keys)
        stack.push_async_callback(store.close)
        fetcher = Fetcher()
        stack.push_async_callback(fetcher.close)
        rules = Rules.of(settings.webhooks, settings.site.url)
        client = client or Client()
        stack.push_async_callback(client.close)
        sending = Sending(settings, client, keys.derived("self-serve"))
        passwords = Argon2Passwords()
        stack.callback(passwords.close)
        asker = CheckAsker(settings, fetcher, Vantage(), now)
        paced = PacedAsker(asker, settings)
        alerts = NoAlerts() if played else StaffAlerts(settings, new_id)
        yield Verbs(
            settings=settings,
            store=store,
            monitor=_monitor(store, asker if played else paced, settings, now, alerts, played=played),
            imports=Imports(store, settings, now),
            incidents=Incidents(store, settings, now, new_id, alerts, one_person if played else active_approvers),
            rehearsals=Rehearsals(store, settings, now, new_id),
            sheets=Sheets(store, now),
            fingerprints=Fingerprints(store, now),
            attestations=Attestations(store, settings, now, new_id),
            subscriptions=_subscriptions(store, sending, settings, now),
            people=People(store, passwords, now, new_id, secrets.token_bytes),
            sign_in=SignIn(store, passwords, now, random=secrets.token_bytes, keys=keys.derived("staff")),
            tokens=Tokens(store, now, new_id, secrets.token_bytes),
            audit=AuditLog(store),
            enrolments=Enrolments(
                store,
                sending.sender,
                now,
                settings,
                check_url=_guard(rules),
                random=secrets.token_bytes,
                keys=keys.derived("self-serve"),
            ),
            queries=Queries(store, settings, now),
            clock=now,
            ids=new_id,
            fetcher=fetcher,
            client=client,
            askers=(asker, paced),
            alerts=alerts,
            sending=sending,
            digest=Digest(store, settings, now, new_id),
        )


def _monitor(
    store: Database, asker: Asker, settings: Settings, now: Clock, alerts: StaffAlerts, *, played: bool
) -> Monitor:
    """The monitor; one that only plays a history takes its clock as it is."""
    return Monitor(store, asker, settings, now, new_id, alerts=alerts, steady=None if played else clock.steady)


def _subscriptions(store: Database, sending: Sending, settings: Settings, now: Clock) -> Subscriptions:
    """What operators and subscribers do with subscriptions."""
    check = _guard(Rules.of(settings.webhooks, settings.site.url))
    url = settings.site.url
    return Subscriptions(store, sending.sender, now, new_id, check_url=check, random=secrets.token_bytes, site_url=url)


def _guard(rules: Rules) -> Callable[[str, Origin], None]:
    return lambda url, origin: check_url(url, origin=Origin(origin), rules=rules)
