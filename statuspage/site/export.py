"""Export: the published pages as a folder that any static host serves, with every link relative."""

from __future__ import annotations

import ctypes
import fcntl
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from statuspage.ports import Page
from statuspage.site.leaf import NOT_FOUND

AT_FDCWD, EXCHANGE = -100, 2
POST = re.compile(rb'(?P<name><form method="post" action=")(?P<to>/[^"]*)(?P<end>")')
"""A form that only the running service can take, wherever the folder is served from."""

LINK = re.compile(rb'(?P<name>\s(?:href|src|action|data-freshness|data-from)=")(?P<to>/[^"]*)(?P<end>")')


def write_folder(pages: Mapping[str, Page], out: Path, site_url: str = "") -> None:
    """Write the export of these pages; ``site_url`` is where they were rendered for."""
    with alone(out.parent):
        write_files(files(pages, site_url), out)


def write_files(made: Mapping[str, bytes], out: Path) -> None:
    """Write files beside ``out``, make them durable, and put them in its place at once.

    Whoever calls is ``alone`` in the folder above; what a killed writer left is removed by the next.
    """
    fresh = out.with_name(f".{out.name}.new")
    stale = out.with_name(f".{out.name}.old")
    for left in (fresh, stale):
        shutil.rmtree(left, ignore_errors=True)
    for path, body in made.items():
        _write(fresh / path, body, out / path)
    _sync_folders(fresh)
    _swap(fresh, out, stale)


def files(pages: Mapping[str, Page], site_url: str = "") -> dict[str, bytes]:
    """The files of an export by their path in the folder."""
    return {file: content(page, file, pages, site_url) for file, page in placed(pages).items()}


def placed(pages: Mapping[str, Page]) -> dict[str, Page]:
    """Which page each file of an export holds.

    A page ``/models/x`` becomes ``models/x/index.html``; a document ``/api/v1/models`` becomes ``api/v1/models.json``
    and, where no folder is in its way, also ``api/v1/models``.
    """
    made = {file_of(page): page for page in pages.values()}
    taken = folders(made)
    for path, page in pages.items():
        plain = path.strip("/")
        if path.startswith("/api/") and plain not in taken:
            made[plain] = page
    return made


def folders(files: Iterable[str]) -> set[str]:
    """Every folder that some files lie in."""
    return {parent for name in files for parent in _parents(name)}


def content(page: Page, file: str, pages: Mapping[str, Page], site_url: str) -> bytes:
    """The bytes of one file: links to what is not exported lead to ``site_url``."""
    return relative(page.body, file, pages, site_url) if page.content_type.startswith("text/html") else page.body


def file_of(page: Page) -> str:
    """The file that holds a page."""
    plain = page.path.strip("/")
    if page.path == NOT_FOUND:
        return "404.html"
    if page.content_type.startswith("text/html"):
        return f"{plain}/index.html" if plain else "index.html"
    bare = page.path.startswith("/api/") and not plain.endswith(".json")
    return f"{plain}.json" if bare else plain


def relative(body: bytes, file: str, pages: Mapping[str, Page], site_url: str) -> bytes:
    """The page with links that need no server of ours; the 404 page keeps absolute ones, as it appears anywhere."""
    if file == "404.html":
        return body
    base = _path_of(site_url)

    def turned(match: re.Match[bytes]) -> bytes:
        address = _turn(match["to"].decode(), file, pages, base, site_url)
        return match["name"] + address.encode() + match["end"]

    def called(match: re.Match[bytes]) -> bytes:
        whole = f"{site_url.removesuffix(base)}{match['to'].decode()}"
        return match["name"] + whole.encode() + match["end"]

    return LINK.sub(turned, POST.sub(called, body))


def _turn(address: str, file: str, pages: Mapping[str, Page], base: str, site_url: str) -> str:
    whole, _, fragment = address.removeprefix(base).partition("#")
    mark = f"#{fragment}" if fragment else ""
    page = pages.get(whole or "/")
    if page is None:
        return f"{site_url.removesuffix(base)}{address}" if site_url else address
    target = file_of(page)
    up = "../" * (len(PurePosixPath(file).parts) - 1)
    if target == file:
        return mark or "./"
    return (up + target.removesuffix("index.html") or "./") + mark


def _parents(name: str) -> Iterator[str]:
    while "/" in name:
        name = name.rpartition("/")[0]
        yield name


def _path_of(site_url: str) -> str:
    rest = site_url.partition("://")[2]
    return "/" + rest.partition("/")[2] if "/" in rest else ""


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """While the block runs no other writer is in it; the lock is on the folder itself and leaves nothing behind."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _write(path: Path, body: bytes, before: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if before.is_file() and before.read_bytes() == body:
        os.link(before, path)
        return
    with path.open("wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())


def _sync_folders(root: Path) -> None:
    folders: Iterable[Path] = [root, *(path for path in root.rglob("*") if path.is_dir())]
    for folder in folders:
        _sync(folder)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _swap(fresh: Path, out: Path, stale: Path) -> None:
    if out.exists() and not _exchange(fresh, out):
        out.rename(stale)
    if not out.exists():
        fresh.rename(out)
    _sync(out.parent)
    for left in (fresh, stale):
        shutil.rmtree(left, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Swap two folders in one step where the system can (Linux), so that no reader ever finds neither."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    return rename is not None and rename(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), EXCHANGE) == 0
