"""The whole way from a real LiteLLM proxy's answers to what is published, each story over real HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from checks.observation import Cause, Lifecycle, Strength
from checks.target import Level
from statuspage.core.availability import Availability, CellKey, Reason, Scope
from statuspage.core.event import Event, EventType
from tests.real.proxy import VENDORS, Proxy, running
from tests.real.upstream import THINKS_FOR, Fault, Loopback, listening
from tests.real.watch import KEYS, MODELS, PROVIDER, Watch, watching

COOLS_FOR = 5.3
"""Seconds, a little more than LiteLLM's own cooldown of five."""

pytestmark = [pytest.mark.real, pytest.mark.timeout(400)]

AVAILABLE = (Availability.AVAILABLE, Reason.NONE)
NOT_FOR_THIS_KEY = (Availability.RESTRICTED, Reason.ENTITLEMENT)
DEAD_KEY = (Availability.UNKNOWN, Reason.CREDENTIAL)
FAULTY = (Availability.DOWN, Reason.SERVER_ERROR)
SILENT = (Availability.DOWN, Reason.NETWORK)
WITHDRAWN = (Availability.RESTRICTED, Reason.WITHDRAWN)
OUR_NETWORK = (Availability.UNKNOWN, Reason.NETWORK)


@pytest.fixture(scope="module")
def upstream() -> Iterator[Loopback]:
    with listening() as server:
        yield server


@pytest.fixture(scope="module")
def one_proxy(tmp_path_factory: pytest.TempPathFactory, upstream: Loopback) -> Iterator[Proxy]:
    with running(tmp_path_factory.mktemp("litellm"), f"{upstream.url}/v1") as proxy:
        yield proxy


@pytest.fixture
def proxy(one_proxy: Proxy, upstream: Loopback) -> Proxy:
    """The proxy, running, with every model working for every key."""
    upstream.faults.clear()
    for key in KEYS.values():
        one_proxy.allow(key, MODELS)
    one_proxy.start()
    return one_proxy


@pytest.fixture
def neutral() -> Iterator[Loopback]:
    """A host that has nothing to do with the proxy."""
    with listening() as server:
        yield server


@pytest.fixture
async def watch(tmp_path: Path, proxy: Proxy, neutral: Loopback) -> AsyncIterator[Watch]:
    """A service for which all models of the proxy have been found available."""
    async with watching(tmp_path, proxy.url, neutral.url) as service:
        await service.until_answered("fragile")
        await service.settle()
        assert await service.all_say() == {AVAILABLE}
        yield service


BROKEN: Fault = (500, {"message": "The engine broke.", "type": "server_error"})
GONE: Fault = (404, {"message": "Fragile 5 is not available. Please use Sturdy 4. Learn more: https://a.example"})

UPSTREAMS: list[tuple[Fault, Cause]] = [
    (BROKEN, Cause.SERVER_ERROR),
    (GONE, Cause.WITHDRAWN),
    ((503, {"message": "The engine is overloaded, please try again later.", "type": "server_error"}), Cause.CAPACITY),
    ((429, {"message": "Rate limit reached for requests per minute."}), Cause.RATE_LIMITED),
    ((429, {"message": "You exceeded your current quota, please check your plan and billing details."}), Cause.BILLING),
    ((401, {"message": "Incorrect API key provided."}), Cause.CREDENTIAL),
    ((404, {"message": "The model has been deprecated, please use Sturdy 4."}), Cause.RETIRED),
    ((404, {"message": "The model does not exist or you do not have access to it."}), Cause.MODEL_NOT_FOUND),
    ((403, {"message": "Country, region, or territory not supported."}), Cause.REGION),
    ((403, {"message": "Your organization must be verified to use this model."}), Cause.ENTITLEMENT),
    ((403, {"message": "<!doctype html><title>Attention required</title>You have been blocked."}), Cause.EDGE_BLOCK),
    ((451, {"message": "Unavailable for legal reasons."}), Cause.LEGAL),
]
"""What a vendor behind the proxy may say, and what it means, also in the words in which the proxy packs it."""


def told(event: Event) -> tuple[EventType, str | None, tuple[str, ...]]:
    """What an event says, in short."""
    return event.draft.type, event.draft.model, tuple(sorted(change.key.user_class for change in event.draft.changes))


async def test_what_a_key_may_use_is_available_and_was_streamed(watch: Watch) -> None:
    async with watch.verbs.store.reading() as view:
        an_hour_ago = watch.verbs.clock() - timedelta(hours=1)
        seen = await view.observations(CellKey("fragile", PROVIDER, "staff"), an_hour_ago)

    assert {one.cause for one in seen} == {Cause.OK}
    for one in seen:
        assert one.timings.first_token is not None
        assert THINKS_FOR <= one.timings.first_token <= one.timings.total
    assert await watch.events() == [], "the first verdict is a baseline"


