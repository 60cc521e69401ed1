"""``serve`` and ``build``: the running service, and the site as a folder."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from socket import socket

import click
import structlog
import uvicorn
import uvloop

from statuspage import app
from statuspage.cli.options import with_config
from statuspage.cli.shared import CONSOLE, progress_bar, settings_of
from statuspage.core.settings import Settings
from statuspage.errors import ConfigurationError, StatuspageError, StoreBusy
from statuspage.runtime import garbage
from statuspage.web.connections import bounded

log = structlog.get_logger(__name__)


@click.command()
@with_config
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="The port to listen on.")
@click.option(
    "--role",
    type=click.Choice([one.value for one in app.Role]),
    default="all",
    show_default=True,
    help="What this process does: web serves, worker asks and sends, all both. Apart they need PostgreSQL.",
)
def serve(config: Path, host: str, port: int, role: str) -> None:
    """Run the service: checks, site, API, feeds and webhooks.

    SIGHUP reads the configuration again; a wrong one is refused whole.
    """
    settings = settings_of(config)
    _log_plainly()
    uvloop.run(_serve(config, settings, host, port, app.Role(role)))


@click.command()
@with_config
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The folder, replaced at once.")
def build(config: Path, out: Path) -> None:
    """Write the whole public site as static files; nothing in them needs this server."""
    bar, move = progress_bar("Seeding the sandbox's history")
    with bar:
        count = asyncio.run(app.build(settings_of(config), out, move))
    click.echo(f"{count} pages, documents and feeds in {out}")


async def _serve(config: Path, settings: Settings, host: str, port: int, role: app.Role) -> None:
    wanted = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, wanted.set)
    bar, move = progress_bar("Seeding the sandbox's history")
    bar.start()
    async with app.service(settings, move, role=role) as service:
        bar.stop()
        server = Draining(
            uvicorn.Config(
                service.asgi,
                host=host,
                port=port,
                loop="none",
                http=bounded(service.room.connections),
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=5,
            ),
            service.tail.close,
        )
        garbage.settle()
        what = settings.site.name if role.shows else "Watching; health and metrics"
        CONSOLE.print(f"{what}: http://{host}:{port}", markup=False)
        if service.receiver:
            CONSOLE.print(f"Sandbox data. Webhooks can be watched at {service.receiver.url}", markup=False)
        reloading = asyncio.create_task(_reloads(service, config, wanted), name="reload")
        await server.serve()
        reloading.cancel()
        await asyncio.wait([reloading])
    if service.part.lost:
        raise StoreBusy("the connection that held the right to watch was lost: start again")


async def _reloads(service: app.Service, config: Path, wanted: asyncio.Event) -> None:
    """Reload at every SIGHUP, one after the other; also at one that came while the service was starting."""
    while await wanted.wait():
        wanted.clear()
        await _reload(service, config)


async def _reload(service: app.Service, config: Path) -> None:
    try:
        await service.reload(await asyncio.to_thread(settings_of, config))
        log.info("configuration reloaded", file=str(config), cells=len(service.verbs.settings.cells()))
        return
    except ConfigurationError as error:
        for mistake in error.mistakes:
            log.error("configuration mistake", mistake=str(mistake))
    except StatuspageError as error:
        log.error("configuration cannot be used", reason=str(error))
    except Exception:
        log.exception("reload failed")
    log.error("configuration refused: the old one stays in force", file=str(config))


class Draining(uvicorn.Server):
    """A server that ends its open streams before it waits for its connections."""

    def __init__(self, config: uvicorn.Config, drain: Callable[[], None]) -> None:
        super().__init__(config)
        self._drain = drain

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """Drain, then shut down."""
        self._drain()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Let SIGTERM and SIGINT stop the server and nothing else.

        uvicorn's own raises the signal again when it has stopped, which would end the process before the service has
        finished the rounds and deliveries that are under way.
        """
        before = {one: signal.signal(one, self.handle_exit) for one in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)


def _log_plainly() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for noisy in ("apscheduler", "uvicorn.access", "alembic", "apprise"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ]
    )
