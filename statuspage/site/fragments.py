"""Fragments: parts of a page that depend on a few values alone are rendered once and kept from one page to the next."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any

from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.runtime import Context
from markupsafe import Markup

MOST = 40_000
"""How many fragments are kept; when there are more, those that were not used of late go."""


class Fragments:
    """Rendered fragments by what they were made of, in two generations."""

    def __init__(self) -> None:
        self._new: dict[tuple[Any, ...], Markup] = {}
        self._old: dict[tuple[Any, ...], Markup] = {}
        self._turn = Lock()

    def get(self, key: tuple[Any, ...], make: Callable[[], str]) -> Markup:
        """The fragment of a key, made when it is not known."""
        found = self._new.get(key)
        if found is None:
            found = self._old.get(key)
            made = Markup(make()) if found is None else found  # noqa: S704 - what a template rendered
            self._keep(key, made)
            return made
        return found

    def _keep(self, key: tuple[Any, ...], made: Markup) -> None:
        with self._turn:
            self._new[key] = made
            if len(self._new) > MOST // 2:
                self._new, self._old = {}, self._new


class Once(Extension):
    """``{% once NAME, VALUES… %}…{% endonce %}``: the body depends on these values alone.

    They are hashable. Where the site lives, the names of the catalogue, and the year, which moments leave out where
    it is the present one, are always among them.
    """

    tags = {"once"}  # noqa: RUF012 - Jinja's own name and type

    def parse(self, parser: Parser) -> nodes.Node:
        """Turn the tag into a call of ``_once`` around its body."""
        line = next(parser.stream).lineno
        values = parser.parse_tuple(with_condexpr=False)
        body = parser.parse_statements(("name:endonce",), drop_needle=True)
        call = self.call_method("_once", [nodes.ContextReference(), values])
        return nodes.CallBlock(call, [], [], body).set_lineno(line)

    def _once(self, context: Context, values: tuple[Any, ...], caller: Callable[[], str]) -> Markup:
        ground = context["base"], context["catalogue"], context["snapshot"].generated_at.year
        return FRAGMENTS.get((*ground, *values), caller)


FRAGMENTS = Fragments()
