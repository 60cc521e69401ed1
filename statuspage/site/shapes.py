"""Shapes: the public JSON form of one cell, model, class, provider, incident, transition or day (docs/api.md)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from statuspage.core.cell import Proof, Transition
from statuspage.core.event import Alternative, evidence_document, rfc3339
from statuspage.core.incident import Declaration, Incident, Kind, ScopeRow, Update
from statuspage.core.settings import Model, Need, Policy, Provider, Remedy, Schedule, Site, UserClass
from statuspage.core.snapshot import CellView, DeclaredView, MeasuredView, Snapshot
from statuspage.core.uptime import Day, Figures
from statuspage.site import matrix, stories

Shape = dict[str, Any]


def moment(at: datetime | None) -> str | None:
    """A moment in RFC 3339, or nothing."""
    return rfc3339(at) if at else None


def site(one: Site) -> Shape:
    """Who publishes."""
    return {
        "name": one.name,
        "url": one.url,
        "description": one.description,
        "contact": one.contact,
        "time_zone": one.time_zone,
        "sandbox": one.sandbox,
    }


def summary(snapshot: Snapshot) -> Shape:
    """The state in one sentence and in numbers."""
    one = snapshot.summary
    return {
        "availability": one.availability.value,
        "headline": one.headline,
        "restricted": list(one.restricted),
        "down": list(one.down),
        "degraded": list(one.degraded),
        "unknown": list(one.unknown),
        "unaffected": list(one.unaffected),
        "unknown_cells": one.unknown_cells,
        "cells": one.cells,
    }


def user_class(one: UserClass, site_url: str) -> Shape:
    """A user class."""
    return {
        "id": one.id,
        "name": one.name,
        "url": f"{site_url}/user-classes/{one.id}",
        "description": one.description,
        "observed_as": one.observed_as or None,
        "dimension": one.dimension or None,
        "reference": one.reference,
        "attested": one.attested,
    }


def provider(one: Provider, site_url: str) -> Shape:
    """A provider; its credentials and hosts are nobody's business."""
    return {"id": one.id, "name": one.name, "url": f"{site_url}/providers/{one.id}", "kind": one.kind}


def model(one: Model, site_url: str) -> Shape:
    """A model with its offerings."""
    return {
        "id": one.id,
        "name": one.name,
        "url": f"{site_url}/models/{one.id}",
        "family": one.family or None,
        "successor": one.successor,
        "alternatives": list(one.alternatives),
        "offered": [
            {"provider": each.provider, "provider_model_id": each.id, "primary": each.primary} for each in one.offered
        ],
    }


def cell(one: CellView, site_url: str) -> Shape:
    """A cell, as the contract has it."""
    return {
        "model": one.key.model,
        "provider": one.key.provider,
        "provider_model_id": one.provider_model_id,
        "user_class": one.key.user_class,
        "availability": one.availability.value,
        "reason": one.reason.value or None,
        "since": rfc3339(one.since),
        "basis": one.basis.value,
        "deviates": one.deviates,
        "expected": one.expected,
        "cell_seq": one.cell_seq,
        "measured": _measured(one.measured) if one.measured else None,
        "declared": [_declared(view) for view in one.declared],
        "disagreement": one.disagreement.value if one.disagreement else None,
        "scope": one.scope.value,
        "possible_misfire": one.possible_misfire,
        "evidence": _evidence(one),
        "proof": proof(one.proof) if one.proof else None,
        "retry": one.retry.value,
        "remedy": _remedy(one.remedy) if one.remedy else None,
        "attested": _attested(one),
        "alternatives": [alternative(each) for each in one.alternatives],
        "incident": one.incident,
        "url": f"{site_url}/models/{one.key.model}#{matrix.anchor(one.key)}",
    }


def alternative(one: Alternative) -> Shape:
    """A model that can be called instead."""
    return {"model": one.model, "provider": one.provider, "provider_model_id": one.provider_model_id}


def incident(snapshot: Snapshot, one: Incident) -> Shape:
    """A public incident. Notes are private and have no place here."""
    told = stories.story(snapshot, one)
    moved = [each for each in snapshot.seen if each.published.incident == one.id]
    return {
        "id": one.id,
        "name": one.title,
        "url": f"{snapshot.site.url}/incidents/{one.id}",
        "title": one.title,
        "kind": one.kind.value,
        "stage": one.stage.value,
        "impact": one.impact.value,
        "created_at": rfc3339(one.created_at),
        "updated_at": rfc3339(one.updated_at),
        "started_at": moment(one.started_at),
        "resolved_at": moment(one.resolved_at),
        "next_update_by": moment(one.next_update_by) if one.open else None,
        "scheduled_for": moment(one.scheduled_for),
        "scheduled_until": moment(one.scheduled_until),
        "scope": [scope_row(row) for row in one.scope],
        "declarations": [declaration(each) for each in one.declarations],
        "updates": [_update(each) for each in sorted(one.updates, key=lambda update: update.at, reverse=True)],
        "unaffected": [each.id for each in told.spared],
        "title_edits": [{"at": rfc3339(each.at), "title": each.body} for each in one.title_edits],
        "linked_fingerprints": [{"provider": each.provider, "fingerprint": each.fingerprint} for each in one.links],
        "transitions": [transition(each) for each in moved],
    }


def is_maintenance(one: Incident) -> bool:
    """Whether it is announced planned work."""
    return one.kind is Kind.MAINTENANCE


