"""Read the file's text: size, encoding and control characters are settled before YAML is looked at."""

from __future__ import annotations

import re
from pathlib import Path

from statuspage.config.report import Report, Spot

LARGEST = 1024 * 1024

_UNPRINTABLE = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def read(path: Path, report: Report) -> str:
    """The text of the configuration file; what hinders reading it is reported, and the text is empty then."""
    raw = _bytes(path, report)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        spot = _spot(raw[: error.start].decode("utf-8", "replace"))
        report.add(spot, "is not UTF-8 text", "Save the file as UTF-8; a configuration is plain text in YAML")
        return ""
    return _printable(text, report)


def _bytes(path: Path, report: Report) -> bytes:
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        report.add(Spot(), *_unreadable(error))
        return b""
    if len(raw) > LARGEST:
        report.add(Spot(), "is larger than 1 MiB", "Name the configuration file itself, not a log or a database")
        return b""
    return raw


def _unreadable(error: Exception) -> tuple[str, str]:
    match error:
        case FileNotFoundError():
            return (
                "does not exist",
                "Name an existing file with --config FILE, or copy the config.yaml that was shipped",
            )
        case IsADirectoryError():
            return "is a directory", "Name the file in it, for example with --config DIRECTORY/config.yaml"
        case PermissionError():
            return "may not be read by this user", "Give the user that runs the service permission to read it"
    return "cannot be read", "Check that the name is right and the disk is healthy"


def _printable(text: str, report: Report) -> str:
    found = _UNPRINTABLE.search(text)
    if found is None:
        return text
    problem = f"holds the control character U+{ord(found.group()):04X}"
    report.add(_spot(text[: found.start()]), problem, "Delete it; a configuration is plain text in YAML")
    return ""


def _spot(before: str) -> Spot:
    return Spot(before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)
