"""The stored form of staff's words: incidents, attestations, user classes and the catalogue as plain JSON data."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter

from statuspage.core.incident import Attestation, Incident
from statuspage.core.settings import Settings, UserClass
from statuspage.ports import Revision

INCIDENT: TypeAdapter[Incident] = TypeAdapter(Incident)
ATTESTATION: TypeAdapter[Attestation] = TypeAdapter(Attestation)
USER_CLASS: TypeAdapter[UserClass] = TypeAdapter(UserClass)
CATALOGUE: TypeAdapter[Settings] = TypeAdapter(Settings)


def dump(adapter: TypeAdapter[Any], thing: object) -> dict[str, Any]:
    """Plain JSON data of one thing."""
    data: dict[str, Any] = adapter.dump_python(thing, mode="json")
    return data


def incident(revision: Revision) -> Incident:
    """The incident as of a stored revision."""
    return replace(INCIDENT.validate_python(revision.document), rev=revision.rev)
