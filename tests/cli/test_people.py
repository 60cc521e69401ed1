"""``staff`` and ``token``: the first admin, and everything after, from a terminal."""

from __future__ import annotations

from tests.cli.conftest import Terminal

GOOD = "a long sentence of mine"


def test_the_first_admin_gets_a_temporary_password(terminal: Terminal) -> None:
    assert "staff add NAME --role admin" in terminal.says("staff", "list")
    said = terminal.says("staff", "add", "Ada", "--role", "admin")
    [password] = [line.split()[1] for line in said.splitlines() if line.startswith("password")]
    assert len(password) == 24
    [ada] = terminal.json("staff", "list")
    assert (ada["name"], ada["role"], ada["disabled_at"]) == ("ada", "admin", None)
    assert ada["temporary_until"]
    assert password not in terminal.says("staff", "list")
    assert password.encode() not in b"".join(one.read_bytes() for one in terminal.data.iterdir() if one.is_file())


def test_a_password_from_standard_input_is_nobodys_to_see(terminal: Terminal) -> None:
    said = terminal.says("staff", "add", "ada", "--role", "admin", "--ask", stdin=f"{GOOD}\n")
    assert GOOD not in said
    assert terminal.json("staff", "list")[0]["temporary_until"] is None
    assert "12 to 256" in terminal.refuses("staff", "reset", "ada", "--ask", stdin="short\n")
    assert "standard input" in terminal.refuses("staff", "reset", "ada", "--ask", stdin="")


def test_people_are_looked_after(terminal: Terminal) -> None:
    terminal.says("staff", "add", "ada", "--role", "admin")
    assert "taken" in terminal.refuses("staff", "add", "ada", "--role", "viewer", code=1)
    assert "letters" in terminal.refuses("staff", "add", "a b", "--role", "viewer")
    assert terminal.says("staff", "role", "ada", "editor") == "ada is editor\n"
    assert terminal.says("staff", "disable", "ada") == "ada is disabled\n"
    assert "disabled" in terminal.says("staff", "list")
    assert terminal.says("staff", "enable", "ada") == "ada may sign in again\n"
    assert "password" in terminal.says("staff", "reset", "ada")
    assert "nobody named" in terminal.refuses("staff", "reset", "bob", code=1)


def test_tokens(terminal: Terminal) -> None:
    assert terminal.says("token", "list") == "There is no token.\n"
    said = terminal.says("token", "create", "robot", "--scope", "view", "--scope", "audit", "--expires", "+90d")
    [secret] = [line.split()[1] for line in said.splitlines() if line.startswith("secret")]
    [robot] = terminal.json("token", "list")
    assert (robot["name"], robot["scopes"], robot["revoked_at"]) == ("robot", ["view", "audit"], None)
    assert secret not in terminal.says("token", "list")
    assert "no scope 'root'" in terminal.refuses("token", "create", "x", "--scope", "root", "--expires", "+90d")
    assert "within a year" in terminal.refuses("token", "create", "x", "--scope", "view", "--expires", "+400d")
    approving = ("token", "create", "eyes", "--scope", "approve", "--expires", "+90d")
    assert "--for PERSON" in terminal.refuses(*approving)
    terminal.says("staff", "add", "ada", "--role", "admin")
    assert terminal.json(*approving, "--for", "ada")["maker"] == "person:ada"
    assert terminal.says("token", "revoke", "robot") == "robot is revoked\n"
    assert "revoked" in terminal.says("token", "list")
    assert "no token" in terminal.refuses("token", "revoke", "none", code=1)


def test_whoever_names_themselves_is_no_second_person_beside_themselves(terminal: Terminal) -> None:
    for name in ("ada", "grace"):
        terminal.says("staff", "add", name, "--role", "approver", "--ask", stdin=f"{GOOD}\n")
    order = ("incident", "open", "Order", "--kind", "restriction", "--model", "claude-fable-5", "-m", "Ordered.")
    mine = terminal.json(*order, "--as", "ada")
    assert (mine["draft"], mine["review"]["writers"]) == (True, ["person:ada"])
    approve = ("incident", "approve", mine["id"])
    assert "--as PERSON" in terminal.refuses(*approve)
    assert "written this yourself" in terminal.refuses(*approve, "--as", "Ada")
    assert "nobody of staff is called 'bob'" in terminal.refuses(*approve, "--as", "bob", code=1)
    assert terminal.json(*approve, "--as", "grace")["draft"] is False
    nobodys = terminal.json(*order)
    approve = ("incident", "approve", nobodys["id"])
    assert terminal.json(*approve, "--as", "ada")["draft"] is True
    assert "waits for another person" in terminal.says("incident", "show", nobodys["id"])
    assert terminal.json(*approve, "--as", "grace")["draft"] is False
