"""A world in which everybody who can write wrote markup; every page of it, as the application answers them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from statuspage.core import atlassian
from statuspage.core.alert import AlertKind
from statuspage.core.delivery import Failure, Outcome
from statuspage.core.event import rfc3339
from statuspage.core.incident import Kind, Says, ScopeRow
from statuspage.core.settings import Expectation, Remedy, Settings, Site, UserClass
from statuspage.core.snapshot import CellView
from statuspage.core.staff import Actor, ActorKind, Role
from statuspage.core.subscription import Filters
from statuspage.ports import Fingerprint, Store
from statuspage.services.importing import Imports
from statuspage.services.incidents import Continuation, Opening, Statement
from statuspage.site.publish import render_site
from tests import atlassian as theirs
from tests.house import ABROAD, FABLE, HAIKU, OPUS, PARTNERS, VENDOR, House, house_over
from tests.staff import STAFF
from tests.web.staff.front import Browser, Front

MARK = "zqx"
EVIL = (
    """zqx"'><zqx zqx=1 onclick=zqx()><script>zqx()</script><img src=x onerror=zqx()></textarea></title></select>"""
    """<svg onload=zqx()>--><!--{{7*7}}${7*7}"""
)
PROSE = f"""{EVIL}

<zqx onclick=zqx()>block</zqx> <javascript:zqx()> [a](javascript:zqx()) [b](data:text/html,zqx "zqx' onclick='zqx()")
![i](https://zqx.example/zqx.png) [c][zqx] ` {EVIL} ` https://zqx.example/"onmouseover=zqx()

[zqx]: vbscript:zqx() "zqx"

```zqx" onclick=zqx()
{EVIL}
```

| {EVIL.replace("|", "")} | zqx |
|---|---|
| <zqx zqx> | [d](JaVaScRiPt:zqx()) |
"""
SCRIPT = "javascript:zqx()"
WHO = Actor(ActorKind.PERSON, "per_zqx", EVIL, Role.ADMIN)
"""Nobody can have this name; if somebody had, it would be a name."""

Answers = dict[str, str]
"""Pages by what was asked for."""


def hostile_settings(settings: Settings) -> Settings:
    """The same catalogue, named by somebody who means ill."""
    remedy = Remedy("user", EVIL, SCRIPT)
    classes = [
        replace(one, name=f"{one.id} {EVIL}", description=EVIL, observed_as=EVIL) for one in settings.user_classes
    ]
    models = [
        replace(one, name=f"{one.id} {EVIL}", family=EVIL, expect=(Expectation((ABROAD,), remedy=remedy),))
        for one in settings.models
    ]
    providers = [replace(one, name=f"{one.id} {EVIL}") for one in settings.providers]
    site = Site(EVIL, settings.site.url, EVIL, contact=SCRIPT)
    return replace(settings, site=site, user_classes=tuple(classes), models=tuple(models), providers=tuple(providers))


async def played(house: House) -> dict[str, str]:
    """Everything is written that can be; the ids that paths need."""
    fact = Statement(Says.ORDERED, authority=EVIL, basis=EVIL, source=SCRIPT)
    claim = replace(fact, says=Says.ANNOUNCED, source=f"https://zqx.example/{EVIL}")
    opening = Opening(Kind.RESTRICTION, EVIL[:200], PROSE, (ScopeRow(models=(FABLE,)),), (fact, claim))
    public = await house.incidents.open(opening, WHO)
    await house.incidents.edit(public.id, public.updates[0].id, f"{PROSE} zqx", WHO)
    await house.incidents.retitle(public.id, f"{EVIL[:190]} zqx", WHO)
    await house.incidents.note(public.id, PROSE, WHO)
    await house.incidents.link(public.id, VENDOR, EVIL[:200], WHO)
    waiting = await house.incidents.update(public.id, Continuation(PROSE, statements=(fact,), draft=True), WHO)
    draft = await house.incidents.open(replace(opening, draft=True), WHO)
    await house.incidents.note(draft.id, PROSE, WHO)
    over = await house.incidents.open(Opening(Kind.INCIDENT, EVIL[:200], PROSE, (ScopeRow(models=(OPUS,)),)), WHO)
    await house.incidents.resolve(over.id, PROSE, WHO)
    until = house.clock() + timedelta(hours=2)
    await house.attestations.add_class(UserClass("zqx-class", EVIL[:150], EVIL), WHO)
    scope = ScopeRow(user_classes=(PARTNERS,))
    await house.attestations.attest(scope, available=True, until=until, source=EVIL, actor=WHO)
    given: Any = theirs.document()
    given["incidents"] = [_named(one) for one in given["incidents"][:3]]
    given["scheduled_maintenances"] = []
    await Imports(house.store, house.settings, house.clock).incidents(atlassian.read(given, house.clock()).found, WHO)
    return {"incident_id": public.id, "update_id": waiting.proposals[0].id, "draft": draft.id, "over": over.id}