def declaration(one: Declaration) -> Shape:
    """A declaration with its scope."""
    return _fact(one) | {"scope": [scope_row(row) for row in one.scope], "recorded_at": rfc3339(one.recorded_at)}


def scope_row(row: ScopeRow) -> Shape:
    """A row of a scope; an empty list means all."""
    return {
        "models": list(row.models),
        "providers": list(row.providers),
        "user_classes": list(row.user_classes),
        "except": list(row.excepted),
    }


def transition(one: Transition) -> Shape:
    """A stored change of a cell."""
    return {
        "id": one.id,
        "model": one.key.model,
        "provider": one.key.provider,
        "provider_model_id": one.provider_model_id,
        "user_class": one.key.user_class,
        "at": rfc3339(one.at),
        "from": one.from_availability.value,
        "to": one.published.availability.value,
        "reason": one.published.reason.value or None,
        "basis": one.published.basis.value,
        "cell_seq": one.cell_seq,
        "last_answer_at": moment(one.last_answer_at),
        "first_refusal_at": moment(one.first_refusal_at),
        "event": one.event,
        "incident": one.published.incident,
        "proof": _whole_proof(one.measured.proof) if one.measured.proof else None,
    }


def proof(one: Proof) -> Shape:
    """Why a verdict stands: the rule that read the answer, the judge's row, the rounds that agreed, the policy."""
    return {
        "row": one.row,
        "rule": one.evidence.rule if one.evidence else None,
        "cause": one.cause.value if one.cause else None,
        "strength": one.strength.value if one.strength else None,
        "policy": one.policy,
        "needed": _need(one.needed) if one.needed else None,
        "confirmations": [
            {
                "at": rfc3339(each.at),
                "cause": each.cause.value,
                "rule": each.rule,
                "status": each.status,
                "seen_from": each.seen_from,
                "fingerprint": each.fingerprint,
                "request_id_hash": each.request_id_hash,
            }
            for each in one.confirmations
        ],
    }


def figures(one: Figures) -> Shape:
    """Seconds in each availability, and the two shares."""
    seconds = {name: round(getattr(one, name)) for name in Figures.__slots__}
    return {"seconds": seconds, "uptime": _rounded(one.uptime), "access": _rounded(one.access)}


def day(one: Day) -> Shape:
    """The figures of a UTC day."""
    return {"day": one.day.isoformat()} | figures(one.figures)


def policy(one: Policy, schedule: Schedule) -> Shape:
    """The numbers of confirmation and the schedule that are in force; lengths are seconds."""
    needs = {name: getattr(one, name) for name in Policy.__slots__ if isinstance(getattr(one, name), Need)}
    return {
        "name": one.name,
        "confirmation": {name: _need(need) for name, need in needs.items()},
        "reprobe_after": [each.total_seconds() for each in one.reprobe_after],
        "stale_intervals": one.stale_intervals,
        "last_known_for": one.last_known_for.total_seconds(),
        "accepts_every": schedule.accepts_every.total_seconds(),
        "answers_every": schedule.answers_every.total_seconds(),
    }


def _measured(one: MeasuredView) -> Shape:
    change = one.confirming
    confirming = {"to": change.availability.value, "have": change.have, "need": change.need} if change else None
    return {
        "availability": one.availability.value,
        "reason": one.reason.value or None,
        "since": rfc3339(one.since),
        "last_observed_at": moment(one.last_observed_at),
        "last_answer_at": moment(one.last_answer_at),
        "first_refusal_at": moment(one.first_refusal_at),
        "confirming": confirming,
        "served_model": one.served_model,
        "seen_from": list(one.seen_from),
        "one_place": one.one_place,
    }


def _declared(view: DeclaredView) -> Shape:
    return {"incident": view.incident} | _fact(view.declaration) | {"in_force": view.in_force}


def _fact(one: Declaration) -> Shape:
    return {
        "says": one.says.value,
        "by": one.by.value,
        "certainty": one.certainty.value,
        "authority": one.authority,
        "basis": one.basis,
        "announced_at": moment(one.announced_at),
        "from": rfc3339(one.starts),
        "until": moment(one.until),
        "source": one.source,
    }


def _need(one: Need) -> Shape:
    return {"count": one.count, "over": one.over.total_seconds(), "apart": one.apart.total_seconds()}


def _evidence(one: CellView) -> Shape | None:
    if one.evidence is None:
        return None
    return evidence_document(one.evidence) | {"controls": _controls(one.proof) if one.proof else []}


def _whole_proof(one: Proof) -> Shape:
    evidence = evidence_document(one.evidence) if one.evidence else None
    return proof(one) | {"evidence": evidence, "controls": _controls(one)}


def _controls(one: Proof) -> list[Shape]:
    return [{"control": each.control, "outcome": each.outcome, "asked": each.asked or None} for each in one.controls]


def _remedy(one: Remedy) -> Shape:
    return {"by": one.by, "action": one.action, "url": one.url}


def _attested(one: CellView) -> Shape | None:
    word = one.attested
    return {"by_role": word.by_role, "until": rfc3339(word.until), "source": word.source} if word else None


def _update(one: Update) -> Shape:
    edits = [{"at": rfc3339(edit.at), "body": edit.body} for edit in one.edits]
    said = {"id": one.id, "at": rfc3339(one.at), "stage": one.stage.value, "body": one.body, "edits": edits}
    return said | {"recorded_at": rfc3339(one.recorded_at or one.at)}


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 6)
