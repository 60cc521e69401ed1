"""Whatever is kept comes back as it was, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.observation import Observation
from statuspage.core.availability import CellKey
from statuspage.core.cell import CellState, Transition
from statuspage.core.delivery import Attempt, Delivery
from statuspage.core.event import EventDraft, document
from statuspage.core.subscription import Subscription
from statuspage.errors import NotFound, StoreError
from statuspage.ports import EventQuery, Fingerprint, RevisionKind
from statuspage.store.database import Database
from tests.store.cast import (
    FABLE,
    MINUTE,
    NOON,
    SITE,
    append,
    draft,
    name,
    observation,
    owe,
    owed,
    state,
    subscribe,
    subscription,
)
from tests.store.values import MOMENTS, NAMES, TEXTS, values

every = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
DOCUMENTS = st.dictionaries(
    TEXTS, st.recursive(TEXTS | st.none() | st.booleans() | st.integers(-(2**53), 2**53), st.lists), max_size=4
)


def fresh(prefix: str) -> st.SearchStrategy[str]:
    """Ids that were never used."""
    return st.builds(name, st.just(prefix))


@every
@given(states=st.lists(values(CellState), max_size=4, unique_by=lambda state: state.key))
async def test_cells(store: Database, states: list[CellState]) -> None:
    async with store.writing() as writer:
        await writer.save_cells(states)
        found = await writer.cells()
    assert {state.key: state for state in states}.items() <= found.items()


@every
@given(one=values(Transition, id=fresh("trn"), event=NAMES))
async def test_transitions(store: Database, one: Transition) -> None:
    key = CellKey(name("model"), "p", "c")
    one = replace(one, key=key)
    async with store.writing() as writer:
        await writer.add_transitions([one])
    async with store.reading() as reader:
        assert await reader.transitions([key], None, None) == [one]
        assert (await reader.transitions_at(one.recorded_at))[key] == one
        assert one in await reader.transition_of_event(one.event or "")


@every
@given(one=values(Observation, provider=NAMES, user_class=NAMES))
async def test_observations(store: Database, one: Observation) -> None:
    one = replace(one, model=name("model"))
    async with store.writing() as writer:
        await writer.add_observations([one, one])
    async with store.reading() as reader:
        key = CellKey(one.model, one.provider, one.user_class)
        assert await reader.observations(key, one.at) == [one, one]
        assert await reader.cells() == {}


@every
@given(document=DOCUMENTS, at=MOMENTS, actor=NAMES, kind=st.sampled_from(RevisionKind))
async def test_revisions(
    store: Database, document: dict[str, Any], at: datetime, actor: str, kind: RevisionKind
) -> None:
    key = name("key")
    async with store.writing() as writer:
        first = await writer.add_revision(kind, key, document, at, actor)
        second = await writer.add_revision(kind, key, document, at, actor)
        assert (first.rev, second.rev) == (1, 2)
        assert (first.document, first.recorded_at, first.actor) == (document, at, actor)
        assert await writer.revision_log(kind, key) == [first, second]
        assert second in await writer.revisions(kind)
        assert second in await writer.revisions(kind, at)


@every
@given(
    one=values(
        EventDraft,
        id=fresh("evt"),
        model=st.none() | NAMES,
        provider=st.none() | NAMES,
        models=st.lists(NAMES, max_size=3).map(tuple),
        providers=st.lists(NAMES, max_size=3).map(tuple),
        user_classes=st.lists(NAMES, max_size=3).map(tuple),
    )
)
async def test_events(store: Database, one: EventDraft) -> None:
    [event] = await append(store, one)
    async with store.reading() as reader:
        assert await reader.event(one.id) == event
        assert (await reader.events(EventQuery(newest=True)))[0] == event
    assert event.draft == one
    assert event.body == orjson.dumps(document(one, event.seq, SITE))


@every
@given(one=values(Subscription, id=fresh("sub")), changed=values(Subscription), secret=st.binary(min_size=1))
async def test_subscriptions(store: Database, one: Subscription, changed: Subscription, secret: bytes) -> None:
    changed = replace(changed, id=one.id, created_at=one.created_at)
    async with store.writing() as writer:
        await writer.add_subscription(one, secret, "hash")
        assert await writer.subscription(one.id) == one
        await writer.save_subscription(changed)
        assert await writer.subscription(one.id) == changed
        await writer.save_subscriptions([one, replace(one, id="sub_of_nobody")])
        assert await writer.subscriptions_of([one.id, "sub_of_nobody"]) == {one.id: one}
        await writer.save_subscriptions([changed])
        assert changed in await writer.subscriptions()
        assert await writer.secrets(one.id) == (secret,)
        assert await writer.token_hash(one.id) == "hash"


@every
@given(one=values(Delivery, id=fresh("dlv"), event_id=NAMES, lane=NAMES), tried=values(Attempt, id=fresh("att")))
async def test_deliveries_and_attempts(store: Database, one: Delivery, tried: Attempt) -> None:
    to = subscription()
    await subscribe(store, to)
    [event] = await append(store, draft(FABLE))
    first = owed(event, to)
    await owe(store, first)
    kept = {name: getattr(first, name) for name in ("id", "event_id", "seq", "subscription_id", "lane", "created_at")}
    changed = replace(one, **kept)
    tried = replace(tried, delivery_id=first.id)
    async with store.writing() as writer:
        assert await writer.delivery(first.id) == first
        await writer.save_delivery(changed)
        await writer.save_deliveries([changed, replace(changed, id="dlv_of_nobody")])
        await writer.add_attempt(tried)
    async with store.reading() as reader:
        assert await reader.deliveries(to.id) == [changed]
        assert await reader.attempts(first.id) == [tried]


@every
@given(one=values(Fingerprint, fingerprint=fresh("fp"), provider=NAMES, count=st.integers(1, 2**40)))
async def test_fingerprints(store: Database, one: Fingerprint) -> None:
    again = replace(one, count=1)
    async with store.writing() as writer:
        assert await writer.see_fingerprint(one)
        assert not await writer.see_fingerprint(again)
        assert replace(one, count=one.count + 1) in await writer.fingerprints()


@every
@given(value=NAMES)
async def test_notes(store: Database, value: str) -> None:
    async with store.writing() as writer:
        await writer.set_note("seeded", value)
        assert await writer.note("seeded") == value
        assert await writer.note("unheard of") is None


async def test_newest_observation(store: Database) -> None:
    async with store.writing() as writer:
        assert await writer.newest_observation_at() is None
        await writer.add_observations([observation(FABLE, NOON)])
        assert await writer.newest_observation_at() == NOON


async def test_what_is_not_there(store: Database) -> None:
    async with store.writing() as writer:
        with pytest.raises(NotFound):
            await writer.save_subscription(subscription())
    async with store.reading() as reader:
        assert await reader.event("evt_0") is None
        assert await reader.subscription("sub_0") is None
        assert await reader.delivery("dlv_0") is None
        assert await reader.observations(FABLE, NOON) == []
        assert await reader.transitions([FABLE], NOON, None) == []


async def test_text_that_is_no_text_is_refused_whole(store: Database) -> None:
    with pytest.raises(StoreError, match="cannot be kept"):
        async with store.writing() as writer:
            await writer.add_observations([replace(observation(FABLE), hint="\ud800")])
    async with store.reading() as reader:
        assert await reader.newest_observation_at() is None


async def test_a_cell_that_was_asked_again_is_read_as_if_it_was_never_read_before(store: Database) -> None:
    """Also where its own texts hold what its document holds."""
    words = '"last_observed_at":"2020-01-01T00:00:00Z", \\"recent_usable\\":[true]'
    said = replace(state(FABLE), provider_model_id=words, last_observed_at=NOON, last_answer_at=NOON)
    later = replace(said, last_observed_at=NOON + MINUTE, last_answer_at=None, recent_usable=(True, False))
    last = replace(later, last_observed_at=NOON + 2 * MINUTE, recent_usable=(False, True))
    for one in (said, later, last, replace(last, flips=3), replace(last, provider_model_id=words + "x")):
        async with store.writing() as tx:
            await tx.save_cells([one])
        async with store.reading() as view:
            assert await view.cells() == {FABLE: one}
