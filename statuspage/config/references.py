"""References in values: ``${NAME}`` and ``${NAME:-default}`` from the environment, ``file:PATH`` from a file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

LARGEST = 64 * 1024

_REFERENCE = re.compile(r"\$\$\{|\$\{([^}\n]*)(\}?)")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

_HOSTILE = "{}[],:#"
_MASK = {ord(char): 0xF8D0 + index for index, char in enumerate(_HOSTILE)}
_UNMASK = {masked: char for char, masked in _MASK.items()}


class BrokenReference(Exception):
    """A reference that leads nowhere; never holds what a variable or file contains."""

    def __init__(self, problem: str, remedy: str) -> None:
        self.problem = problem
        self.remedy = remedy
        super().__init__(problem)


def mask(text: str) -> str:
    """Hide from YAML the characters of ``${…}`` that mean something inside ``{ }`` and ``[ ]``; length is kept."""
    return re.sub(r"\$\{[^}\n]*\}", lambda found: found.group().translate(_MASK), text)


def unmask(text: str) -> str:
    """What the person wrote."""
    return text.translate(_UNMASK)


@dataclass(frozen=True, slots=True)
class References:
    """Resolves references: ``environ`` is the environment, ``base`` the folder that relative paths start from."""

    environ: Mapping[str, str] = field(repr=False)
    base: Path

    def resolve(self, written: str) -> str:
        """The value that was meant; raises BrokenReference."""
        value = _REFERENCE.sub(self._variable, written)
        if not written.startswith("file:"):
            return value
        return _only_value(self.base / value.removeprefix("file:").strip(), written.removeprefix("file:").strip())

    def _variable(self, found: re.Match[str]) -> str:
        if found.group() == "$${":
            return "${"
        if not found.group(2):
            raise BrokenReference("holds ${ without a closing }", "Close it, or write $${ for the two characters")
        name, given, default = found.group(1).partition(":-")
        if not _NAME.fullmatch(name):
            raise BrokenReference(
                "holds a ${…} that names no environment variable", "Write ${NAME} or ${NAME:-default}"
            )
        return self._named(name, default if given else None)

    def _named(self, name: str, default: str | None) -> str:
        value = self.environ.get(name) or default
        if value is None:
            state = "is empty" if name in self.environ else "is not set"
            remedy = f"Set {name} where the service starts, or give a default: ${{{name}:-default}}"
            raise BrokenReference(f"the environment variable {name} {state}", remedy)
        if any("\ud800" <= char <= "\udfff" for char in value):
            raise BrokenReference(f"the environment variable {name} is not UTF-8 text", f"Set {name} to plain text")
        return value


def _only_value(path: Path, name: str) -> str:
    value = _read(path, name)
    if not value:
        raise BrokenReference(f"the file {name} is empty", "Put the value into it, on one line")
    return value


def _read(path: Path, name: str) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
        if len(raw) > LARGEST:
            raise BrokenReference(f"the file {name} is larger than 64 KiB", "Name a file that holds one value")
        return raw.decode("utf-8-sig").rstrip("\r\n")
    except OSError as error:
        why = {FileNotFoundError: "does not exist", PermissionError: "may not be read by this user"}
        problem = f"the file {name} {why.get(type(error), 'cannot be read')}"
        raise BrokenReference(problem, "Create it; relative paths start at the configuration file's folder") from None
    except UnicodeDecodeError:
        raise BrokenReference(f"the file {name} is not UTF-8 text", "Put the value into it, on one line") from None
    except ValueError:
        raise BrokenReference("names no file", "Write file:PATH") from None
