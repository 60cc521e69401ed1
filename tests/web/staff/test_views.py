"""The desk, webhooks, checks and configuration: what needs somebody is there, what is secret is not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checks.target import Credential
from statuspage.core.alert import AlertKind
from statuspage.core.availability import Disagreement
from statuspage.core.delivery import Failure, Outcome
from statuspage.core.settings import ClassCredential, Model, Offering, Provider, Settings
from statuspage.core.staff import Role
from statuspage.core.subscription import Filters, Format
from statuspage.site.configuration import in_force
from tests.staff import STAFF
from tests.web.staff.front import Front, words

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'{{7*7}}"


def harmless(page: str) -> bool:
    """Whether hostile text is on a page as text alone."""
    return "<script>alert" not in page and "<img src=x" not in page and 'onerror=alert(2)>"' not in page


async def test_a_calm_desk(front: Front) -> None:
    page = await (await front.person(Role.VIEWER)).get("/staff")
    assert "Nothing needs a person." in words(page)
    assert front.snapshot.summary.headline in words(page)


async def test_a_desk_with_everything_on_it(front: Front) -> None:
    first = front.snapshot.cells[0]
    cells = (replace(first, disagreement=Disagreement.UNEXPLAINED, incident=None), *front.snapshot.cells[1:])
    front.snapshot = replace(front.snapshot, cells=cells)
    await front.fingerprint("cloud", HOSTILE)
    await front.alert(AlertKind.CREDENTIAL, "cloud/us", HOSTILE)
    page = await (await front.person(Role.VIEWER)).get("/staff")
    said = words(page)
    assert "3 things need a person." in said
    order = [said.index(one) for one in ("Restricted, unexplained", "An answer that no rule knows", "Our checks")]
    assert order == sorted(order)
    assert HOSTILE in page.text.replace("&lt;", "<").replace("&gt;", ">").replace("&#34;", '"').replace("&#39;", "'")
    assert harmless(page.text)


async def test_webhooks_show_their_host_and_never_their_secrets(front: Front) -> None:
    url = "https://user:pass-secret@hooks.example/path-secret?key=query-secret"
    added = await front.subscriptions.add(url, STAFF, Filters(models=(HOSTILE,)))
    chat = await front.subscriptions.add("slack://chat-secret/more-secret", STAFF, shape=Format.CHAT)
    viewer = await front.person(Role.VIEWER)
    for path in ("", f"/{added.subscription.id}", f"/{chat.subscription.id}"):
        page = await viewer.get(f"/staff/subscriptions{path}")
        assert page.status_code == 200
        assert "secret" not in page.text.replace("may be secret", "")
        assert added.secret not in page.text
        assert harmless(page.text)
    assert "hooks.example" in (await viewer.get("/staff/subscriptions")).text


async def test_an_operator_tests_disables_enables_resends_and_recovers(front: Front) -> None:
    editor = await front.person(Role.EDITOR)
    one = (await front.subscriptions.add("https://hooks.example/", STAFF)).subscription
    [delivery] = await front.owe(one)
    path = f"/staff/subscriptions/{one.id}"
    said = HOSTILE.encode() + b" Authorization: Bearer sk-ant-api03-secret-secret-secret"
    front.sender.answers = (Outcome(500, Failure.STATUS, 0.5, excerpt=said),)
    tested = await editor.send(path, do="test")
    assert "Not taken" in words(tested)
    assert harmless(tested.text)
    assert "secret-secret" not in tested.text
    resent = await editor.send(f"{path}/deliveries/{delivery.id}/resend")
    assert resent.status_code == 200
    assert harmless((await editor.get(path)).text)
    assert "secret-secret" not in (await editor.get(path)).text
    assert "deliveries are owed again" in words(await editor.send(path, do="recover", since="2026-01-01T00:00Z"))
    assert (await editor.send(path, do="recover", since="<never>")).status_code == 422
    assert (await editor.send(path, do="disable")).headers["location"] == path
    assert "disabled" in words(await editor.get(path))
    assert (await editor.send(path, do="enable")).headers["location"] == path
    assert (await editor.send(path, do="explode")).status_code == 422
    assert (await editor.get("/staff/subscriptions/sub_none")).status_code == 404


async def test_a_viewer_is_offered_nothing_to_do(front: Front) -> None:
    one = (await front.subscriptions.add("https://hooks.example/", STAFF)).subscription
    page = await (await front.person(Role.VIEWER)).get(f"/staff/subscriptions/{one.id}")
    assert "Send a test" not in page.text
    for name in ("People", "Tokens", "Audit"):
        assert name not in words(page)


def secretive() -> Settings:
    """Settings with a secret wherever one may be, and hostile names."""
    credential = Credential("cloud/us", "key-secret", egress="http://user:proxy-secret@proxy.internal:3128")
    url = "https://user:url-secret@api.example/v1?key=query-secret"
    held = {"us": ClassCredential(credential, "DE", 20.0)}
    provider = Provider("cloud", HOSTILE, "openai", url, held, (HOSTILE,), url)
    base = Settings()
    model = Model("fable", HOSTILE, (Offering("cloud", HOSTILE, primary=True),))
    return replace(
        base,
        store_url="postgresql://user:store-secret@db/x",
        heartbeat_url="https://beat.example/beat-secret",
        providers=(provider,),
        models=(model,),
        site=replace(base.site, name=HOSTILE),
    )


async def test_the_configuration_shows_what_is_in_force_and_nothing_secret(front: Front) -> None:
    front.overview.settings = secretive()
    viewer = await front.person(Role.VIEWER)
    page = await viewer.get("/staff/configuration")
    assert page.status_code == 200
    assert "api.example/v1" in page.text
    assert "through a proxy, from DE, at most 20.00 USD a month" in words(page)
    assert "secret" not in page.text.replace("may be secret", "")
    assert harmless(page.text)
    assert "secret" not in str(in_force(secretive()))


async def test_checks_say_what_was_seen_and_what_was_spent(front: Front) -> None:
    front.overview.settings = secretive()
    async with front.store.writing() as tx:
        await tx.set_note(f"spend {front.clock():%Y-%m} cloud/us", "19.9999")
    await front.alert(AlertKind.CAP, "cloud/us", HOSTILE)
    page = await (await front.person(Role.VIEWER)).get("/staff/checks")
    assert page.status_code == 200
    assert "19.9999" in page.text
    assert "secret" not in page.text
    assert harmless(page.text)


@pytest.mark.parametrize("path", ["/staff", "/staff/subscriptions", "/staff/checks", "/staff/configuration"])
async def test_a_new_installation_has_nothing_to_show_and_shows_that(front: Front, path: str) -> None:
    assert (await (await front.person(Role.VIEWER)).get(path)).status_code == 200


async def test_hostile_words_of_people_stay_words(front: Front) -> None:
    admin = await front.person(Role.ADMIN)
    answer = await admin.client.post(
        "/staff/sign-in",
        data={"name": "admin", "password": "a long sentence of mine"},
        headers={"user-agent": HOSTILE, "sec-fetch-site": "same-origin"},
    )
    assert answer.status_code == 303
    for path in ("/staff/account", "/staff/audit"):
        assert harmless((await admin.get(path)).text)
    for path, said in (
        ("/staff/people", {"name": HOSTILE, "role": "editor"}),
        ("/staff/people", {"name": "x", "role": HOSTILE}),
        ("/staff/tokens", {"name": HOSTILE, "scope": [HOSTILE, "view"], "days": "90"}),
        ("/staff/tokens", {"name": "x", "scope": "view", "days": HOSTILE}),
        (f"/staff/people/{HOSTILE.replace('/', '')}", {"do": "disable"}),
    ):
        answer = await admin.send(path, **said)
        assert answer.status_code in (404, 422), path
        assert harmless(answer.text), path
    for path in (f"/staff/audit?actor={HOSTILE}", "/staff/audit?subject=%00%ff", f"/staff/audit?{HOSTILE}=1"):
        assert harmless((await admin.get(path)).text)
    assert harmless((await front.browser().sign_in(HOSTILE, HOSTILE, next=HOSTILE, kept=HOSTILE)).text)
