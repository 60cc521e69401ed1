"""The renderer of the staff pages: the site's own, with who is there and what they may do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from statuspage.core.snapshot import Snapshot
from statuspage.core.staff import Action, Actor, allowed
from statuspage.site.render import page as site_page


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who looks at a page; ``csrf`` is what its forms carry, ``paths`` are the pages that there are."""

    actor: Actor
    csrf: str
    must_change: bool = False
    paths: frozenset[str] = frozenset()


def page(template: str, snapshot: Snapshot, path: str, visitor: Visitor | None, **context: Any) -> bytes:
    """One staff page; without a visitor, one for somebody who has not signed in."""
    return site_page(
        template,
        snapshot,
        path,
        visitor=visitor,
        actor=visitor.actor if visitor else None,
        csrf=visitor.csrf if visitor else "",
        may=_may(visitor),
        there=visitor.paths if visitor else frozenset(),
        **context,
    )


def _may(visitor: Visitor | None) -> Callable[[str], bool]:
    def may(action: str) -> bool:
        return visitor is not None and not visitor.must_change and allowed(visitor.actor, Action(action))

    return may
