"""YAML as a tree in which every value knows its line: all scalars are text until the schema says what they mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NoReturn, TypeAlias

import yaml

from statuspage.config.references import BrokenReference, References, mask, unmask
from statuspage.config.report import Report, Spot, shown
from statuspage.config.syntax import explained

DEEPEST = 24
MOST_VALUES = 100_000

_MERGE = "<<"
_NOTHING = {"", "~", "null"}


@dataclass(frozen=True, slots=True)
class Node:
    """A value of the file. ``key`` is where its key stands, ``written`` what stood there before references.

    ``broken`` values have been reported already; ``value`` is None for them, and for an empty value.
    """

    spot: Spot
    key: Spot
    value: Value = field(repr=False)
    written: str = field(default="", repr=False)
    broken: bool = False

    def __getitem__(self, name: str) -> Node:
        """The value under a key; an empty one where there is none, so that looking further never fails."""
        return self.entries().get(name) or Node(self.spot, self.key, None)

    def entries(self) -> Mapping[str, Node]:
        """The keys of a mapping and their values; nothing for any other value."""
        return self.value if isinstance(self.value, dict) else {}

    def items(self) -> list[Node]:
        """The items of a list; nothing for any other value."""
        return self.value if isinstance(self.value, list) else []

    @property
    def text(self) -> str:
        """The text of a scalar; empty for any other value."""
        return self.value if isinstance(self.value, str) else ""

    def plain(self) -> object:
        """The same as dictionaries, lists, text and None."""
        if isinstance(self.value, dict):
            return {name: node.plain() for name, node in self.value.items()}
        return [node.plain() for node in self.value] if isinstance(self.value, list) else self.value


Value: TypeAlias = "str | dict[str, Node] | list[Node] | None"


class _Stop(Exception):
    """Reading on makes no sense: already reported."""


def parse(text: str, references: References, report: Report) -> Node:
    """The tree of a text; mistakes are reported, and what can still be read is there."""
    nothing = Node(Spot(), Spot(), None, broken=True)
    events: Iterator[yaml.Event] = yaml.parse(mask(text), Loader=yaml.CSafeLoader)
    try:
        return _Builder(events, references, report).document()
    except yaml.YAMLError as error:
        report.add(*explained(error, text))
    except _Stop:
        pass
    return nothing


class _Builder:
    """Builds the tree from parser events; written by hand because the loaders lose lines and keep YAML 1.1's traps."""

    def __init__(self, events: Iterator[yaml.Event], references: References, report: Report) -> None:
        self._events = events
        self._references = references
        self._report = report
        self._anchors: dict[str, Node] = {}
        self._values = 0

    def document(self) -> Node:
        """The one document of the stream."""
        next(self._events)
        if isinstance(next(self._events), yaml.StreamEndEvent):
            return self._refuse(Spot(), "is empty", "Start from the config.yaml that was shipped")
        root = self._node(next(self._events), "the file", None, 0)
        next(self._events)
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            self._report.add(
                _spot(after, "the file"), "holds a second document", "Delete the line --- and what follows"
            )
        return root

    def _node(self, event: yaml.Event, place: str, key: Spot | None, depth: int) -> Node:
        spot = _spot(event, place)
        self._count(spot, depth)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, place, key or spot)
        if _tagged(event):
            remedy = "Delete the tag; the key alone says what a value means"
            self._report.add(spot, "has a tag (a word that begins with !)", remedy)
        node = Node(spot, key or spot, None)
        if isinstance(event, yaml.ScalarEvent):
            node = self._scalar(event, node)
        elif isinstance(event, yaml.MappingStartEvent):
            node = replace(node, value=self._mapping(node.spot, depth))
        else:
            node = replace(node, value=self._list(place, depth))
        return self._remember(event, node)

    def _count(self, spot: Spot, depth: int) -> None:
        self._values += 1
        if depth > DEEPEST:
            self._refuse(spot, "is nested too deeply", "No key of this configuration is that deep; check the brackets")
        if self._values > MOST_VALUES:
            self._refuse(spot, "makes the file too large", "Use fewer aliases (*name)")

    def _scalar(self, event: yaml.ScalarEvent, node: Node) -> Node:
        written = unmask(event.value)
        if event.style in (None, "") and written in _NOTHING:
            return node
        try:
            return replace(node, value=self._references.resolve(written), written=written)
        except BrokenReference as error:
            self._report.add(node.spot, error.problem, error.remedy)
            return replace(node, written=written, broken=True)

    def _list(self, place: str, depth: int) -> list[Node]:
        items: list[Node] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._node(event, f"{place}[{len(items)}]", None, depth + 1))
        return items

    def _mapping(self, parent: Spot, depth: int) -> dict[str, Node]:
        entries: dict[str, Node] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            name, key = self._key(event, parent)
            node = self._node(next(self._events), key.place, key, depth + 1)
            if name == _MERGE:
                remedy = "Write the keys out, or alias one value"
                self._report.add(key, "is a merge key, which is not understood here", remedy)
            elif name in entries:
                problem = f"is there twice; the first is on line {entries[name].key.line}"
                self._report.add(key, problem, "Keep one of them")
            else:
                entries[name] = node
        return entries

    def _key(self, event: yaml.Event, parent: Spot) -> tuple[str, Spot]:
        if not isinstance(event, yaml.ScalarEvent):
            self._refuse(_spot(event, parent.place), "has a key that is not text", "Write each key as one word")
        name = unmask(event.value)
        return name, _spot(event, parent.key(name))

    def _alias(self, event: yaml.AliasEvent, place: str, key: Spot) -> Node:
        target = self._anchors.get(event.anchor or "")
        if target is None:
            spot = _spot(event, place)
            self._report.add(
                spot, "is an alias (*) of nothing above it", "Name an anchor (&) above, or quote the value"
            )
            return Node(spot, key, None, broken=True)
        return self._moved(target, place, key, _spot(event, place))

    def _moved(self, node: Node, place: str, key: Spot, alias: Spot, depth: int = 0) -> Node:
        """The node as it reads at another place; its lines stay, for there it is corrected."""
        self._count(alias, depth)

        def below(child: Node, at: str) -> Node:
            return self._moved(child, at, replace(child.key, place=at), alias, depth + 1)

        value = node.value
        if isinstance(value, dict):
            value = {name: below(child, f"{place}.{shown(name)}") for name, child in value.items()}
        elif isinstance(value, list):
            value = [below(child, f"{place}[{index}]") for index, child in enumerate(value)]
        return replace(node, spot=replace(node.spot, place=place), key=key, value=value)

    def _remember(self, event: yaml.Event, node: Node) -> Node:
        anchor = getattr(event, "anchor", None)
        if anchor is not None:
            self._anchors[anchor] = node
        return node

    def _refuse(self, spot: Spot, problem: str, remedy: str) -> NoReturn:
        self._report.add(spot, problem, remedy)
        raise _Stop


def _spot(event: yaml.Event, place: str) -> Spot:
    mark = event.start_mark
    return Spot(mark.line + 1, mark.column + 1, place) if mark else Spot(place=place)


def _tagged(event: yaml.Event) -> bool:
    return getattr(event, "tag", None) is not None
