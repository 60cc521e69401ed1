"""The running service, whole or one process of it, how it goes on with other settings, and the site as a folder."""

from __future__ import annotations

import asyncio
import random
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from starlette.applications import Starlette

from statuspage.app.chores import runtime_of
from statuspage.app.roles import Part, Role, take_part
from statuspage.app.sandbox import Progress, introduce, receiver_port, sandbox_port, start_sandbox, unseeded
from statuspage.app.verbs import Verbs, data_folder, verbs
from statuspage.app.watching import self_checks
from statuspage.core.agenda import beats
from statuspage.core.settings import Settings
from statuspage.core.snapshot import Snapshot
from statuspage.demo.receiver import ReceiverServer
from statuspage.errors import UsageError
from statuspage.runtime.local import Chore, Runtime
from statuspage.runtime.publisher import Publisher
from statuspage.senders.http import Outbound
from statuspage.senders.relays import Relays
from statuspage.services.channels import adopt_channels
from statuspage.services.courier import Courier
from statuspage.services.selfserve import SelfServe
from statuspage.services.snapshots import record_catalogue
from statuspage.services.streaming import Tail
from statuspage.site import shelf
from statuspage.site.export import write_folder
from statuspage.site.mirror import Mirror
from statuspage.site.press import Pages, Press
from statuspage.site.publish import PublishedSite, render_site
from statuspage.web.capacity import Capacity, capacity, descriptors
from statuspage.web.routes import make_app, make_health_app
from statuspage.web.staff.area import StaffArea
from statuspage.web.staff.desk import Desk
from statuspage.web.staff.desk_api import DeskApi
from statuspage.web.staff.fingerprints import FingerprintPages
from statuspage.web.staff.overview import Views
from statuspage.web.staff.vouching import Vouching
from statuspage.web.stream import Limits
from statuspage.web.subscribe import Subscribe

INTRODUCE_EVERY = timedelta(seconds=1)
KEEP_EVERY = timedelta(minutes=10)
"""How often pages of which only the freshness moved are kept for the next start."""

PUBLISHED = "published"


log = structlog.get_logger(__name__)


@dataclass
class Service:
    """The running service: what ``serve`` puts behind the web server."""

    verbs: Verbs
    role: Role
    part: Part
    publisher: Publisher
    site: PublishedSite
    courier: Courier | None
    tail: Tail
    runtime: Runtime
    asgi: Starlette
    receiver: ReceiverServer | None
    room: Capacity

    async def reload(self, settings: Settings) -> None:
        """Go on with other settings, whole or not at all: rounds end first, history stays, nobody is told but of
        ``config.changed``. UsageError names what cannot change while the service runs."""
        used = self.verbs
        _check_changeable(used.settings, settings)
        async with self.runtime.still():
            if self.role.watches:
                await record_catalogue(used.store, settings, used.clock(), used.ids)
            used.adopt(settings)
            self.publisher.refresh = settings.site.refresh
            if self.role.watches:
                self.runtime.agenda.jitter = settings.schedule.jitter
                self.runtime.agenda.fill(beats(settings), used.clock())
                await _take_up(used)
        await self.publisher.publish()
        self.wake()

    def wake(self) -> None:
        """Send what is owed now, where this process sends."""
        if self.courier:
            self.courier.wake()


def desk_of(used: Verbs, current: Callable[[], Snapshot]) -> Desk:
    """The desk on which staff work on incidents."""
    api = DeskApi(used.incidents, used.attestations, used.rehearsals, current)
    vouching = Vouching(used.attestations, used.clock)
    return Desk(used.incidents, used.rehearsals, used.sheets, vouching, api, used.clock, used.ids)


def staff_of(used: Verbs, current: Callable[[], Snapshot]) -> StaffArea:
    """Everything that staff have, behind its guard."""
    desk, views = desk_of(used, current), Views(used.overview, used.subscriptions, used.clock)
    parts = (views, desk, FingerprintPages(used.fingerprints, used.incidents, current))
    return StaffArea(used.people, used.sign_in, used.tokens, used.audit, current, used.clock, parts, desk.typed)


