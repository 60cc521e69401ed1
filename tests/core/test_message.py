"""Events as people read them: what changed, since when, what instead; nothing hidden, nobody called."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statuspage.core.channel import is_address, mailbox
from statuspage.core.event import EventType
from statuspage.core.message import LONGEST_TITLE, MOST_CHANGES, heading, message, mood, plain

CHANGE = {"user_class": "abroad", "from": "available", "to": "restricted", "reason": "legal"}


def told(kind: str = "model.restricted", **data: Any) -> dict[str, Any]:
    """An event's document, as far as people read it."""
    whole = {
        "summary": "Fable is restricted for abroad",
        "changes": [CHANGE],
        "effective_at": "2026-06-12T21:20:31.000Z",
        "alternatives": {"abroad": [{"model": "opus", "provider": "vendor"}], "staff": []},
        "links": {"html": "https://status.example/events/evt_1"},
    }
    return {"type": kind, "data": whole | data}


def test_it_says_what_changed_since_when_and_what_instead() -> None:
    found = message(told(), "Our page")
    assert found.title == "Our page: Fable is restricted for abroad"
    assert found.text.splitlines() == [
        "abroad: available → restricted (legal)",
        "Since 2026-06-12T21:20:31.000Z",
        "Instead, for abroad: opus at vendor",
        "https://status.example/events/evt_1",
    ]
    assert found.mood == "failure"


def test_an_outage_names_models_and_is_cut() -> None:
    many = [CHANGE | {"model": f"m{number}"} for number in range(MOST_CHANGES + 7)]
    lines = message(told("provider.down", changes=many), "P").text.splitlines()
    assert lines[0] == "m0, abroad: available → restricted (legal)"
    assert lines[MOST_CHANGES] == "… and 7 more"


def test_a_digest_counts() -> None:
    found = message(told("digest.daily", changes=[], counts={"available": 3, "down": 1}), "P")
    assert found.text.splitlines() == ["Fable is restricted for abroad", "available: 3", "down: 1"]


@pytest.mark.parametrize(
    ("hostile", "harmless"),
    [
        ("@everyone <!channel> <@U1>", "@\u200beveryone <\u200b!channel> <\u200b@U1>"),
        ("a\x00b\u202ec\ud800", "a\ufffdb\ufffdc\ufffd"),
        ("me@example.org <b>", "me@example.org <b>"),
    ],
)
def test_nobody_is_called_and_nothing_is_hidden(hostile: str, harmless: str) -> None:
    assert plain(hostile) == harmless


@given(st.text())
def test_a_heading_is_one_short_line(text: str) -> None:
    found = heading(text)
    assert "\n" not in found
    assert "\r" not in found
    assert len(found) <= LONGEST_TITLE
    found.encode()


def test_every_type_has_a_mood() -> None:
    moods = {one: mood(one) for one in EventType}
    assert set(moods.values()) == {"failure", "success", "info", "warning"}
    assert moods[EventType.MODEL_RESTORED] == "success"
    assert moods[EventType.INCIDENT_OPENED] == "warning"


@pytest.mark.parametrize("right", ["me@example.org", "a.b+c@sub.example.co", "x'y@xn--bcher-kva.example"])
def test_addresses(right: str) -> None:
    assert is_address(right)


@pytest.mark.parametrize(
    "wrong",
    ["", "me", "me@localhost", "me@[127.0.0.1]", "me@127.0.0.1", '"a b"@example.org', "a@b.org\r\nBcc: c@d.org",
     "a@b.org,c@d.org", "a@b.org ", ".a@b.org", "a..b@c.org", "é@example.org", "a@-b.org", "a@b.org?cc=x",
     "x" * 65 + "@b.org", "a@" + "b." * 130 + "org", "a@b.org%0aBcc"],
)  # fmt: skip
def test_what_is_no_address(wrong: str) -> None:
    assert not is_address(wrong)


def test_one_mailbox_has_many_spellings() -> None:
    assert mailbox("Me+status@Example.org") == mailbox("me@example.org") == "me@example.org"
