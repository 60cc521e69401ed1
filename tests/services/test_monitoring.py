"""A round: facts, states, transitions, events and deliveries in one transaction; and what never becomes news."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from unittest.mock import AsyncMock

import pytest

from checks.target import Level
from statuspage.core.alert import AlertKind
from statuspage.core.availability import Availability, Basis, Reason
from statuspage.core.settings import Expectation, Provider, Settings
from statuspage.errors import StatuspageError, StoreError
from statuspage.services import publishing
from statuspage.services.alerts import kept
from statuspage.store.database import Writer
from tests.house import (
    ABROAD,
    FABLE,
    FABLE_ABROAD,
    FABLE_HOME,
    FABLE_PARTNERS,
    FABLE_ZERO,
    GATEWAY,
    HAIKU,
    HOME,
    OPUS,
    OPUS_HOME,
    START,
    VENDOR,
    House,
    key_of,
)

NOBODY = "http://127.0.0.1:1"
A = Availability


def with_vendor(settings: Settings, **changes: object) -> Settings:
    vendor, *others = settings.providers
    changed: Provider = replace(vendor, **changes)  # type: ignore[arg-type]
    return replace(settings, providers=(changed, *others))


def with_model(settings: Settings, model: str, **offering: object) -> Settings:
    """The settings with the model's offering at the vendor changed."""
    models = tuple(
        replace(one, offered=(replace(one.offered[0], **offering), *one.offered[1:])) if one.id == model else one  # type: ignore[arg-type]
        for one in settings.models
    )
    return replace(settings, models=models)


async def facts(house: House) -> tuple[int, int, int, int]:
    """How many observations, transitions, events and owed deliveries there are."""
    async with house.store.reading() as view:
        observations = [
            one for key in house.settings.cells() for one in await view.observations(key, START - timedelta(days=1))
        ]
        transitions = await view.transitions(None, None, None)
        owed = [one for sub in await view.subscriptions() for one in await view.deliveries(sub.id, 1000)]
    return len(observations), len(transitions), len(await house.events()), len(owed)


async def test_a_first_start_is_a_baseline_that_nobody_is_told(house: House) -> None:
    await house.settle(VENDOR)
    await house.settle(GATEWAY)
    assert await house.said(FABLE_HOME) == (A.AVAILABLE, Reason.NONE)
    assert await house.events() == []


async def test_a_first_start_amid_a_restriction_is_a_baseline_too(house: House) -> None:
    house.do("restrict", model=FABLE)
    await house.settle()
    assert (await house.said(FABLE_HOME))[0] in (A.RESTRICTED, A.UNKNOWN)
    assert await house.events() == []


async def test_a_round_stores_the_facts_the_states_the_transitions_the_event_and_what_is_owed(calm: House) -> None:
    subscription = await calm.subscribe()
    before = await facts(calm)
    calm.do("restrict", model=FABLE)
    [event] = await calm.settle(VENDOR, (FABLE,))
    after = await facts(calm)
    assert event.draft.type.value == "model.restricted"
    assert {change.key for change in event.draft.changes} == {FABLE_HOME, FABLE_ABROAD}
    assert await calm.owed(subscription) == [event.id]
    assert after[0] >= before[0] + 6
    assert (after[1], after[2], after[3]) == (before[1] + 2, 1, 1)
    async with calm.store.reading() as view:
        assert {one.key for one in await view.transition_of_event(event.id)} == {FABLE_HOME, FABLE_ABROAD}


