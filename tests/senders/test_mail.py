"""Mail to a real server on loopback: repetitions have the same Message-ID, there is a way out, faults are outcomes."""

from __future__ import annotations

import json

import pytest

from statuspage.core.channel import Smtp
from statuspage.core.delivery import GONE, Failure
from statuspage.core.letter import Letter, Route
from statuspage.core.settings import Site
from statuspage.core.subscription import Format, Origin
from statuspage.ports import Parcel
from statuspage.senders.herald import Herald
from statuspage.senders.mail import MailSender
from tests.core.test_message import told
from tests.senders.mailboxes import mailbox
from tests.senders.parcels import AT, parcel
from tests.senders.receivers import receive
from tests.senders.test_chat import sender as chat_sender

SITE = Site("Our page", "https://status.example")
LEAVE = f"https://status.example/subscriptions/sub_{'1' * 24}/unsubscribe?token={'a' * 64}"


def sender(smtp: Smtp | None, total: float = 60) -> MailSender:
    """The sender by one server."""
    return MailSender(smtp, SITE, lambda _: LEAVE, total)


def mail(to: str = "me@example.org", **event: str) -> Parcel:
    """A delivery of an event to a mailbox."""
    body = json.dumps({"id": "evt_1"} | told(**event)).encode()
    return parcel(f"mailto:{to}", body=body, shape=Format.EMAIL, origin=Origin.SELF_SERVE)


async def test_an_event_by_mail() -> None:
    async with mailbox() as box:
        assert (await sender(box.smtp).send(mail(), AT)).status == 250
        assert (await sender(box.smtp).send(mail(), AT)).succeeded
    first, second = box.mails
    assert first["subject"] == "Our page: Fable is restricted for abroad"
    assert (first["to"], first["from"]) == ("me@example.org", "Our page <status@status.example>")
    assert first["message-id"] == second["message-id"]
    assert f"\r\nList-Unsubscribe: <{LEAVE}>\r\n".encode() in box.raw[0], "no reader decodes this header"
    assert first["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    assert first["auto-submitted"] == "auto-generated"
    text = first.get_content()
    assert "abroad: available → restricted (legal)" in text
    assert LEAVE in text


async def test_a_verification_says_that_somebody_may_have_been_wrong() -> None:
    async with mailbox() as box:
        await sender(box.smtp).send(mail(kind="webhook.verify"), AT)
    [got] = box.mails
    assert got["subject"] == "Our page: please confirm"
    assert "If that was not you, do nothing" in got.get_content()


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("550 5.1.1 no such user", GONE),
        ("550 5.7.1 we do not like you", 550),
        ("451 4.3.0 later", 451),
    ],
)
async def test_what_the_server_refuses(said: str, status: int) -> None:
    async with mailbox() as box:
        box.refuses = said
        outcome = await sender(box.smtp).send(mail(), AT)
    assert (outcome.status, outcome.failure) == (status, Failure.STATUS)
    assert box.mails == []


async def test_a_server_that_hangs_or_is_let_there() -> None:
    async with mailbox() as box:
        box.hangs = True
        assert (await sender(box.smtp, total=0.3).send(mail(), AT)).failure is Failure.TIMEOUT
    async with receive() as there:
        port = there.port
    gone = Smtp("127.0.0.1", "a@status.example", port=port, security="none")
    assert (await sender(gone).send(mail(), AT)).failure is Failure.CONNECT
    assert (await sender(None).send(mail(), AT)).detail == "no mail server is configured"


async def test_a_server_that_offers_no_encryption_is_let_trusted() -> None:
    async with mailbox() as box:
        asks = Smtp("127.0.0.1", "a@status.example", port=box.port)
        outcome = await sender(asks).send(mail(), AT)
    assert not outcome.succeeded
    assert box.mails == []


@pytest.mark.parametrize("address", ["a@b.org\r\nBcc: c@d.org", "a@b.org,c@d.org", "a@localhost"])
async def test_no_header_is_smuggled_in(address: str) -> None:
    async with mailbox() as box:
        with pytest.raises(ValueError, match="Header values") if "\r" in address else _nothing():
            outcome = await sender(box.smtp).send(mail(address), AT)
            assert outcome.status == GONE
    assert box.mails == []


async def test_a_notice_to_an_owner() -> None:
    async with mailbox() as box:
        herald = Herald(chat_sender(), sender(box.smtp))
        await herald.tell(Letter("let_1", Route.MAIL, "me@example.org", "It ended", "Because.\nSo.", AT, AT))
    [got] = box.mails
    assert got["subject"] == "Our page: It ended"
    assert got.get_content().splitlines() == ["Because.", "So."]


class _nothing:  # noqa: N801 - a context that does nothing
    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...
