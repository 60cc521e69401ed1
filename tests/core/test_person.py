"""Names, passwords, sessions, tokens and attempts to sign in, as pure rules."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statuspage.core import token as tokens
from statuspage.core.person import Person, name_of, normal, require_another_admin, require_good, temporary
from statuspage.core.session import IDLE, LONGEST, Ended, Session, ended, proof, proves, stale
from statuspage.core.staff import Action, Role, allowed
from statuspage.core.throttle import OF_ADDRESS, counted
from statuspage.core.token import Token, scopes_of
from statuspage.errors import Conflict, Invalid

NOON = datetime(2026, 6, 12, 12, tzinfo=UTC)
ADA = Person("per_1", "ada", Role.ADMIN, NOON, NOON)
BOB = Person("per_2", "bob", Role.EDITOR, NOON, NOON)
SESSION = Session("f" * 64, "per_1", NOON, NOON)
TOKEN = Token("tok_1", "robot", (Action.WRITE,), "person:bob", "per_2", NOON, NOON + timedelta(days=1))


@pytest.mark.parametrize(("typed", "name"), [("ada", "ada"), (" Ada.L-2_x ", "ada.l-2_x"), ("0", "0")])
def test_a_name_as_people_type_it(typed: str, name: str) -> None:
    assert name_of(typed) == name


@pytest.mark.parametrize(
    "typed", ["", " ", ".ada", "a b", "ada\n.", "ädä", "a" * 41, "<b>", "ada/..", "person:ada", "ａda"]
)
def test_what_can_be_no_name(typed: str) -> None:
    with pytest.raises(Invalid, match="name"):
        name_of(typed)


@pytest.mark.parametrize("password", ["correct horse battery", "パスワードは十二文字以上です", "x1!y2?z3.w4,"])
def test_a_good_password(password: str) -> None:
    require_good(password, "ada")


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("short", "12 to 256"),
        ("x" * 257, "12 to 256"),
        ("aaaaaaaaaaaa", "different"),
        ("abababababababab", "different"),
        ("ada-lovelace-1815", "name"),
    ],
)
def test_a_password_that_is_easily_guessed(password: str, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        require_good(password, "ada-lovelace")


def test_one_spelling_however_the_keyboard_composed_it() -> None:
    assert normal("Å\ufb01") == normal("A\u030afi") == "Åfi"
    assert normal("\udc80") == "?"


@given(st.binary(min_size=20, max_size=20))
def test_a_temporary_password_is_good_and_easily_read(random: bytes) -> None:
    made = temporary(random)
    assert len(made) == 24
    assert not set(made) & set("il1o0")


def test_temporary_passwords_differ() -> None:
    assert len({temporary(os.urandom(20)) for _ in range(100)}) == 100


def test_somebody_is_left_who_can_look_after_people() -> None:
    with pytest.raises(Conflict, match="last active admin"):
        require_another_admin([ADA, BOB, replace(ADA, id="per_3", disabled_at=NOON)], ADA)
    require_another_admin([ADA, replace(ADA, id="per_3")], ADA)


@pytest.mark.parametrize(
    ("after", "why"),
    [
        (timedelta(0), None),
        (IDLE - timedelta(seconds=1), None),
        (IDLE, Ended.IDLE),
        (timedelta(minutes=-5), None),
        (timedelta(minutes=-6), Ended.FUTURE),
    ],
)
def test_when_a_session_ends(after: timedelta, why: Ended | None) -> None:
    assert ended(SESSION, NOON + after) is why


def test_a_session_that_is_used_all_the_time_ends_too() -> None:
    used = replace(SESSION, seen_at=NOON + LONGEST - timedelta(seconds=1))
    assert ended(used, NOON + LONGEST - timedelta(seconds=1)) is None
    assert ended(used, NOON + LONGEST) is Ended.LONGEST


def test_it_is_seldom_written_down_that_a_session_was_seen() -> None:
    assert not stale(SESSION, NOON + timedelta(minutes=4))
    assert stale(SESSION, NOON + timedelta(minutes=5))


def test_a_form_proves_the_session_that_it_was_served_to() -> None:
    assert proves(proof("a"), "a")
    assert not any(proves(given, "a") for given in ("", "x", proof("b"), proof("a")[:-1], "ä\udc80"))
    assert "a" * 8 not in proof("a" * 8)


def test_a_token_lives_until_it_ends_or_is_revoked() -> None:
    assert TOKEN.lives(NOON)
    assert not TOKEN.lives(TOKEN.expires_at)
    assert not replace(TOKEN, revoked_at=NOON).lives(NOON)
    assert not TOKEN.lives(NOON - timedelta(days=1))


def test_a_token_acts_with_its_scopes_and_the_role_that_its_maker_has_now() -> None:
    assert allowed(tokens.actor(TOKEN, BOB), Action.WRITE)
    assert not allowed(tokens.actor(TOKEN, BOB), Action.PUBLISH)
    assert not allowed(tokens.actor(TOKEN, replace(BOB, role=Role.VIEWER)), Action.WRITE)
    assert tokens.actor(TOKEN, BOB).eyes == BOB.label


def test_scopes_are_words_of_the_table() -> None:
    assert scopes_of(["write", "view", "write"]) == (Action.VIEW, Action.WRITE)
    for words, said in (([], "at least one"), (["people"], "people alone"), (["root", "x" * 99], "no scope 'root'")):
        with pytest.raises(Invalid, match=said):
            scopes_of(words)


def test_a_token_ends_within_a_year() -> None:
    tokens.require_time(NOON + timedelta(days=366), NOON)
    for wrong in (NOON, NOON + timedelta(days=367)):
        with pytest.raises(Invalid, match="within a year"):
            tokens.require_time(wrong, NOON)


def attempts(name: str, address: str, device: str | None = None) -> set[str]:
    return {one.subject for one in counted(name, address, device)}


def test_nothing_counts_a_name_wherever_it_is_tried() -> None:
    assert not attempts("ada", "192.0.2.1") & attempts("ada", "192.0.2.2")


def test_a_browser_that_was_here_before_shares_no_count_with_others() -> None:
    others = attempts("ada", "192.0.2.1") | attempts("bob", "192.0.2.1") | attempts("ada", "192.0.2.1", "d2")
    assert not attempts("ada", "192.0.2.1", "d1") & others


def test_one_who_mistypes_does_not_stop_the_others_at_that_address() -> None:
    [of_name, of_address] = counted("ada", "192.0.2.1", None)
    assert of_name.subject not in attempts("bob", "192.0.2.1")
    assert of_name.allowance.count < of_address.allowance.count == OF_ADDRESS.count
