"""``subscription``, ``db`` and ``demo``: an operator's work beside the running service."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from statuspage import app
from statuspage.cli import main
from statuspage.config import load
from statuspage.core.incident import Kind
from statuspage.services.incidents import Opening
from tests.cli.conftest import Terminal
from tests.senders.receivers import Receiver, receive, status
from tests.staff import STAFF

EVENTS = ("claude-fable-5", "claude-opus-4-8")


@pytest.fixture
def receiver(request: pytest.FixtureRequest) -> Iterator[Receiver]:
    """A receiver in a thread of its own; it takes everything, or answers with the status that a test asks for."""
    loop, made, done = asyncio.new_event_loop(), [], asyncio.Event()

    async def serve(ready: threading.Event) -> None:
        async with receive(status(getattr(request, "param", 204))) as one:
            made.append(one)
            ready.set()
            await done.wait()

    ready = threading.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(serve(ready),))
    thread.start()
    assert ready.wait(10)
    yield made[0]
    loop.call_soon_threadsafe(done.set)
    thread.join(10)
    loop.close()


def open_incident(terminal: Terminal) -> None:
    async def work() -> None:
        async with app.verbs(load(terminal.config, {})) as verbs:
            await verbs.incidents.open(Opening(Kind.NOTICE, "News"), STAFF)

    asyncio.run(work())


def test_a_subscription_lives_at_once_and_shows_its_secret_once(terminal: Terminal) -> None:
    words = (
        "subscription",
        "add",
        "https://hooks.example.org/a",
        "--model",
        "claude-fable-5",
        "--type",
        "model.restricted",
    )
    added = terminal.json(*words)
    assert added["secret"].startswith("whsec_")
    assert (added["state"], added["filters"]["models"]) == ("live", ["claude-fable-5"])
    [listed] = terminal.json("subscription", "list")
    assert "secret" not in listed
    assert listed["id"] == added["id"]
    assert added["url"] in terminal.says("subscription", "list")
    plain = terminal.says("subscription", "add", "https://hooks.example.org/b")
    assert plain.startswith("id      sub_")
    assert "whsec_" in plain


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("not a url",), "url"),
        (("ftp://example.org/",), "http"),
        (("http://10.0.0.1/hook",), ""),
        (("https://user:pass@example.org/",), ""),
        (("https://hooks.example.org/", "--type", "model.resticted"), "did you mean 'model.restricted'?"),
        (("https://hooks.example.org/", "--type", "webhook.test"), "webhook.test"),
        (("https://hooks.example.org/", "--model", "claude-fabel-5"), "did you mean 'claude-fable-5'?"),
        (("https://hooks.example.org/", "--provider", "nobody"), "there is no provider 'nobody'"),
        (("https://hooks.example.org/", "--user-class", "nobody"), "there is no user class 'nobody'"),
    ],
)
def test_a_subscription_that_cannot_work_is_refused(terminal: Terminal, words: tuple[str, ...], said: str) -> None:
    assert said in terminal.refuses("subscription", "add", *words).lower()
    assert terminal.says("subscription", "list") == "There is no subscription.\n"


def test_a_subscription_is_tested_disabled_enabled_recovered_and_resent(terminal: Terminal, receiver: Receiver) -> None:
    subscription = terminal.json("subscription", "add", receiver.url)["id"]
    assert terminal.says("subscription", "test", subscription).startswith("taken: 204")
    assert terminal.says("subscription", "disable", subscription) == f"{subscription} is disabled\n"
    open_incident(terminal)
    assert f"{subscription} is live" in terminal.says("subscription", "enable", subscription)
    assert (
        terminal.says("subscription", "recover", subscription, "--since", "2020-01-01")
        == "1 deliveries are owed again\n"
    )
    [owed] = terminal.json("subscription", "show", subscription)["deliveries"]
    assert owed["state"] == "pending"
    assert terminal.says("subscription", "resend", owed["id"]).startswith("taken: 204")
    assert owed["id"] in terminal.says("subscription", "show", subscription)
    assert [request.headers["user-agent"].split("/")[0] for request in receiver.requests] == ["statuspage"] * 2


def test_a_receiver_that_is_gone_fails(terminal: Terminal) -> None:
    subscription = terminal.json("subscription", "add", "http://127.0.0.1:1/hook")["id"]
    said = terminal.refuses("subscription", "test", subscription, code=1)
    assert "the receiver did not take it: connect: " in said


def test_staff_see_what_kept_a_delivery_away(terminal: Terminal) -> None:
    subscription = terminal.json("subscription", "add", "http://127.0.0.1:1/hook", "--type", "incident.opened")["id"]
    open_incident(terminal)
    terminal.says("subscription", "recover", subscription, "--since", "2020-01-01")
    [owed] = terminal.json("subscription", "show", subscription)["deliveries"]
    terminal.refuses("subscription", "resend", owed["id"], code=1)
    [tried] = terminal.json("subscription", "show", subscription)["deliveries"][0]["attempts"]
    assert tried["ended"] == "connect"
    assert tried["detail"]
    said = terminal.says("subscription", "show", subscription)
    assert f"connect: {tried['detail'][:20]}" in said
    assert "only: incident.opened" in said


@pytest.mark.parametrize("receiver", [401], indirect=True)
def test_staff_see_what_a_receiver_answered(terminal: Terminal, receiver: Receiver) -> None:
    subscription = terminal.json("subscription", "add", receiver.url)["id"]
    assert "did not take it: 401" in terminal.refuses("subscription", "test", subscription, code=1)


def test_an_operators_secret_is_rotated(terminal: Terminal, receiver: Receiver) -> None:
    added = terminal.json("subscription", "add", receiver.url)
    made = terminal.json("subscription", "rotate", added["id"], "--old-valid-for", "0.5")
    assert made["secret"] not in (added["secret"], "")
    terminal.says("subscription", "test", added["id"])
    signatures = receiver.requests[0].headers["webhook-signature"].split(" ")
    assert len(signatures) == 2, "the new secret and the old one"
    said = terminal.says("subscription", "rotate", added["id"], "--old-valid-for", "0")
    assert said.startswith("secret  whsec_")
    terminal.says("subscription", "test", added["id"])
    assert len(receiver.requests[1].headers["webhook-signature"].split(" ")) == 1
    terminal.refuses("subscription", "rotate", added["id"], "--old-valid-for", "169")
    assert "no subscription sub_none" in terminal.refuses("subscription", "rotate", "sub_none", code=1)


@pytest.mark.parametrize("verb", ["show", "test", "disable", "enable"])
def test_a_subscription_that_is_not_there_fails(terminal: Terminal, verb: str) -> None:
    assert "sub_x" in terminal.refuses("subscription", verb, "sub_x", code=1)


def test_the_store_is_upgraded_copied_restored_and_checked(terminal: Terminal) -> None:
    copy = str(terminal.data.parent / "copy.db")
    assert terminal.says("db", "upgrade").startswith("schema at ")
    terminal.says("incident", "open", "Kept")
    said = terminal.says("db", "backup", copy)
    assert f"copied to {copy}" in said
    assert "key" in said
    terminal.says("incident", "open", "Lost")
    assert terminal.says("db", "restore", copy) == f"restored from {copy}\n"
    assert [one["title"] for one in terminal.json("incident", "list")] == ["Kept"]
    assert terminal.says("db", "check").startswith("no problem found\n")


def test_a_store_that_is_damaged_fails(terminal: Terminal) -> None:
    (terminal.data / "statuspage.db").write_bytes(b"nonsense" * 1000)
    assert terminal.refuses("db", "check", code=1).startswith("Error: ")
    assert terminal.refuses("incident", "list", code=1).startswith("Error: ")


def test_the_sandbox_is_steered_from_another_terminal(beside_sandbox: Terminal) -> None:
    says = beside_sandbox.says
    assert says("demo", "restrict", "claude-fable-5") == "claude-fable-5 is refused\n"
    assert says("demo", "restore", "claude-fable-5", "--user-class", "us-persons") == (
        "claude-fable-5 answers us-persons again\n"
    )
    assert says("demo", "outage", "gateway", "--status", "503") == "gateway answers 503\n"
    assert says("demo", "recover", "gateway") == "gateway works again\n"
    said = says("demo", "answer", "claude-fable-5", "--provider", "claude-api", "--signal", "ant-529")
    assert said == "claude-fable-5 at claude-api answers ant-529\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("restrict", "claude-fabel-5"), "did you mean 'claude-fable-5'?"),
        (("restrict", "claude-fable-5", "--user-class", "programme-partners"), "programme-partners"),
        (("outage", "gatewey"), "did you mean 'gateway'?"),
        (("outage", "gateway", "--status", "200"), "500 to 599"),
        (("answer", "claude-fable-5", "--provider", "gateway", "--signal", "nope"), "nope"),
        (("story", "july-2026"), "june-2026"),
    ],
)
def test_what_the_sandbox_cannot_follow_is_refused(beside_sandbox: Terminal, words: tuple[str, ...], said: str) -> None:
    assert said in beside_sandbox.refuses("demo", *words)


def test_without_a_running_sandbox_demo_says_so(terminal: Terminal) -> None:
    assert "no sandbox is running" in terminal.refuses("demo", "restore", "claude-fable-5")


def test_the_story_is_played_scene_by_scene_with_staffs_notes(beside_sandbox: Terminal) -> None:
    said = beside_sandbox.says("demo", "story", "june-2026", "--pause", "0")
    assert said.startswith("1/6  ")
    assert said.endswith("june-2026: the end\n")
    [incident] = beside_sandbox.json("incident", "list")
    assert (incident["stage"], incident["title"][:6]) == ("resolved", "Replay")
    again = beside_sandbox.says("demo", "story", "june-2026", "--pause", "0")
    assert again.endswith("june-2026: the end\n")


def test_the_audit_log_is_checked_against_an_entry_that_was_kept(terminal: Terminal) -> None:
    assert terminal.says("db", "check").startswith("no problem found\n")
    open_incident(terminal)
    head = terminal.says("db", "check").splitlines()[1].removeprefix("audit log up to ")
    open_incident(terminal)
    assert "no problem found" in terminal.says("db", "check", "--audit-head", head)
    assert "is not the one" in terminal.refuses("db", "check", "--audit-head", f"1:{'0' * 64}", code=1)
    assert "N:HASH" in terminal.refuses("db", "check", "--audit-head", "1")


def test_a_command_that_there_is_not_names_those_that_are_spelled_alike() -> None:
    assert "Did you mean incident?" in CliRunner().invoke(main, ["incidents"]).stderr
    assert "Did you mean" not in CliRunner().invoke(main, ["frobnicate"]).stderr


@pytest.mark.parametrize("words", [[], ["demo"], ["incident"], ["subscription"]])
def test_help_says_whole_sentences(words: list[str]) -> None:
    said = CliRunner().invoke(main, [*words, "--help"]).stdout
    assert "Commands:" in said
    assert "..." not in said.partition("Commands:")[2]
