"""Controls are asked only where a target is not answered, once for each credential and round, never the target itself.

Every request is counted at the sandbox.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from checks.observation import Cause
from checks.target import Level
from statuspage.core.settings import Expectation
from statuspage.core.verdict import C1, C2, C3, C4, C5
from statuspage.services.inquiry import Finding, Inquiry, inquire
from tests.house import (
    ABROAD,
    FABLE,
    FABLE_ABROAD,
    FABLE_HOME,
    FABLE_ZERO,
    GATEWAY,
    HAIKU,
    HOME,
    OPUS,
    OPUS_HOME,
    SONNET,
    VENDOR,
    ZERO,
    House,
    held,
    key_of,
)

NOBODY = "http://127.0.0.1:1"
"""An address at which nothing listens."""


async def ask(house: House, *models: str, level: Level = Level.ANSWERS, provider: str = VENDOR) -> Inquiry:
    keys = [key for key in house.settings.cells() if key.provider == provider and key.model in (models or (FABLE,))]
    return await inquire(house.asker, house.settings, provider, keys, level)


def change_vendor(house: House, **changes: object) -> None:
    vendor, *others = house.settings.providers
    house.configure(replace(house.settings, providers=(replace(vendor, **changes), *others)))  # type: ignore[arg-type]


def questions(house: House, path: str = "/messages") -> Counter[tuple[str, str]]:
    return Counter((one.model, one.key) for one in house.asked if one.path == path)


def outcomes(finding: Finding) -> dict[str, str]:
    return {one.control: one.outcome for one in finding.asked}


async def test_where_everything_is_answered_no_control_is_asked(house: House) -> None:
    await ask(house, OPUS)
    assert questions(house) == {(OPUS, key_of(HOME)): 1, (OPUS, key_of(ABROAD)): 1}
    assert len(house.asked) == 2


async def test_a_cell_that_no_check_can_reach_is_not_asked(house: House) -> None:
    found = await ask(house)
    assert {key.user_class for key in found.findings} == {HOME, ABROAD, ZERO}


@pytest.mark.parametrize("level", [Level.LISTED, Level.ACCEPTS])
async def test_below_answers_there_are_no_controls(house: House, level: Level) -> None:
    house.do("restrict", model=FABLE)
    found = await ask(house, level=level)
    assert len(house.asked) == 3
    assert not found.extra
    assert all(one.asked == () for one in found.findings.values())


async def test_c1_asks_the_control_models_once_for_each_credential(house: House) -> None:
    house.do("restrict", model=FABLE)
    house.do("restrict", model=OPUS)
    await ask(house, FABLE, OPUS)
    for control in (HAIKU, SONNET):
        asked = {key: count for (model, key), count in questions(house).items() if model == control}
        assert asked == {key_of(HOME): 1, key_of(ABROAD): 1, key_of(ZERO): 1}


async def test_c1_is_not_asked_for_a_credential_that_is_answered(house: House) -> None:
    house.do("restrict", model=OPUS, user_class=ABROAD)
    await ask(house, OPUS)
    assert {key for model, key in questions(house) if model != OPUS} == {key_of(ABROAD)}


async def test_a_control_model_that_is_a_target_of_the_round_is_not_asked_again(house: House) -> None:
    house.do("restrict", model=OPUS, user_class=HOME)
    found = await ask(house, OPUS, HAIKU)
    assert questions(house)[HAIKU, key_of(HOME)] == 1
    assert found.findings[OPUS_HOME].controls.c1 is C1.OK


async def test_a_target_is_never_its_own_control(house: House) -> None:
    house.do("restrict", model=HAIKU)
    change_vendor(house, controls=(HAIKU,))
    found = await ask(house, HAIKU)
    asked = questions(house)
    assert (asked[HAIKU, key_of(HOME)], asked[HAIKU, key_of(ABROAD)]) == (1, 1)
    assert {model for model, _ in asked} == {HAIKU, OPUS, FABLE}, "others are asked in its place"
    assert {one.controls.c1 for one in found.findings.values()} == {C1.OK}


async def test_where_no_control_models_are_configured_the_credentials_other_cells_stand_in(house: House) -> None:
    change_vendor(house, controls=())
    house.do("restrict", model=FABLE)
    found = await ask(house, FABLE, OPUS)
    assert set(questions(house)) == {(FABLE, key_of(one)) for one in (HOME, ABROAD, ZERO)} | {
        (OPUS, key_of(HOME)),
        (OPUS, key_of(ABROAD)),
    }
    assert found.findings[FABLE_HOME].controls.c1 is C1.OK
    assert found.findings[FABLE_ZERO].controls.c1 is C1.ABSENT


@pytest.mark.parametrize(
    ("signals", "outcome"),
    [
        ({FABLE: "ant-legal-404", HAIKU: "ant-legal-404", SONNET: "ant-legal-404"}, C1.REFUSED_ALIKE),
        ({FABLE: "ant-legal-404", HAIKU: "ant-badkey", SONNET: "ant-badkey"}, C1.OURS),
        ({FABLE: "ant-500", HAIKU: "ant-529", SONNET: "ant-500"}, C1.FAILED),
        ({FABLE: "ant-500", HAIKU: "ant-429", SONNET: "ant-429"}, C1.INCONCLUSIVE),
        ({FABLE: "ant-500", HAIKU: "ant-429", SONNET: "ant-500"}, C1.INCONCLUSIVE),
        ({FABLE: "ant-500", HAIKU: "ant-500"}, C1.OK),
    ],
)
async def test_c1_says_what_the_control_models_say_together(house: House, signals: dict[str, str], outcome: C1) -> None:
    for model, signal in signals.items():
        house.do("answer", model=model, provider=VENDOR, signal=signal)
    found = await ask(house)
    assert found.findings[FABLE_HOME].controls.c1 is outcome


async def test_c2_reads_the_model_list_once_for_each_credential_and_model(house: House) -> None:
    house.do("answer", model=OPUS, provider=VENDOR, signal="ant-retired")
    found = await ask(house, OPUS)
    assert questions(house, f"/models/{OPUS}") == {(OPUS, key_of(HOME)): 1, (OPUS, key_of(ABROAD)): 1}
    assert {one.controls.c2 for one in found.findings.values()} == {C2.LISTED}


async def test_c2_tells_a_retired_model_from_a_hidden_one(house: House) -> None:
    house.do("retire", model=OPUS)
    found = await ask(house, OPUS)
    assert found.findings[OPUS_HOME].controls.c2 in (C2.RETIRED, C2.NOT_LISTED)


async def test_c2_is_not_asked_of_a_failure(house: House) -> None:
    house.do("answer", model=OPUS, provider=VENDOR, signal="ant-500")
    found = await ask(house, OPUS)
    assert "C2" not in outcomes(found.findings[OPUS_HOME])
    assert not questions(house, f"/models/{OPUS}")


async def test_c3_compares_the_classes_without_a_further_question(house: House) -> None:
    house.do("restrict", model=OPUS, user_class=HOME)
    found = await ask(house, OPUS)
    assert found.findings[OPUS_HOME].controls.c3 is C3.OK
    house.do("restrict", model=OPUS)
    found = await ask(house, OPUS)
    assert found.findings[OPUS_HOME].controls.c3 is C3.REFUSED_ALIKE


async def test_c3_leaves_out_a_class_that_is_refused_by_design(house: House) -> None:
    house.do("restrict", model=FABLE)
    found = await ask(house)
    assert found.findings[FABLE_ZERO].observation.cause is Cause.POLICY_CONFIG
    assert found.findings[FABLE_HOME].controls.c3 is C3.REFUSED_ALIKE
    assert found.findings[FABLE_HOME].asked[1].asked == ABROAD


async def test_c3_of_the_only_class_is_unknown(house: House) -> None:
    house.do("restrict", model=FABLE)
    found = await inquire(house.asker, house.settings, VENDOR, [FABLE_HOME], Level.ANSWERS)
    assert found.findings[FABLE_HOME].controls.c3 is C3.UNKNOWN


async def test_c4_asks_without_a_credential_once_a_round_and_only_for_a_bare_refusal(house: House) -> None:
    house.do("answer", model=OPUS, provider=VENDOR, signal="ant-geo")
    found = await ask(house, OPUS)
    assert questions(house)[OPUS, ""] == 1
    assert {one.controls.c4 for one in found.findings.values()} == {C4.UNAUTHENTICATED}
    house.asked.clear()
    house.do("restrict", model=OPUS)
    await ask(house, OPUS)
    assert questions(house)[OPUS, ""] == 0


async def test_c5_asks_the_neutral_host_once_and_only_where_nothing_answers(house: House) -> None:
    change_vendor(house, base_url=NOBODY)
    found = await ask(house, FABLE, OPUS)
    assert [one.path for one in house.asked] == ["/neutral"]
    assert {(one.controls.c1, one.controls.c5) for one in found.findings.values()} == {(C1.SILENT, C5.OK)}


async def test_c5_is_silent_where_the_neutral_host_is_silent_too(house: House) -> None:
    change_vendor(house, base_url=NOBODY, neutral_host=f"{NOBODY}/")
    found = await ask(house)
    assert {one.controls.c5 for one in found.findings.values()} == {C5.SILENT}


async def test_c5_is_not_asked_where_the_control_models_answer(house: House) -> None:
    house.do("answer", model=OPUS, provider=VENDOR, signal="ant-500")
    found = await ask(house, OPUS)
    assert outcomes(found.findings[OPUS_HOME]) == {"C1": "ok", "C3": "refused_alike"}
    assert all(one.path != "/neutral" for one in house.asked)


async def test_every_control_question_is_kept_as_an_observation(house: House) -> None:
    house.do("restrict", model=OPUS)
    found = await ask(house, OPUS)
    assert len(house.asked) == len(found.findings) + len(found.extra)
    assert all(one.provider == VENDOR for one in found.extra)


async def test_a_round_asks_one_provider_only(house: House) -> None:
    house.do("restrict", model=FABLE)
    await ask(house, provider=GATEWAY)
    assert {one.path for one in house.asked} == {"/chat/completions", "/models"}
    assert {one.key for one in house.asked} == {key_of(HOME), key_of(ABROAD)}


async def test_the_same_class_through_another_egress_is_another_credential(house: House) -> None:
    """A bare refusal is also asked through the egress of the provider's other credentials: here a dead proxy."""
    change_vendor(house, credentials={HOME: held(HOME), ABROAD: held(ABROAD, egress=NOBODY)})
    house.do("answer", model=OPUS, provider=VENDOR, signal="ant-geo", user_class=HOME)
    found = await ask(house, OPUS)
    assert not found.findings[OPUS_HOME].controls.other_egress_answers
    assert "other_egress_answers" not in outcomes(found.findings[OPUS_HOME]).values()
    assert FABLE_ABROAD not in found.findings


