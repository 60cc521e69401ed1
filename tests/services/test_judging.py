"""From one round's findings to each cell's ruling and next state: history, stand-ins for the neutral host, evidence."""

from __future__ import annotations

from dataclasses import replace

from checks.observation import Cause
from statuspage.core.availability import Availability, CellKey, Reason, Scope
from statuspage.core.verdict import C2, C5, Row
from statuspage.services.inquiry import Inquiry
from statuspage.services.judging import Judged, _listed
from tests.house import (
    ABROAD,
    FABLE,
    FABLE_ABROAD,
    FABLE_HOME,
    GATEWAY,
    HOME,
    OPUS,
    OPUS_HOME,
    VENDOR,
    House,
    held,
)

NOBODY = "http://127.0.0.1:1"


async def judged(house: House, provider: str = VENDOR, *models: str) -> dict[CellKey, Judged]:
    return dict((await house.round(provider, models or None)).judged)


async def test_a_refusal_without_wording_is_a_withdrawal_for_whom_was_answered_before(calm: House) -> None:
    calm.do("answer", model=OPUS, provider=VENDOR, signal="ant-retired")
    found = await judged(calm, VENDOR, OPUS)
    assert {one.found.observation.cause for one in found.values()} == {Cause.MODEL_NOT_FOUND}
    assert {one.ruling.row for one in found.values()} == {Row.NOT_FOUND_WITHDRAWN}


async def test_the_same_refusal_is_a_wrong_id_for_whom_was_never_answered(house: House) -> None:
    house.do("answer", model=OPUS, provider=VENDOR, signal="ant-retired")
    found = await judged(house, VENDOR, OPUS)
    assert {one.ruling.row for one in found.values()} == {Row.NOT_FOUND_CHECK_ID}
    assert all(one.ruling.tell_staff for one in found.values())


async def test_another_class_that_was_answered_before_lends_its_history(house: House) -> None:
    house.do("answer", model=OPUS, provider=VENDOR, signal="ant-retired", user_class=HOME)
    await house.settle(VENDOR, (OPUS,))
    house.pass_time(hours=1)
    house.do("answer", model=OPUS, provider=VENDOR, signal="ant-retired", user_class=ABROAD)
    assert (await judged(house, VENDOR, OPUS))[OPUS_HOME].ruling.row is Row.NOT_FOUND_FOR_ALL


async def test_a_list_of_another_class_that_names_it_is_enough(house: House) -> None:
    house.do("answer", model=OPUS, provider=VENDOR, signal="ant-perm")
    found = await judged(house, VENDOR, OPUS)
    assert {one.found.controls.c2 for one in found.values()} == {C2.LISTED}
    seen = {key: one.found for key, one in found.items()}
    for key in seen:
        others = {k: replace(f, controls=replace(f.controls, c2=C2.NOT_LISTED)) if k == key else f
                  for k, f in seen.items()}  # fmt: skip
        assert _listed(key, Inquiry(VENDOR, others))
    nobody = {k: replace(f, controls=replace(f.controls, c2=C2.NOT_LISTED)) for k, f in seen.items()}
    assert not _listed(OPUS_HOME, Inquiry(VENDOR, nobody))


async def test_a_model_that_is_asked_through_one_egress_alone_needs_no_second_one(calm: House) -> None:
    """The provider's other credentials go through a proxy, but none of them is asked about this model."""
    vendor, gateway = calm.settings.providers
    proxied = {ABROAD: held(ABROAD, egress="http://127.0.0.1:1")}
    models = tuple(
        replace(one, offered=tuple(replace(o, user_classes=(HOME,)) for o in one.offered)) if one.id == OPUS else one
        for one in calm.settings.models
    )
    calm.configure(
        replace(
            calm.settings,
            providers=(replace(vendor, credentials={**vendor.credentials, **proxied}), gateway),
            models=models,
        )
    )
    calm.do("outage", provider=VENDOR)
    await calm.settle(VENDOR, (OPUS,))
    now = (await calm.cells())[OPUS_HOME].measured
    assert (now.availability, now.scope, now.one_place) == (Availability.DOWN, Scope.PROVIDER, True)


async def test_where_the_neutral_host_is_missing_other_providers_stand_in(house: House) -> None:
    vendor, gateway = house.settings.providers
    silent = replace(vendor, base_url=NOBODY, neutral_host=None)
    house.configure(replace(house.settings, providers=(silent, gateway)))
    found = await judged(house)
    assert found[FABLE_HOME].found.controls.c5 is C5.OK
    assert found[FABLE_HOME].ruling.row is Row.DOWN_PROVIDER


async def test_other_providers_that_are_silent_too_mean_our_own_network(calm: House) -> None:
    """They are asked in the same round: that they answered a minute ago says nothing about now."""
    vendor, gateway = calm.settings.providers
    lost = (
        replace(vendor, base_url=NOBODY, neutral_host=None),
        replace(gateway, base_url="http://127.0.0.2:1", neutral_host=None),
    )
    calm.configure(replace(calm.settings, providers=lost))
    found = await judged(calm)
    assert found[FABLE_HOME].found.controls.c5 is C5.SILENT
    assert found[FABLE_HOME].ruling.row is Row.OUR_NETWORK
    await calm.settle()
    await calm.settle(GATEWAY)
    assert await calm.types() == []


async def test_without_anybody_else_to_ask_a_silent_provider_is_our_own_network(calm: House) -> None:
    vendor, _ = calm.settings.providers
    models = tuple(
        replace(one, offered=tuple(o for o in one.offered if o.provider == VENDOR)) for one in calm.settings.models
    )
    alone = replace(vendor, base_url=NOBODY, neutral_host=None)
    calm.configure(replace(calm.settings, providers=(alone,), models=models))
    found = await judged(calm)
    assert found[FABLE_HOME].found.controls.c5 is C5.ABSENT
    assert found[FABLE_HOME].ruling.row is Row.OUR_NETWORK


async def test_the_proof_holds_the_answer_the_row_the_controls_and_the_rounds(calm: House) -> None:
    calm.do("restrict", model=FABLE)
    await calm.settle()
    proof = (await calm.cells())[FABLE_HOME].measured.proof
    assert proof
    assert proof.evidence
    assert proof.evidence.status == 404
    assert proof.row == Row.REFUSED.value
    assert [one.control for one in proof.controls] == ["C1", "C3", "C2"]
    assert len(proof.confirmations) == 2
    assert "sandbox-key" not in repr(proof)


async def test_a_link_of_staff_turns_a_fault_into_the_declared_restriction(calm: House) -> None:
    calm.do("answer", model=FABLE, provider=VENDOR, signal="ant-500")
    found = await judged(calm, VENDOR, FABLE)
    assert found[FABLE_HOME].ruling.row is Row.DOWN_MODEL
    assert found[FABLE_HOME].ruling.reason is Reason.SERVER_ERROR


async def test_examining_judges_and_stores_nothing(calm: House) -> None:
    calm.do("restrict", model=FABLE)
    before = await calm.store.version(), await calm.cells()
    found = await calm.monitor.examine(VENDOR, [FABLE_HOME, FABLE_ABROAD])
    assert {one.ruling.availability for one in found.values()} == {Availability.RESTRICTED}
    assert (await calm.store.version(), await calm.cells()) == before
