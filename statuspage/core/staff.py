"""Staff: who acts, and what each role and each token may do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from statuspage.errors import Forbidden


class Role(StrEnum):
    """What a person may do at most; each role may do all that the ones before it may."""

    VIEWER = "viewer"
    EDITOR = "editor"
    APPROVER = "approver"
    ADMIN = "admin"

    def reaches(self, least: Role) -> bool:
        """Whether this role is at least that one."""
        return _RANK[self] >= _RANK[least]


_RANK = {role: rank for rank, role in enumerate(Role)}


class Action(StrEnum):
    """What staff can do, as the permission table and the scopes of tokens name it."""

    VIEW = "view"
    WRITE = "write"
    PUBLISH = "publish"
    ATTEST = "attest"
    OPERATE = "operate"
    APPROVE = "approve"
    OVERRIDE = "override"
    SUBSCRIBE = "subscribe"
    AUDIT = "audit"
    PEOPLE = "people"
    TOKENS = "tokens"


LEAST = {
    Action.VIEW: Role.VIEWER,
    Action.WRITE: Role.EDITOR,
    Action.PUBLISH: Role.EDITOR,
    Action.ATTEST: Role.EDITOR,
    Action.OPERATE: Role.EDITOR,
    Action.APPROVE: Role.APPROVER,
    Action.OVERRIDE: Role.APPROVER,
    Action.SUBSCRIBE: Role.ADMIN,
    Action.AUDIT: Role.ADMIN,
    Action.PEOPLE: Role.ADMIN,
    Action.TOKENS: Role.ADMIN,
}
"""The permission table: the least role that may do each thing."""

MEANINGS = {
    Action.VIEW: "see drafts, private notes, deliveries, spend and the configuration in force",
    Action.WRITE: "write drafts, updates and private notes",
    Action.PUBLISH: "make public what no second person has to approve, and link fingerprints",
    Action.ATTEST: "vouch for cells that no check can reach, and make user classes",
    Action.OPERATE: "test, disable, enable, resend and recover webhooks",
    Action.APPROVE: "be the second pair of eyes",
    Action.OVERRIDE: "publish without the second pair of eyes in an emergency",
    Action.SUBSCRIBE: "add a subscription that may reach networks of your own",
    Action.AUDIT: "read the audit log",
    Action.PEOPLE: "add and disable people, and reset their passwords",
    Action.TOKENS: "make and revoke API tokens",
}

PERSONAL = frozenset({Action.OVERRIDE, Action.PEOPLE, Action.TOKENS})
"""What only people do: no token has these in its scope."""

SCOPES = tuple(action for action in Action if action not in PERSONAL)
"""What a token's scope may name."""


class ActorKind(StrEnum):
    """What sort of actor it is."""

    PERSON = "person"
    TOKEN = "token"  # noqa: S105 - a word, no secret
    TERMINAL = "terminal"
    CLOCK = "clock"


_PERSON = f"{ActorKind.PERSON.value}:"

AS_A_PERSON = "say whose eyes these are with --as PERSON"
"""How somebody at a terminal gets eyes that count."""

FOR_A_PERSON = "make one with `statuspage token create … --scope approve --for PERSON`, or at /staff/tokens"
"""How a token gets eyes that count."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. ``name`` is unique within the kind for ever.

    A token has ``scopes``, the role of whoever it is made for, and ``maker``, the label of that one. Somebody at a
    terminal may name the person that they are: then ``maker`` is that person, and the role theirs.
    """

    kind: ActorKind
    id: str
    name: str
    role: Role
    scopes: frozenset[Action] | None = None
    maker: str | None = None

    @property
    def label(self) -> str:
        """The actor in one word, for the record: ``person:ada``, ``terminal:root``, ``clock``."""
        return self.kind.value if self.kind is ActorKind.CLOCK else f"{self.kind.value}:{self.name}"

    @property
    def eyes(self) -> str:
        """Whose eyes have seen what this actor does: a token never is a second pair beside its maker."""
        return self.maker or self.label


CLOCK = Actor(ActorKind.CLOCK, "clock", "clock", Role.ADMIN)
"""What happens because its time has come."""


def terminal(user: str) -> Actor:
    """Somebody at a terminal of the machine: an audited admin."""
    return Actor(ActorKind.TERMINAL, user, user, Role.ADMIN)


def is_person(eyes: str) -> bool:
    """Whether these eyes are of somebody whom we can tell from everybody else."""
    return eyes.startswith(_PERSON)


def refusal(actor: Actor, action: Action) -> str | None:
    """Why an actor may not do something; None when it may."""
    least = LEAST[action]
    if not actor.role.reaches(least):
        return f"this takes the role {least.value}, and {actor.label} is {actor.role.value}"
    if actor.scopes is not None and (action not in actor.scopes or action in PERSONAL):
        return f"the scope of {actor.label} does not name {action.value}"
    if action is Action.APPROVE and actor.kind is ActorKind.TOKEN and not is_person(actor.eyes):
        return f"{actor.label} is nobody's own, and approving takes a person's eyes: {FOR_A_PERSON}"
    return None


def allowed(actor: Actor, action: Action) -> bool:
    """Whether an actor may do something."""
    return refusal(actor, action) is None


def require(actor: Actor, action: Action) -> None:
    """Raise Forbidden, with the reason, unless an actor may do something."""
    reason = refusal(actor, action)
    if reason is not None:
        raise Forbidden(reason)
