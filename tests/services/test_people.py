"""People, their passwords and sessions, and the tokens of programs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from statuspage.core.person import TEMPORARY_FOR
from statuspage.core.session import IDLE, LONGEST, hash_of
from statuspage.core.staff import CLOCK, Action, Role, allowed
from statuspage.demo.story import MovedClock
from statuspage.errors import Conflict, Forbidden, Invalid, NotFound, TooSoon, Unauthorized
from statuspage.ports.access import AuditQuery
from statuspage.runtime.passwords import MOST_WAITING, RFC_9106, Argon2Passwords
from statuspage.services.sign_in import ENDED, WRONG
from statuspage.store.database import Database
from tests.house import START
from tests.passwords import PASSWORD, QUICK, Door
from tests.staff import ADMIN, APPROVER, STAFF


@pytest.fixture
async def door(store: Database) -> AsyncIterator[Door]:
    """An admin ada, an editor bob."""
    made = Door(store, MovedClock(START))
    await made.welcome("ada", Role.ADMIN)
    await made.welcome("bob", Role.EDITOR)
    yield made
    made.passwords.close()


def later(door: Door, **time: float) -> None:
    assert isinstance(door.clock, MovedClock)
    door.clock.at += timedelta(**time)


async def deeds(door: Door) -> list[tuple[str, str, str]]:
    entries = await door.audit.entries(ADMIN, AuditQuery())
    return [(one.deed.action, one.deed.actor, one.deed.subject) for one in entries[::-1]]


async def test_a_password_for_a_session(door: Door) -> None:
    entered = await door.enter(" Ada ")
    again = await door.sign_in.authenticated(entered.secret)
    assert again
    assert (again.actor.label, again.actor.role, again.must_change) == ("person:ada", Role.ADMIN, False)
    assert (again.session.address, again.session.agent) == ("192.0.2.7", "a browser")


async def test_the_store_holds_no_password_and_no_secret(door: Door) -> None:
    entered = await door.enter("ada")
    made = await door.tokens.create("robot", ["view"], door.clock() + timedelta(days=1), STAFF)
    async with door.store.reading() as view:
        found = await view.person_named("ada")
        assert found
        assert found[1].startswith("$argon2id$v=19$")
        stored = f"{found} {await view.sessions(found[0].id)} {await view.tokens()} {await view.audit(AuditQuery())}"
    for secret in (PASSWORD, entered.secret, made.secret):
        assert secret not in stored


@pytest.mark.parametrize(
    ("name", "password"), [("ada", "not this one"), ("nobody", PASSWORD), ("ada", ""), ("\0", "x")]
)
async def test_nobody_is_told_what_was_wrong(door: Door, name: str, password: str) -> None:
    with pytest.raises(Unauthorized) as told:
        await door.sign_in.prove(name, password)
    assert str(told.value) == WRONG


@pytest.mark.parametrize("name", ["ada", "nobody", "eve", "../etc"])
async def test_the_same_work_whether_or_not_there_is_such_a_person(
    door: Door, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await door.welcome("eve", Role.VIEWER)
    await door.people.disable("eve", STAFF)
    verified: list[str] = []

    def fits(_: str, stored: str) -> bool:
        verified.append(stored)
        return False

    monkeypatch.setattr(door.passwords, "_fits", fits)
    with pytest.raises(Unauthorized):
        await door.sign_in.prove(name, "wrong wrong wrong")
    [stored] = verified
    assert stored.split("$")[:4] == ["", "argon2id", "v=19", "m=8,t=1,p=1"]
    assert [len(part) for part in stored.split("$")[4:]] == [22, 43]


async def test_disabling_ends_everything_at_once(door: Door) -> None:
    entered = await door.enter("ada")
    made = await door.tokens.create("robot", ["view"], door.clock() + timedelta(days=1), entered.actor)
    await door.people.disable("ada", STAFF)
    assert await door.sign_in.authenticated(entered.secret) is None
    for opening in (door.enter("ada"), door.tokens.authenticated(made.secret)):
        with pytest.raises(Unauthorized):
            await opening
    await door.people.enable("ada", STAFF)
    assert await door.sign_in.authenticated(entered.secret) is None
    assert (await door.enter("ada")).actor.name == "ada"


async def test_a_temporary_password_must_be_changed_and_ends(door: Door) -> None:
    welcomed = await door.people.add("eve", Role.VIEWER, STAFF)
    assert welcomed.password
    entered = await door.enter("eve", welcomed.password)
    assert entered.must_change
    with pytest.raises(Invalid, match="another one"):
        await door.people.change_own(entered.actor, welcomed.password, welcomed.password, entered.session.hash)
    await door.people.change_own(entered.actor, welcomed.password, PASSWORD, entered.session.hash)
    assert not (await door.enter("eve")).must_change
    reset = await door.people.reset("eve", STAFF)
    assert reset.password
    later(door, seconds=TEMPORARY_FOR.total_seconds())
    with pytest.raises(Unauthorized, match=ENDED):
        await door.enter("eve", reset.password)


async def test_a_new_password_ends_the_other_sessions(door: Door) -> None:
    here, there = await door.enter("ada"), await door.enter("ada")
    await door.people.change_own(here.actor, PASSWORD, "another long sentence", here.session.hash)
    assert await door.sign_in.authenticated(here.secret)
    assert await door.sign_in.authenticated(there.secret) is None
    with pytest.raises(Invalid, match="not the present"):
        await door.people.change_own(here.actor, PASSWORD, "a third long sentence", here.session.hash)
    with pytest.raises(Forbidden):
        await door.people.change_own(CLOCK, PASSWORD, "a third long sentence", "")


async def test_a_reset_ends_every_session(door: Door) -> None:
    entered = await door.enter("ada")
    await door.people.reset("ada", STAFF, "another long sentence")
    assert await door.sign_in.authenticated(entered.secret) is None
    assert not (await door.enter("ada", "another long sentence")).must_change


async def test_a_password_that_changes_between_proof_and_session_opens_nothing(door: Door) -> None:
    proven = await door.sign_in.prove("ada", PASSWORD)
    later(door, seconds=1)
    await door.people.reset("ada", STAFF)
    with pytest.raises(Unauthorized):
        await door.sign_in.begin(proven, "", "")


async def test_sessions_end_by_idleness_and_by_age(door: Door) -> None:
    entered = await door.enter("ada")
    for _ in range(3):
        later(door, seconds=IDLE.total_seconds() - 1)
        assert await door.sign_in.authenticated(entered.secret)
    later(door, seconds=LONGEST.total_seconds() - 3 * (IDLE.total_seconds() - 1))
    assert await door.sign_in.authenticated(entered.secret) is None
    idle = await door.enter("bob")
    later(door, seconds=IDLE.total_seconds())
    assert await door.sign_in.authenticated(idle.secret) is None


async def test_signing_in_again_ends_the_session_that_the_browser_had(door: Door) -> None:
    planted = await door.enter("bob")
    mine = await door.sign_in.begin(await door.sign_in.prove("ada", PASSWORD), "", "", planted.secret)
    assert mine.secret != planted.secret
    assert await door.sign_in.authenticated(planted.secret) is None
    assert await door.sign_in.authenticated("planted") is None


async def test_one_sees_and_ends_ones_own_sessions_alone(door: Door) -> None:
    ada, other, bob = await door.enter("ada"), await door.enter("ada"), await door.enter("bob")
    assert {one.hash for one in await door.sign_in.sessions(ada.actor)} == {ada.session.hash, other.session.hash}
    with pytest.raises(NotFound):
        await door.sign_in.end(ada.actor, bob.session.short)
    await door.sign_in.end(ada.actor, other.session.short)
    assert await door.sign_in.authenticated(other.secret) is None
    await door.sign_in.sign_out(ada)
    assert await door.sign_in.authenticated(ada.secret) is None
    assert await door.sign_in.authenticated(bob.secret)


async def test_a_role_is_in_force_at_once(door: Door) -> None:
    entered = await door.enter("bob")
    made = await door.tokens.create(
        "robot", ["write"], door.clock() + timedelta(days=1), (await door.enter("ada")).actor
    )
    await door.people.give_role("bob", Role.VIEWER, STAFF)
    again = await door.sign_in.authenticated(entered.secret)
    assert again
    assert again.actor.role is Role.VIEWER
    await door.people.give_role("ada", Role.VIEWER, STAFF)
    assert not allowed(await door.tokens.authenticated(made.secret), Action.WRITE)


async def test_the_last_admin_stays_one_but_for_the_terminal(door: Door) -> None:
    ada = (await door.enter("ada")).actor
    for act in (door.people.disable("ada", ada), door.people.give_role("ada", Role.EDITOR, ada)):
        with pytest.raises(Conflict, match="last active admin"):
            await act
    await door.people.disable("ada", STAFF)


async def test_only_admins_look_after_people_and_tokens(door: Door) -> None:
    until = door.clock() + timedelta(days=1)
    for act in (
        door.people.add("x", Role.ADMIN, APPROVER),
        door.people.all(APPROVER),
        door.people.disable("ada", APPROVER),
        door.people.enable("ada", APPROVER),
        door.people.give_role("bob", Role.ADMIN, APPROVER),
        door.people.reset("ada", APPROVER),
        door.tokens.create("x", ["view"], until, APPROVER),
        door.tokens.all(APPROVER),
        door.tokens.revoke("x", APPROVER),
    ):
        with pytest.raises(Forbidden):
            await act


async def test_names_are_unique_for_ever(door: Door) -> None:
    await door.people.disable("bob", STAFF)
    with pytest.raises(Conflict, match="taken"):
        await door.people.add("BOB", Role.ADMIN, STAFF)
    with pytest.raises(NotFound, match="nobody named"):
        await door.people.reset("carol", STAFF)


async def test_a_token_opens_until_it_ends(door: Door) -> None:
    made = await door.tokens.create("robot", ["view", "audit"], door.clock() + timedelta(days=1), STAFF)
    acting = await door.tokens.authenticated(made.secret)
    assert (acting.label, acting.eyes, acting.role) == ("token:robot", STAFF.label, Role.ADMIN)
    [listed] = await door.tokens.all(STAFF)
    assert listed.used_at == door.clock()
    later(door, days=1)
    with pytest.raises(Unauthorized):
        await door.tokens.authenticated(made.secret)
    for wrong in ("", "sta_", "sta_" + "0" * 48, hash_of(made.secret), made.secret[:-1]):
        with pytest.raises(Unauthorized):
            await door.tokens.authenticated(wrong)


async def test_a_terminals_token_approves_with_the_eyes_of_a_person_alone(door: Door) -> None:
    until = door.clock() + timedelta(days=1)
    with pytest.raises(Invalid, match="--for PERSON"):
        await door.tokens.create("robot", ["write", "approve"], until, STAFF)
    made = await door.tokens.create("robot", ["approve"], until, STAFF, person="Ada")
    acting = await door.tokens.authenticated(made.secret)
    assert (acting.eyes, allowed(acting, Action.APPROVE)) == ((await door.enter("ada")).actor.eyes, True)
    [entry] = await door.audit.entries(STAFF, AuditQuery(subject="token:robot"))
    assert (entry.deed.actor, entry.deed.detail["for"]) == (STAFF.label, "person:ada")
    await door.people.disable("ada", STAFF)
    with pytest.raises(Unauthorized):
        await door.tokens.authenticated(made.secret)


async def test_a_token_is_made_for_another_at_a_terminal_alone_and_within_their_role(door: Door) -> None:
    until, ada = door.clock() + timedelta(days=1), (await door.enter("ada")).actor
    with pytest.raises(Forbidden, match="terminal"):
        await door.tokens.create("robot", ["approve"], until, ada, person="bob")
    await door.people.give_role("bob", Role.EDITOR, STAFF)
    with pytest.raises(Forbidden, match="takes the role approver"):
        await door.tokens.create("robot", ["approve"], until, STAFF, person="bob")
    await door.people.disable("bob", STAFF)
    for nobody in ("bob", "carol"):
        with pytest.raises(NotFound, match="nobody active"):
            await door.tokens.create("robot", ["view"], until, STAFF, person=nobody)
    assert await door.tokens.all(STAFF) == []


async def test_a_revoked_token_opens_nothing_and_keeps_its_name(door: Door) -> None:
    until = door.clock() + timedelta(days=1)
    made = await door.tokens.create("robot", ["view"], until, STAFF)
    await door.tokens.revoke("robot", STAFF)
    with pytest.raises(Unauthorized):
        await door.tokens.authenticated(made.secret)
    with pytest.raises(Conflict, match="taken"):
        await door.tokens.create("robot", ["view"], until, STAFF)
    with pytest.raises(NotFound):
        await door.tokens.revoke("none", STAFF)


async def test_everything_is_on_the_record(door: Door) -> None:
    entered = await door.enter("ada")
    ada = entered.actor
    await door.people.add("eve", Role.VIEWER, ada)
    await door.people.give_role("eve", Role.EDITOR, ada)
    await door.people.reset("eve", ada)
    await door.people.disable("eve", ada)
    await door.people.enable("eve", ada)
    await door.people.change_own(ada, PASSWORD, "another long sentence", entered.session.hash)
    await door.tokens.create("robot", ["view"], door.clock() + timedelta(days=1), ada)
    await door.tokens.revoke("robot", ada)
    await door.sign_in.sign_out(entered)
    said = await deeds(door)
    assert said[:2] == [("person.add", STAFF.label, "person:ada"), ("person.add", STAFF.label, "person:bob")]
    assert [(action, subject) for action, _, subject in said[2:]] == [
        ("session.begin", entered.session.short),
        *[(f"person.{verb}", "person:eve") for verb in ("add", "role", "reset", "disable", "enable")],
        ("person.password", "person:ada"),
        ("token.create", "token:robot"),
        ("token.revoke", "token:robot"),
        ("session.end", entered.session.short),
    ]
    assert {actor for _, actor, _ in said[2:]} == {"person:ada"}


async def test_a_browser_is_known_for_its_owner_alone(door: Door) -> None:
    ada = (await door.enter("ada")).person
    device = door.sign_in.device(ada)
    assert door.sign_in.known(device.cookie, "Ada") == device
    for cookie, name in ((device.cookie, "bob"), (device.cookie[:-1] + "x", "ada"), ("", "ada"), ("ä.\udc80", "ada")):
        assert door.sign_in.known(cookie, name) is None


async def test_strangers_wait_in_a_line_of_their_own(door: Door) -> None:
    tries = [asyncio.ensure_future(door.passwords.fits("wrong", None)) for _ in range(MOST_WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(TooSoon):
        await door.passwords.fits("wrong", None)
    assert (await door.sign_in.prove("ada", PASSWORD, known=True)).name == "ada"
    assert await asyncio.gather(*tries) == [False] * MOST_WAITING
    assert (await door.sign_in.prove("ada", PASSWORD)).name == "ada"


async def test_a_hash_in_old_parameters_is_made_anew(door: Door) -> None:
    stronger = Argon2Passwords(type(QUICK)(time_cost=2, memory_cost=8, parallelism=1))
    door.sign_in = type(door.sign_in)(door.store, stronger, door.clock, random=bytes, keys=[b"k"])
    await door.sign_in.prove("ada", PASSWORD)
    async with door.store.reading() as view:
        found = await view.person_named("ada")
    assert found
    assert "t=2" in found[1]
    assert (await door.sign_in.prove("ada", PASSWORD)).name == "ada"
    stronger.close()


async def test_the_shipped_parameters_are_those_of_rfc_9106() -> None:
    assert (RFC_9106.time_cost, RFC_9106.memory_cost, RFC_9106.type.name) == (3, 65536, "ID")
