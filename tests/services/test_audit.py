"""Every verb of staff is on the record, in its own transaction, and refused to those who may not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from statuspage.core.audit import Entry
from statuspage.core.incident import Kind, ScopeRow
from statuspage.core.settings import UserClass
from statuspage.core.staff import Actor
from statuspage.errors import Forbidden, NotFound
from statuspage.ports.access import AuditQuery
from statuspage.services.audit import AuditLog
from statuspage.services.incidents import Continuation, Opening
from tests.house import FABLE, PARTNERS, VENDOR, House
from tests.staff import ADMIN, APPROVER, EDITOR, VIEWER

Verb = Callable[[House, Actor, str], Awaitable[object]]

RESTRICTION = Opening(Kind.RESTRICTION, "Order", "Ordered.", (ScopeRow(models=(FABLE,)),), draft=True)
PARTNER_CELLS = ScopeRow(user_classes=(PARTNERS,))

VERBS: dict[str, tuple[Verb, Actor, Actor | None]] = {
    "incident.open": (lambda h, who, _: h.incidents.open(Opening(Kind.NOTICE, "News"), who), EDITOR, VIEWER),
    "incident.update": (lambda h, who, i: h.incidents.update(i, Continuation("More."), who), EDITOR, VIEWER),
    "incident.note": (lambda h, who, i: h.incidents.note(i, "private", who), EDITOR, VIEWER),
    "incident.publish": (lambda h, who, i: h.incidents.publish(i, who), APPROVER, VIEWER),
    "incident.link": (lambda h, who, i: h.incidents.link(i, VENDOR, "f" * 16, who), EDITOR, VIEWER),
    "incident.rewrite": (lambda h, who, i: h.incidents.rewrite(i, RESTRICTION, who), EDITOR, VIEWER),
    "incident.approve": (lambda h, who, i: h.incidents.approve(i, who), APPROVER, EDITOR),
    "incident.withdraw": (lambda h, who, i: h.incidents.withdraw(i, who), EDITOR, VIEWER),
    "incident.retitle": (lambda h, who, i: h.incidents.retitle(i, "Better", who), EDITOR, VIEWER),
    "incident.unlink": (lambda h, who, i: h.incidents.unlink(i, VENDOR, "f" * 16, who), EDITOR, VIEWER),
    "attestation.add": (
        lambda h, who, _: h.attestations.attest(
            PARTNER_CELLS, available=True, until=h.clock() + timedelta(days=1), source=None, actor=who
        ),
        EDITOR,
        VIEWER,
    ),
    "user-class.add": (lambda h, who, _: h.attestations.add_class(UserClass("new", "New"), who), EDITOR, VIEWER),
    "subscription.add": (lambda h, who, _: h.subscriptions.add("https://a.example/", who), ADMIN, APPROVER),
}
OPERATING: dict[str, Verb] = {
    "subscription.disable": lambda h, who, s: h.subscriptions.disable(s, who),
    "subscription.enable": lambda h, who, s: h.subscriptions.enable(s, who),
    "subscription.recover": lambda h, who, s: h.subscriptions.recover(s, h.clock() - timedelta(days=1), who),
}


async def log(house: House) -> list[Entry]:
    return await AuditLog(house.store).entries(ADMIN, AuditQuery())


@pytest.mark.parametrize("action", VERBS)
async def test_a_verb_is_on_the_record(calm: House, action: str) -> None:
    verb, may, may_not = VERBS[action]
    drafted = await calm.incidents.open(RESTRICTION, EDITOR)
    if may_not is not None:
        with pytest.raises(Forbidden):
            await verb(calm, may_not, drafted.id)
    assert len(await log(calm)) == 1
    await verb(calm, may, drafted.id)
    newest = (await log(calm))[0].deed
    assert (newest.action, newest.actor, newest.at) == (action, may.label, calm.clock())


@pytest.mark.parametrize("action", OPERATING)
async def test_what_operators_do_is_on_the_record(calm: House, action: str) -> None:
    mine = await calm.subscribe()
    with pytest.raises(Forbidden):
        await OPERATING[action](calm, VIEWER, mine.id)
    await OPERATING[action](calm, EDITOR, mine.id)
    newest = (await log(calm))[0].deed
    assert (newest.action, newest.subject, newest.actor) == (action, mine.id, EDITOR.label)


async def test_what_fails_is_not_on_the_record(calm: House) -> None:
    with pytest.raises(NotFound):
        await calm.incidents.update("inc_none", Continuation("More."), EDITOR)
    assert await log(calm) == []


async def test_the_record_repeats_no_text_and_no_secret(calm: House) -> None:
    await calm.incidents.open(RESTRICTION, EDITOR)
    await calm.subscriptions.add("https://hooks.example/path-secret?token=query-secret", ADMIN)
    text = "".join(one.text for one in await log(calm))
    assert "Order" not in text
    assert "secret" not in text


async def test_only_admins_read_it(calm: House) -> None:
    with pytest.raises(Forbidden, match="admin"):
        await AuditLog(calm.store).entries(APPROVER, AuditQuery())
