"""What people paste: as JSON for programs and for our script, and as a form for readers without script."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import orjson
from starlette.requests import Request

from checks.observation import GROUPS, Answer, Classification
from statuspage.core.event import rfc3339
from statuspage.core.snapshot import CellView, Snapshot
from statuspage.errors import UsageError
from statuspage.services import pasted, transcript
from statuspage.site import isitme, tools
from statuspage.web.bodies import body_of

LARGEST_PASTE = 64 * 1024
LARGEST_FORM = 4 * LARGEST_PASTE
"""A form spells most characters with three."""


async def document(request: Request, snapshot: Snapshot) -> dict[str, Any]:
    """What an answer means, the cells that show it now, and the cells of the models that it names."""
    said = _object(await body_of(request, LARGEST_PASTE, "answer"))
    text = said.get("text")
    answer = transcript.read(text) if isinstance(text, str) else _answer(said)
    meant = transcript.meaning_of(pasted.provider_of(said), answer)
    words = text if isinstance(text, str) else answer.body.decode("utf-8", "replace")
    found = isitme.find(snapshot, meant, words, answer.status)
    return _shape(meant, found, snapshot)


async def page(request: Request, snapshot: Snapshot) -> bytes:
    """The page with what was found of a pasted text."""
    fields = parse_qs((await body_of(request, LARGEST_FORM, "form")).decode("utf-8", "replace"))
    text, provider = (fields.get(name, [""])[0] for name in ("answer", "provider"))
    known = {one.id: one.kind for one in snapshot.providers}
    chosen = provider if provider in known else ""
    if not text.strip():
        return tools.is_it_me(snapshot, None, "", chosen)
    answer = transcript.read(text)
    found = isitme.find(
        snapshot, transcript.meaning_of(known.get(chosen, "generic"), answer), text, answer.status, chosen
    )
    return tools.is_it_me(snapshot, found, text, chosen)


def _object(body: bytes) -> dict[str, Any]:
    shape = '{"provider", "status", "headers", "body"} or {"provider", "text"}'
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise UsageError(f"the body must be JSON: {shape}") from None
    if not isinstance(said, dict):
        raise UsageError(f"the body must be a JSON object: {shape}")
    return said


def _answer(said: dict[str, Any]) -> Answer:
    status, headers = said.get("status"), said.get("headers")
    if not (status is None or (isinstance(status, int) and 100 <= status <= 599)):
        raise UsageError("status must be a number from 100 to 599")
    if not (headers is None or isinstance(headers, dict)):
        raise UsageError("headers must be an object")
    return Answer(status, pasted.headers_of(said), pasted.body_of(said))


def _shape(meant: Classification, found: isitme.Found, snapshot: Snapshot) -> dict[str, Any]:
    return {
        "cause": meant.cause.value,
        "group": GROUPS[meant.cause].value,
        "strength": meant.strength.value if meant.strength else None,
        "rule": meant.rule,
        "hint": meant.hint,
        "status": found.status,
        "cells": [_cell(one) for one in found.shown],
        "named": [_cell(one) for one in found.named],
        "as_of_seq": snapshot.as_of_seq,
        "valid_until": rfc3339(snapshot.valid_until),
        "sandbox": snapshot.site.sandbox,
    }


def _cell(one: CellView) -> dict[str, Any]:
    return {
        "model": one.key.model,
        "provider": one.key.provider,
        "user_class": one.key.user_class,
        "provider_model_id": one.provider_model_id,
        "availability": one.availability.value,
        "basis": one.basis.value,
        "since": rfc3339(one.since),
    }
