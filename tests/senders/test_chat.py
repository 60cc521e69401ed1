"""Chat through the real Apprise to a real receiver; whatever goes wrong there is an outcome."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time

import pytest

from statuspage.core.channel import CHANNEL, Channel, StaffChannel
from statuspage.core.delivery import Failure
from statuspage.core.letter import Letter, Route
from statuspage.core.message import Message
from statuspage.core.settings import Site
from statuspage.core.subscription import Format
from statuspage.ports import Parcel
from statuspage.senders.chat import ChatSender
from statuspage.senders.herald import Herald
from statuspage.senders.mail import MailSender
from statuspage.senders.threads import Busy, Threads
from tests.core.test_message import told
from tests.senders.mailboxes import mailbox
from tests.senders.parcels import AT, parcel
from tests.senders.receivers import receive, status

SECRET = "tell-nobody-this-token"


def sender(url: str = "", deadline: float = 60, staff: str = "", threads: Threads | None = None) -> ChatSender:
    """The sender with one channel, and one of staff."""
    channels, places = [Channel("oncall", url)], [StaffChannel("pager", staff or url)]
    return ChatSender(channels, places, "Our page", threads or Threads(), deadline)


async def idle(threads: Threads) -> None:
    """Wait until no thread works any more."""
    while threads._working.total():  # noqa: ASYNC110 - threads have no event for it
        await asyncio.sleep(0.01)


def chat(name: str = "oncall") -> Parcel:
    """A delivery of an event to a channel."""
    return parcel(f"{CHANNEL}{name}", body=json.dumps(told()).encode(), shape=Format.CHAT)


async def test_an_event_arrives_as_a_text_for_people() -> None:
    async with receive() as there:
        outcome = await sender(f"json://127.0.0.1:{there.port}/{SECRET}").send(chat(), AT)
    assert outcome.succeeded
    [request] = there.requests
    said = json.loads(request.body)
    assert said["title"] == "Our page: Fable is restricted for abroad"
    assert "abroad: available → restricted (legal)" in said["message"]
    assert said["type"] == "failure"


@pytest.mark.parametrize("code", [404, 429, 500])
async def test_a_refusal_is_an_outcome_with_its_status_and_without_secrets(code: int) -> None:
    async with receive(status(code)) as there:
        outcome = await sender(f"json://user:{SECRET}@127.0.0.1:{there.port}/{SECRET}").send(chat(), AT)
    assert (outcome.succeeded, outcome.status, outcome.failure) == (False, code, Failure.STATUS)
    assert outcome.detail
    assert SECRET not in outcome.detail


async def test_nobody_there(caplog: pytest.LogCaptureFixture) -> None:
    async with receive() as there:
        port = there.port
    with caplog.at_level(logging.DEBUG, "statuspage"):
        outcome = await sender(f"json://127.0.0.1:{port}/{SECRET}").send(chat(), AT)
    assert (outcome.status, outcome.failure) == (None, Failure.CONNECT)
    assert SECRET not in outcome.detail


async def test_a_channel_that_left_the_configuration() -> None:
    outcome = await sender().send(chat("gone"), AT)
    assert (outcome.failure, outcome.detail) == (Failure.CONNECT, "chat gone is not configured any more")


async def test_one_that_hangs_is_given_up_and_does_let_pile_up() -> None:
    free = threading.Event()
    threads = Threads(most=2)
    started = time.monotonic()
    for _ in range(2):
        with pytest.raises(TimeoutError):
            await threads.run("stuck", lambda: free.wait(20), 0.05)
    with pytest.raises(Busy):
        await threads.run("stuck", lambda: free.wait(20), 0.05)
    assert await threads.run("other", lambda: 7, 5) == 7
    assert time.monotonic() - started < 10
    free.set()
    await idle(threads)
    assert await threads.run("stuck", lambda: 8, 5) == 8


async def test_work_that_fails_says_so() -> None:
    def fails() -> int:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await Threads().run("x", fails, 5)


async def test_a_deadline_is_an_outcome() -> None:
    threads = Threads()
    async with receive() as there:
        slow = sender(f"json://127.0.0.1:{there.port}/", deadline=0.0, threads=threads)
        outcome = await slow.to_staff("pager", Message("title", "text"))
        await idle(threads)
    assert outcome.failure is Failure.TIMEOUT


async def test_an_alert_goes_to_staff_and_a_mail_through_apprise() -> None:
    async with mailbox() as box:
        url = f"mailto://status.example:{box.port}?smtp=127.0.0.1&from=status@status.example&to=staff@status.example"
        herald = Herald(sender(staff=url), MailSender(None, Site(), lambda _: ""))
        outcome = await herald.tell(Letter("let_1", Route.STAFF, "pager", "A title", "A key is refused", AT, AT))
        assert outcome.succeeded, outcome
    [mail] = box.mails
    assert mail["to"] == "staff@status.example"
    assert "A title" in mail["subject"]
    assert "A key is refused" in str(mail)
