"""The publisher's own picture: read with the configuration, so that a page never waits for a file or misses it."""

from __future__ import annotations

from pathlib import Path

from statuspage.config.values import wrong
from statuspage.core.picture import MOST, Picture, picture


def read_logo(text: str) -> Picture:
    """The picture in a file; its path is taken from where the program runs, as all paths are."""
    if "://" in text:
        raise wrong("is an address", "Write the path of a file: readers are sent to no third party for it")
    try:
        return picture(Path(text).read_bytes())
    except FileNotFoundError:
        raise wrong("is no file here", "Write the path of an image, seen from where the program is started") from None
    except OSError as error:
        raise wrong("cannot be read", f"{error.strerror}: write the path of an image") from None
    except ValueError as error:
        raise wrong(str(error), f"Write the path of a PNG, WebP or SVG of at most {MOST // 1024} KiB") from None