def _named(one: dict[str, Any]) -> dict[str, Any]:
    return {
        **one,
        "name": EVIL[:200],
        "incident_updates": [{**each, "body": PROSE} for each in one["incident_updates"]],
    }


def refused(cell: CellView) -> CellView:
    """A cell with the worst that a provider can answer."""
    if cell.evidence is None:
        return cell
    said = replace(cell.evidence, excerpt=EVIL, error_type=EVIL, error_code=EVIL, fingerprint="f" * 16, rule=EVIL)
    return replace(cell, evidence=said)


async def answers(store: Store) -> Answers:
    """Every page of this world: the public ones, those of the past, those of staff, and their refusals."""
    async with house_over(store) as house:
        house.configure(hostile_settings(house.settings))
        await house.calm()
        house.do("restrict", model=FABLE)
        house.do("answer", model=HAIKU, provider=VENDOR, signal="lit-dead")
        await house.settle()
        ids = await played(house)
        snapshot = await house.queries.snapshot()
        snapshot = replace(snapshot, cells=tuple(refused(one) for one in snapshot.cells))
        front = Front(store, snapshot, settings=house.settings)
        front.clock.at = house.clock()
        try:
            return await _public(front) | await _staff(front, ids)
        finally:
            front.door.passwords.close()


async def _public(front: Front) -> Answers:
    pages = {
        path: page.body.decode()
        for path, page in render_site(front.snapshot).items()
        if page.content_type.startswith("text/html")
    }
    stranger = front.browser()
    past = [f"/at/{rfc3339(front.clock())}", *(f"/events/{one.id}" for one in front.snapshot.recent_events)]
    found = {path: (await stranger.get(path)).text for path in [*past, f"/{EVIL}", f"/models/{EVIL}", f"/at/{EVIL}"]}
    found["a paste"] = (await stranger.post("/is-it-me", {"text": EVIL, "provider": EVIL, "status": EVIL})).text
    for path in ("/staff/sign-in?next=/staff/zqx", f"/staff/sign-in?next={SCRIPT}", "/staff/incidents/new?x=<zqx>"):
        found[path] = (await stranger.get(path)).text
    said = {"name": EVIL, "password": EVIL, "next": f"/staff/{EVIL}", "kept": EVIL}
    found["a refused sign-in"] = (await stranger.post("/staff/sign-in", said)).text
    found["a session that has ended"] = (await stranger.post("/staff/incidents/new", {"title": EVIL, EVIL: EVIL})).text
    return pages | found


async def _staff(front: Front, ids: dict[str, str]) -> Answers:
    await front.door.people.add("eve", Role.EDITOR, WHO)
    await front.door.tokens.create("robot", ["view"], front.clock() + timedelta(days=1), replace(STAFF, name=EVIL))
    await front.alert(AlertKind.CREDENTIAL, EVIL, EVIL)
    seen = Fingerprint("f" * 16, VENDOR, front.clock(), front.clock(), 1, EVIL, 500)
    async with front.store.writing() as tx:
        await tx.see_fingerprint(seen)
    hook = (await front.subscriptions.add("https://hooks.example/", STAFF, Filters(models=(EVIL,)))).subscription
    await front.owe(hook)
    front.sender.answers = (Outcome(500, Failure.STATUS, 0.5, excerpt=EVIL.encode(), detail=EVIL),)
    ada = await front.person(Role.ADMIN, "ada")
    ids |= {"subscription_id": hook.id, "provider": VENDOR, "fingerprint": "f" * 16}
    found = {path: (await ada.get(path)).text for path in _paths(front, ids)}
    return found | await _posted(ada, ids)


