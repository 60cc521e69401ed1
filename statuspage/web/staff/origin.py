"""Where a request comes from: whether one of our own pages sent it, and how its cookies may travel."""

from __future__ import annotations

from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.requests import Request


class Channel(StrEnum):
    """How safely a request came."""

    TLS = "tls"
    LOOPBACK = "loopback"
    OPEN = "open"


def channel(request: Request, site_url: str) -> Channel:
    """Loopback needs no TLS; a host that the site's own https address names has TLS in front of it."""
    host = _host(request.headers.get("host", ""))
    if request.url.scheme == "https":
        return Channel.TLS
    if _is_loopback(host):
        return Channel.LOOPBACK
    site = urlsplit(site_url)
    return Channel.TLS if site.scheme == "https" and site.hostname == host else Channel.OPEN


def from_our_page(request: Request, site_url: str) -> bool:
    """Whether a browser says that one of our own pages sent this; one that says nothing is not believed.

    Where TLS is due, a page that came in the open may be anybody's who sits on the way.
    """
    fetch_site = request.headers.get("sec-fetch-site")
    if fetch_site is not None:
        return fetch_site == "same-origin"
    origin = urlsplit(request.headers.get("origin", ""))
    if not origin.netloc:
        return False
    site = urlsplit(site_url)
    ours = (origin.scheme, origin.netloc) == (site.scheme, site.netloc)
    same = origin.netloc.lower() == request.headers.get("host", "").lower()
    return ours or (same and (origin.scheme == "https" or channel(request, site_url) is not Channel.TLS))


def came_from(request: Request, site_url: str) -> str:
    """The path of the staff page that a browser names as the one before; empty where it names none of ours."""
    site, named = urlsplit(site_url), urlsplit(request.headers.get("referer", ""))
    if named.netloc not in (site.netloc, request.headers.get("host", "")):
        return ""
    path = named.path.removeprefix(site.path.rstrip("/"))
    return path if safe_next(path) == path else ""


def safe_next(text: str) -> str:
    """Where to go on after signing in: a path of the staff area and nothing else."""
    plain = text.isascii() and text.isprintable() and "\\" not in text and len(text) <= 2000
    ours = text == "/staff" or text.startswith(("/staff/", "/staff?"))
    away = text.startswith(("/staff/sign-in", "/staff/sign-out"))
    return text if plain and ours and not away and " " not in text else "/staff"


def _host(header: str) -> str:
    return (urlsplit(f"//{header}").hostname or "") if header.isprintable() and " " not in header else ""


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