@pytest.mark.parametrize("broken", ["add_observations", "save_cells", "add_transitions", "append_events", "owe"])
async def test_a_round_that_dies_in_the_middle_leaves_nothing(
    calm: House, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await calm.subscribe()
    calm.do("restrict", model=FABLE)
    first = await calm.round(VENDOR, (FABLE,))
    calm.clock.at += first.again[FABLE]
    before, states, version = await facts(calm), await calm.cells(), await calm.store.version()
    _break(monkeypatch, broken)
    with pytest.raises(StatuspageError, match="the power went"):
        await calm.round(VENDOR, (FABLE,))
    monkeypatch.undo()
    assert (await facts(calm), await calm.cells(), await calm.store.version()) == (before, states, version)
    assert [one.draft.type.value for one in await calm.settle(VENDOR, (FABLE,))] == ["model.restricted"]


def _break(monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """Let the power go just after one step of the transaction."""
    owner: object = publishing if step == "owe" else Writer
    real = getattr(owner, step)

    async def dies(*given: object, **named: object) -> object:
        await real(*given, **named)
        raise StatuspageError("the power went")

    monkeypatch.setattr(owner, step, dies)


async def test_what_differs_below_answers_is_asked_fully_at_once(calm: House) -> None:
    calm.do("restrict", model=FABLE)
    result = await calm.round(VENDOR, None, Level.ACCEPTS)
    assert {key.model for key in result.judged} == {FABLE}
    assert {one.path for one in calm.asked} >= {"/messages/count_tokens", "/messages"}
    assert result.again[FABLE] == calm.settings.policy.reprobe_after[0]


async def test_nothing_differs_and_nothing_more_is_asked(calm: House) -> None:
    result = await calm.round(VENDOR, None, Level.ACCEPTS)
    assert not result.judged
    assert {one.path for one in calm.asked} == {"/messages/count_tokens"}


async def test_a_provider_without_a_token_counter_is_asked_for_its_list(calm: House) -> None:
    await calm.round(GATEWAY, None, Level.ACCEPTS)
    assert {one.path for one in calm.asked} == {"/models"}


async def test_confirmation_counts_only_rounds_that_are_far_enough_apart(calm: House) -> None:
    calm.do("restrict", model=FABLE)
    await calm.round(VENDOR, (FABLE,))
    await calm.round(VENDOR, (FABLE,))
    assert await calm.said() == (A.AVAILABLE, Reason.NONE)
    calm.pass_time(seconds=5)
    await calm.round(VENDOR, (FABLE,))
    assert await calm.said() == (A.RESTRICTED, Reason.WITHDRAWN)


async def test_the_clock_may_go_backwards(calm: House) -> None:
    calm.do("restrict", model=FABLE)
    await calm.settle()
    since = (await calm.cells())[FABLE_HOME].published.since
    calm.pass_time(days=-1)
    calm.do("restore", model=FABLE)
    calm.pass_time(days=1, hours=1)
    await calm.settle()
    cell = (await calm.cells())[FABLE_HOME]
    assert cell.published.availability is A.AVAILABLE
    assert cell.published.since >= since
    assert [event.seq for event in await calm.events()] == [1, 2]


async def test_a_renamed_offering_begins_anew_without_news(calm: House) -> None:
    calm.configure(with_model(calm.settings, OPUS, id="claude-opus-4-5"))
    await calm.monitor.sweep()
    assert (await calm.cells())[OPUS_HOME].provider_model_id == "claude-opus-4-5"
    await calm.settle(VENDOR, (OPUS,))
    cell = (await calm.cells())[OPUS_HOME]
    assert cell.published.availability is A.AVAILABLE
    assert await calm.events() == []


async def test_an_episode_outlives_a_new_provider_id_and_is_ended_by_an_answer(calm: House) -> None:
    calm.do("restrict", model=OPUS)
    [restricted] = await calm.settle(VENDOR, (OPUS,))
    calm.configure(with_model(calm.settings, OPUS, id="claude-opus-4-5"))
    await calm.monitor.sweep()
    for _ in range(3):
        await calm.settle(VENDOR, (OPUS,))
        calm.pass_time(minutes=5)
    restored = (await calm.events())[-1]
    assert restored.draft.type.value == "model.restored"
    assert {change.restores for change in restored.draft.changes} == {restricted.id}


async def test_staff_may_say_in_the_configuration_that_a_withdrawn_model_is_retired(calm: House) -> None:
    calm.do("restrict", model=FABLE)
    await calm.settle(VENDOR, (FABLE,))
    retired = (Expectation((HOME, ABROAD, "zero-retention"), reason=Reason.RETIRED),)
    models = tuple(replace(one, expect=retired) if one.id == FABLE else one for one in calm.settings.models)
    calm.configure(replace(calm.settings, models=models))
    [told] = await calm.monitor.sweep()
    assert told.draft.type.value == "model.retired"
    assert {change.key for change in told.draft.changes} >= {FABLE_HOME, FABLE_ABROAD}
    assert (await calm.cells())[FABLE_HOME].episode is None


async def test_an_id_that_was_changed_and_refuses_is_unknown_until_it_answers(calm: House) -> None:
    calm.configure(with_model(calm.settings, OPUS, id="claude-opus-4-5"))
    calm.do("restrict", model="claude-opus-4-5")
    await calm.settle(VENDOR, (OPUS,))
    assert await calm.said(OPUS_HOME) == (A.UNKNOWN, Reason.CHECK_ID)
    calm.do("restore", model="claude-opus-4-5")
    await calm.settle(VENDOR, (OPUS,))
    assert await calm.said(OPUS_HOME) == (A.AVAILABLE, Reason.NONE)
    calm.do("restrict", model="claude-opus-4-5")
    calm.pass_time(minutes=5)
    await calm.settle(VENDOR, (OPUS,))
    assert await calm.said(OPUS_HOME) == (A.RESTRICTED, Reason.WITHDRAWN)
    assert await calm.types() == ["model.restricted"]


async def test_refusals_of_our_prompt_are_no_return_however_long_they_last(calm: House) -> None:
    calm.do("restrict", model=FABLE)
    [restricted] = await calm.settle(VENDOR, (FABLE,))
    calm.do("answer", model=FABLE, provider=VENDOR, signal="ant-refusal")
    for _ in range(12):
        await calm.settle(VENDOR, (FABLE,))
        calm.pass_time(minutes=5)
    cell = (await calm.cells())[FABLE_HOME]
    assert (cell.measured.availability, cell.measured.reason) == (A.DEGRADED, Reason.REFUSING)
    assert (cell.published.availability, cell.published.basis) == (A.RESTRICTED, Basis.LAST_KNOWN)
    assert cell.last_answer_at is not None
    assert cell.last_answer_at < restricted.draft.timestamp
    assert await calm.types() == ["model.restricted"]
    calm.do("restore", model=FABLE)
    calm.pass_time(minutes=5)
    assert [one.draft.type.value for one in await calm.settle(VENDOR, (FABLE,))] == ["model.restored"]


async def test_cells_that_are_not_asked_any_more_become_stale_and_come_back(calm: House) -> None:
    subscription = await calm.subscribe()
    calm.pass_time(hours=1)
    await calm.monitor.sweep()
    assert await calm.said() == (A.UNKNOWN, Reason.STALE)
    assert set(await calm.types()) == {"cell.unknown"}
    assert await calm.owed(subscription) == []
    before = (await calm.cells())[FABLE_HOME].last_known
    await calm.settle()
    cell = (await calm.cells())[FABLE_HOME]
    assert before
    assert (cell.published.availability, cell.published.since) == (A.AVAILABLE, before.since)
    assert (await calm.types())[-1] == "cell.known"


async def test_sweeping_twice_says_nothing_new(calm: House) -> None:
    calm.pass_time(hours=1)
    await calm.monitor.sweep()
    version = await calm.store.version()
    assert await calm.monitor.sweep() == ()
    assert await calm.store.version() == version


async def test_a_stale_restriction_stays_one_for_a_day(calm: House) -> None:
    calm.do("restrict", model=FABLE)
    await calm.settle()
    calm.pass_time(hours=2)
    await calm.monitor.sweep()
    published = (await calm.cells())[FABLE_HOME].published
    assert (published.availability, published.basis) == (A.RESTRICTED, Basis.LAST_KNOWN)
    calm.pass_time(hours=24)
    await calm.monitor.sweep()
    assert (await calm.said())[0] is A.UNKNOWN
    assert [one for one in await calm.types() if one.startswith("model.")] == ["model.restricted"]


async def test_a_removed_cell_leaves_quietly_and_its_history_stays(calm: House) -> None:
    models = tuple(one for one in calm.settings.models if one.id != OPUS)
    without = tuple(replace(one, alternatives=(HAIKU,) if one.alternatives else ()) for one in models)
    calm.configure(replace(calm.settings, models=without))
    await calm.monitor.sweep()
    await calm.settle()
    snapshot = await calm.queries.snapshot()
    assert OPUS_HOME not in {cell.key for cell in snapshot.cells}
    assert await calm.events() == []
    async with calm.store.reading() as view:
        assert await view.transitions([OPUS_HOME], None, None)


async def test_a_cell_that_was_removed_while_restricted_does_not_keep_an_event_incomplete(calm: House) -> None:
    calm.do("restrict", model=OPUS)
    await calm.settle(VENDOR, (OPUS,))
    calm.configure(with_model(calm.settings, OPUS, user_classes=(HOME,)))
    calm.do("restore", model=OPUS)
    calm.pass_time(hours=1)
    [restored] = [e for e in await calm.settle(VENDOR, (OPUS,)) if e.draft.type.value == "model.restored"]
    assert restored.draft.complete


@pytest.mark.parametrize("signal", ["ant-badkey", "ant-credit", "ant-billing402", "ant-disabled", "ant-badreq"])
@pytest.mark.parametrize("first", [True, False])
async def test_our_own_trouble_is_never_a_restriction_an_outage_or_news(house: House, signal: str, first: bool) -> None:
    if not first:
        await house.calm()
    for model in (FABLE, OPUS, HAIKU, "claude-sonnet-4-5"):
        house.do("answer", model=model, provider=VENDOR, signal=signal)
    await _watch(house)
    assert (await house.said())[0] in (A.UNKNOWN, A.AVAILABLE)
    assert {key for key, cell in (await house.cells()).items() if cell.published.availability is A.DOWN} == set()
    assert [t for t in await house.types() if t != "cell.unknown"] == []


async def test_a_dead_key_of_one_class_says_nothing_of_the_others(calm: House) -> None:
    for model in (FABLE, OPUS, HAIKU, "claude-sonnet-4-5"):
        calm.do("answer", model=model, provider=VENDOR, signal="ant-badkey", user_class=ABROAD)
    await _watch(calm)
    assert await calm.said(FABLE_ABROAD) == (A.UNKNOWN, Reason.CREDENTIAL)
    assert await calm.said(FABLE_HOME) == (A.AVAILABLE, Reason.NONE)
    assert await calm.events() == []


async def test_a_dead_network_of_ours_is_no_outage(calm: House) -> None:
    calm.configure(with_vendor(calm.settings, base_url=NOBODY, neutral_host=NOBODY))
    await _watch(calm)
    assert await calm.said() == (A.UNKNOWN, Reason.NETWORK)
    assert await calm.events() == []


async def test_a_provider_that_is_silent_while_the_neutral_host_answers_is_down(calm: House) -> None:
    calm.configure(with_vendor(calm.settings, base_url=NOBODY))
    await _watch(calm)
    assert await calm.said() == (A.DOWN, Reason.NETWORK)
    assert await calm.types() == ["provider.down"]


async def test_a_rate_limit_is_honoured_and_never_an_outage(calm: House) -> None:
    for model in (FABLE, OPUS, HAIKU, "claude-sonnet-4-5"):
        calm.do("answer", model=model, provider=VENDOR, signal="ant-429")
    await _watch(calm)
    assert (await calm.said())[0] is A.UNKNOWN
    assert [t for t in await calm.types() if t != "cell.unknown"] == []


async def test_what_asked_to_be_left_alone_is_left_alone_also_after_a_restart(calm: House) -> None:
    calm.do("answer", model=FABLE, provider=VENDOR, signal="ant-429", user_class=HOME)
    [seen] = [one for key, one in (await calm.round(VENDOR, (FABLE,))).judged.items() if key == FABLE_HOME]
    wait = seen.found.observation.retry_after
    assert wait
    for _ in range(2):
        calm.asked.clear()
        calm.pass_time(seconds=wait / 2 - 1)
        result = await calm.round(VENDOR, (FABLE,))
        assert FABLE_HOME not in result.judged
        assert FABLE_ABROAD in result.judged, "the limit is that of one credential"
        await calm.round(VENDOR, (FABLE,), Level.ACCEPTS)
        assert (FABLE, key_of(HOME)) not in {(one.model, one.key) for one in calm.asked}
        calm.configure(calm.settings)
    calm.pass_time(seconds=3)
    assert FABLE_HOME in (await calm.round(VENDOR, (FABLE,))).judged


async def test_a_control_that_asked_to_be_left_alone_is_not_asked_by_accelerated_rounds(calm: House) -> None:
    for model in (HAIKU, "claude-sonnet-4-5"):
        calm.do("answer", model=model, provider=VENDOR, signal="ant-429")
    calm.do("restrict", model=FABLE)
    await calm.round(VENDOR, (FABLE,))
    calm.asked.clear()
    calm.pass_time(seconds=5)
    result = await calm.round(VENDOR, (FABLE,))
    asked = {one.model for one in calm.asked if one.path == "/messages"}
    assert asked == {FABLE, OPUS}, "another of the credential's models is asked in their place"
    assert not result.judged[FABLE_HOME].ruling.hold


async def test_a_kind_that_only_answers_is_not_asked_for_free(calm: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calm.asker, "levels", lambda _: frozenset({Level.ANSWERS}))
    result = await calm.round(level=Level.ACCEPTS)
    assert (calm.asked, result.judged) == ([], {})


async def test_a_full_disk_loses_nothing_told_and_says_so_when_it_is_over(
    calm: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscription = await calm.subscribe()
    calm.do("restrict", model=FABLE)
    [told] = await calm.settle(VENDOR, (FABLE,))
    calm.do("restore", model=FABLE)
    full = AsyncMock(side_effect=StoreError("the disk of the database is full"))
    with monkeypatch.context() as patched:
        patched.setattr(Writer, "add_observations", full)
        for _ in range(3):
            with pytest.raises(StoreError, match="full"):
                await calm.round(VENDOR, (FABLE,))
            calm.pass_time(minutes=5)
        with pytest.raises(StoreError, match="full"):
            await calm.round(VENDOR, (FABLE,), Level.ACCEPTS)
    assert [one.id for one in await calm.events()] == await calm.owed(subscription) == [told.id]
    await calm.settle(VENDOR, (FABLE,))
    assert await calm.types() == ["model.restricted", "model.restored"]
    async with calm.store.reading() as tx:
        [trouble] = [one for one in await kept(tx) if one.kind is AlertKind.STORE]
    assert "4 times (the disk of the database is full)" in trouble.text


async def test_by_design_is_no_news(calm: House) -> None:
    cell = (await calm.cells())[FABLE_ZERO].published
    assert (cell.availability, cell.reason, cell.basis) == (A.RESTRICTED, Reason.POLICY, Basis.EXPECTED)
    assert await calm.events() == []


async def test_a_cell_that_no_check_can_reach_is_unknown_until_somebody_vouches(calm: House) -> None:
    await calm.monitor.sweep()
    assert await calm.said(FABLE_PARTNERS) == (A.UNKNOWN, Reason.INCONCLUSIVE)


async def test_an_error_text_that_no_rule_knows_is_counted_once_a_round_for_staff(calm: House) -> None:
    calm.do("answer", model=OPUS, provider=VENDOR, signal="lit-dead")
    await calm.round(VENDOR, (OPUS,))
    async with calm.store.reading() as view:
        seen = await view.fingerprints()
    assert all(one.provider == VENDOR and one.count >= 1 for one in seen)


async def _watch(house: House) -> None:
    """Ask the vendor again and again for half an hour."""
    for _ in range(6):
        await house.settle()
        house.pass_time(minutes=5)
