"""The staff area as a whole: every rule of its pages and of its part of the API, behind the one guard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from starlette.routing import Route

from statuspage.core.allowance import Allowance
from statuspage.core.snapshot import Snapshot
from statuspage.ports import Clock
from statuspage.services.audit import AuditLog
from statuspage.services.people import People
from statuspage.services.sign_in import SignIn
from statuspage.services.tokens import Tokens
from statuspage.web.limits import Limit
from statuspage.web.staff.account import Account
from statuspage.web.staff.audit import AuditPages
from statuspage.web.staff.entrance import Entrance, Keep
from statuspage.web.staff.guard import Guard, Rule
from statuspage.web.staff.people import PeoplePages, TokenPages

GUESSING = Allowance(10, timedelta(minutes=10))


class Part(Protocol):
    """A part of the staff area: the rules of its pages, and those of its part of the API."""

    def pages(self) -> list[Rule]:
        """The rules of its pages, at the root."""
        ...

    def api(self) -> list[Rule]:
        """The rules of its part of the API, under ``/api/v1``."""
        ...


@dataclass
class StaffArea:
    """Everything under ``/staff``, and what staff write through ``/api/v1``; ``parts`` are those of other hands."""

    people: People
    sign_in: SignIn
    tokens: Tokens
    audit: AuditLog
    current: Callable[[], Snapshot]
    clock: Clock
    parts: Sequence[Part] = ()
    keep: Keep | None = None
    guard: Guard = field(init=False)
    entrance: Entrance = field(init=False)

    def __post_init__(self) -> None:
        self.guard = Guard(self.sign_in, self.tokens, self.current, self.clock)
        self.entrance = Entrance(self.guard, self.sign_in, self.current, self.clock, self.keep)
        self._log = AuditPages(self.audit)
        self._own = Account(self.people, self.sign_in, Limit(GUESSING, self.clock, "guesses of a password"))
        self.guard.paths = frozenset(rule.path for rule in self.page_rules() if "{" not in rule.path)
        self.guard.read = tuple(rule for rule in self.page_rules() if "GET" in rule.methods)
        self.guard.kept = tuple(rule for rule in self.page_rules() if rule.kept)

    def page_rules(self) -> list[Rule]:
        """The table of the pages: each route with the least that it takes."""
        return [
            *self.entrance.pages(),
            *self._own.pages(),
            *PeoplePages(self.people).pages(),
            *TokenPages(self.tokens, self.clock).pages(),
            *self._log.pages(),
            *[rule for part in self.parts for rule in part.pages()],
        ]

    def api_rules(self) -> list[Rule]:
        """The table of the API: each route with the scope or role that it takes."""
        return [*self._log.api(), *[rule for part in self.parts for rule in part.api()]]

    def pages(self) -> list[Route]:
        """The routes of the pages, at the root."""
        return [*self.entrance.open(), *map(self.guard.page, self.page_rules())]

    def routes(self) -> list[Route]:
        """The routes of the API, under ``/api/v1``."""
        return [self.guard.api(rule) for rule in self.api_rules()]
