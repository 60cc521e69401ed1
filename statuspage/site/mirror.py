"""The mirror: a folder that follows what is published; after a first whole export only what changed is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from statuspage.ports import Page
from statuspage.site import export

LAST = ("index.html", "freshness.json")
"""Written after all others: open pages ask ``freshness.json`` whether there is something new to load."""


@dataclass(frozen=True, slots=True)
class _Held:
    """The page that a file holds, and the hash of the file's bytes."""

    page: Page
    hash: bytes


class Mirror:
    """Writes one publication after the other into a folder, and trusts the folder while it is the one that it made.

    Each file is replaced in one step, and no page before what it leads to. These small writes do not wait for the disk:
    whatever a crash leaves, the next run begins with a whole export.
    """

    def __init__(self, out: Path, site_url: str = "") -> None:
        self.out = out
        self.site_url = site_url
        self._paths: frozenset[str] = frozenset()
        self._held: dict[str, _Held] = {}
        self._folder: tuple[int, int] | None = None

    def put(self, pages: Mapping[str, Page]) -> int:
        """Let the folder hold these pages; how many files were written."""
        with export.alone(self.out.parent):
            placed = export.placed(pages)
            ours = self._folder is not None and self._folder == _identity(self.out) and self._fits(placed)
            self._folder, kept = None, self._folder
            written = self._follow(placed, pages) if ours else self._begin(placed, pages)
            self._folder = kept if ours else _identity(self.out)
            return written

    def _fits(self, placed: Mapping[str, Page]) -> bool:
        """Whether no name was a file and is to be a folder, or the other way round."""
        return not (export.folders(placed) & self._held.keys() or export.folders(self._held) & placed.keys())

    def _begin(self, placed: Mapping[str, Page], pages: Mapping[str, Page]) -> int:
        made = {file: export.content(page, file, pages, self.site_url) for file, page in placed.items()}
        export.write_files(made, self.out)
        self._held = {file: _Held(placed[file], _hash(body)) for file, body in made.items()}
        self._paths = frozenset(pages)
        return len(made)

    def _follow(self, placed: Mapping[str, Page], pages: Mapping[str, Page]) -> int:
        alike = pages.keys() == self._paths
        written = 0
        for file in _in_order(placed):
            page, held = placed[file], self._held.get(file)
            if held and held.page is page and (alike or not file.endswith(".html")):
                continue
            body = export.content(page, file, pages, self.site_url)
            now = _Held(page, _hash(body))
            if held is None or held.hash != now.hash:
                _replace(self.out / file, body)
                written += 1
            self._held[file] = now
        self._remove(self._held.keys() - placed.keys())
        self._paths = frozenset(pages)
        return written

    def _remove(self, files: Iterable[str]) -> None:
        for file in files:
            (self.out / file).unlink(missing_ok=True)
            del self._held[file]
            _prune(self.out / file, self.out)


def _in_order(files: Iterable[str]) -> list[str]:
    """Assets and documents, then pages, the first page, and what open pages ask."""
    return sorted(files, key=lambda file: (LAST.index(file) + 2 if file in LAST else file.endswith(".html"), file))


def _hash(body: bytes) -> bytes:
    return sha256(body).digest()


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        found = folder.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _replace(file: Path, body: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(f".{file.name}.new")
    new.write_bytes(body)
    new.replace(file)


def _prune(file: Path, root: Path) -> None:
    """Remove the folders that held a file and now hold nothing."""
    for folder in file.parents:
        if folder == root or any(folder.iterdir()):
            return
        folder.rmdir()
