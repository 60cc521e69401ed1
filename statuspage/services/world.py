"""What bears on every cell besides its measurement: the settings in force, the incidents, the attestations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from statuspage.core.availability import CellKey
from statuspage.core.cell import CellState
from statuspage.core.incident import Attestation, Incident
from statuspage.core.publish import Word, attestation, standing
from statuspage.core.settings import Settings
from statuspage.ports import Reading, RevisionKind
from statuspage.services.documents import ATTESTATION, USER_CLASS, incident


@dataclass(frozen=True, slots=True)
class World:
    """The words of configuration and staff at one moment."""

    settings: Settings
    incidents: tuple[Incident, ...]
    attestations: tuple[Attestation, ...]

    def word(self, key: CellKey, at: datetime) -> Word:
        """Everything but the measurement that bears on a cell."""
        return Word(
            standing(self.incidents, key, at),
            attestation(self.attestations, key, at),
            self.settings.expectation(key),
            probed=self.settings.credential(key) is not None,
        )

    def recording(self, at: datetime) -> datetime:
        """When something is recorded at ``at``: after everything that was recorded, also if the clock was set back."""
        stamps = [one.updated_at for one in self.incidents] + [one.recorded_at for one in self.attestations]
        newest = max(stamps, default=at)
        return at if at >= newest else newest + timedelta(microseconds=1)

    def linked(self, state: CellState, fingerprint: str | None) -> bool:
        """Whether staff linked this fingerprint at the cell's provider to an open restriction of the cell.

        A link holds until the cell is answered again: then the same text is an ordinary fault.
        """
        return fingerprint is not None and any(
            link.provider == state.key.provider
            and link.fingerprint == fingerprint
            and not _answered_since(state, link.at)
            for incident in self.incidents
            if incident.open and incident.covers(state.key)
            for link in incident.links
        )


def _answered_since(state: CellState, at: datetime) -> bool:
    """Whether real answers have ended the restriction; inside an episode single answers end nothing."""
    return state.episode is None and state.last_answer_at is not None and state.last_answer_at > at


async def load(tx: Reading, settings: Settings, at: datetime | None = None) -> World:
    """The world as recorded at ``at``; None for now."""
    classes = [USER_CLASS.validate_python(r.document) for r in await tx.revisions(RevisionKind.USER_CLASS, at)]
    incidents = [incident(r) for r in await tx.revisions(RevisionKind.INCIDENT, at)]
    attested = [ATTESTATION.validate_python(r.document) for r in await tx.revisions(RevisionKind.ATTESTATION, at)]
    return World(settings.with_user_classes(tuple(classes)), tuple(incidents), tuple(attested))
