"""A cast for the tests of the core: two providers, five user classes, three models, and short ways to make facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from checks.observation import Cause, Evidence, Observation, Timings
from checks.target import Credential, Level
from statuspage.core.availability import Availability, Basis, CellKey, Reason
from statuspage.core.cell import CellState, Confirmation, Episode, Measured, Proof, Published
from statuspage.core.incident import (
    Attestation,
    By,
    Certainty,
    Declaration,
    Impact,
    Incident,
    Kind,
    Says,
    ScopeRow,
    Stage,
)
from statuspage.core.memory import first_state
from statuspage.core.settings import (
    ClassCredential,
    Expectation,
    Model,
    Offering,
    Policy,
    Provider,
    Remedy,
    Settings,
    UserClass,
)

POLICY = Policy()
T0 = datetime(2026, 6, 12, tzinfo=UTC)


def after(seconds: float = 0, *, minutes: float = 0, hours: float = 0, days: float = 0) -> datetime:
    """So long after the beginning of the story."""
    return T0 + timedelta(seconds=seconds, minutes=minutes, hours=hours, days=days)


# The cast. Only ``vendor`` and ``cloud`` sell; partners are attested, zero-retention is restricted by design.

AT_HOME, ABROAD, AGENCY = "us-persons", "foreign-nationals-abroad", "agencies"
PARTNERS, ZERO = "programme-partners", "zero-retention"

HOME = CellKey("fable", "vendor", AT_HOME)
AWAY = CellKey("fable", "vendor", ABROAD)
BY_DESIGN = CellKey("fable", "vendor", ZERO)
VOUCHED = CellKey("fable", "vendor", PARTNERS)
AT_CLOUD = CellKey("fable", "cloud", AT_HOME)
OPUS = CellKey("opus", "vendor", AT_HOME)

REMEDY = Remedy("admin", "Enable data retention for the workspace")
DESIGN = Expectation((ZERO,), reason=Reason.POLICY, remedy=REMEDY)


def held(user_class: str, egress: str = "direct") -> ClassCredential:
    """A credential of one class."""
    return ClassCredential(Credential(f"key-of-{user_class}", f"secret-of-{user_class}", egress))


SETTINGS = Settings(
    user_classes=(
        UserClass(AT_HOME, "US persons", reference=True),
        UserClass(ABROAD, "Foreign nationals abroad"),
        UserClass(AGENCY, "Agencies"),
        UserClass(PARTNERS, "Programme partners", attested=True),
        UserClass(ZERO, "Zero data retention"),
    ),
    providers=(
        Provider(
            "vendor",
            "Vendor API",
            "anthropic",
            "https://vendor.example",
            {one: held(one) for one in (AT_HOME, AGENCY, ZERO)} | {ABROAD: held(ABROAD, "http://proxy.example:3128")},
            controls=("haiku",),
        ),
        Provider("cloud", "Cloud", "openai", "https://cloud.example/v1", {AT_HOME: held(AT_HOME)}),
    ),
    models=(
        Model(
            "fable",
            "Fable 5",
            (
                Offering("vendor", "fable-5", primary=True),
                Offering("cloud", "global.fable-5", user_classes=(AT_HOME,)),
            ),
            alternatives=("opus", "haiku"),
            expect=(DESIGN,),
        ),
        Model("opus", "Opus 4", (Offering("vendor", "opus-4"), Offering("cloud", "opus", user_classes=(AT_HOME,)))),
        Model("haiku", "Haiku 4", (Offering("vendor", "haiku-4"),)),
    ),
)


# What a cell is.


def cell(key: CellKey = HOME, **fields: Any) -> CellState:
    """A cell of which nothing is known, but for ``fields``."""
    return replace(first_state(key, "fable-5", T0), **fields)


def measured(availability: Availability, reason: Reason = Reason.NONE, **fields: Any) -> Measured:
    """A confirmed measurement since the beginning."""
    return Measured(availability, reason, fields.pop("since", T0), **fields)


def published(
    availability: Availability, reason: Reason = Reason.NONE, basis: Basis = Basis.MEASURED, **fields: Any
) -> Published:
    """What the page says since the beginning."""
    return Published(availability, reason, fields.pop("since", T0), basis, **fields)


def settled(availability: Availability, reason: Reason = Reason.NONE, key: CellKey = HOME, **fields: Any) -> CellState:
    """A cell that measures and publishes the same, and is known to; ``fields`` win."""
    said = published(availability, reason)
    now = measured(availability, reason)
    known = None if availability is Availability.UNKNOWN else said
    return cell(key, **{"measured": now, "published": said, "last_known": known} | fields)


def restricted(key: CellKey = HOME, event: str | None = "evt_restricted", **fields: Any) -> CellState:
    """A cell in an episode that an event told."""
    return settled(Availability.RESTRICTED, Reason.WITHDRAWN, key, **{"episode": Episode(T0, event)} | fields)


# What was seen.


def evidence(at: datetime = T0, **fields: Any) -> Evidence:
    """The kept part of a 404."""
    given = Evidence(at, 404, "not_found_error", None, "no such model", "00ff00ff00ff00ff", None, "status.404")
    return replace(given, **fields)


def proof(at: datetime = T0, row: str = "answered") -> Proof:
    """Why a verdict stands."""
    return Proof(evidence(at), row)


def confirmation(at: datetime = T0) -> Confirmation:
    """One round that counted."""
    return Confirmation(at, Cause.OK, "ok", 200, "local")


def seen(cause: Cause, at: datetime = T0, **fields: Any) -> Observation:
    """One answer at ``answers`` from home."""
    given = Observation(
        at=at,
        provider="vendor",
        model="fable",
        provider_model_id="fable-5",
        user_class=AT_HOME,
        vantage="local",
        egress="direct",
        level=Level.ANSWERS,
        cause=cause,
        strength=None,
        evidence=evidence(at),
        timings=Timings(0.5, first_token=0.2),
    )
    return replace(given, **fields)


# What people said.

EVERYWHERE = ScopeRow()
FABLE = ScopeRow(models=("fable",))


def declared(says: Says = Says.ORDERED, at: datetime = T0, **fields: Any) -> Declaration:
    """A confirmed declaration by staff on Fable, in force from when it was recorded."""
    return replace(Declaration(says, By.STAFF, Certainty.CONFIRMED, (FABLE,), at), **fields)


def incident(*declarations: Declaration, **fields: Any) -> Incident:
    """A public restriction incident."""
    given = Incident(
        "inc_order",
        Kind.RESTRICTION,
        "Export directive",
        Stage.IDENTIFIED,
        Impact.MAJOR,
        T0,
        T0,
        scope=(FABLE,),
        declarations=declarations,
    )
    return replace(given, **fields)


def attested(available: bool = True, at: datetime = T0, **fields: Any) -> Attestation:
    """Staff's word on the partners, for a week."""
    given = Attestation("att_1", ScopeRow(user_classes=(PARTNERS,)), available, at, at + timedelta(days=7), "editor")
    return replace(given, **fields)
