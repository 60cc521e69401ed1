"""Whatever users script against is named in docs/ or the README: commands, routes, paths, events, check kinds."""

from __future__ import annotations

import re
from dataclasses import dataclass

import click
import pytest
from starlette.routing import BaseRoute, Mount, Route

from checks.registry import KINDS
from statuspage.cli import main
from statuspage.core.event import EventType
from statuspage.core.settings import Settings
from statuspage.core.snapshot import Snapshot
from statuspage.demo.story import MovedClock
from statuspage.site.publish import PublishedSite, render_site
from statuspage.web.routes import make_app
from statuspage.web.staff.area import StaffArea
from statuspage.web.staff.overview import Views
from tests.architecture.source import documentation
from tests.site import story
from tests.web.desks import answers_over, desk_over

ASSETS = ("/assets/", "/static/")


def commands(command: click.Command = main, path: tuple[str, ...] = ()) -> list[str]:
    """Every command, as people type it."""
    if not isinstance(command, click.Group):
        return [" ".join(path)]
    ctx = click.Context(command)
    known = {name: command.get_command(ctx, name) for name in command.list_commands(ctx)}
    return [found for name, one in known.items() if one for found in commands(one, (*path, name))]


def plain(path: str) -> str:
    """A path whose variable parts have lost their names."""
    return re.sub(r"\{[^}]*\}", "{}", path)


@dataclass(frozen=True)
class Names:
    """The ids of a snapshot by what they stand for."""

    snapshot: Snapshot

    def kind_of(self, path: str) -> str:
        """The kind of a published path: its ids as variables, a feed without its ending."""
        for ids in (
            (one.id for one in self.snapshot.models),
            (one.id for one in self.snapshot.user_classes),
            (one.id for one in self.snapshot.providers),
            (one.id for one in self.snapshot.incidents),
            (one.id for one in self.snapshot.recent_events),
        ):
            for one in ids:
                path = re.sub(rf"(?<=/){re.escape(one)}(?=$|[/.])", "{}", path)
        path = re.sub(r"\d{4}-\d{2}(-\d{2})?$", "{}", path)
        return re.sub(r"\.(rss|atom|json|svg)$", "", path) if path.startswith(("/feeds/", "/badges/")) else path


def routes(found: list[BaseRoute], under: str = "") -> list[str]:
    """Every route of the application."""
    paths: list[str] = []
    for one in found:
        if isinstance(one, Mount):
            paths += routes(one.routes, under + one.path)
        elif isinstance(one, Route):
            paths.append(under + one.path)
    return paths


def every_route() -> list[str]:
    snapshot = story.june()
    clock = MovedClock(snapshot.generated_at)
    views = Views(None, None, clock)  # type: ignore[arg-type]
    desk = desk_over(None, Settings(), clock, str, lambda: snapshot)  # type: ignore[arg-type]
    answers = answers_over(desk, None, clock, lambda: snapshot)  # type: ignore[arg-type]
    staff = StaffArea(None, None, None, None, lambda: snapshot, clock, (views, desk, answers))  # type: ignore[arg-type]
    app = make_app(None, PublishedSite(), lambda: snapshot, clock, staff=staff)  # type: ignore[arg-type]
    return sorted({plain(path) for path in routes(app.routes)})


def every_published_kind() -> list[str]:
    snapshot = story.june()
    kinds = {Names(snapshot).kind_of(path) for path in render_site(snapshot)}
    return sorted(kind for kind in kinds if not kind.startswith(ASSETS) and kind not in ("/", "/404"))


def documented(path: str) -> bool:
    """Whether a path is named, whatever its variable parts are called there; under ``/api/v1`` also without that."""
    text = plain(documentation())
    short = path.removeprefix("/api/v1")
    return any(re.search(re.escape(one) + r"(?![\w-])", text) for one in {path, short})


@pytest.mark.parametrize("command", commands())
def test_every_command_is_documented(command: str) -> None:
    assert re.search(rf"\bstatuspage {re.escape(command)}\b", documentation())


@pytest.mark.parametrize("route", every_route())
def test_every_route_is_documented(route: str) -> None:
    assert documented(route)


def test_every_kind_of_published_path_is_documented() -> None:
    """One test, because what is printed for it would be printed by every worker while it collects."""
    kinds = every_published_kind()
    assert len(kinds) > 20
    assert [kind for kind in kinds if not documented(kind)] == []


@pytest.mark.parametrize("event", [one.value for one in EventType])
def test_every_type_of_event_is_documented(event: str) -> None:
    assert f"`{event}`" in documentation()


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_check_kind_is_documented(kind: str) -> None:
    assert f"`{kind}`" in documentation()
