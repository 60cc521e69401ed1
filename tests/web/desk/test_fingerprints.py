"""The page of one answer that no rule knows: from the desk in one click, and to a decision in another."""

from __future__ import annotations

from statuspage.core.incident import Kind, Says, ScopeRow
from statuspage.core.staff import Role
from statuspage.ports import Fingerprint
from statuspage.services.incidents import Opening, Statement
from tests.house import OPUS, VENDOR
from tests.staff import STAFF
from tests.web.desk.office import Office, submit
from tests.web.staff.front import words

RESTRICTION = Opening(
    Kind.RESTRICTION, "Suspended", "Ordered.", (ScopeRow(models=(OPUS,)),), (Statement(Says.ORDERED),)
)


async def seen(office: Office) -> str:
    """The path of what Opus answers now, noted as an answer that no rule knows."""
    evidence = next(
        one.evidence for one in office.snapshot.cells if one.key.model == OPUS and one.key.provider == VENDOR
    )
    assert evidence
    assert evidence.fingerprint
    at = office.clock()
    async with office.store.writing() as tx:
        await tx.see_fingerprint(Fingerprint(evidence.fingerprint, VENDOR, at, at, 1, evidence.excerpt, 500))
    return f"/staff/fingerprints/{VENDOR}/{evidence.fingerprint}"


async def test_it_says_what_was_answered_where_since_when_and_how_often(office: Office) -> None:
    vic, path = await office.person(Role.VIEWER, "vic"), await seen(office)
    page = words(await vic.get(path))
    for said in (
        "Claude API answers 500",
        "No rule knows it",
        "1 time",
        "Claude Opus 4.8",
        "statuspage classify",
        "--status 500",
    ):
        assert said in page
    assert "Changes that rest on it" in page
    assert "It is nothing</button>" not in (await vic.get(path)).text
    listed = await vic.get("/staff/fingerprints")
    assert path in listed.text
    assert "1 waits for a decision" in words(listed).replace("One", "1")
    assert (await vic.get(f"/staff/fingerprints/{VENDOR}/none")).status_code == 404


async def test_one_click_links_it_to_a_restriction_and_one_takes_that_back(office: Office) -> None:
    ada, path = await office.person(Role.EDITOR, "ada"), await seen(office)
    story = await office.incidents.open(RESTRICTION, STAFF)
    page, links = await ada.get(path), f"/staff/incidents/{story.id}/links"
    assert (await submit(ada, page, links, "link")).status_code == 303
    linked = await ada.get(path)
    assert "It is linked" in words(linked)
    assert (await submit(ada, linked, links, "unlink")).status_code == 303
    assert "nobody has decided" in words(await ada.get(path))


async def test_it_is_nothing_or_the_beginning_of_a_restriction(office: Office) -> None:
    ada, path = await office.person(Role.EDITOR, "ada"), await seen(office)
    page = await ada.get(path)
    begin = page.text.partition(">Open a restriction for it")[0].rpartition('href="')[2].rstrip('"')
    assert (await ada.get(begin.replace("&amp;", "&"))).status_code == 200
    assert (await submit(ada, page, path, "settle", why="Their own bug")).headers["location"] == path
    assert "Their own bug" in words(await ada.get(path))
    assert (await submit(ada, await ada.get(path), path, "explode")).status_code == 422
    assert (await submit(ada, await ada.get(path), path, "reopen")).status_code == 303
    assert "nobody has decided" in words(await ada.get(path))


async def test_programs_do_the_same(office: Office) -> None:
    program, path = await office.program(), f"/api/v1{await seen(office)}"
    [listed] = (await program.get("/api/v1/staff/fingerprints")).json()["fingerprints"]
    assert listed == (await program.get(path)).json()
    assert (listed["open"], listed["count"], [one["model"] for one in listed["cells"]][:1]) == (True, 1, [OPUS])
    settled = (await program.post(f"{path}/settle", json={"why": "Nothing"})).json()
    assert (settled["open"], settled["settled"]["why"]) == (False, "Nothing")
    assert (await program.request("DELETE", f"{path}/settle")).json()["open"]
    assert (await program.get(f"{path}0")).status_code == 404
    assert (await program.post(f"{path}/settle", json={"why": 1})).status_code == 422
