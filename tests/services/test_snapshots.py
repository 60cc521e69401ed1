"""The past as it was published then: what ``/at`` rebuilds equals what was shown, freshness aside."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from statuspage.core.incident import Kind, Says, ScopeRow
from statuspage.core.settings import UserClass
from statuspage.core.snapshot import CellView, Snapshot
from statuspage.errors import NotFound
from statuspage.ports import RevisionKind
from statuspage.services import snapshots
from statuspage.services.incidents import Continuation, Opening, Statement
from statuspage.services.snapshots import record_catalogue
from statuspage.site.sheets import Desk
from statuspage.site.still import Stills
from tests.house import ABROAD, FABLE, FABLE_HOME, GATEWAY, HAIKU, HOME, OPUS, PARTNERS, START, VENDOR, House
from tests.staff import STAFF

SCOPE = (ScopeRow(models=(FABLE,)),)
ORDERED = Statement(Says.ORDERED, authority="the authority")


def lasting(snapshot: Snapshot) -> Snapshot:
    """What of a snapshot must not depend on when it was made: everything but how fresh and how fast it was."""
    return replace(
        snapshot,
        newest_observation_at=None,
        paces={},
        valid_until=snapshot.generated_at,
        cells=tuple(_lasting(cell) for cell in snapshot.cells),
    )


def _lasting(cell: CellView) -> CellView:
    if cell.measured is None:
        return cell
    fresh = {"last_observed_at": None, "last_answer_at": None, "first_refusal_at": None, "confirming": None}
    return replace(cell, measured=replace(cell.measured, **fresh, served_model=None, seen_from=()))  # type: ignore[arg-type]


@dataclass
class Album:
    """Snapshots as they were published, one a moment."""

    house: House
    taken: list[Snapshot] = field(default_factory=list)

    async def take(self) -> None:
        """Keep what is published now; time goes on."""
        self.taken.append(await self.house.queries.snapshot())
        self.house.pass_time(minutes=7)

    async def compare(self) -> None:
        """Every kept moment is rebuilt as it was."""
        for then in self.taken:
            again = lasting(await self.house.queries.at(then.generated_at))
            for cell, rebuilt in zip(lasting(then).cells, again.cells, strict=True):
                assert rebuilt == cell
            assert again == lasting(then)


async def test_every_moment_of_a_story_is_rebuilt_as_it_was_published(calm: House) -> None:
    album = Album(calm)
    await album.take()
    incident = await calm.incidents.open(Opening(Kind.RESTRICTION, "Order", "Ordered.", SCOPE, (ORDERED,)), STAFF)
    await album.take()
    calm.do("restrict", model=FABLE)
    await calm.round()
    await album.take()
    await calm.settle()
    await album.take()
    await calm.attestations.attest(
        ScopeRow(user_classes=(PARTNERS,)),
        available=False,
        until=calm.clock() + timedelta(minutes=20),
        source=None,
        actor=STAFF,
    )
    await calm.incidents.note(incident.id, "private", STAFF)
    await album.take()
    calm.do("outage", provider=VENDOR)
    await calm.settle()
    await album.take()
    calm.do("recover", provider=VENDOR)
    calm.do("answer", model=FABLE, provider=GATEWAY, signal="ant-500")
    await calm.settle()
    await calm.settle(GATEWAY)
    await album.take()
    lifted = Continuation("Lifted.", statements=(Statement(Says.LIFTED, authority="the authority"),))
    await calm.incidents.update(incident.id, lifted, STAFF)
    calm.pass_time(minutes=30)
    await calm.monitor.sweep()
    await album.take()
    calm.do("restore", model=FABLE)
    await calm.settle()
    await calm.settle(GATEWAY)
    await calm.incidents.resolve(incident.id, "Over.", STAFF)
    await album.take()
    await album.compare()


async def test_a_long_story_is_rebuilt_page_for_page(calm: House) -> None:
    """Published many times: words are edited, the catalogue is reloaded, staff vouch, and the clock is set back."""
    album = Album(calm)
    await album.take()
    story = await calm.incidents.open(Opening(Kind.RESTRICTION, "Directive", "Ordered.", SCOPE, (ORDERED,)), STAFF)
    await album.take()
    calm.do("restrict", model=FABLE)
    await calm.settle()
    await album.take()
    await calm.incidents.edit(story.id, story.updates[0].id, "Ordered, for everybody.", STAFF)
    await calm.incidents.retitle(story.id, "The directive", STAFF)
    await album.take()
    kept = [one for one in calm.settings.models if one.id != HAIKU]
    calm.configure(
        replace(calm.settings, models=tuple(replace(one, alternatives=(OPUS,) * (one.id == FABLE)) for one in kept))
    )
    await record_catalogue(calm.store, calm.settings, calm.clock(), calm.ids)
    await calm.monitor.sweep()
    await album.take()
    await calm.attestations.attest(
        ScopeRow(user_classes=(PARTNERS,)),
        available=True,
        until=calm.clock() + timedelta(hours=5),
        source="a letter",
        actor=STAFF,
    )
    await album.take()
    before_the_jump = calm.clock()
    calm.clock.at -= timedelta(minutes=3)
    calm.do("restore", model=FABLE)
    await calm.settle()
    while calm.clock() <= before_the_jump:
        calm.pass_time(minutes=1)
    await album.take()
    await calm.incidents.resolve(story.id, "Over.", STAFF)
    await album.take()
    await album.compare()
    for then in album.taken:
        assert _pages(await calm.queries.at(then.generated_at)) == _pages(then)


def _pages(snapshot: Snapshot) -> dict[str, bytes]:
    """The pages of a snapshot as they are before freshness is put in, but for evidence that is read from answers."""
    still = Stills().of(lasting(snapshot))
    made = {sheet.path: sheet for sheet in Desk().sheets(lasting(snapshot), still)}
    shown = [path for path in made if path in ("/", "/history", "/methodology") or path.startswith("/incidents/")]
    return {path: made[path].make(*made[path].inputs) for path in shown}


async def test_a_refusal_by_design_that_changes_its_words_is_rebuilt_with_the_old_ones(calm: House) -> None:
    """Nothing that is published changes, but the page shows the measurement and its evidence too."""
    album = Album(calm)
    await album.take()
    for signal in ("ant-perm", "ant-legal-404"):
        calm.do("answer", model=FABLE, provider=VENDOR, signal=signal, user_class="zero-retention")
        await calm.settle()
        await album.take()
    await album.compare()


async def test_the_catalogue_of_then_is_shown_under_its_own_names(calm: House) -> None:
    album = Album(calm)
    await album.take()
    models = tuple(replace(one, name="Opus, renamed") if one.id == OPUS else one for one in calm.settings.models)
    calm.configure(replace(calm.settings, models=models))
    assert await record_catalogue(calm.store, calm.settings, calm.clock(), calm.ids)
    assert not await record_catalogue(calm.store, calm.settings, calm.clock(), calm.ids)
    await album.take()
    await calm.attestations.add_class(UserClass("named-partners", "Named partners"), STAFF)
    await album.take()
    without = tuple(replace(one, alternatives=()) for one in models if one.id != HAIKU)
    calm.configure(replace(calm.settings, models=without))
    await record_catalogue(calm.store, calm.settings, calm.clock(), calm.ids)
    await album.take()
    assert await calm.types() == ["config.changed", "config.changed"]
    assert [_names(one)[OPUS] for one in album.taken] == ["Claude Opus 4.8"] + ["Opus, renamed"] * 3
    await album.compare()


def _names(snapshot: Snapshot) -> dict[str, str]:
    return {one.id: one.name for one in snapshot.models}


async def test_the_newest_events_of_then_are_found_behind_many_later_ones(
    calm: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "EVENTS_A_TIME", 10)
    opened = await calm.incidents.open(Opening(Kind.NOTICE, "The first"), STAFF)
    then = calm.clock()
    calm.pass_time(minutes=1)
    for number in range(15):
        await calm.incidents.update(opened.id, Continuation(f"Update {number}"), STAFF)
    past = await calm.queries.at(then)
    assert [event.draft.summary for event in past.recent_events] == ["The first"]
    assert past.as_of_seq == 1
    now = await calm.queries.snapshot()
    assert [event.seq for event in now.recent_events] == list(range(now.as_of_seq, 0, -1))


async def test_before_the_first_record_there_is_nothing(calm: House) -> None:
    with pytest.raises(NotFound, match="nothing was recorded yet"):
        await calm.queries.at(START - timedelta(seconds=1))
    assert (await calm.queries.at(START)).generated_at == START


async def test_the_catalogue_holds_no_secret(calm: House) -> None:
    async with calm.store.reading() as view:
        [recorded] = await view.revisions(RevisionKind.CATALOGUE)
    assert "sandbox-key" not in repr(recorded)


async def test_a_page_says_until_when_it_can_be_relied_on(calm: House) -> None:
    await calm.round()
    snapshot = await calm.queries.snapshot()
    assert snapshot.newest_observation_at == calm.clock()
    assert snapshot.valid_until == calm.clock() + timedelta(seconds=70)


async def test_evidence_says_when_the_last_answer_and_the_first_refusal_came(calm: House) -> None:
    await calm.round(VENDOR, (FABLE,))
    answered: datetime = calm.clock()
    calm.pass_time(seconds=30)
    calm.do("restrict", model=FABLE)
    await calm.settle(VENDOR, (FABLE,))
    cell = (await calm.queries.snapshot()).cell(FABLE_HOME)
    assert cell.measured
    assert (cell.measured.last_answer_at, cell.measured.first_refusal_at) == (
        answered,
        answered + timedelta(seconds=30),
    )
    assert cell.since == cell.measured.first_refusal_at
    assert {alternative.model for alternative in cell.alternatives} == {OPUS, HAIKU}
    assert ABROAD in {one.id for one in (await calm.queries.snapshot()).user_classes}


async def test_a_new_name_of_the_site_is_on_record_and_no_news(calm: House) -> None:
    before = calm.clock()
    calm.pass_time(minutes=1)
    site = replace(calm.settings.site, name="Another name", refresh=timedelta(seconds=7))
    calm.configure(replace(calm.settings, site=site, schedule=replace(calm.settings.schedule, jitter=0.2)))
    assert await record_catalogue(calm.store, calm.settings, calm.clock(), calm.ids)
    assert await calm.types() == []
    calm.pass_time(minutes=1)
    assert (await calm.queries.at(calm.clock())).site.name == "Another name"
    assert (await calm.queries.at(before)).site.name == "Availability"


async def test_what_programs_build_on_is_news_when_it_changes(calm: House) -> None:
    calm.configure(replace(calm.settings, policy=replace(calm.settings.policy, stale_intervals=4)))
    await record_catalogue(calm.store, calm.settings, calm.clock(), calm.ids)
    vendor, gateway = calm.settings.providers
    fewer = replace(vendor, credentials={HOME: vendor.credentials[HOME]})
    calm.configure(replace(calm.settings, providers=(fewer, gateway)))
    await record_catalogue(calm.store, calm.settings, calm.clock(), calm.ids)
    assert await calm.types() == ["config.changed", "config.changed"]
