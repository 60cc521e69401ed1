"""Reading a foreign JSON document field by field: every mistake is kept with its place and what would be right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from statuspage.errors import FieldMistake

KINDS = {
    dict: "an object",
    list: "a list",
    str: "a text",
    bool: "true or false",
    int: "a number",
    float: "a number",
}


@dataclass
class Fields:
    """One object of the document, at its place. What is wrong goes to ``mistakes``, which all of them share."""

    place: str
    data: dict[str, Any]
    mistakes: list[FieldMistake] = field(default_factory=list)

    def at(self, name: str) -> str:
        """The place of a field."""
        return f"{self.place}.{name}" if self.place else name

    def wrong(self, name: str, detail: str) -> None:
        """Keep a mistake."""
        self.mistakes.append(FieldMistake(self.at(name), detail))

    def text(self, name: str, most: int, *, needed: bool = False) -> str:
        """A text, "" where it is null or missing."""
        value = self.data.get(name)
        if value is None or value == "":
            if needed:
                self.wrong(name, "is missing: give a text")
            return ""
        if not isinstance(value, str):
            self.wrong(name, f"is {_kind(value)}: write a text in quotes")
            return ""
        if len(value) > most:
            self.wrong(name, f"has {len(value)} characters: at most {most} are taken, shorten it")
        return value[:most]

    def moment(self, name: str, *, needed: bool = False) -> datetime | None:
        """A time with its zone, in UTC; None where it is null or missing."""
        value = self.data.get(name)
        if value is None:
            if needed:
                self.wrong(name, "is missing: give a time such as 2026-06-13T01:59:00Z")
            return None
        try:
            found = datetime.fromisoformat(value)
            return found.astimezone(UTC) if found.tzinfo else self._zoneless(name, found)
        except (TypeError, ValueError, OverflowError):
            self.wrong(name, f"{_shown(value)} is no time: write it like 2026-06-13T01:59:00Z")
            return None

    def one_of(self, name: str, choices: tuple[str, ...], default: str) -> str:
        """One word of several."""
        value = self.data.get(name)
        if value is None:
            return default
        if value not in choices:
            self.wrong(name, f"{_shown(value)} is unknown here: write one of {', '.join(choices)}")
            return default
        return str(value)

    def each(self, name: str, most: int) -> Iterator[Fields]:
        """The objects of a list; none where it is null or missing."""
        value = self.data.get(name)
        if value is None:
            return
        if not isinstance(value, list):
            self.wrong(name, f"is {_kind(value)}: it must be a list of objects")
            return
        if len(value) > most:
            self.wrong(name, f"has {len(value)} items: at most {most} are taken")
        for index, item in enumerate(value[:most]):
            if isinstance(item, dict):
                yield Fields(f"{self.at(name)}[{index}]", item, self.mistakes)
            else:
                self.wrong(f"{name}[{index}]", f"is {_kind(item)}: it must be an object")

    def _zoneless(self, name: str, found: datetime) -> datetime:
        self.wrong(name, f"{found.isoformat()} has no zone: end it with Z or an offset such as +02:00")
        return found.replace(tzinfo=UTC)


def _kind(value: object) -> str:
    return KINDS.get(type(value), "null")


def _shown(value: object) -> str:
    return repr(value)[:60] if isinstance(value, str | int | float | bool) else _kind(value)
