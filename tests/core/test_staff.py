"""What each role and each token may do."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from statuspage.core.staff import (
    CLOCK,
    LEAST,
    MEANINGS,
    PERSONAL,
    SCOPES,
    Action,
    Actor,
    ActorKind,
    Role,
    allowed,
    refusal,
    require,
    terminal,
)
from statuspage.errors import Forbidden
from tests.staff import ADMIN, APPROVER, EDITOR, VIEWER

LADDER = (VIEWER, EDITOR, APPROVER, ADMIN)
MAY = {
    VIEWER: {Action.VIEW},
    EDITOR: {Action.VIEW, Action.WRITE, Action.PUBLISH, Action.ATTEST, Action.OPERATE},
    APPROVER: {
        Action.VIEW,
        Action.WRITE,
        Action.PUBLISH,
        Action.ATTEST,
        Action.OPERATE,
        Action.APPROVE,
        Action.OVERRIDE,
    },
    ADMIN: set(Action),
}


def token(*scopes: Action, role: Role = Role.ADMIN) -> Actor:
    return Actor(ActorKind.TOKEN, "tok_1", "robot", role, frozenset(scopes), "person:ada")


def test_the_table_is_whole_and_explained() -> None:
    assert set(LEAST) == set(MEANINGS) == set(Action)
    assert set(SCOPES) | PERSONAL == set(Action)


@pytest.mark.parametrize("actor", LADDER, ids=lambda one: one.name)
def test_what_each_role_may_do(actor: Actor) -> None:
    assert {action for action in Action if allowed(actor, action)} == MAY[actor]


def test_each_role_may_do_all_that_the_ones_before_it_may() -> None:
    for lesser, greater in pairwise(LADDER):
        assert MAY[lesser] < MAY[greater]


@pytest.mark.parametrize("action", Action)
def test_a_token_does_only_what_its_scope_names(action: Action) -> None:
    assert allowed(token(action), action) is (action not in PERSONAL)
    assert not allowed(token(*(set(Action) - {action})), action)
    assert not allowed(token(), action)


@pytest.mark.parametrize("action", SCOPES)
@pytest.mark.parametrize("role", Role)
def test_a_token_never_does_more_than_its_maker_may(action: Action, role: Role) -> None:
    assert allowed(token(*Action, role=role), action) is role.reaches(LEAST[action])


def test_a_token_sees_with_the_eyes_of_its_maker() -> None:
    ada = replace(APPROVER, name="ada")
    assert token().eyes == ada.eyes == ada.label == "person:ada"


def test_terminal_and_clock_act_as_admins() -> None:
    assert all(allowed(one, action) for one in (terminal("root"), CLOCK) for action in Action)
    assert (terminal("root").label, CLOCK.label) == ("terminal:root", "clock")


def test_a_refusal_says_what_it_takes() -> None:
    with pytest.raises(Forbidden, match="takes the role approver, and person:editor is editor"):
        require(EDITOR, Action.APPROVE)
    assert refusal(token(Action.VIEW), Action.AUDIT) == "the scope of token:robot does not name audit"
    require(APPROVER, Action.APPROVE)


@pytest.mark.parametrize(
    ("maker", "may"), [("person:ada", True), ("terminal:ada", False), ("clock", False), (None, False)]
)
def test_a_token_that_is_nobodys_own_does_not_approve(maker: str | None, may: bool) -> None:
    one = replace(token(Action.APPROVE, Action.WRITE), maker=maker)
    assert allowed(one, Action.WRITE)
    assert allowed(one, Action.APPROVE) is may
    assert may or "--for PERSON" in str(refusal(one, Action.APPROVE))
