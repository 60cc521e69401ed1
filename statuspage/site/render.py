"""The renderer: Jinja2 with every escape on, and the filters by which times, looks and shares become words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache, partial
from typing import Any
from urllib.parse import quote, urlsplit

import jinja2
from markupsafe import Markup

from statuspage.core.availability import Availability
from statuspage.core.difference import difference
from statuspage.core.moment import month as month_name
from statuspage.core.moment import short_month
from statuspage.core.snapshot import Snapshot
from statuspage.site import assets, look, prose, telling
from statuspage.site.fragments import Once
from statuspage.site.marks import left_open


def page(template: str, snapshot: Snapshot, path: str, **context: Any) -> bytes:
    """One page of a snapshot, as the bytes that are served at ``path``."""
    state = look.look(snapshot.summary.availability)
    known = names(snapshot)
    shared = {
        "snapshot": snapshot,
        "site": snapshot.site,
        "path": path,
        "state": state,
        "base": base_path(snapshot.site.url),
        "names": known,
        "catalogue": hash(tuple(tuple(things.items()) for things in known.values())),
        "told": partial(telling.told, snapshot),
        "known_events": {event.id for event in snapshot.recent_events},
        "known_incidents": {incident.id for incident in snapshot.incidents},
    }
    return environment().get_template(template).render(shared | context).encode("utf-8", "replace")


def fragment(template: str, **context: Any) -> str:
    """A small text or picture that stands on no page."""
    return environment().get_template(template).render(context)


def base_path(url: str) -> str:
    """Under which path the site lives; empty at the root of its host."""
    return urlsplit(url).path.rstrip("/")


def names(snapshot: Snapshot) -> dict[str, dict[str, str]]:
    """The display names of models, providers and user classes, by id."""
    return {
        "models": {one.id: one.name for one in snapshot.models},
        "providers": {one.id: one.name for one in snapshot.providers},
        "classes": {one.id: one.name for one in snapshot.user_classes},
    }


@lru_cache(maxsize=1)
def environment() -> jinja2.Environment:
    """The one environment; an unknown name in a template is an error."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(assets.templates()),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        finalize=_finalize,
        extensions=["jinja2.ext.do", Once],
    )
    made.filters |= {
        "zip": zipped,
        "when": when,
        "clock": clock,
        "stamp": stamp,
        "full": full,
        "exact": exact,
        "machine": machine,
        "day": day,
        "month": month,
        "short_month": short_month,
        "span": span,
        "share": share,
        "hours": hours,
        "markdown": prose.markdown,
        "opening": prose.opening,
        "web": prose.web_address,
        "look": look.look,
        "of": of,
        "path": quoted,
    }
    made.globals |= {
        "href": href,
        "icon": look.icon,
        "css": assets.style,
        "js": assets.script,
        "logo": assets.logo,
        "Availability": Availability,
        "difference": difference,
    }
    return made


@jinja2.pass_context
def href(context: jinja2.runtime.Context, path: str) -> str:
    """The address of a path of this site; ``path`` may end in a fragment."""
    return str(context["base"]) + quoted(path)


def quoted(path: str) -> str:
    """A path as it stands in an address."""
    return quote(path, safe="/#:@-._~%?=&")


@jinja2.pass_context
def when(context: jinja2.runtime.Context, at: datetime) -> Markup:
    """A moment to the minute, with its year only where that is not the snapshot's."""
    return left_open("when", at) or moment("when", at, context["snapshot"].generated_at.year)


def zipped(first: Iterable[Any], second: Iterable[Any]) -> list[tuple[Any, Any]]:
    """Two lists as one of pairs."""
    return list(zip(first, second, strict=True))


def clock(at: datetime) -> Markup:
    """The time of day of a moment, to the second."""
    return left_open("clock", at) or moment("clock", at)


def full(at: datetime) -> Markup:
    """A moment to the minute with its year and zone."""
    return left_open("full", at) or moment("full", at)


def stamp(at: datetime) -> Markup:
    """A moment to the second with its year and zone, for the age of a page."""
    return left_open("stamp", at) or moment("stamp", at)


def exact(at: datetime) -> Markup:
    """A moment to the second, for evidence."""
    return left_open("exact", at) or moment("exact", at)


def machine(at: datetime) -> Markup:
    """A moment as scripts read it."""
    return left_open("machine", at) or moment("machine", at)


def moment(how: str, at: datetime, year: int = 0) -> Markup:
    """A moment as the filter of that name writes it."""
    match how:
        case "machine":
            return Markup(f"{at:%Y-%m-%dT%H:%M:%SZ}")  # noqa: S704 - digits
        case "exact":
            return _second(at, f"{at.day} {short_month(at)} {at:%H:%M:%S}")
        case "clock":
            return _second(at, f"{at:%H:%M:%S}")
        case "stamp":
            return _second(at, f"{at.day} {short_month(at)} {at:%Y, %H:%M:%S} UTC")
        case "full":
            return _time(at, f"{at.day} {short_month(at)} {at:%Y, %H:%M} UTC")
        case _:
            return _time(at, f"{at.day} {short_month(at)}{'' if at.year == year else f' {at.year}'} {at:%H:%M}")


def day(at: date) -> Markup:
    """A day without its year."""
    return Markup("<time datetime='{}'>{}</time>").format(f"{at:%Y-%m-%d}", f"{at.day} {short_month(at)}")


def month(at: date) -> str:
    """A month with its year."""
    return f"{month_name(at)} {at:%Y}"


def span(length: timedelta) -> str:
    """A length of time in its two largest units, or in minutes under two hours."""
    seconds = int(length.total_seconds())
    days, hours, minutes = seconds // 86400, seconds % 86400 // 3600, seconds % 3600 // 60
    if seconds < 120:
        return f"{seconds} s"
    if seconds < 7200:
        return f"{seconds // 60} min"
    large, small = (f"{days} d", f"{hours} h") if days else (f"{hours} h", f"{minutes} min")
    return large if small.startswith("0 ") else f"{large} {small}"


def of(name: str, names: dict[str, str]) -> str:
    """What people call a thing, or its id where it has no name any more."""
    return names.get(name, name)


def hours(minutes: int) -> str:
    """Minutes as a length of time."""
    return span(timedelta(minutes=minutes))


def share(part: float | None) -> str:
    """A share in per cent, rounded down so that a blemish never reads as 100."""
    if part is None:
        return "–"
    hundredths = int(part * 10000 + 1e-9)
    return f"{hundredths // 100}.{hundredths % 100:02d} %"


def _time(at: datetime, text: str) -> Markup:
    return Markup(f'<time datetime="{at:%Y-%m-%dT%H:%MZ}">{text}</time>')  # noqa: S704 - digits and a month's name


def _second(at: datetime, text: str) -> Markup:
    return Markup(f'<time datetime="{at:%Y-%m-%dT%H:%M:%SZ}">{text}</time>')  # noqa: S704 - likewise


def _finalize(value: Any) -> Any:
    return prose.printable(value) if type(value) is str else value
