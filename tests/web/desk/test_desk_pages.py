"""The pages of the desk without script: nothing that was typed is lost, and nothing is public before it was seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import httpx2
import pytest

from statuspage.core.incident import Kind, Says, ScopeRow, Stage
from statuspage.core.staff import Role
from statuspage.services.incidents import Continuation, Opening, Statement
from tests.house import ABROAD, FABLE, HAIKU, HOME, OPUS, PARTNERS, VENDOR
from tests.passwords import PASSWORD
from tests.staff import STAFF
from tests.web.desk.office import Office, controls, id_in, submit
from tests.web.staff.front import Browser, field_of, words

NEW = "/staff/incidents/new"
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)> {{7*7}} ${x} \u202e"
ODD = Opening(Kind.INCIDENT, "Something is odd", "We look.", (ScopeRow(models=(HAIKU,)),))
SUSPENDED = Opening(
    Kind.RESTRICTION, "Suspended", "It is ordered.", (ScopeRow(models=(HAIKU,)),), (Statement(Says.ORDERED),)
)


async def filled(ada: Browser, **changed: str | list[str]) -> httpx2.Response:
    """A new incident about one model, sent for review."""
    page = await ada.get(NEW)
    given: dict[str, str | list[str]] = {"title": "Odd answers", "body": "We **look**.", "scope-0-models": [HAIKU]}
    return await submit(ada, page, NEW, "review", **given | changed)


async def drafted(ada: Browser, **changed: str | list[str]) -> str:
    """The id of a draft that was made by the form."""
    answer = await filled(ada, **changed)
    assert answer.status_code == 303, words(answer)
    return id_in(answer.headers["location"])


async def test_a_restriction_is_explained_from_its_transition(office: Office) -> None:
    ada = await office.person(Role.EDITOR, "ada")
    [transition, *_] = [one for one in office.snapshot.transitions if one.key.model == OPUS and one.event]
    page = await ada.get(f"{NEW}?transition={transition.id}")
    form = dict(controls(page, NEW))
    assert form["kind"] == "incident"
    assert [value for name, value in controls(page, NEW) if name == "scope-0-models"] == [OPUS]
    assert "Claude Opus 4.8" in form["title"]
    sent = await submit(ada, page, NEW, "review")
    assert sent.status_code == 303
    review = await ada.get(sent.headers["location"])
    assert "Exactly what will be public" in words(review)
    assert "Webhooks nobody" in words(review)
    published = await submit(ada, review, sent.headers["location"], "publish")
    assert published.status_code == 303
    found = await office.incidents.one(id_in(sent.headers["location"]))
    assert (found.draft, found.scope) == (False, (ScopeRow((OPUS,), (VENDOR,)),))


async def test_what_is_wrong_is_named_and_nothing_typed_is_lost(office: Office) -> None:
    ada = await office.person(Role.EDITOR, "ada")
    wrong = await filled(ada, title=" ", started_at="once upon a time", body=f"Typed {HOSTILE}")
    assert wrong.status_code == 422
    assert "started_at : must be a moment" in words(wrong)
    form = dict(controls(wrong, NEW))
    assert (form["started_at"], form["body"]) == ("once upon a time", f"Typed {HOSTILE}")
    assert "<script>alert(1)" not in wrong.text
    assert [one.draft for one in await office.incidents.all()] == [True, False]


async def test_small_buttons_change_the_form_and_save_nothing(office: Office) -> None:
    ada = await office.person(Role.EDITOR, "ada")
    page = await ada.get(f"{NEW}?kind=restriction")
    more = await submit(ada, page, NEW, "row", title="T", body="Kept")
    more = await submit(ada, more, NEW, "fact")
    more = await submit(ada, more, NEW, "fact")
    names = [name for name, _ in controls(more, NEW)]
    assert (names.count("fact-1-says"), names.count("scope-1-from")) == (1, 1)
    form = dict(controls(more, NEW))
    assert (form["title"], form["body"]) == ("T", "Kept")
    worded = dict(controls(await submit(ada, more, NEW, "wording", wording="10-restriction"), NEW))
    assert "Do not retry" in worded["body"]
    assert len(await office.incidents.all()) == 2


async def test_the_same_form_sent_twice_is_one_draft(office: Office) -> None:
    ada = await office.person(Role.EDITOR, "ada")
    page = await ada.get(NEW)
    for body in ("First", "Second"):
        assert (await submit(ada, page, NEW, "save", title="T", body=body)).status_code == 303
    [made] = [one for one in await office.incidents.all() if one.title == "T"]
    assert (made.updates[-1].body, made.rev) == ("Second", 2)


async def test_two_people_who_write_at_once_see_both_texts(office: Office) -> None:
    ada, grace = await office.person(Role.EDITOR, "ada"), await office.person(Role.EDITOR, "grace")
    one = f"/staff/incidents/{await drafted(ada)}/edit"
    mine, theirs = await ada.get(one), await grace.get(one)
    assert (await submit(grace, theirs, one, "save", body="What Grace knows.")).status_code == 303
    met = await submit(ada, mine, one, "save", body="What Ada knows.")
    assert met.status_code == 409
    assert "person:grace saved another version" in words(met)
    assert "What Grace knows." in met.text
    assert dict(controls(met, one))["body"] == "What Ada knows."
    assert (await submit(ada, met, one, "save")).status_code == 303
    log = await office.incidents.log(id_in(one))
    assert [incident.updates[-1].body for _, incident in log][1:] == ["What Grace knows.", "What Ada knows."]


async def test_text_comes_back_after_the_session_has_ended(office: Office) -> None:
    ada = await office.person(Role.EDITOR, "ada")
    page = await ada.get(NEW)
    office.clock.at += timedelta(days=2)
    text = f"A long text, {HOSTILE}\n\nin two paragraphs."
    lost = await submit(ada, page, NEW, "review", title="Typed", body=text, **{"scope-0-models": [HAIKU, OPUS]})
    assert lost.status_code == 401
    assert "What you wrote is kept" in words(lost)
    back = await ada.post(
        "/staff/sign-in",
        {"name": "ada", "password": PASSWORD, "next": field_of(lost, "next"), "kept": field_of(lost, "kept")},
    )
    assert (back.status_code, back.headers["location"]) == (303, NEW)
    again = await ada.get(NEW)
    assert "and not saved" in words(again)
    form = controls(again, NEW)
    assert (dict(form)["title"], dict(form)["body"]) == ("Typed", text)
    assert [value for name, value in form if name == "scope-0-models"] == [OPUS, HAIKU] or {
        value for name, value in form if name == "scope-0-models"
    } == {HAIKU, OPUS}
    assert (await submit(ada, again, NEW, "save")).status_code == 303
    assert "and not saved" not in words(await ada.get(NEW))


async def test_a_remark_comes_back_after_the_session_has_ended(office: Office) -> None:
    ada = await office.person(Role.EDITOR, "ada")
    review = f"/staff/incidents/{await drafted(ada)}/review"
    await submit(ada, await ada.get(review), review, "publish")
    one = f"/staff/incidents/{id_in(review)}"
    old = ada.csrf
    await ada.send("/staff/sign-out")
    lost = await ada.post(f"{one}/notes", {"csrf": old, "body": "Call Mallory"})
    assert lost.status_code == 401
    back = await ada.post(
        "/staff/sign-in",
        {"name": "ada", "password": PASSWORD, "next": field_of(lost, "next"), "kept": field_of(lost, "kept")},
    )
    assert back.status_code == 303
    there = await ada.get(back.headers["location"])
    assert there.headers["location"] == f"{one}#notes"
    assert "Call Mallory</textarea>" in (await ada.get(one)).text
    await ada.send(f"{one}/notes", body="Call Mallory")
    assert "Call Mallory</textarea>" not in (await ada.get(one)).text


async def test_what_is_typed_is_kept_for_its_writer_until_it_is_saved(office: Office) -> None:
    ada, grace = await office.person(Role.EDITOR, "ada"), await office.person(Role.EDITOR, "grace")
    kept = await ada.post("/staff/sheets", {"csrf": ada.csrf, "path": NEW, "fields": "title=Half&body=a+sentence"})
    assert kept.status_code == 200
    assert dict(controls(await ada.get(NEW), NEW))["body"] == "a sentence"
    assert "a sentence" not in (await grace.get(NEW)).text
    offered = await ada.get(f"{NEW}?kind=notice")
    assert "You have unsaved text" in words(offered)
    assert "a sentence" not in offered.text
    for other in ("/elsewhere", "/staff/account/password", f"{NEW}/x", "/staff/incidents/inc_1/review"):
        refused = await ada.post("/staff/sheets", {"csrf": ada.csrf, "path": other, "fields": "x=1"})
        assert refused.status_code == 422
    shown = await ada.send("/staff/markdown", body="**bold** <script>alert(1)</script>")
    assert shown.text == "<p><strong>bold</strong> &lt;script&gt;alert(1)&lt;/script&gt;</p>\n"


async def test_a_second_person_approves_what_the_first_has_asked_for(office: Office) -> None:
    ada, grace = await office.person(Role.APPROVER, "ada"), await office.person(Role.APPROVER, "grace")
    said = {"kind": "restriction", "fact-0-says": "ordered"}
    review = f"/staff/incidents/{await drafted(ada, **said)}/review"
    page = await ada.get(review)
    assert "Two people publish this" in words(page)
    asked = await submit(ada, page, review, "publish")
    assert asked.headers["location"] == "/staff/incidents?done=waiting"
    assert "Waiting for a second person" in words(await grace.get("/staff/incidents"))
    again = await ada.get(review)
    assert "Approve and publish" not in words(again)
    assert (await submit(ada, again, review, "approve")).status_code == 422
    seen = await grace.get(review)
    assert "person:ada asked for publication" in words(seen)
    done = await submit(grace, seen, review, "approve")
    assert "done=published" in done.headers["location"]
    assert not (await office.incidents.one(id_in(review))).draft
    assert (await grace.get(review)).status_code == 303


async def test_an_approver_who_looked_at_an_older_text_looks_again(office: Office) -> None:
    ada, grace = await office.person(Role.APPROVER, "ada"), await office.person(Role.APPROVER, "grace")
    incident_id = await drafted(ada, kind="restriction")
    review = f"/staff/incidents/{incident_id}/review"
    await submit(ada, await ada.get(review), review, "publish")
    seen = await grace.get(review)
    edit = f"/staff/incidents/{incident_id}/edit"
    await submit(ada, await ada.get(edit), edit, "save", body="Another text.")
    met = await submit(grace, seen, review, "approve")
    assert met.status_code == 409
    assert "somebody changed it since you looked" in words(met)
    assert "Another text." in met.text
    assert (await office.incidents.one(incident_id)).draft


async def test_an_emergency_is_possible_for_approvers_alone(office: Office) -> None:
    ada, eve = await office.person(Role.APPROVER, "ada"), await office.person(Role.EDITOR, "eve")
    await office.enough_approvers()
    review = f"/staff/incidents/{await drafted(ada, kind='restriction')}/review"
    assert "Emergency" not in words(await eve.get(review))
    assert (await submit(eve, await eve.get(review), review, "override", override="Now")).status_code == 403
    empty = await submit(ada, await ada.get(review), review, "override")
    assert empty.status_code == 422
    done = await submit(ada, empty, review, "override", override="Nobody answers")
    assert done.status_code == 303
    assert not (await office.incidents.one(id_in(review))).draft


async def test_an_update_is_scheduled_and_discarded(office: Office) -> None:
    ada = await office.person(Role.EDITOR, "ada")
    opened = await office.incidents.open(ODD, STAFF)
    new = f"/staff/incidents/{opened.id}/updates/new"
    sent = await submit(ada, await ada.get(new), new, "review", body="Later.", next_in="+2h")
    review = sent.headers["location"]
    wrong = await submit(ada, await ada.get(review), review, "publish", publish_at="one day")
    assert (wrong.status_code, dict(controls(wrong, review))["publish_at"]) == (422, "one day")
    asked = await submit(ada, wrong, review, "publish", publish_at="+1h", quiet="1")
    assert asked.status_code == 303
    [waiting] = (await office.incidents.one(opened.id)).proposals
    assert waiting.review.asked
    assert (waiting.review.asked.quiet, waiting.review.asked.publish_at) == (True, office.clock() + timedelta(hours=1))
    assert "Public 12 Jun" in words(await ada.get(f"/staff/incidents/{opened.id}"))
    await submit(ada, await ada.get(review), review, "withdraw")
    assert (await office.incidents.one(opened.id)).proposals == ()


async def test_a_partial_lift_narrows_the_story_to_one_class(office: Office) -> None:
    ada = await office.person(Role.EDITOR, "ada")
    opened = await office.incidents.open(SUSPENDED, STAFF)
    new = f"/staff/incidents/{opened.id}/updates/new"
    page = await ada.get(f"{new}?as=lift")
    assert "What the checks say" in words(page)
    sent = await submit(
        ada, page, new, "review", body="Lifted for US persons.", rescoped="1",
        **{"fact-0-user_classes": [HOME], "scope-0-models": [HAIKU], "scope-0-user_classes": [ABROAD]},
    )  # fmt: skip
    review = sent.headers["location"]
    await submit(ada, await ada.get(review), review, "publish")
    found = await office.incidents.one(opened.id)
    assert found.declarations[-1].scope == (ScopeRow((HAIKU,), (), (HOME,)),)
    assert found.scope == (ScopeRow((HAIKU,), (), (ABROAD,)),)


async def test_the_end_asks_what_the_checks_say(office: Office) -> None:
    ada = await office.person(Role.EDITOR, "ada")
    [directive] = [one for one in await office.incidents.all() if one.kind is Kind.RESTRICTION]
    new = f"/staff/incidents/{directive.id}/updates/new"
    page = await ada.get(f"{new}?as=end")
    assert "do not answer yet" in words(page)
    asked = await submit(ada, page, new, "review")
    assert asked.status_code == 422
    assert "Resolve it all the same" in words(asked)
    sent = await submit(ada, asked, new, "review", despite="1")
    review = sent.headers["location"]
    await submit(ada, await ada.get(review), review, "publish")
    assert (await office.incidents.one(directive.id)).stage is Stage.RESOLVED
    page = await ada.get(f"{new}?as=postmortem")
    assert "What happened" in dict(controls(page, new))["body"]
    sent = await submit(ada, page, new, "review")
    await submit(ada, await ada.get(sent.headers["location"]), sent.headers["location"], "publish")
    assert (await office.incidents.one(directive.id)).stage is Stage.POSTMORTEM


async def test_a_correction_is_public_with_what_it_said_before(office: Office) -> None:
    ada, grace = await office.person(Role.EDITOR, "ada"), await office.person(Role.EDITOR, "grace")
    opened = await office.incidents.open(ODD, STAFF)
    edit = f"/staff/incidents/{opened.id}/updates/{opened.updates[0].id}/edit"
    first, second = await ada.get(edit), await grace.get(edit)
    assert (await submit(ada, first, edit, "correct", body="We looked.")).status_code == 303
    met = await submit(grace, second, edit, "correct", body="We look again.")
    assert met.status_code == 409
    assert dict(controls(met, edit))["body"] == "We look again."
    assert "We looked." in met.text
    await office.publish()
    public = await office.client().get(f"/incidents/{opened.id}")
    assert "<del>look</del><ins>looked</ins>" in public.text
    title = f"/staff/incidents/{opened.id}/title"
    page = await ada.get(f"/staff/incidents/{opened.id}")
    assert (await submit(ada, page, title, "", title=" ")).status_code == 422
    assert (await submit(ada, page, title, "", title="Something was odd")).status_code == 303
    assert (await submit(ada, page, title, "", title="Another")).status_code == 409


async def test_the_history_says_who_changed_what(office: Office) -> None:
    ada = await office.person(Role.EDITOR, "ada")
    opened = await office.incidents.open(ODD, STAFF)
    await office.incidents.note(opened.id, f"Private {HOSTILE}", STAFF)
    await office.incidents.update(opened.id, Continuation("More.", draft=True), STAFF)
    page = await ada.get(f"/staff/incidents/{opened.id}/history")
    seen = words(page)
    assert "Who changed what" in seen
    assert "revision 3" in seen
    assert "<ins>terminal:staff: Private &lt;script&gt;" in page.text
    assert "<script>alert(1)" not in page.text


async def test_an_answer_is_linked_with_one_click(office: Office) -> None:
    ada = await office.person(Role.EDITOR, "ada")
    opened = await office.incidents.open(replace(SUSPENDED, scope=(ScopeRow(models=(OPUS,)),)), STAFF)
    links = f"/staff/incidents/{opened.id}/links"
    page = await ada.get(f"/staff/incidents/{opened.id}")
    assert "Link: it is this restriction" in words(page)
    assert (await submit(ada, page, links, "link")).status_code == 303
    [link] = (await office.incidents.one(opened.id)).links
    assert link.provider == VENDOR
    again = await ada.get(f"/staff/incidents/{opened.id}")
    assert (await submit(ada, again, links, "unlink")).status_code == 303
    assert (await office.incidents.one(opened.id)).links == ()


async def test_hostile_words_are_words_on_every_page(office: Office) -> None:
    ada = await office.person(Role.EDITOR, "ada")
    said = {
        "kind": "restriction", "title": HOSTILE, "body": HOSTILE, "fact-0-says": "ordered",
        "fact-0-authority": HOSTILE, "fact-0-basis": HOSTILE, "fact-0-source": "javascript:alert(1)",
    }  # fmt: skip
    review = f"/staff/incidents/{await drafted(ada, **said)}/review"
    await submit(ada, await ada.get(review), review, "publish")
    incident_id = id_in(review)
    await ada.send(f"/staff/incidents/{incident_id}/notes", body=HOSTILE)
    for path in ("", "/history", "/updates/new", "/updates/new?as=lift", "/updates/new?as=end"):
        page = await ada.get(f"/staff/incidents/{incident_id}{path}")
        assert page.status_code == 200, path
        assert "<script>alert(1)" not in page.text
        assert "<img src=x" not in page.text
        assert 'href="javascript:' not in page.text
        assert "49" not in words(page).replace("7*7", "")[:0]
    assert "<script>alert(1)" not in (await ada.get("/staff/incidents")).text


async def test_staff_vouch_for_cells_and_make_a_class_by_form(office: Office) -> None:
    ada = await office.person(Role.EDITOR, "ada")
    attest, made = "/staff/attestations/new", "/staff/user-classes/new"
    page = await ada.get(f"{attest}?cell={FABLE}@claude-api/{PARTNERS}")
    assert dict(controls(page, attest))["scope-0-user_classes"] == PARTNERS
    whole = dict(controls(await ada.get(f"{attest}?cell=*/{PARTNERS}"), attest))
    assert whole["scope-0-user_classes"] == PARTNERS
    assert "scope-0-models" not in whole
    assert (await submit(ada, page, attest, "", until="never")).status_code == 422
    assert (await submit(ada, page, attest, "")).status_code == 303
    page = await ada.get(made)
    assert (await submit(ada, page, made, "", id="No Spaces", name="N")).status_code == 422
    assert (await submit(ada, page, made, "", id="journalists", name="Journalists")).status_code == 303
    again = await submit(ada, page, made, "", id="journalists", name="Again")
    assert again.status_code == 422
    assert dict(controls(again, made))["name"] == "Again"


@pytest.mark.parametrize("path", ["edit", "updates/new", "updates/upd_none/edit", "updates/upd_none/review", "review"])
async def test_what_is_not_there_says_so(office: Office, path: str) -> None:
    ada = await office.person(Role.EDITOR, "ada")
    assert (await ada.get(f"/staff/incidents/inc_nothing/{path}")).status_code == 404
    opened = await office.incidents.open(ODD, STAFF)
    answer = await ada.get(f"/staff/incidents/{opened.id}/{path}")
    assert answer.status_code in (200, 303, 404, 422)


async def test_a_viewer_looks_and_writes_nothing(office: Office) -> None:
    vic, ada = await office.person(Role.VIEWER, "vic"), await office.person(Role.EDITOR, "ada")
    review = f"/staff/incidents/{await drafted(ada)}/review"
    page = await vic.get(review)
    assert page.status_code == 200
    assert (await submit(vic, page, review, "publish")).status_code == 403
    assert (await vic.get(NEW)).status_code == 403
    assert (await vic.post("/staff/sheets", {"csrf": vic.csrf, "path": NEW, "fields": "x=1"})).status_code == 403
