"""The audit log, as a page and as ``GET /api/v1/audit``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from statuspage.core.audit import Entry
from statuspage.core.event import rfc3339
from statuspage.core.staff import Action, Actor
from statuspage.ports.access import AuditQuery
from statuspage.services.audit import MOST, AuditLog
from statuspage.web import ask
from statuspage.web.answers import document
from statuspage.web.staff.guard import Rule
from statuspage.web.staff.showing import show

ON_A_PAGE = 50


@dataclass
class AuditPages:
    """Who did what, the newest first."""

    audit: AuditLog

    def pages(self) -> list[Rule]:
        """The page's route."""
        return [Rule("/staff/audit", self.look, Action.AUDIT)]

    def api(self) -> list[Rule]:
        """The API's route."""
        return [Rule("/audit", self.listed, Action.AUDIT)]

    async def look(self, request: Request, actor: Actor) -> Response:
        """The page."""
        query = request.query_params
        ask.only(query, "actor", "subject", "before")
        wanted = _query(query, ON_A_PAGE)
        found = await self.audit.entries(actor, wanted)
        older = found[-1].number if len(found) == ON_A_PAGE and found[-1].number > 1 else None
        head = await self.audit.head()
        return show(request, "staff/audit.html", entries=found, wanted=wanted, older=older, head=head)

    async def listed(self, request: Request, actor: Actor) -> Response:
        """The document."""
        query = request.query_params
        ask.only(query, "actor", "subject", "before", "limit")
        found = await self.audit.entries(actor, _query(query, ask.number(query, "limit", 100, 1, MOST)))
        before = found[-1].number if found and found[-1].number > 1 else None
        head = await self.audit.head()
        return document(
            {
                "entries": [_entry(one) for one in found],
                "next_before": before,
                "head": {"number": head.number, "hash": head.hash},
            }
        )


def _query(query: QueryParams, limit: int) -> AuditQuery:
    before = ask.number(query, "before", 2**62, 1, 2**62)
    actor, subject = (query.get(name, "")[:200] or None for name in ("actor", "subject"))
    return AuditQuery(before, actor, subject, limit)


def _entry(one: Entry) -> dict[str, Any]:
    done = one.deed
    return {
        "number": one.number,
        "at": rfc3339(done.at),
        "actor": {"kind": done.kind, "id": done.actor_id, "label": done.actor, "role": done.role, "maker": done.maker},
        "action": done.action,
        "subject": done.subject,
        "detail": dict(done.detail),
        "previous": one.previous,
        "hash": one.hash,
        "sealed": one.text,
    }
