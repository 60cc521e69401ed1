"""Staff's word on cells that no check can reach, and the user classes that they make at night."""

from __future__ import annotations

from datetime import timedelta

import pytest

from statuspage.core.alert import AlertKind
from statuspage.core.availability import Availability, Basis, CellKey
from statuspage.core.incident import Kind, Says, ScopeRow
from statuspage.core.settings import UserClass
from statuspage.errors import Conflict, UsageError
from statuspage.services.alerts import kept
from statuspage.services.incidents import Opening, Statement
from tests.house import FABLE, FABLE_PARTNERS, HOME, OPUS, PARTNERS, VENDOR, House
from tests.staff import STAFF

A = Availability
EVERY_PARTNER = ScopeRow(user_classes=(PARTNERS,))


async def attest(house: House, available: bool = True, scope: ScopeRow = EVERY_PARTNER, **ends: float) -> list[CellKey]:
    until = house.clock() + timedelta(**(ends or {"days": 7}))
    _, keys = await house.attestations.attest(
        scope, available=available, until=until, source="The programme list", actor=STAFF
    )
    return keys


async def test_staffs_word_is_published_with_its_basis_and_its_end(calm: House) -> None:
    assert await attest(calm) == [FABLE_PARTNERS]
    cell = (await calm.queries.snapshot()).cell(FABLE_PARTNERS)
    assert (cell.availability, cell.basis) == (A.AVAILABLE, Basis.ATTESTED)
    assert cell.attested
    assert (cell.attested.source, cell.attested.until) == ("The programme list", calm.clock() + timedelta(days=7))
    assert await calm.events() == []


async def test_the_first_word_is_a_baseline_and_another_one_is_news(calm: House) -> None:
    await attest(calm)
    calm.pass_time(hours=1)
    await attest(calm, available=False)
    calm.pass_time(hours=1)
    await attest(calm)
    assert await calm.types() == ["model.restricted", "model.restored"]
    first, last = await calm.events()
    assert last.draft.changes[0].restores == first.id


async def test_a_word_runs_out(calm: House) -> None:
    await attest(calm, minutes=3)
    calm.pass_time(minutes=3)
    await calm.monitor.sweep()
    assert (await calm.said(FABLE_PARTNERS))[0] is A.UNKNOWN
    assert await calm.types() == ["cell.unknown"]


async def test_a_later_declaration_outweighs_an_earlier_word(calm: House) -> None:
    await attest(calm)
    calm.pass_time(hours=1)
    ordered = Statement(Says.ORDERED, authority="the authority")
    await calm.incidents.open(Opening(Kind.RESTRICTION, "Order", "", (ScopeRow(models=(FABLE,)),), (ordered,)), STAFF)
    assert (await calm.cells())[FABLE_PARTNERS].published.basis is Basis.DECLARED
    calm.pass_time(hours=1)
    await attest(calm)
    assert (await calm.cells())[FABLE_PARTNERS].published.basis is Basis.ATTESTED


@pytest.mark.parametrize("scope", [ScopeRow(user_classes=(HOME,)), ScopeRow(models=(OPUS,))])
async def test_nobody_vouches_for_what_a_check_can_tell(calm: House, scope: ScopeRow) -> None:
    with pytest.raises(UsageError, match="no cell that cannot be probed matches"):
        await attest(calm, scope=scope)


async def test_a_misspelt_name_is_refused_with_the_nearest(calm: House) -> None:
    with pytest.raises(UsageError, match="did you mean 'claude-fable-5'"):
        await attest(calm, scope=ScopeRow(models=("claude-fabel-5",)))


async def test_a_word_that_is_over_already_is_refused(calm: House) -> None:
    with pytest.raises(UsageError, match="must end in the future"):
        await attest(calm, hours=0)


async def test_a_class_made_at_night_has_cells_everywhere_and_can_be_vouched_for(calm: House) -> None:
    await calm.attestations.add_class(UserClass("named-partners", "Named partners"), STAFF)
    made = (await calm.attestations.classes())[-1]
    assert (made.id, made.attested) == ("named-partners", True)
    key = CellKey(OPUS, VENDOR, "named-partners")
    assert (await calm.queries.snapshot()).cell(key).availability is A.UNKNOWN
    assert key in await attest(calm, scope=ScopeRow(user_classes=("named-partners",)))
    assert (await calm.queries.snapshot()).cell(key).availability is A.AVAILABLE


async def test_a_class_is_made_once(calm: House) -> None:
    for name in (HOME, "named-partners"):
        if name != HOME:
            await calm.attestations.add_class(UserClass(name, name), STAFF)
        with pytest.raises(Conflict, match="already"):
            await calm.attestations.add_class(UserClass(name, name), STAFF)


async def told_of(house: House) -> list[str]:
    async with house.store.reading() as tx:
        return [one.subject.split()[-1] for one in await kept(tx) if one.kind is AlertKind.ATTESTATION]


async def test_staff_are_told_before_their_word_runs_out_and_when_it_has(calm: House) -> None:
    await attest(calm, days=4)
    await calm.monitor.sweep()
    assert await told_of(calm) == []
    calm.pass_time(days=3, minutes=1)
    for _ in range(3):
        await calm.monitor.sweep()
    assert await told_of(calm) == ["ends"]
    calm.pass_time(days=1)
    await calm.monitor.sweep()
    assert await told_of(calm) == ["ended"]
    assert (await calm.said(FABLE_PARTNERS))[0] is A.UNKNOWN
    await attest(calm)
    await calm.monitor.sweep()
    assert await told_of(calm) == []
