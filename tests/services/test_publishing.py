"""What a transaction tells: one event of a type for a model at a provider, linked, with what to use instead."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from statuspage.core.event import Event
from statuspage.core.incident import By, Kind, Says, ScopeRow
from statuspage.services.incidents import Continuation, Opening, Statement
from tests.house import (
    ABROAD,
    FABLE,
    FABLE_ABROAD,
    FABLE_HOME,
    GATEWAY,
    HAIKU,
    HOME,
    OPUS,
    SONNET,
    VENDOR,
    House,
)
from tests.staff import STAFF

NOBODY = "http://127.0.0.1:1"


def told(events: list[Event]) -> list[tuple[str, str | None, str | None]]:
    return [(one.draft.type.value, one.draft.model, one.draft.provider) for one in events]


def classes(event: Event) -> set[str]:
    return {change.key.user_class for change in event.draft.changes}


async def test_one_event_tells_of_all_classes_of_a_model_at_a_provider(calm: House) -> None:
    calm.do("restrict", model=FABLE)
    calm.do("restrict", model=OPUS)
    events = await calm.settle() + await calm.settle(GATEWAY)
    assert told(events) == [
        ("model.restricted", FABLE, VENDOR),
        ("model.restricted", OPUS, VENDOR),
        ("model.restricted", FABLE, GATEWAY),
        ("model.restricted", OPUS, GATEWAY),
    ]
    assert all(classes(event) == {HOME, ABROAD} for event in events)


async def test_seq_counts_without_gaps_and_cell_seq_within_each_cell(calm: House) -> None:
    for command in ("restrict", "restore", "restrict"):
        calm.do(command, model=FABLE)
        await calm.settle(VENDOR, (FABLE,))
        calm.pass_time(hours=1)
    events = await calm.events()
    assert [event.seq for event in events] == [1, 2, 3]
    assert [change.cell_seq for event in events for change in event.draft.changes if change.key == FABLE_HOME] == [
        1,
        2,
        3,
    ]


async def test_an_outage_of_the_whole_provider_is_one_event_without_a_model(calm: House) -> None:
    calm.do("outage", provider=VENDOR)
    [down] = await calm.settle()
    assert told([down]) == [("provider.down", None, VENDOR)]
    assert {change.key.model for change in down.draft.changes} == {FABLE, OPUS, HAIKU}
    assert all("model" in change for change in json.loads(down.body)["data"]["changes"])
    calm.do("recover", provider=VENDOR)
    calm.pass_time(minutes=10)
    events = await calm.settle()
    assert told(events) == [("provider.recovered", None, VENDOR)]


async def test_more_cells_than_one_body_holds_are_told_in_parts_of_one_story(
    calm: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("statuspage.core.size.CHANGES_LIMIT", 700)
    calm.do("outage", provider=VENDOR)
    parts = await calm.settle()
    assert {(event.draft.type.value, event.draft.group) for event in parts} == {("provider.down", parts[0].id)}
    keys = [change.key for event in parts for change in event.draft.changes]
    assert len(keys) == len(set(keys)) > len(parts) > 1


async def test_parts_of_a_restoration_are_complete_together(calm: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("statuspage.core.size.CHANGES_LIMIT", 1)
    calm.do("restrict", model=FABLE)
    restricted = await calm.settle()
    calm.pass_time(hours=1)
    calm.do("restore", model=FABLE)
    restored = await calm.settle()
    assert len(restricted) == len(restored) == 2
    assert {change.restores for one in restored for change in one.draft.changes} == {one.id for one in restricted}
    assert all(one.draft.complete for one in restored)


async def test_one_model_that_fails_alone_is_that_models_event(calm: House) -> None:
    calm.do("answer", model=FABLE, provider=VENDOR, signal="ant-500")
    assert told(await calm.settle()) == [("model.down", FABLE, VENDOR)]


async def test_a_restoration_names_the_event_that_it_ends_and_whether_others_are_still_restricted(calm: House) -> None:
    calm.do("restrict", model=FABLE)
    [restricted] = await calm.settle()
    calm.pass_time(hours=1)
    calm.do("restore", model=FABLE, user_class=ABROAD)
    [some] = await calm.settle()
    calm.pass_time(hours=1)
    calm.do("restore", model=FABLE)
    [rest] = await calm.settle()
    assert (classes(some), some.draft.complete) == ({ABROAD}, False)
    assert (classes(rest), rest.draft.complete) == ({HOME}, True)
    assert {change.restores for one in (some, rest) for change in one.draft.changes} == {restricted.id}


async def test_a_restriction_that_began_as_a_baseline_is_restored_without_a_name(house: House) -> None:
    house.do("answer", model=OPUS, provider=VENDOR, signal="ant-perm", user_class=ABROAD)
    await house.calm()
    house.do("restore", model=OPUS, user_class=ABROAD)
    [restored] = await house.settle()
    assert told([restored]) == [("model.restored", OPUS, VENDOR)]
    assert restored.draft.changes[0].restores is None


async def test_faults_inside_a_restriction_are_no_news(calm: House) -> None:
    calm.do("restrict", model=FABLE)
    await calm.settle()
    for signal in ("ant-500", "ant-529", "ant-badkey"):
        calm.do("answer", model=FABLE, provider=VENDOR, signal=signal)
        calm.pass_time(minutes=10)
        await calm.settle()
    assert await calm.types() == ["model.restricted"]


async def test_events_of_one_story_are_linked_and_later_ones_are_not(calm: House) -> None:
    calm.do("restrict", model=FABLE)
    calm.do("restrict", model=OPUS)
    first, second = await calm.settle()
    assert first.draft.group == first.id == second.draft.group
    calm.pass_time(minutes=30)
    calm.do("restrict", model=HAIKU)
    [later] = await calm.settle()
    assert later.draft.group == later.id


async def test_an_event_names_the_alternatives_that_each_class_can_use(calm: House) -> None:
    calm.do("restrict", model=OPUS, user_class=ABROAD)
    await calm.settle()
    await calm.settle(GATEWAY)
    calm.do("restrict", model=FABLE)
    [event] = await calm.settle(VENDOR, (FABLE,))
    found = {name: [(one.model, one.provider) for one in many] for name, many in event.draft.alternatives.items()}
    assert found == {
        HOME: [(OPUS, VENDOR), (OPUS, GATEWAY), (HAIKU, VENDOR)],
        ABROAD: [(HAIKU, VENDOR)],
    }


async def test_good_news_carries_no_alternatives(calm: House) -> None:
    calm.do("restrict", model=FABLE)
    await calm.settle()
    calm.do("restore", model=FABLE)
    [restored] = await calm.settle()
    assert restored.draft.alternatives == {}


async def test_a_declaration_and_a_check_that_differ_make_one_event_when_they_begin_to(calm: House) -> None:
    scope = (ScopeRow(models=(FABLE,), providers=(VENDOR,), user_classes=(HOME, ABROAD)),)
    ordered = Statement(Says.ORDERED, authority="the authority")
    incident = await calm.incidents.open(Opening(Kind.RESTRICTION, "Order", "", scope, (ordered,)), STAFF)
    assert (await calm.types()).count("restriction.disagreement") == 1
    await calm.settle()
    assert (await calm.types()).count("restriction.disagreement") == 1
    calm.do("restrict", model=FABLE, provider=VENDOR)
    await calm.settle()
    await calm.incidents.update(incident.id, Continuation(statements=(Statement(Says.LIFTED, by=By.STAFF),)), STAFF)
    last = (await calm.events())[-1].draft
    assert (last.type.value, last.incident) == ("restriction.disagreement", incident.id)
    assert set(last.user_classes) == {HOME, ABROAD}


async def test_a_restriction_that_nobody_has_explained_is_no_event_of_its_own(calm: House) -> None:
    calm.do("restrict", model=FABLE)
    await calm.settle()
    assert await calm.types() == ["model.restricted"]


async def test_everybody_who_wished_for_it_is_owed_it_once(calm: House) -> None:
    everything = await calm.subscribe()
    other = await calm.subscribe(models=(OPUS,))
    abroad = await calm.subscribe(user_classes=(ABROAD,))
    calm.do("restrict", model=FABLE, user_class=HOME)
    [event] = await calm.settle()
    assert await calm.owed(everything) == [event.id]
    assert await calm.owed(other) == []
    assert await calm.owed(abroad) == []


async def test_the_body_is_the_very_bytes_that_were_committed(calm: House) -> None:
    calm.do("restrict", model=FABLE)
    [event] = await calm.settle()
    kept, transitions = await calm.queries.event(event.id)
    assert kept.body == event.body
    assert {one.key for one in transitions} == {FABLE_HOME, FABLE_ABROAD}
    assert len(event.body) < 4096


@pytest.mark.parametrize("silent", [False, True])
async def test_a_model_below_a_provider_that_is_down_does_not_speak_for_itself(calm: House, silent: bool) -> None:
    if silent:
        vendor, gateway = calm.settings.providers
        calm.configure(replace(calm.settings, providers=(replace(vendor, base_url=NOBODY), gateway)))
    else:
        for model in (FABLE, OPUS, HAIKU, SONNET):
            calm.do("answer", model=model, provider=VENDOR, signal="ant-529")
    assert told(await calm.settle()) == [("provider.down", None, VENDOR)]
