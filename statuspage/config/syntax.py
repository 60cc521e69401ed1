"""What to say when a text is not YAML: the parser's complaint in words that help, without quoting the file."""

from __future__ import annotations

import yaml

from statuspage.config.report import Spot

_NOT_YAML = "is not valid YAML here"
_OPENED = ("flow sequence", "flow mapping", "quoted scalar")


def explained(error: yaml.YAMLError, text: str) -> tuple[Spot, str, str]:
    """Where a parser's complaint points, what is wrong, what would be right."""
    if not isinstance(error, yaml.MarkedYAMLError):
        return Spot(), "is not text that YAML can hold", "Save the file as plain text in UTF-8"
    context = error.context or ""
    if any(word in context for word in _OPENED) and error.context_mark is not None:
        return _unclosed(error.context_mark, context)
    mark = error.problem_mark or error.context_mark
    spot = _spot(mark) if mark is not None else Spot()
    return spot, *_remedy(error.problem or "", _char(text, spot))


def _unclosed(mark: yaml.Mark, context: str) -> tuple[Spot, str, str]:
    if "quoted" in context:
        return _spot(mark), "has a quote that is not closed, or a wrong \\ in it", "Close it with the same quote"
    bracket = "{ }" if "mapping" in context else "[ ]"
    remedy = f"Close it, put commas between its items, and quote items that hold one of {bracket} , :"
    return _spot(mark), f"has a {bracket} that is not closed or holds a wrong sign", remedy


def _remedy(problem: str, char: str) -> tuple[str, str]:
    if char == "\t":
        return "is indented with a tab", "Indent with spaces"
    if "cannot start any token" in problem:
        return f"has a value that begins with {char}", "Put the value in quotes"
    if "mapping values" in problem:
        return "has a second colon, or a line that is indented too far", "Quote a value that holds ': '"
    if "expected" in problem or "simple key" in problem or "block" in problem:
        return _NOT_YAML, "Look here and above: each key needs its colon, its row's indentation, and quotes are closed"
    return _NOT_YAML, "Look at quotes, brackets and indentation of this line and the one above"


def _char(text: str, spot: Spot) -> str:
    lines = text.splitlines()
    line = lines[spot.line - 1] if spot.line <= len(lines) else ""
    return line[spot.column - 1 : spot.column]


def _spot(mark: yaml.Mark) -> Spot:
    return Spot(mark.line + 1, mark.column + 1)
