"""The desk of incidents over a store, for tests of the whole application."""

from __future__ import annotations

from collections.abc import Callable

from statuspage.core.settings import Settings
from statuspage.core.snapshot import Snapshot
from statuspage.ports import Clock, Ids, Store
from statuspage.services.alerts import StaffAlerts
from statuspage.services.attestations import Attestations
from statuspage.services.fingerprints import Fingerprints
from statuspage.services.incident_reading import active_approvers
from statuspage.services.incidents import Incidents
from statuspage.services.rehearsal import Rehearsals
from statuspage.services.sheets import Sheets
from statuspage.web.staff.desk import Desk
from statuspage.web.staff.desk_api import DeskApi
from statuspage.web.staff.fingerprints import FingerprintPages
from statuspage.web.staff.vouching import Vouching


def answers_over(desk: Desk, store: Store, clock: Clock, current: Callable[[], Snapshot]) -> FingerprintPages:
    """The pages of answers that no rule knows, beside a desk."""
    return FingerprintPages(Fingerprints(store, clock), desk.incidents, current)


def desk_over(store: Store, settings: Settings, clock: Clock, ids: Ids, current: Callable[[], Snapshot]) -> Desk:
    """The desk as the service puts it together."""
    common = (store, settings, clock, ids)
    incidents = Incidents(*common, StaffAlerts(settings, ids), active_approvers)
    attestations, rehearsals = Attestations(*common), Rehearsals(*common)
    api = DeskApi(incidents, attestations, rehearsals, current)
    return Desk(incidents, rehearsals, Sheets(store, clock), Vouching(attestations, clock), api, clock, ids)