def _paths(front: Front, ids: dict[str, str]) -> list[str]:
    tables = [rule.path for rule in front.area.page_rules() if "GET" in rule.methods]
    one, cell = f"/staff/incidents/{ids['incident_id']}", f"{FABLE}@{VENDOR}/{ABROAD}"
    more = [
        *(f"{one}/updates/new?as={purpose}" for purpose in ("lift", "end", "postmortem")),
        *(f"/staff/incidents/{ids['draft']}/{page}" for page in ("edit", "review", "history")),
        *(
            f"/staff/incidents/new?{query}"
            for query in ("kind=maintenance", f"cell={cell}", f"cell={EVIL}", f"kind={EVIL}")
        ),
        *("/staff/incidents?done=" + EVIL, f"/staff/audit?actor={EVIL}", f"/staff/audit?{EVIL}=1"),
        *(f"/staff/attestations/new?cell={EVIL}", f"/staff/incidents/{EVIL}", f"/staff/subscriptions/{EVIL}"),
        *(f"/staff/fingerprints/{EVIL}/{EVIL}", f"{one}/updates/{EVIL}/edit", f"/staff/incidents/{ids['over']}"),
    ]
    return [path.format_map(ids) for path in tables] + more


async def _posted(ada: Browser, ids: dict[str, str]) -> Answers:
    """What forms answer to markup in every field: what was typed comes back, as text."""
    one, draft = f"/staff/incidents/{ids['incident_id']}", f"/staff/incidents/{ids['draft']}"
    fields = ("title", "body", "started_at", "next_at", "scheduled_for", "scope-0-from", "scope-0-until", "next_in")
    facts = ("authority", "basis", "source", "announced_at", "from", "until", "says")
    story = {**dict.fromkeys(fields, EVIL), **{f"fact-0-{name}": EVIL for name in facts}, "scope-0-models": EVIL}
    sheet = {"path": "/staff/incidents/new", "fields": f"title={EVIL}&body={EVIL}&{EVIL}={EVIL}"}
    await ada.post("/staff/sheets", {"csrf": ada.csrf, **sheet})
    sent: list[tuple[str, dict[str, str]]] = [
        ("/staff/incidents/new", {**story, "do": "review"}),
        ("/staff/incidents/new", {**story, "do": "wording", "wording": EVIL}),
        ("/staff/incidents/new", {**story, "do": EVIL, "kind": EVIL, "incident_id": EVIL, "base_rev": EVIL}),
        (f"{draft}/edit", {**story, "do": "save", "title": "T", "base_rev": "1"}),
        (f"{draft}/edit", {"do": "save", "title": EVIL, "body": PROSE, "kind": "restriction", "base_rev": "1"}),
        (f"{one}/updates/new", {**story, "do": "review", "as": EVIL, "base_rev": "1"}),
        (f"{one}/updates/new", {"do": "save", "body": PROSE, "as": "update", "base_rev": "1"}),
        (f"{draft}/review", {"do": EVIL, "publish_at": EVIL, "override": EVIL}),
        (f"{draft}/review", {"do": "publish", "publish_at": EVIL}),
        (f"{one}/title", {"title": EVIL * 3, "base_rev": "1"}),
        (f"{one}/notes", {"body": ""}),
        (f"{one}/links", {"do": "link", "provider": EVIL, "fingerprint": EVIL}),
        ("/staff/markdown", {"body": PROSE}),
        ("/staff/people", {"name": EVIL, "role": EVIL}),
        ("/staff/people/ada", {"do": EVIL, "role": EVIL}),
        ("/staff/tokens", {"name": EVIL, "scope": EVIL, "days": "7"}),
        ("/staff/account/password", {"old": EVIL, "password": EVIL, "again": "x"}),
        ("/staff/attestations/new", {"until": EVIL, "source": EVIL, "availability": EVIL, "scope-0-models": EVIL}),
        ("/staff/user-classes/new", {"id": EVIL, "name": EVIL, "description": EVIL}),
        (f"/staff/subscriptions/{ids['subscription_id']}", {"do": "test"}),
        (f"/staff/subscriptions/{ids['subscription_id']}", {"do": "recover", "since": EVIL}),
        (f"/staff/fingerprints/{VENDOR}/{'f' * 16}", {"do": EVIL}),
        (f"/staff/fingerprints/{VENDOR}/{'f' * 16}", {"do": "settle", "why": EVIL}),
    ]
    found = {}
    for number, (path, said) in enumerate(sent):
        answer = await ada.send(path, **said)
        assert answer.status_code < 500, (path, answer.text)
        found[f"POST {number} {path}"] = answer.text
    for path in (
        "/staff/incidents/new",
        f"/staff/fingerprints/{VENDOR}/{'f' * 16}",
        f"{draft}/edit",
        "/staff/fingerprints",
    ):
        found[f"{path} afterwards"] = (await ada.get(path)).text
    found["the log afterwards"] = (await ada.get("/staff/audit")).text
    found["the webhook afterwards"] = (await ada.get(f"/staff/subscriptions/{ids['subscription_id']}")).text
    return found
