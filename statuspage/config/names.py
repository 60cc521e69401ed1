"""The ids that a configuration names, and the check that a word is one of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from statuspage.config.report import Report, suggestion
from statuspage.config.tree import Node


@dataclass(frozen=True)
class Names:
    """What the configuration names, and the check that a word is one of them."""

    classes: set[str]
    providers: set[str]
    models: set[str]
    report: Report

    def user_classes(self, nodes: Iterable[Node]) -> None:
        """Each of them names a user class, once."""
        self._each(nodes, self.classes, "a user class")

    def known_providers(self, nodes: Iterable[Node]) -> None:
        """Each of them names a provider, once."""
        self._each(nodes, self.providers, "a provider")

    def known_models(self, nodes: Iterable[Node]) -> None:
        """Each of them names a model, once."""
        self._each(nodes, self.models, "a model")

    def _each(self, nodes: Iterable[Node], known: set[str], what: str) -> None:
        seen: set[str] = set()
        for node in nodes:
            if node.text and node.text not in known:
                remedy = suggestion(node.text, sorted(known)).replace(node.text, node.written)
                self.report.add(node.spot, f'"{node.written}" is not {what} of this configuration', remedy)
            elif node.text in seen:
                self.report.add(node.spot, f'"{node.written}" is there twice', "Delete one of them")
            seen |= {node.text} - {""}