async def test_the_model_list_is_read_as_each_key_sees_it(watch: Watch, proxy: Proxy) -> None:
    proxy.allow(KEYS["partners"], ["steady", "fragile"])

    listed = {name: (await watch.ask("gated", name, Level.LISTED)).lifecycle for name in KEYS}

    assert listed == {"staff": Lifecycle.LISTED, "partners": Lifecycle.ABSENT}


async def test_a_model_taken_from_one_key_is_restricted_for_its_class_alone(watch: Watch, proxy: Proxy) -> None:
    proxy.allow(KEYS["partners"], ["steady", "fragile"])
    await watch.settle(Level.LISTED)

    assert await watch.says("gated", "partners") == NOT_FOR_THIS_KEY
    assert await watch.says("gated", "staff") == AVAILABLE
    assert await watch.says("steady", "partners") == AVAILABLE
    measured = (await watch.cell("gated", "partners")).measured
    assert measured.scope is Scope.THIS_CLASS
    assert measured.proof is not None
    assert measured.proof.strength is Strength.STRONG
    assert [told(event) for event in await watch.events()] == [(EventType.MODEL_RESTRICTED, "gated", ("partners",))]

    proxy.allow(KEYS["partners"], MODELS)
    await watch.settle()

    assert await watch.all_say() == {AVAILABLE}
    restricted, restored = await watch.events()
    assert told(restored) == (EventType.MODEL_RESTORED, "gated", ("partners",))
    assert restored.draft.changes[0].restores == restricted.id


async def test_a_dead_key_is_our_own_affair(watch: Watch, proxy: Proxy) -> None:
    proxy.allow(KEYS["partners"], None)
    await watch.settle()

    assert {await watch.says(model, "partners") for model in MODELS} == {DEAD_KEY}
    assert {await watch.says(model, "staff") for model in MODELS} == {AVAILABLE}
    assert await watch.events() == []


async def test_a_model_whose_upstream_fails_is_down_and_recovers(watch: Watch, upstream: Loopback) -> None:
    upstream.faults["fragile"] = BROKEN
    await watch.settle()

    assert {await watch.says("fragile", user_class) for user_class in KEYS} == {FAULTY}
    assert {await watch.says("steady", user_class) for user_class in KEYS} == {AVAILABLE}
    assert (await watch.cell("fragile", "staff")).measured.scope is Scope.EVERY_CLASS_HELD

    upstream.faults.clear()
    await watch.settle()

    assert await watch.all_say() == {AVAILABLE}
    everyone = ("partners", "staff")
    assert [told(event) for event in await watch.events()] == [
        (EventType.MODEL_DOWN, "fragile", everyone),
        (EventType.MODEL_RECOVERED, "fragile", everyone),
    ]


async def test_what_the_upstream_means_survives_the_proxy(watch: Watch, proxy: Proxy, upstream: Loopback) -> None:
    proxy.allow(KEYS["staff"], VENDORS)
    cases = dict(zip(VENDORS, UPSTREAMS, strict=True))
    upstream.faults.update({vendor: fault for vendor, (fault, _) in cases.items()})

    heard = {vendor: (await watch.ask(vendor, "staff", Level.ANSWERS)).cause for vendor in cases}

    assert heard == {vendor: cause for vendor, (_, cause) in cases.items()}


async def test_a_withdrawn_model_is_not_called_down_while_the_proxy_cools_down(
    watch: Watch, upstream: Loopback
) -> None:
    """After a 404 the proxy asks nobody for five seconds and answers 429, which says nothing about the model."""
    upstream.faults["fragile"] = GONE
    for _ in range(4):
        await watch.settle()
        if await watch.says("fragile", "staff") == WITHDRAWN:
            break
        assert await watch.says("fragile", "staff") == AVAILABLE
        await asyncio.sleep(COOLS_FOR)

    assert await watch.says("fragile", "staff") == WITHDRAWN
    assert (await watch.ask("fragile", "staff", Level.ANSWERS)).cause is Cause.RATE_LIMITED
    assert {event.draft.type for event in await watch.events()} == {EventType.MODEL_RESTRICTED}


async def test_the_same_silence_is_the_providers_or_our_networks(tmp_path: Path, watch: Watch, proxy: Proxy) -> None:
    """Two services watch the same proxy; when it stops, only the one whose neutral host answers may blame it."""
    with listening() as its_neutral:
        folder = tmp_path / "cut-off"
        folder.mkdir()
        async with watching(folder, proxy.url, its_neutral.url) as cut_off:
            await cut_off.settle()
            assert await cut_off.all_say() == {AVAILABLE}

            proxy.stop()
            its_neutral.stop()
            await watch.settle()
            await cut_off.settle()

            assert await watch.all_say() == {SILENT}
            [event] = await watch.events()
            assert event.draft.type is EventType.PROVIDER_DOWN
            assert await cut_off.all_say() == {OUR_NETWORK}
            assert await cut_off.events() == []
