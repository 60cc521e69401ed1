"""Staff of the tests: one person of each role, and somebody at a terminal."""

from __future__ import annotations

from statuspage.core.staff import Actor, ActorKind, Role, terminal

VIEWER, EDITOR, APPROVER, ADMIN = (Actor(ActorKind.PERSON, f"per_{role}", role.value, role) for role in Role)
STAFF = terminal("staff")
