"""Telling staff: alerts are kept once each in the store, and those that are news go to the log."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from pydantic import TypeAdapter

from checks.observation import Group
from checks.redact import visible
from statuspage.core.alert import Alert, AlertKind, Name, StoreTrouble, alert, merged
from statuspage.core.availability import CellKey, Reason
from statuspage.core.letter import Letter, to_staff
from statuspage.core.settings import Policy, Settings
from statuspage.core.spend import Purse
from statuspage.core.verdict import Row
from statuspage.ports import Fingerprint, Ids, Reading, Writing
from statuspage.services.judging import Judged

NOTE = "alerts"

log = logging.getLogger(__name__)

_ALERTS: TypeAdapter[tuple[Alert, ...]] = TypeAdapter(tuple[Alert, ...])
_KINDS = {
    Row.OURS: AlertKind.CREDENTIAL,
    Row.REFUSED_CREDENTIAL: AlertKind.CREDENTIAL,
    Row.OURS_HOLD: AlertKind.PROBE_FAULT,
    Row.PROBE_FAULT: AlertKind.PROBE_FAULT,
}


class StaffAlerts:
    """Keeps alerts in the transaction that found them; each that is news is logged, and owed to the staff channels."""

    def __init__(self, settings: Settings = Settings(), ids: Ids | None = None) -> None:
        self.settings = settings
        self._ids = ids

    async def tell(self, tx: Writing, raised: Sequence[Alert], ended: Iterable[Name], at: datetime) -> None:
        """Keep what was raised, drop what is over, and log what is new."""
        before = await kept(tx)
        over = {name for name in ended if name in {one.name for one in before}}
        if not raised and not over:
            return
        now = merged(before, raised, over, at)
        await tx.set_note(NOTE, _ALERTS.dump_json(now.alerts).decode())
        for one in now.news:
            log.warning("staff alert: %s (%s): %s", one.kind.value, visible(one.subject), visible(one.text))
        await tx.add_letters(self._letters(now.news))

    def _letters(self, news: Sequence[Alert]) -> list[Letter]:
        channels, name, ids = self.settings.outlets.staff, self.settings.site.name, self._ids
        return [letter for one in news for letter in to_staff(one, channels, name, ids)] if ids else []


class NoAlerts(StaffAlerts):
    """Tells nobody: for histories that are only played."""

    async def tell(self, tx: Writing, raised: Sequence[Alert], ended: Iterable[Name], at: datetime) -> None:
        """Drop everything."""


async def kept(tx: Reading) -> tuple[Alert, ...]:
    """Every alert that is kept, the newest last."""
    text = await tx.note(NOTE)
    return _ALERTS.validate_json(text) if text else ()


def of_round(judged: Mapping[CellKey, Judged], policy: Policy, at: datetime) -> list[Alert]:
    """What a round gives staff to look at: their own credentials and ids, faults of the probe, a gateway's misfire."""
    told = [_of_cell(key, one, at) for key, one in judged.items() if one.ruling.tell_staff]
    return [*{one.name: one for one in told}.values(), *_misfires(judged, policy, at)]


def ended_by(judged: Mapping[CellKey, Judged]) -> set[Name]:
    """Which alerts a round's answers end."""
    answered = [(key, one) for key, one in judged.items() if one.found.observation.group is Group.ANSWERED]
    over = {(kind, str(key)) for key, _ in answered for kind in (AlertKind.CHECK_ID, AlertKind.PROBE_FAULT)}
    over |= {(AlertKind.CREDENTIAL, _holder(key)) for key, _ in answered}
    return over | {(AlertKind.NETWORK, one.found.observation.vantage) for _, one in answered}


def of_fingerprint(seen: Fingerprint) -> Alert:
    """An error text that no rule knows, seen for the first time."""
    text = f"{seen.provider} answered HTTP {seen.status} with a text that no rule knows: {seen.sample[:200]}"
    return alert(AlertKind.FINGERPRINT, f"{seen.provider} {seen.fingerprint}", text, seen.last_seen)


def of_purse(purse: Purse, at: datetime) -> Alert:
    """A monthly cap that one more round could pass."""
    text = (
        f"{purse.spent_usd:.4f} USD of {purse.cap_usd or 0:.2f} are spent and the next round may cost "
        f"{purse.next_round_usd:.4f}: nothing is asked at answers until the month ends; raise monthly_cap_usd, or wait"
    )
    return alert(AlertKind.CAP, f"{purse.provider}/{purse.user_class}", text, at)


def of_store(trouble: StoreTrouble, at: datetime) -> Alert:
    """A store that can be written again: what was asked meanwhile was not kept."""
    text = (
        f"the store could not be written from {trouble.since:%Y-%m-%d %H:%M:%S} to {at:%H:%M:%S} UTC, {trouble.times} "
        f"times ({trouble.why}): what was seen meanwhile is lost, what was told before is not"
    )
    return alert(AlertKind.STORE, "store", text, at)


def _of_cell(key: CellKey, one: Judged, at: datetime) -> Alert:
    seen, ruling = one.found.observation, one.ruling
    said = f"{seen.cause.value} by rule {seen.evidence.rule}, HTTP {seen.evidence.status or '–'}"
    text = f"{key}: {said}. {seen.hint}".strip()
    if ruling.row is Row.OUR_NETWORK:
        return alert(AlertKind.NETWORK, seen.vantage, "our monitor has lost its network: no host answers at all", at)
    kind = _KINDS.get(ruling.row, AlertKind.CHECK_ID)
    return alert(kind, _holder(key) if kind is AlertKind.CREDENTIAL else str(key), text, at)


def _misfires(judged: Mapping[CellKey, Judged], policy: Policy, at: datetime) -> list[Alert]:
    """Several classes that turn to a refusal by region in one round: a gateway may have misfired."""
    turned: dict[str, set[str]] = {}
    for key, one in judged.items():
        turning = one.state.candidate
        if turning is not None and turning.reason is Reason.REGION:
            turned.setdefault(key.provider, set()).add(key.user_class)
    return [
        alert(
            AlertKind.MISFIRE,
            provider,
            f"possible gateway misfire: {len(classes)} user classes were refused by region at once "
            f"({', '.join(sorted(classes))}); ask the provider before you explain it",
            at,
        )
        for provider, classes in turned.items()
        if len(classes) >= policy.misfire_classes
    ]


def _holder(key: CellKey) -> str:
    return f"{key.provider}/{key.user_class}"