@asynccontextmanager
async def service(
    settings: Settings, progress: Progress | None = None, client: Outbound | None = None, role: Role = Role.ALL
) -> AsyncIterator[Service]:
    """One process of the service, by default the whole of it; everything is drained when the block ends. ``client``
    replaces the way out of webhooks."""
    async with AsyncExitStack() as stack:
        part = await take_part(role, settings, stack)
        used = await stack.enter_async_context(verbs(settings, client=client or (Relays() if role.watches else None)))
        receiver = await start_sandbox(used, stack, progress) if role.watches else None
        if role.watches:
            await record_catalogue(used.store, settings, used.clock(), used.ids)
            await _take_up(used)
        site = PublishedSite(shelf.take(data_folder(settings) / PUBLISHED, used.clock()) if role.shows else {})
        render = _renderer(used, site) if role.shows else _render_nothing
        publisher = Publisher(used.store, used.queries, used.clock, settings.site.refresh, render)
        if not site.pages:
            await publisher.publish()
        courier = _courier(used) if role.watches else None
        tail = Tail(used.store)
        await stack.enter_async_context(tail.following())
        runtime = runtime_of(used, publisher, courier, tail)
        runtime.chores += part.chores()
        if receiver:
            known: set[str] = set()
            runtime.chores += (Chore("introduce", INTRODUCE_EVERY, lambda: introduce(used, receiver, known)),)
        if role.watches:
            runtime.chores += await self_checks(used, runtime, stack)
        room = capacity(descriptors())
        asgi = _asgi(used, publisher, site, tail, room) if role.shows else _health(used, publisher)
        runtime.start()
        stack.push_async_callback(runtime.stop)
        if courier:
            sending = asyncio.create_task(courier.run(), name="courier")
            stack.push_async_callback(_ended, sending)
            stack.push_async_callback(courier.close, timedelta(seconds=10))
        yield Service(used, role, part, publisher, site, courier, tail, runtime, asgi, receiver, room)


async def _take_up(used: Verbs) -> None:
    """Follow the configuration in force: its channels, and what the time that nobody watched made of its cells."""
    await adopt_channels(used.store, used.settings.outlets.chat, used.clock, secrets.token_bytes)
    await used.monitor.sweep()


def _courier(used: Verbs) -> Courier:
    return Courier(used.store, used.sending.sender, used.clock, used.ids, chance=random.random, alerts=used.alerts)


def _asgi(used: Verbs, publisher: Publisher, site: PublishedSite, tail: Tail, room: Capacity) -> Starlette:
    """What readers, integrators and staff ask."""
    own = SelfServe(used.store, used.subscriptions, used.clock)
    subscribe = Subscribe(used.enrolments, own, publisher.current, used.clock)
    staff, streams = staff_of(used, publisher.current), Limits(streams=room.streams)
    return make_app(used.queries, site, publisher.current, used.clock, tail, subscribe, streams, staff)


def _health(used: Verbs, publisher: Publisher) -> Starlette:
    """What operators' tools ask of a process that serves no readers."""
    return make_health_app(used.queries, publisher.current, used.clock)


def _render_nothing(snapshot: Snapshot, refresh: bool) -> None:
    """Serve no readers."""


async def build(settings: Settings, out: Path, progress: Progress | None = None) -> int:
    """Write the whole public site as static files; how many."""
    async with AsyncExitStack() as stack:
        used = await stack.enter_async_context(verbs(settings))
        if settings.site.sandbox and await unseeded(used):
            await start_sandbox(used, stack, progress)
        await record_catalogue(used.store, settings, used.clock(), used.ids)
        pages = render_site(await used.queries.snapshot())
        write_folder(pages, out, settings.site.url)
        return len(pages)


async def _ended(task: asyncio.Task[None]) -> None:
    await task


def _check_changeable(old: Settings, new: Settings) -> None:
    """What the running process was built on stays; UsageError names all that would have to change."""
    frozen = [
        name
        for name, changed in (
            ("store.url", old.store_url != new.store_url),
            ("site.sandbox", old.site.sandbox != new.site.sandbox),
            ("the sandbox's ports", _ports(old) != _ports(new)),
        )
        if changed
    ]
    if frozen:
        raise UsageError(f"{', '.join(frozen)} cannot change while the service runs: restart it for that")


def _ports(settings: Settings) -> tuple[int, int] | None:
    return (sandbox_port(settings), receiver_port(settings)) if settings.site.sandbox else None


def _renderer(used: Verbs, site: PublishedSite) -> Callable[[Snapshot, bool], None]:
    press = Press()
    kept_at: datetime | None = None
    mirror: Mirror | None = None

    def render(snapshot: Snapshot, refresh: bool) -> None:
        nonlocal kept_at, mirror
        settings, now = used.settings, snapshot.generated_at
        pages = press.pages(snapshot, site.pages, refresh=refresh)
        site.replace(pages)
        if press.moved or kept_at is None or not timedelta(0) <= now - kept_at < KEEP_EVERY:
            kept_at = now
            _keep(pages, data_folder(settings) / PUBLISHED, now)
        if settings.site.publish_to:
            mirror = _mirror(mirror, Path(settings.site.publish_to), settings.site.url)
            mirror.put(pages)

    return render


def _mirror(mirror: Mirror | None, out: Path, site_url: str) -> Mirror:
    """The mirror that is in use, or a new one where the configuration names another folder or address."""
    same = mirror is not None and (mirror.out, mirror.site_url) == (out, site_url)
    return mirror if mirror is not None and same else Mirror(out, site_url)


def _keep(pages: Pages, folder: Path, at: datetime) -> None:
    """Keep the pages for the next start; a full disk must not hold up what is being published."""
    try:
        shelf.put(pages, folder, at)
    except OSError as error:
        log.warning("the published pages could not be kept", folder=str(folder), error=str(error))
