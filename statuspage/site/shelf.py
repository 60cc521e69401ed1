"""The shelf: the last published bytes in a folder beside the database, so that a restart serves them at once."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from statuspage.ports import Page
from statuspage.site.press import YEAR, Pages
from statuspage.site.press import etag as tag_of

INDEX, BODIES = "index.json", "bodies"
FORMAT = 2


def put(pages: Mapping[str, Page], folder: Path, at: datetime) -> None:
    """Keep these pages instead of those that are kept; a reader finds the old ones or the new ones, never a mixture.

    Bodies lie under the hash of their bytes, so that what did not change is not written again.
    """
    bodies = folder / BODIES
    bodies.mkdir(parents=True, exist_ok=True)
    there = set(os.listdir(bodies))
    listed = [(page, _name(page)) for page in pages.values()]
    for page, name in listed:
        if name not in there:
            there.add(name)
            _write(bodies / name, page.body)
    index = {"format": FORMAT, "at": at.isoformat(), "pages": [_entry(page, name) for page, name in listed]}
    _write(folder / INDEX, orjson.dumps(index), durable=True)
    for name in there - {name for _, name in listed}:
        (bodies / name).unlink(missing_ok=True)


def take(folder: Path, now: datetime) -> Pages:
    """The pages that are kept, each marked with its age; without those that are damaged, and none where there are none.

    They have no compressed form: new ones take their place within seconds.
    """
    try:
        index = orjson.loads((folder / INDEX).read_bytes())
        if index["format"] != FORMAT:
            return {}
        age = max(1, int((now - datetime.fromisoformat(index["at"])).total_seconds()))
        found = (_read(folder / BODIES, entry, age) for entry in index["pages"])
        return {page.path: page for page in found if page is not None}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _name(page: Page) -> str:
    """The hash in its tag, which was made of these very bytes."""
    return page.etag.strip('"')


def _entry(page: Page, name: str) -> list[Any]:
    modified = page.modified_at.isoformat() if page.modified_at else None
    return [page.path, page.content_type, name, page.etag, modified, page.cache_seconds, page.status]


def _read(bodies: Path, entry: Iterable[Any], age: int) -> Page | None:
    path, content_type, name, etag, modified, keep, status = entry
    try:
        body = (bodies / str(name)).read_bytes()
    except OSError:
        return None
    if f'"{name}"' != etag or tag_of(body) != etag:
        return None
    at = datetime.fromisoformat(modified) if modified else None
    page = Page(path, content_type, body, etag, modified_at=at, cache_seconds=keep, status=status)
    return page if keep == YEAR else replace(page, age=age)


def _write(path: Path, body: bytes, *, durable: bool = False) -> None:
    new = path.with_name(f".{path.name}.new")
    with new.open("wb") as file:
        file.write(body)
        if durable:
            file.flush()
            os.fsync(file.fileno())
    new.replace(path)
