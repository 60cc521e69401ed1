"""What another page told is taken over with its dates, in silence, once, and never over what staff write here."""

from __future__ import annotations

import orjson
import pytest

from statuspage.core.atlassian import Found, read
from statuspage.core.incident import Incident, Stage
from statuspage.errors import Forbidden, UsageError
from statuspage.ports.access import AuditQuery
from statuspage.services.audit import AuditLog
from statuspage.services.importing import Imports, Outcome
from statuspage.services.incidents import Continuation
from statuspage.site.press import Pages
from statuspage.site.publish import render_site
from tests.atlassian import document, incident
from tests.house import FABLE, OPUS, START, House
from tests.staff import ADMIN, EDITOR, STAFF, VIEWER

ALL = 54
ENDED = incident(1)["id"]
OPEN = incident(49)["id"]


def imports(house: House) -> Imports:
    return Imports(house.store, house.settings, house.clock)


async def take(house: House, given: dict[str, object] | None = None, **options: object) -> Outcome:
    return await imports(house).incidents(found(given), STAFF, **options)  # type: ignore[arg-type]


def found(given: dict[str, object] | None = None) -> tuple[Found, ...]:
    reading = read(given or document(), START)
    assert not reading.mistakes
    return reading.found


async def kept(house: House) -> dict[str, Incident]:
    return {one.id: one for one in (await house.queries.snapshot()).incidents}


async def pages(house: House) -> Pages:
    return render_site(await house.queries.snapshot())


async def test_everything_is_added_and_nobody_is_told(calm: House) -> None:
    subscription = await calm.subscribe()
    before = len(await calm.events())
    steps: list[tuple[int, int]] = []
    outcome = await take(calm, progress=lambda done, total: steps.append((done, total)))
    assert (len(outcome.added), outcome.changed, outcome.unchanged, outcome.left) == (ALL, [], [], [])
    assert steps == [(25, ALL), (50, ALL), (ALL, ALL)]
    await calm.incidents.take_effect()
    await calm.round()
    assert len(await calm.events()) == before
    assert await calm.owed(subscription) == []


async def test_dates_are_kept(calm: House) -> None:
    await take(calm)
    mine, theirs = (await kept(calm))[ENDED], next(one.incident for one in found() if one.incident.id == ENDED)
    assert (mine.started_at, mine.resolved_at, mine.stage) == (theirs.started_at, theirs.resolved_at, Stage.RESOLVED)
    assert mine.created_at < START
    assert [(one.at, one.body) for one in mine.updates] == [(one.at, one.body) for one in theirs.updates]


async def test_a_second_import_changes_nothing(calm: House) -> None:
    await take(calm)
    before = await kept(calm)
    calm.pass_time(hours=1)
    outcome = await take(calm)
    assert len(outcome.unchanged) == ALL
    assert await kept(calm) == before


async def test_what_was_changed_there_is_changed_here(calm: House) -> None:
    await take(calm)
    given = document()
    given["incidents"][0] |= {"status": "resolved", "resolved_at": given["incidents"][0]["updated_at"]}
    outcome = await take(calm, given)
    assert (outcome.changed, len(outcome.unchanged)) == ([OPEN], ALL - 1)
    assert not (await kept(calm))[OPEN].open
    assert len((await take(calm, given)).unchanged) == ALL


async def test_what_staff_wrote_here_is_left_alone(calm: House) -> None:
    await take(calm)
    await calm.incidents.update(OPEN, Continuation("It is over.", stage=Stage.RESOLVED), STAFF)
    assert OPEN in (await take(calm)).unchanged
    given = document()
    given["incidents"][0]["name"] = "Another title"
    assert (await take(calm, given)).left == [OPEN]
    mine = (await kept(calm))[OPEN]
    assert (mine.stage, mine.title) == (Stage.RESOLVED, incident(49)["name"])


async def test_components_become_models_by_name(calm: House) -> None:
    outcome = await take(calm, models={"Console": OPUS})
    assert outcome.unknown_components == {"claude.ai", "Claude API (api.anthropic.com)"}
    stories = await kept(calm)
    by_name, by_option = stories[incident(3)["id"]], stories[incident(4)["id"]]
    assert [row.models for row in by_name.scope] == [(FABLE,)]
    assert [row.models for row in by_option.scope] == [(FABLE, OPUS)]
    assert stories[incident(1)["id"]].scope == ()


async def test_a_component_named_later_is_taken_over(calm: House) -> None:
    await take(calm)
    outcome = await take(calm, models={"claude.ai": OPUS})
    assert incident(1)["id"] in outcome.changed
    assert (await kept(calm))[incident(1)["id"]].scope[0].models == (OPUS,)
    assert len((await take(calm, models={"claude.ai": OPUS})).unchanged) == ALL


async def test_a_model_that_is_not_there_is_refused(calm: House) -> None:
    with pytest.raises(UsageError, match="nobody"):
        await take(calm, models={"claude.ai": "nobody"})
    assert await kept(calm) == {}


async def test_an_import_that_was_cut_short_is_finished_by_the_next(calm: House) -> None:
    def stop(done: int, _total: int) -> None:
        if done == 25:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await take(calm, progress=stop)
    outcome = await take(calm)
    assert (len(outcome.unchanged), len(outcome.added)) == (25, ALL - 25)


async def test_every_incident_is_on_the_record(calm: House) -> None:
    with pytest.raises(Forbidden):
        await imports(calm).incidents(found(), VIEWER)
    await imports(calm).incidents(found(), EDITOR)
    entries = await AuditLog(calm.store).entries(ADMIN, AuditQuery(limit=200))
    assert len(entries) == ALL
    assert {(one.deed.action, one.deed.actor) for one in entries} == {("incident.import", EDITOR.label)}


async def test_history_feeds_and_documents_show_them(calm: House) -> None:
    await take(calm)
    site = await pages(calm)
    stories = await kept(calm)
    assert all(f"/incidents/{name}" in site for name in stories)
    history = b"".join(page.body for path, page in site.items() if path.startswith("/history"))
    assert all(f"/incidents/{name}".encode() in history for name, one in stories.items() if not one.open)
    for feed in ("/history.atom", "/history.rss"):
        assert b"Elevated errors on model 48" in site[feed].body, feed
    native = [path for path in site if path.startswith(("/feeds/", "/events/"))]
    assert [path for path in native if b"Elevated errors on model" in site[path].body] == [], "it is no news"
    assert len(native) > 10


async def test_what_reads_the_other_page_finds_the_same_here(calm: House) -> None:
    """Ids, moments and words of ``incidents.json`` are those of the page that was left."""
    await take(calm)
    served = orjson.loads((await pages(calm))["/api/v2/incidents.json"].body)["incidents"]
    theirs = {one["id"]: one for one in document()["incidents"]}
    assert {one["id"] for one in served} <= {one.incident.id for one in found()}
    for one in served:
        if one["id"] not in theirs:
            continue
        there = theirs[one["id"]]
        assert (one["name"], one["impact"]) == (there["name"], there["impact"])
        assert {update["id"] for update in one["incident_updates"]} == {
            update["id"] for update in there["incident_updates"]
        }


async def test_words_that_were_never_written_make_no_empty_page(calm: House) -> None:
    given = document()
    for update in given["incidents"][3]["incident_updates"]:
        update["body"] = None
    await take(calm, given)
    page = (await pages(calm))[f"/incidents/{given['incidents'][3]['id']}"]
    assert b"None" not in page.body
    assert b"null" not in page.body
