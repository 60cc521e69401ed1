"""Whatever staff write and do not publish changes no byte, ETag, count or line of the log, and nobody can tell."""

from __future__ import annotations

import logging
from typing import NamedTuple

import pytest

from statuspage.core.event import rfc3339
from statuspage.core.incident import Kind
from statuspage.core.staff import Role
from tests.house import ABROAD, FABLE, HAIKU, HOME, VENDOR
from tests.web.desk.office import Office, id_in, submit
from tests.web.staff.front import Browser, words

CANARY = "zqxcanary"
NEW = "/staff/incidents/new"
FIELDS: dict[str, str | list[str]] = {
    "title": f"{CANARY} title", "body": f"{CANARY} **body**", "scope-0-models": [FABLE, HAIKU],
    "scope-0-user_classes": [HOME], "fact-0-says": "ordered", "fact-0-authority": CANARY, "fact-0-basis": CANARY,
    "fact-0-source": f"https://{CANARY}.example/", "next_in": "+2h", "started_at": "13:00", "impact": "critical",
}  # fmt: skip


class Answer(NamedTuple):
    """All that a stranger can see of one answer."""

    status: int
    etag: str | None
    body: bytes


async def everything(office: Office) -> dict[str, Answer]:
    """Every byte that anybody outside can ask for."""
    now, client = rfc3339(office.clock()), office.client()
    [story] = [one for one in office.snapshot.incidents if one.kind is Kind.RESTRICTION]
    event = office.snapshot.recent_events[0].id
    asked = [
        *office.site.pages, f"/at/{now}", f"/api/v1/at?time={now}", f"/events/{event}", f"/api/v1/events/{event}",
        "/api/v1/events", "/api/v1/events?limit=1000", "/api/v1/availability", f"/api/v1/availability?model={FABLE}",
        f"/api/v1/route?model={FABLE}&user_class={HOME},{ABROAD}", f"/api/v1/incidents/{story.id}", "/metrics",
        f"/api/v1/history?model={FABLE}&provider={VENDOR}&user_class={HOME}", "/readyz", "/healthz", "/history/nothing",
    ]  # fmt: skip
    found = {path: await client.get(path, headers={"accept-encoding": "identity"}) for path in asked}
    return {path: Answer(one.status_code, one.headers.get("etag"), one.content) for path, one in found.items()}


async def written(office: Office, ada: Browser) -> list[str]:
    """Drafts of every kind, saved, asked for, scheduled, remarked on, half typed; the ids that nobody may know."""
    found = []
    for kind in ("restriction", "incident", "notice", "maintenance"):
        planned = {"scheduled_for": "+1h", "scheduled_until": "+2h"} if kind == "maintenance" else {}
        sent = await submit(ada, await ada.get(NEW), NEW, "review", kind=kind, **FIELDS, **planned)
        assert sent.status_code == 303, words(sent)[:900]
        review = sent.headers["location"]
        found.append(id_in(review))
        await ada.send(f"/staff/incidents/{found[-1]}/notes", body=f"{CANARY} note")
        terms = {} if kind == "restriction" else {"publish_at": "+1d"}
        await submit(ada, await ada.get(review), review, "publish", **terms)
        await submit(ada, await ada.get(review), review, "override", override="")
    [public] = [one for one in await office.incidents.all() if not one.draft]
    await ada.send(f"/staff/incidents/{public.id}/notes", body=f"{CANARY} note")
    new = f"/staff/incidents/{public.id}/updates/new"
    for terms in ({}, {"publish_at": "+1d", "quiet": "1"}):
        said = {name: value for name, value in FIELDS.items() if name not in ("title", "started_at", "impact")}
        sent = await submit(ada, await ada.get(f"{new}?as=lift"), new, "review", rescoped="1", **said)
        review = sent.headers["location"]
        await submit(ada, await ada.get(review), review, "publish", **terms)
        found.append(review.split("/")[-2])
    await ada.post("/staff/sheets", {"csrf": ada.csrf, "path": NEW, "fields": f"title={CANARY}&body={CANARY}"})
    await ada.send("/staff/markdown", body=CANARY)
    assert (await ada.send(f"/staff/incidents/{public.id}/title", title=CANARY * 50, base_rev="1")).status_code == 422
    return found


async def test_nothing_outside_changes_by_what_is_not_public(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await office.enough_approvers()
    ada = await office.person(Role.APPROVER, "ada")
    await office.publish()
    before = await everything(office)
    assert len(before) > 100
    hidden = await written(office, ada)
    kept = await office.incidents.all()
    assert sum(CANARY in one.title for one in kept) == 4
    assert [len(one.proposals) for one in kept if not one.draft] == [2]
    assert await office.incidents.take_effect() == 0
    await office.publish()
    after = await everything(office)
    assert {path for path in before | after if before.get(path) != after.get(path)} == set()
    assert {path for path, one in after.items() if CANARY.encode() in one.body} == set()
    told = [f"{one.name} {one.getMessage()} {one.args}" for one in caplog.records if not one.name.startswith("http")]
    assert [one for one in told if CANARY in one] == []
    for name in hidden:
        assert not [path for path, one in after.items() if name.encode() in one.body], name


async def test_an_id_that_is_not_public_is_answered_like_one_that_is_not_there(office: Office) -> None:
    ada = await office.person(Role.APPROVER, "ada")
    sent = await submit(ada, await ada.get(NEW), NEW, "save", **FIELDS)
    assert sent.status_code == 303
    [draft] = [one for one in await office.incidents.all() if one.title.startswith(CANARY)]
    client = office.client(accept="text/html")
    for path in ("/incidents/{}", "/api/v1/incidents/{}", "/staff/incidents/{}", "/api/v1/staff/incidents/{}"):
        there = await client.get(path.format(draft.id))
        nothing = await client.get(path.format("inc_nothing00"))
        assert there.status_code == nothing.status_code, path
        assert there.text.replace(draft.id, "") == nothing.text.replace("inc_nothing00", ""), path
