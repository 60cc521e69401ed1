"""How staff pages answer: rendered for the one who is there, never cached, never indexed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from statuspage.core.snapshot import Snapshot
from statuspage.services.sign_in import SignedIn
from statuspage.site import staff
from statuspage.site.render import base_path
from statuspage.site.staff import Visitor
from statuspage.web.security import headers_for

HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of somebody to the staff area; ``signed_in`` is None for programs and strangers."""

    snapshot: Snapshot
    visitor: Visitor | None = None
    signed_in: SignedIn | None = None


def visit_of(request: Request) -> Visit:
    """The visit that the guard let in."""
    visit: Visit = request.state.visit
    return visit


def show(request: Request, template: str, *, status: int = 200, **context: Any) -> Response:
    """A staff page."""
    visit = visit_of(request)
    body = staff.page(template, visit.snapshot, request.url.path, visit.visitor, **context)
    return private(Response(body, status, media_type=HTML), HTML)


def sign_in_form(
    request: Request,
    wanted: str,
    kept: str = "",
    name: str = "",
    wrong: str = "",
    *,
    status: int = 200,
    lost: str = "",
) -> Response:
    """The form by which people sign in: ``wanted`` is where they go on, ``kept`` what they had typed there; ``lost``
    why that is not kept: ``long``, or ``unsent`` where nothing ever is."""
    said = {"next": wanted, "kept": kept, "name": name, "wrong": wrong, "lost": lost}
    return show(request, "staff/sign_in.html", status=status, **said)


def seeing(request: Request, path: str) -> Response:
    """Done: look there."""
    base = base_path(visit_of(request).snapshot.site.url)
    return private(Response(status_code=303, headers={"location": base + path}), HTML)


def private(response: Response, content_type: str) -> Response:
    """An answer for one person alone; forms of it tell us where they were sent from."""
    response.headers.update({name.decode(): value.decode() for name, value in headers_for(content_type)})
    response.headers["referrer-policy"] = "same-origin"
    response.headers["cache-control"] = "no-store"
    response.headers["x-robots-tag"] = "noindex"
    if "access-control-allow-origin" in response.headers:
        del response.headers["access-control-allow-origin"]
    return response
