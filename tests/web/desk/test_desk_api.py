"""Incidents over the API: written, published, approved, linked and vouched for, with every mistake named."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx2
import pytest

from statuspage.core.staff import Action
from statuspage.core.subscription import Format
from tests.house import ABROAD, FABLE, GATEWAY, HAIKU, HOME, OPUS, PARTNERS
from tests.web.desk.office import Office

STORY = {
    "kind": "restriction",
    "title": "Export directive",
    "body": "It is **ordered**.",
    "scope": [{"models": [HAIKU]}],
    "statements": [{"says": "ordered", "authority": "the authority", "source": "https://example.org/order"}],
    "next_update_by": "2026-06-13T06:00:00Z",
}
ODD = {"title": "Something is odd", "body": "We look.", "scope": [{"models": [HAIKU]}]}


async def said(answer: httpx2.Response, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_an_incident_from_its_opening_to_its_postmortem(office: Office) -> None:
    program = await office.program()
    answer = await program.post("/api/v1/incidents", json=ODD)
    opened = await said(answer, 201)
    one = f"/api/v1/incidents/{opened['id']}"
    assert answer.headers["location"] == f"/api/v1/staff/incidents/{opened['id']}"
    assert (opened["draft"], opened["rev"], opened["stage"]) == (False, 1, "investigating")
    office.clock.at += timedelta(minutes=5)
    found = await said(await program.post(f"{one}/updates", json={"body": "Found.", "stage": "identified"}), 201)
    assert [update["body"] for update in found["updates"]] == ["Found.", "We look."]
    noted = await said(await program.post(f"{one}/notes", json={"body": "Call Mallory"}), 201)
    assert noted["notes"] == [{"at": noted["notes"][0]["at"], "by": noted["notes"][0]["by"], "body": "Call Mallory"}]
    over = await said(await program.post(f"{one}/updates", json={"body": "Over.", "ends": True}), 201)
    assert over["stage"] == "resolved"
    office.clock.at += timedelta(minutes=5)
    told = await said(await program.post(f"{one}/updates", json={"body": "Why", "stage": "postmortem"}), 201)
    assert told["stage"] == "postmortem"
    shown = await said(await program.get(f"/api/v1/staff/incidents/{opened['id']}"))
    assert shown == told
    await office.publish()
    public = await said(await office.client().get(one))
    assert "Mallory" not in str(public)
    assert set(public["incident"]) == set(shown) - {
        "rev", "draft", "discarded", "quiet", "review", "waiting", "notes", "overrides"
    }  # fmt: skip


async def test_a_draft_is_written_again_and_published(office: Office) -> None:
    program = await office.program()
    draft = await said(await program.post("/api/v1/incidents", json={**STORY, "draft": True}), 201)
    one = f"/api/v1/incidents/{draft['id']}"
    again = await said(await program.patch(one, json={"title": "Better", "base_rev": draft["rev"]}))
    assert (again["title"], again["declarations"][0]["authority"], again["rev"]) == ("Better", "the authority", 2)
    late = await said(await program.patch(one, json={"title": "Late", "base_rev": draft["rev"]}), 409)
    assert "now it is 2" in late["detail"]
    rehearsal = await said(await program.get(f"/api/v1/staff/incidents/{draft['id']}/rehearsal"))
    assert rehearsal["incident"]["title"] == "Better"
    assert [event["type"] for event in rehearsal["events"]][:2] == ["incident.opened", "restriction.announced"]
    assert {told["channel"] for told in rehearsal["told"]} == set(Format)
    public = await said(await program.post(f"{one}/publish", json={"base_rev": 2}))
    assert not public["draft"]
    assert "public already" in (await said(await program.post(f"{one}/publish"), 422))["detail"]
    renamed = await said(await program.patch(one, json={"title": "Best"}))
    assert [edit["title"] for edit in renamed["title_edits"]] == ["Better"]
    wrong = await said(await program.patch(one, json={"body": "x"}), 409)
    assert "only its title" in wrong["detail"]


async def test_two_people_publish_a_restriction(office: Office) -> None:
    await office.enough_approvers()
    writer, approver = await office.program(), await office.program()
    held = await said(await writer.post("/api/v1/incidents", json=STORY), 202)
    one = f"/api/v1/incidents/{held['id']}"
    assert (held["draft"], held["review"]["asked"]["held"]) == (True, True)
    assert "written this yourself" in (await said(await writer.post(f"{one}/approve"), 422))["detail"]
    public = await said(await approver.post(f"{one}/approve", json={"base_rev": held["rev"]}))
    assert (public["draft"], len(public["review"]["approvals"])) == (False, 1)
    office.clock.at += timedelta(minutes=5)
    lifted = {"body": "Lifted.", "statements": [{"says": "lifted", "scope": [{"user_classes": [HOME]}]}]}
    waits = await said(await writer.post(f"{one}/updates", json=lifted), 202)
    [waiting] = waits["waiting"]
    assert waiting["declarations"][0]["scope"][0]["user_classes"] == [HOME]
    update = f"{one}/updates/{waiting['id']}"
    assert (await said(await writer.patch(update, json={"body": "Lifted for some."}), 202))["waiting"]
    out = await said(await approver.post(f"{one}/approve", json={"update": waiting["id"]}))
    assert (out["updates"][0]["body"], out["waiting"]) == ("Lifted for some.", [])
    office.clock.at += timedelta(minutes=5)
    corrected = await said(await writer.patch(update, json={"body": "Lifted for US persons."}))
    assert corrected["updates"][0]["edits"][0]["body"] == "Lifted for some."


async def test_a_program_never_overrides(office: Office) -> None:
    await office.enough_approvers()
    program = await office.program()
    answer = await said(await program.post("/api/v1/incidents", json={**STORY, "override": "No time"}), 403)
    assert "override" in answer["detail"]


async def test_what_is_planned_is_later_or_withdrawn(office: Office) -> None:
    program = await office.program()
    plan = {**ODD, "scheduled_for": "2026-06-20T04:00:00Z", "scheduled_until": "2026-06-20T05:00:00+00:00"}
    planned = await said(await program.post("/api/v1/maintenances", json=plan), 201)
    assert (planned["kind"], planned["stage"]) == ("maintenance", "scheduled")
    later = {**ODD, "publish_at": "2026-06-20T04:00:00Z"}
    held = await said(await program.post("/api/v1/incidents", json=later), 202)
    assert held["review"]["asked"]["publish_at"] == "2026-06-20T04:00:00.000Z"
    gone = await said(await program.delete(f"/api/v1/incidents/{held['id']}"))
    assert gone["discarded"]
    await said(await program.get(f"/api/v1/staff/incidents/{held['id']}"), 404)


async def test_resolving_asks_what_the_checks_say(office: Office) -> None:
    program = await office.program()
    [found] = [
        one
        for one in (await said(await program.get("/api/v1/staff/incidents")))["incidents"]
        if one["kind"] == "restriction"
    ]
    one = f"/api/v1/incidents/{found['id']}/updates"
    refused = await said(await program.post(one, json={"body": "Over.", "ends": True}), 409)
    assert f"{FABLE}@claude-api/{HOME} restricted" in refused["detail"]
    over = await said(await program.post(one, json={"body": "Over.", "ends": True, "despite_checks": True}), 201)
    assert over["stage"] == "resolved"


async def test_an_answer_is_linked_and_unlinked(office: Office) -> None:
    program = await office.program()
    opened = await said(await program.post("/api/v1/incidents", json=STORY), 201)
    link, answer = f"/api/v1/incidents/{opened['id']}/link", {"provider": GATEWAY, "fingerprint": "00ff"}
    assert (await said(await program.post(link, json=answer)))["linked_fingerprints"] == [answer]
    gone = await program.request("DELETE", link, json=answer)
    assert (await said(gone))["linked_fingerprints"] == []


async def test_staff_vouch_for_cells_and_make_a_class(office: Office) -> None:
    program = await office.program()
    word = {"scope": {"user_classes": [PARTNERS]}, "availability": "available", "until": "2026-07-01T00:00:00Z"}
    made = await said(await program.post("/api/v1/attestations", json=word), 201)
    assert made["cells"] == [{"model": FABLE, "provider": "claude-api", "user_class": PARTNERS}]
    new = {"id": "journalists", "name": "Journalists"}
    assert (await said(await program.post("/api/v1/user-classes", json=new), 201))["id"] == "journalists"
    assert "already" in (await said(await program.post("/api/v1/user-classes", json=new), 409))["detail"]
    wrong = await said(await program.post("/api/v1/attestations", json={**word, "availability": "maybe"}), 422)
    assert wrong["errors"] == [{"field": "availability", "detail": "must be available or restricted"}]


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("incidents", {"titel": "x"}, "titel"),
        ("incidents", {"title": " "}, "title"),
        ("incidents", {**ODD, "kind": "rumour"}, "kind"),
        ("incidents", {**ODD, "scope": [{"models": HAIKU}]}, "scope[0].models"),
        ("incidents", {**ODD, "started_at": "yesterday"}, "started_at"),
        ("incidents", {**ODD, "started_at": "2999-01-01T00:00:00Z"}, "started_at"),
        ("incidents", {**ODD, "statements": [{"says": "ordered"}]}, "statements"),
        ("incidents", {**STORY, "statements": [{"says": "rumoured"}]}, "statements[0].says"),
        ("maintenances", ODD, "scheduled_for"),
        ("attestations", {"availability": "available"}, "until"),
        ("user-classes", {"id": "No Spaces", "name": "x"}, "id"),
    ],
)
async def test_every_mistake_is_named(office: Office, path: str, body: dict[str, Any], field: str) -> None:
    program = await office.program()
    wrong = await said(await program.post(f"/api/v1/{path}", json=body), 422)
    assert field in [one["field"] for one in wrong["errors"]]


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [(b"{", "application/json", 422), (b"[]", "application/json", 422), (b"title=x", "text/plain", 415)],
)
async def test_what_is_no_json_object_is_refused(office: Office, content: bytes, kind: str, status: int) -> None:
    program = await office.program()
    answer = await program.post("/api/v1/incidents", content=content, headers={"content-type": kind})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_token_does_what_its_scope_names_and_a_stranger_nothing(office: Office) -> None:
    viewer = await office.program(Action.VIEW)
    assert (await viewer.get("/api/v1/staff/incidents")).status_code == 200
    assert (await viewer.post("/api/v1/incidents", json=ODD)).status_code == 403
    writer = await office.program(Action.WRITE)
    draft = await said(await writer.post("/api/v1/incidents", json={**ODD, "draft": True}), 201)
    assert (await writer.post(f"/api/v1/incidents/{draft['id']}/publish")).status_code == 403
    assert (await writer.post("/api/v1/incidents", json=ODD)).status_code == 403
    for method, path in (("GET", "/api/v1/staff/incidents"), ("POST", "/api/v1/incidents")):
        assert (await office.client().request(method, path)).status_code == 401


async def test_an_embargoed_draft_is_in_no_public_answer(office: Office) -> None:
    program = await office.program()
    mark = "zqxmarker"
    scope = [{"models": [OPUS], "user_classes": [ABROAD]}]
    hidden = {**STORY, "title": mark, "body": mark, "scope": scope, "draft": True}
    hidden["statements"] = [{"says": "ordered", "authority": mark, "basis": mark, "source": f"https://e.org/{mark}"}]
    draft = await said(await program.post("/api/v1/incidents", json=hidden), 201)
    await program.post(f"/api/v1/incidents/{draft['id']}/notes", json={"body": mark})
    await program.get(f"/api/v1/staff/incidents/{draft['id']}/rehearsal")
    await office.publish()
    stranger = office.client()
    for path in [
        *office.site.pages,
        f"/api/v1/incidents/{draft['id']}",
        f"/incidents/{draft['id']}",
        f"/api/v1/staff/incidents/{draft['id']}",
        "/api/v1/at?time=2026-06-12T14:00:00Z",
        "/api/v1/availability",
        f"/api/v1/history?model={OPUS}",
        f"/api/v1/route?model={OPUS}",
        "/api/v1/events",
        "/metrics",
        "/healthz",
        "/readyz",
    ]:
        answer = await stranger.get(path)
        assert mark not in answer.text, path
        assert draft["id"] in path or draft["id"] not in answer.text, path
    for path in (f"/api/v1/incidents/{draft['id']}", f"/incidents/{draft['id']}"):
        nothing = await stranger.get(path.replace(draft["id"], "inc_nothing"))
        hidden_ = await stranger.get(path)
        assert (hidden_.status_code, nothing.status_code) == (404, 404)
