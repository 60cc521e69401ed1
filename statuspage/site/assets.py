"""Assets: the style sheet, the script of every page and those of single pages, named by the hash of their content."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from statuspage.core.settings import Site


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that never changes under its path."""

    path: str
    content_type: str
    body: bytes


@lru_cache(maxsize=1)
def templates() -> Path:
    """The folder of the templates: in the package when it is installed, beside it in a source checkout."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "templates"
    return installed if installed.is_dir() else package.parent / "templates"


@lru_cache(maxsize=4)
def style(name: str = "site") -> Asset:
    """The style sheet of every page, or the one that the staff pages have besides."""
    return _asset(f"{name}.css", "text/css; charset=utf-8")


@lru_cache(maxsize=16)
def script(name: str = "site") -> Asset:
    """The script of every page, or that of one page; each page can be read without."""
    return _asset(f"{name}.js", "text/javascript; charset=utf-8")


def logo(site: Site) -> Asset | None:
    """The publisher's own picture, if there is one."""
    return _named("logo", site.logo.kind, site.logo.content_type, site.logo.body) if site.logo else None


def every(site: Site) -> tuple[Asset, ...]:
    """All of them."""
    own = logo(site)
    names = sorted(file.stem for file in (templates() / "assets").glob("*.js"))
    return (style(), style("staff"), *(script(name) for name in names), *([own] if own else []))


def _asset(name: str, content_type: str) -> Asset:
    body = (templates() / "assets" / name).read_bytes()
    stem, suffix = name.split(".")
    return _named(stem, suffix, content_type, body)


def _named(stem: str, suffix: str, content_type: str, body: bytes) -> Asset:
    return Asset(f"/assets/{stem}-{sha256(body).hexdigest()[:12]}.{suffix}", content_type, body)