async def test_without_controls_an_accelerated_round_asks_the_credentials_other_models(house: House) -> None:
    """In a round of one model nothing else of the credential was heard; two others are asked in its place."""
    change_vendor(house, controls=())
    house.do("restrict", model=FABLE)
    findings = (await ask(house, FABLE)).findings
    assert {findings[key].controls.c1 for key in (FABLE_HOME, FABLE_ABROAD)} == {C1.OK}
    asked = questions(house)
    for user_class in (HOME, ABROAD):
        assert {model for model, key in asked if key == key_of(user_class)} == {FABLE, OPUS, HAIKU}


async def test_a_cell_that_is_closed_by_design_stands_in_for_nothing(house: House) -> None:
    models = tuple(
        replace(one, expect=(Expectation((HOME,)),)) if one.id == OPUS else one for one in house.settings.models
    )
    house.configure(replace(house.settings, models=models))
    change_vendor(house, controls=())
    house.do("restrict", model=FABLE)
    house.do("restrict", model=OPUS)
    findings = (await ask(house, FABLE, OPUS, HAIKU)).findings
    assert findings[FABLE_HOME].controls.c1 is C1.OK, "haiku answers; that opus is refused tells nothing"
    house.do("restrict", model=HAIKU)
    findings = (await ask(house, FABLE, OPUS)).findings
    assert findings[FABLE_HOME].controls.c1 is C1.REFUSED_ALIKE, "haiku is asked, and refused alike"
